"""A partner's variant that was deleted and made anew: followed when it is sure, else asked about (B14)."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from app.books.export import export_books
from app.catalog import flows, service
from app.catalog.queries import mappings_of_store
from app.core.unit_of_work import system_for
from app.inventory.jobs import SyncStock
from app.job_runs.service import enqueue
from simulator.world.model import Product
from simulator.world.products import upsert_product
from tests.support.shops import PARTNER, RETAILER
from tests.support.trade import Trade

pytestmark = pytest.mark.anyio

SMALL, LARGE = "PARTNER-oak-S1", "PARTNER-oak-L1"


@dataclass
class Tee:
    """Oak's tee in two sizes, sold by the retailer."""

    trade: Trade
    product: Product

    def remake(self, *small: dict[str, Any]) -> None:
        """Oak deletes the small one; these stand in its place under new ids, 9 in stock of each."""
        store = self.trade.shops.store(PARTNER)
        (large,) = [each for each in self.trade.variants(PARTNER, self.product) if each.sku == "L1"]
        stock = {"tracked": True, "quantities": [{"location_id": next(iter(store.locations)), "quantity": 9}]}
        kept: dict[str, Any] = {"id": large.id, "option_values": ["L"]}
        made = [{"price": Decimal("14.00"), **stock, **each} for each in small]
        for variants in ([kept], [kept, *made]):
            values = [each["option_values"][0] for each in variants]
            fields = {"options": [{"name": "Size", "values": values}], "variants": variants}
            upsert_product(self.trade.shops.world, store, fields, self.product, "staff")

    async def hour(self) -> None:
        """The partner's stock is read once more."""
        trade = self.trade
        await trade.settle()
        trade.set_clock(trade.clock.at + timedelta(hours=1))
        async with trade.shops.open_uow(system_for(trade.link.partner_store.id)) as uow:
            await enqueue(uow, SyncStock(trade.link.partner_store.id))
        await trade.settle()

    async def mapping(self, sku: str = SMALL) -> Any:
        return next(each for each in await self.trade.mappings() if each.sku == sku)


@pytest.fixture
async def tee(trade: Trade) -> Tee:
    sizes = [{"sku": f"{size}1", "option_values": [size]} for size in ("S", "L")]
    product = trade.product(PARTNER, *sizes, title="Tee", options=[{"name": "Size", "values": ["S", "L"]}])
    await trade.bring_in(product)
    return Tee(trade, product)


async def test_the_same_sku_and_options_are_followed(tee: Tee) -> None:
    """B14: nothing of the old one is offered; within the hour the mapping leads to the new one, and it is told."""
    trade, before = tee.trade, await tee.mapping()
    tee.remake({"sku": "S1", "option_values": ["S"]})
    await trade.settle()
    gone = trade.shown(SMALL)

    await tee.hour()
    await tee.hour()

    after = await tee.mapping()
    async with trade.uow() as uow:
        every = await mappings_of_store(uow.session, trade.retailer_id, ended=True)
    ended = [each for each in every if each.active_to is not None]
    assert (gone, trade.shown(SMALL), trade.shown(LARGE)) == (0, 9, 20)
    assert after.partner_variant_id != before.partner_variant_id
    assert (after.variant_gid, [each.id for each in ended]) == (before.variant_gid, [before.id])
    assert (await trade.events("partner")).count("catalog.source.replaced") == 1
    assert (await trade.problems(), await trade.failed_jobs()) == ([], [])


async def test_the_books_tell_of_the_one_that_is_followed_now(tee: Tee) -> None:
    """B14: one variant of the retailer's has one row of stock."""
    tee.remake({"sku": "S1", "option_values": ["S"]})
    await tee.trade.settle()
    await tee.hour()
    await tee.hour()

    stock = (await export_books(tee.trade.shops.open_uow))["stock"]

    small = [each for each in stock if each["variant"] == tee.trade.sold_variant(SMALL).gid]
    assert [(each["partner_available"], each["wanted"], each["written"]) for each in small] == [(9, 9, 9)]


async def test_what_was_not_counted_yet_is_not_followed(tee: Tee) -> None:
    """B14: a reading of the stock that began before the new one was known; nothing is asked, it is only early."""
    trade, before = tee.trade, await tee.mapping()
    tee.remake({"sku": "S1", "option_values": ["S"]})
    await trade.settle()

    await flows.follow_recreated(trade.shops.open_uow, trade.link.partner_store.id, {before.partner_variant_id})

    assert (await tee.mapping()).id == before.id
    assert (await trade.problems(), trade.shown(SMALL)) == ([], 0)


async def test_what_is_bought_then_is_ordered_of_the_new_one(tee: Tee) -> None:
    """B14: an order that was placed before and comes late is the partner's too."""
    trade = tee.trade
    trade.buy((SMALL, 1))
    await trade.lose_webhooks()
    tee.remake({"sku": "S1", "option_values": ["S"]})
    await tee.hour()
    trade.buy((SMALL, 2))
    trade.set_clock(trade.clock.at + timedelta(minutes=31))

    await trade.settle()

    mapping = await tee.mapping()
    assert {(lot.partner_variant_id, lot.quantity) for lot in await trade.queued()} == {
        (mapping.partner_variant_id, 1),
        (mapping.partner_variant_id, 2),
    }


async def test_what_is_only_alike_is_asked_about(tee: Tee) -> None:
    """B14: another option under the same SKU; staff say that it is this one, and only then it is followed."""
    trade, before = tee.trade, await tee.mapping()
    tee.remake({"sku": "S1", "option_values": ["Small"]})
    await tee.hour()
    await tee.hour()
    (problem,) = await trade.problems()
    waiting = await tee.mapping()
    page = (await trade.shops.get(RETAILER, f"/app/stock/{before.id}")).text
    path = page.partition(f'action="/app/stock/{before.id}/source/')[2].partition('"')[0]
    large = await tee.mapping(LARGE)

    wrong = await trade.shops.post(RETAILER, f"/app/stock/{before.id}/source/{large.partner_variant_id}")
    answer = await trade.shops.post(RETAILER, f"/app/stock/{before.id}/source/{path}")
    again = await trade.shops.post(RETAILER, f"/app/stock/{before.id}/source/{path}")
    await trade.settle()

    assert (problem.kind, problem.subject_id) == ("variant_recreated", str(before.partner_variant_id))
    assert (waiting.id, "The same there: SKU" in page) == (before.id, True)
    assert [each.status_code for each in (wrong, answer, again)] == [409, 303, 409]
    assert (await trade.problems(), trade.shown(SMALL)) == ([], 9)


async def test_packs_of_the_same_follow_together(tee: Tee) -> None:
    """B14, B21: what is sold from one stock stays sold from one."""
    trade, single = tee.trade, await tee.mapping()
    async with trade.uow() as uow:
        copy = "shopify_product_id, price_amount, currency, prefix, active_from, partner_id, partner_store_id"
        pack = "shopify_variant_id, shopify_inventory_item_id, sku, units_per"
        await uow.session.execute(
            text(
                f"INSERT INTO sku_mappings (store_id, partner_variant_id, {copy}, {pack})"
                f" SELECT store_id, partner_variant_id, {copy}, 'pack', 'pack', 'PACK', 2"
                " FROM sku_mappings WHERE id = :id"
            ),
            {"id": single.id},
        )
    tee.remake({"sku": "S1", "option_values": ["Small"]})
    await trade.settle()

    async with trade.uow() as uow:
        (suggested, *_) = await service.suggest_sources(uow, single.id)
        await service.choose_source(uow, single.id, suggested.variant.id)

    found = {each.sku: each.partner_variant_id for each in await trade.mappings()}
    assert found[SMALL] == found["PACK"] == suggested.variant.id
    assert {each.sku: each.units_per for each in await trade.mappings()}["PACK"] == 2


async def test_two_that_could_be_it_are_asked_about(tee: Tee) -> None:
    """B14: one has the barcode, one the option."""
    tee.remake({"sku": "S1", "option_values": ["Small"]}, {"sku": "S1", "option_values": ["Smaller"]})

    await tee.hour()

    (problem,) = await tee.trade.problems()
    assert "2 variants" in problem.cause
    assert tee.trade.shown(SMALL) == 0


async def test_the_question_ends_with_the_partnership(tee: Tee) -> None:
    """B14, A12"""
    tee.remake({"sku": "S1", "option_values": ["Small"]})
    await tee.hour()
    before = [each.kind for each in await tee.trade.problems()]

    await tee.trade.shops.post(RETAILER, f"/app/partners/{tee.trade.link.partner.id}/disconnect")

    assert (before, await tee.trade.problems()) == (["variant_recreated"], [])
