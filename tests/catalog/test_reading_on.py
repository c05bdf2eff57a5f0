"""What a retailer had on sale it goes on reading; what it never had, and what is another's, it does not."""

import pytest
from sqlalchemy import text

from app.core.unit_of_work import system_for
from tests.support.linked import make_retailer, store_facts
from tests.support.shops import PARTNER, RETAILER
from tests.support.trade import Trade

pytestmark = pytest.mark.anyio

READ = text("SELECT title FROM partner_products ORDER BY id")
READ_VARIANTS = text("SELECT count(*) FROM partner_variants")
NEVER_IMPORTED = text(
    "INSERT INTO partner_products (partner_store_id, shopify_product_id, title, status, updated_there_at, seen_at)"
    " VALUES (:store, 'gid://shopify/Product/9', 'For somebody else', 'ACTIVE', now(), now())"
)


async def readable(trade: Trade, store_id: int) -> tuple[list[str], int]:
    async with trade.shops.open_uow(system_for(store_id)) as uow:
        return (
            list((await uow.session.scalars(READ)).all()),
            (await uow.session.execute(READ_VARIANTS)).scalar_one(),
        )


async def test_names_outlive_the_partnership_only_for_whoever_sold_them(trade: Trade) -> None:
    """A11: what was imported stays readable; not the partner's other products, and to no other retailer."""
    await trade.bring_in(trade.product(PARTNER, {"sku": "TEA"}, title="Tea"))
    other = "pier.myshopify.com"
    await make_retailer(trade.shops, other, role="retailer")
    partner_store_id = trade.link.partner_store.id
    async with trade.shops.open_uow(system_for(partner_store_id)) as uow:
        await uow.session.execute(NEVER_IMPORTED, {"store": partner_store_id})
    live = await readable(trade, trade.retailer_id)

    await trade.shops.post(RETAILER, f"/app/partners/{trade.link.partner.id}/disconnect")
    await trade.settle()

    assert live[0] == ["Tea", "For somebody else"]
    assert await readable(trade, trade.retailer_id) == (["Tea"], live[1])
    assert await readable(trade, (await store_facts(trade.shops, other)).id) == ([], 0)
