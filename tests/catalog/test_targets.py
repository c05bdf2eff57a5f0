"""A product the retailer deletes: nothing is written for it, and it can be imported again (B19)."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest

from app.catalog import service
from app.catalog.errors import TargetThere
from app.core.errors import NotFound
from app.core.unit_of_work import system_for
from app.inventory import flows
from simulator.world.inventory import set_inventory
from simulator.world.model import Product
from simulator.world.products import delete_product
from tests.factories.stores import make_store
from tests.support.shops import PARTNER, RETAILER
from tests.support.trade import Trade

pytestmark = pytest.mark.anyio

BEAN, TEA = "PARTNER-oak-BEAN", "PARTNER-oak-TEA"
SIZES = [{"name": "Size", "values": ["S", "L"]}]


@dataclass
class Shelf:
    """Oak's beans in two sizes and its tea, both sold by the retailer."""

    trade: Trade
    beans: Product
    tea: Product

    def sold(self, title: str) -> Product:
        """The retailer's newest product of this title."""
        store = self.trade.shops.store(RETAILER)
        return [each for each in store.products.values() if each.title == title][-1]

    async def delete(self, *, told: bool = True) -> None:
        """The retailer's staff delete the beans, and the webhook arrives or is lost."""
        delete_product(self.trade.shops.world, self.trade.shops.store(RETAILER), self.sold("Beans"))
        if not told:
            await self.trade.lose_webhooks()
        await self.trade.settle()

    async def look(self) -> None:
        """The retailer's store is compared with what is offered."""
        trade = self.trade
        trade.set_clock(trade.clock.at + timedelta(minutes=1))
        link = trade.link
        await flows.write_offers(trade.shops.open_uow, trade.shops.shopify, link.retailer.id, link.partner.id)

    async def missing(self) -> list[str]:
        """The SKUs that lead to nothing in the retailer's store."""
        return [each.sku for each in await self.trade.mappings() if each.target_missing_at]


@pytest.fixture
async def shelf(trade: Trade) -> Shelf:
    sizes = [{"sku": f"BEAN-{size}", "option_values": [size]} for size in ("S", "L")]
    beans = trade.product(PARTNER, *sizes, options=SIZES)
    tea = trade.product(PARTNER, {"sku": "TEA"}, title="Tea")
    await trade.bring_in(beans, tea)
    return Shelf(trade, beans, tea)


@pytest.mark.parametrize("told", [True, False])
async def test_a_deleted_product_is_missing_and_told_once(shelf: Shelf, told: bool) -> None:
    """B19: at once by webhook, with the next comparison without; the others are written on."""
    await shelf.delete(told=told)
    for _ in range(2):
        await shelf.look()
    before = len(shelf.trade.shops.world.requests)
    store = shelf.trade.shops.store(PARTNER)
    for variant in shelf.trade.variants(PARTNER):
        set_inventory(
            shelf.trade.shops.world, store, (variant.inventory_item_id, next(iter(store.locations))), 7, "staff"
        )
    await shelf.trade.turn(minutes=2)

    (problem,) = await shelf.trade.problems()
    writes = [
        [each["quantity"] for each in call.variables["input"]["quantities"]]
        for call in shelf.trade.shops.world.requests[before:]
        if call.operation == "InventorySetQuantities"
    ]
    assert sorted(await shelf.missing()) == ["PARTNER-oak-BEAN-L", "PARTNER-oak-BEAN-S"]
    assert (problem.kind, problem.cause) == ("target_missing", "“Beans” (2 variants) no longer exists in your store.")
    assert (shelf.trade.shown(TEA), writes) == (7, [[7]])
    assert (await shelf.trade.events("partner")).count("catalog.target.lost") == 1


async def test_it_is_found_by_the_webhook_alone(shelf: Shelf) -> None:
    """B19: no comparison is waited for."""
    await shelf.delete()

    assert len(await shelf.missing()) == 2


async def test_it_can_be_imported_again(shelf: Shelf) -> None:
    """B19: the page offers it, a new product is made, sold and filled, and nothing stands on the list any more."""
    trade = shelf.trade
    path = f"/app/catalogue/{trade.link.partner.id}"
    here = (await trade.shops.get(RETAILER, path)).text
    await shelf.delete()
    again = (await trade.shops.get(RETAILER, path)).text

    await trade.bring_in(shelf.beans)
    await trade.turn(minutes=2)

    ticked = re.compile(rf'name="product" value="{shelf.beans.id}"')
    assert (bool(ticked.search(here)), bool(ticked.search(again))) == (False, True)
    assert [trade.shown(f"{BEAN}-{size}") for size in ("S", "L")] == [20, 20]
    assert (await trade.problems(), await trade.failed_jobs()) == ([], [])
    assert not ticked.search((await trade.shops.get(RETAILER, path)).text)


async def test_an_order_from_before_leads_to_the_partner(shelf: Shelf) -> None:
    """B19, promise 1: bought, deleted, and captured only then."""
    placed = shelf.trade.buy((f"{BEAN}-S", 3))
    await shelf.trade.lose_webhooks()
    await shelf.delete()

    shelf.trade.set_clock(shelf.trade.clock.at + timedelta(minutes=31))
    await shelf.trade.settle()

    (order,) = await shelf.trade.orders()
    assert order.name == placed.name
    assert sum(lot.quantity for lot in await shelf.trade.queued()) == 3


async def test_what_was_deleted_on_purpose_is_left_out(shelf: Shelf) -> None:
    """B19: a word of staff takes it off the list, and no comparison puts it there again."""
    trade = shelf.trade
    kept = next(each for each in await trade.mappings() if each.sku == TEA)
    await shelf.delete()
    gone = next(each for each in await trade.mappings() if each.target_missing_at)
    page = (await trade.shops.get(RETAILER, f"/app/stock/{gone.id}")).text

    paths = [f"/app/stock/{each}/leave-out" for each in (gone.id, gone.id, kept.id)]
    answers = [(await trade.shops.post(RETAILER, path)).status_code for path in paths]
    await shelf.look()

    assert ("Not in your store" in page, f"/app/stock/{gone.id}/leave-out" in page) == (True, True)
    assert (answers, await trade.problems()) == ([303, 303, 409], [])
    assert (await trade.events("partner")).count("catalog.product.left_out") == 1


async def test_a_product_that_is_there_again(shelf: Shelf) -> None:
    """B19: a look that missed it is made good by the next one, and its number is written."""
    trade, store = shelf.trade, shelf.trade.shops.store(RETAILER)
    items = dict(store.inventory_items)
    store.inventory_items.clear()
    await shelf.look()
    during = len(await shelf.missing()), [each.kind for each in await trade.problems()]
    store.inventory_items.update(items)

    await shelf.look()

    assert during == (3, ["target_missing", "target_missing"])
    assert (await shelf.missing(), await trade.problems()) == ([], [])
    assert "catalog.target.found" in await trade.events("partner")


async def test_somebody_elses_product(shelf: Shelf) -> None:
    """N3"""
    (mapping, *_) = await shelf.trade.mappings()
    other = await make_store(shelf.trade.shops.open_uow)

    async with shelf.trade.shops.open_uow(system_for(other)) as uow:
        await service.note_targets(uow, shelf.trade.link.partner.id, [mapping.id], [])
        with pytest.raises(NotFound):
            await service.leave_out(uow, mapping.id)
    async with shelf.trade.uow() as uow:
        with pytest.raises(TargetThere):
            await service.leave_out(uow, mapping.id)
