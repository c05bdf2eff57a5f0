"""Packs: an item of the retailer's that is several of a partner's (B21).

No page makes them yet, so the mapping is written as an import would write it.
"""

from decimal import Decimal
from typing import Any

from app.catalog.models import SkuMapping
from app.catalog.queries import MappingFacts, mappings_of_partner
from app.catalog.rules import sku_prefix
from app.core.unit_of_work import system_for
from app.inventory.jobs import WriteOffers
from app.job_runs.service import enqueue
from app.stores.queries import get_settings
from simulator.world.model import Variant
from simulator.world.products import upsert_product
from simulator.world.store import Store
from tests.support.linked import Linked
from tests.support.shops import Shops

UNITS = 2


async def sell_in_packs(shops: Shops, linked: Linked) -> None:
    """Let the retailer sell two of the partner's first item as one item of its own as well."""
    retailer, partner = linked.retailer, linked.partner
    async with shops.open_uow(system_for(retailer.id)) as uow:
        mappings = await mappings_of_partner(uow.session, retailer.id, partner.id)
        shelf = (await get_settings(uow.session, retailer.id)).stock_location_id
    single = min(mappings, key=lambda each: each.id)
    store = shops.world.stores[retailer.shop_domain]
    pack = _make(shops, store, single, str(shelf))
    async with shops.open_uow(system_for(retailer.id)) as uow:
        uow.session.add(
            SkuMapping(
                store_id=retailer.id,
                partner_id=partner.id,
                partner_store_id=single.partner_store_id,
                partner_variant_id=single.partner_variant_id,
                shopify_product_id=store.products[pack.product_id].gid,
                shopify_variant_id=pack.gid,
                shopify_inventory_item_id=store.inventory_items[pack.inventory_item_id].gid,
                sku=str(pack.sku),
                prefix=sku_prefix(partner.shop_domain),
                units_per=UNITS,
                price_amount=pack.price,
                currency=single.price.currency,
                active_from=uow.now,
            )
        )
        await enqueue(uow, WriteOffers(retailer.id, partner.id))


def _make(shops: Shops, store: Store, single: MappingFacts, shelf: str) -> Variant:
    variant: dict[str, Any] = {
        "sku": f"{single.sku}-PACK",
        "price": Decimal("36.00"),
        "tracked": True,
        "quantities": [{"location_id": int(shelf.rsplit("/", 1)[1]), "quantity": 0}],
    }
    fields = {"title": "Two bags", "status": "ACTIVE", "variants": [variant]}
    product = upsert_product(shops.world, store, fields)
    return next(each for each in store.variants.values() if each.product_id == product.id)
