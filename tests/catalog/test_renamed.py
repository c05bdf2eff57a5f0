"""A partner gives a variant another SKU: what leads to it stays, and every retailer that sells it reads of it (B15)."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.catalog.queries import variants_of_store
from app.core.unit_of_work import system_for
from simulator.world.products import upsert_product
from tests.support.shops import PARTNER
from tests.support.trade import Trade

pytestmark = pytest.mark.anyio

SOLD = "PARTNER-oak-BLEND1"
SIZES = [{"name": "Size", "values": ["S", "L"]}]
TOLD = text("SELECT sentence FROM domain_events WHERE name = 'catalog.source.renamed' AND store_id = :id ORDER BY id")


async def told(trade: Trade) -> list[str]:
    """What the retailer reads of SKUs that changed."""
    async with trade.uow() as uow:
        return list(await uow.session.scalars(TOLD, {"id": trade.retailer_id}))


async def test_a_variant_with_another_sku_is_the_same_variant(trade: Trade) -> None:
    """The mapping follows the id, the partner's SKU is updated, the retailer's stays, and it is told once."""
    small, large = [{"sku": sku, "option_values": [size]} for sku, size in (("BLEND1", "S"), ("OTHER", "L"))]
    product = trade.product(PARTNER, small, large, options=SIZES)
    await trade.bring_in(product)
    before = await trade.mappings()
    store = trade.shops.store(PARTNER)
    first, second = [{"id": each.id, "option_values": each.option_values} for each in trade.variants(PARTNER, product)]

    changed = {"variants": [{**first, "sku": "BLEND-1"}, second]}
    upsert_product(trade.shops.world, store, changed, product, by="staff")
    await trade.settle()
    trade.set_clock(trade.clock.at + timedelta(hours=1, minutes=5))
    await trade.settle()

    assert await trade.mappings() == before
    partner_store_id = trade.link.partner_store.id
    async with trade.shops.open_uow(system_for(partner_store_id)) as uow:
        ids = [each.partner_variant_id for each in before]
        variants = await variants_of_store(uow.session, partner_store_id, ids)
    assert [variants[each].sku for each in ids] == ["BLEND-1", "OTHER"]
    assert [each.sku for each in trade.variants(trade.retailer)] == [SOLD, "PARTNER-oak-OTHER"]
    (sentence,) = await told(trade)
    assert sentence.endswith(f"from BLEND1 to BLEND-1; yours, {SOLD}, stays")


async def test_a_sku_taken_away_and_given_again_is_told_each_time(trade: Trade) -> None:
    product = trade.product(PARTNER, {"sku": "BLEND1"})
    await trade.bring_in(product)
    (variant,) = trade.variants(PARTNER, product)

    for sku in ("", "BLEND1"):
        await trade.turn(minutes=1)
        changed = {"variants": [{"id": variant.id, "sku": sku}]}
        upsert_product(trade.shops.world, trade.shops.store(PARTNER), changed, product, by="staff")
        await trade.settle()

    assert [each.partition(" from ")[2].partition(";")[0] for each in await told(trade)] == [
        "BLEND1 to no SKU",
        "no SKU to BLEND1",
    ]
