"""Whether an order still stands as we began to read it: what takes several calls may change between them."""

from datetime import datetime

import msgspec

from app.gateways.shopify.client import ShopifyClient, StoreAccess

MOST_READINGS = 3
"""Of an order that takes several calls and changes between them, before it is left for later."""


class _Version(msgspec.Struct, rename="camel"):
    updated_at: datetime


class _Answer(msgspec.Struct):
    order: _Version | None


async def has_changed(shopify: ShopifyClient, access: StoreAccess, order_id: str, since: datetime) -> bool:
    """Tell whether the order is there and was changed after it stood at `since`."""
    stands = (await shopify.execute(access, "OrderUpdatedAt", {"id": order_id}, _Answer)).order
    return stands is not None and stands.updated_at != since
