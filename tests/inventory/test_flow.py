"""What the retailer's store offers: the sum of D1 to D3, for every retailer, differences only, never over a sale."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.core.clock import FixedClock
from app.core.money import Money
from app.core.unit_of_work import system_for
from app.inventory import flows
from app.inventory.queries import OfferFacts
from app.inventory.repository import list_reads
from app.units import service as ledger
from app.units.terms import Because, Supply
from simulator.faults.faults import Faults, Rule
from simulator.world.apps import uninstall
from simulator.world.inventory import set_inventory, unstock, update_item
from simulator.world.model import Variant
from simulator.world.orders import cancel_order
from simulator.world.products import delete_product
from simulator.world.stores import add_location, deactivate_location
from tests.support.linked import link
from tests.support.oak import Killed, killed_at
from tests.support.shops import PARTNER, RETAILER, Shops
from tests.support.trade import Trade, open_trade

pytestmark = pytest.mark.anyio

BEAN = "PARTNER-oak-BEAN"
OTHER = "harbour.myshopify.com"


@dataclass
class Shelf:
    """Oak's beans at the retailer: 20 there, 2 of them a buffer."""

    trade: Trade

    @property
    def theirs(self) -> Variant:
        """The partner's own variant."""
        return next(each for each in self.trade.variants(PARTNER) if each.sku == "BEAN")

    def count(self, quantity: int) -> None:
        """The partner counts its beans."""
        store = self.trade.shops.store(PARTNER)
        place = self.theirs.inventory_item_id, next(iter(store.locations))
        set_inventory(self.trade.shops.world, store, place, quantity, "staff")

    async def sync(self) -> None:
        """Read the partner's stock now, and write nothing."""
        shopify = self.trade.shops.runner.shopify
        await flows.sync_stock(self.trade.shops.open_uow, shopify, self.trade.link.partner_store.id)

    async def write(self) -> None:
        """Write what is offered, from what was read."""
        shopify, link = self.trade.shops.runner.shopify, self.trade.link
        await flows.write_offers(self.trade.shops.open_uow, shopify, link.retailer.id, link.partner.id)

    async def send(self, at: datetime) -> None:
        """The partner's store confirms a master order of all that is queued."""
        lots = await self.trade.queued()
        partner = self.trade.link.partner
        supply = Supply(
            *(77, partner.id, self.trade.link.partner_store.id, lots[0].partner_variant_id),
            Money(Decimal("9.80"), "USD"),
        )
        because = Because("cycle.frozen", "cycle", "1", at)
        async with self.trade.uow() as uow:
            await ledger.assign(uow, supply, [(lot.lot_id, lot.quantity) for lot in lots], because)
            await ledger.confirm_supply(uow, supply, sum(lot.quantity for lot in lots), because)

    async def offer(self) -> OfferFacts:
        return await self.trade.offer(BEAN)

    def writes(self, shop: str = RETAILER) -> list[Any]:
        """The calls that wrote quantities."""
        return [
            each
            for each in self.trade.shops.world.requests
            if each.shop == shop and each.operation == "InventorySetQuantities"
        ]


@pytest.fixture
async def shelf(shops: Shops, clock: FixedClock) -> AsyncIterator[Shelf]:
    async with open_trade(shops, clock, buffer=2) as trade:
        await trade.bring_in(trade.product())
        yield Shelf(trade)


async def test_queued_units_count_until_the_partner_sees_them(shelf: Shelf) -> None:
    """D1, D2: 20 − 5 − 2 = 13, and 15 − 0 − 2 = 13 once they are sent and the partner's stock shows it."""
    shelf.trade.buy((BEAN, 5))
    await shelf.trade.settle()
    await shelf.trade.turn(seconds=2)
    queued = shelf.trade.shown(BEAN), (await shelf.offer()).sum
    shelf.trade.set_clock(shelf.trade.clock.at + timedelta(hours=6))
    await shelf.send(shelf.trade.clock.at)
    shelf.count(15)
    shelf.trade.set_clock(shelf.trade.clock.at + timedelta(minutes=5))

    await shelf.sync()
    await shelf.write()

    assert queued[0] == 13
    assert (queued[1].partner_available, queued[1].unseen, queued[1].buffer, queued[1].surplus) == (20, 5, 2, 0)
    now = (await shelf.offer()).sum
    assert (shelf.trade.shown(BEAN), now.partner_available, now.unseen) == (13, 15, 0)


async def test_a_snapshot_from_before_the_master_order_does_not_show_it(shelf: Shelf) -> None:
    """D3: read at 17:59, sent at 18:00, written at 18:01: the five still count, 13 and never 18."""
    shelf.trade.buy((BEAN, 5))
    await shelf.trade.settle()
    shelf.trade.set_clock(shelf.trade.clock.at + timedelta(hours=5, minutes=59))
    await shelf.sync()
    await shelf.send(shelf.trade.clock.at + timedelta(minutes=1))
    shelf.trade.set_clock(shelf.trade.clock.at + timedelta(minutes=2))

    await shelf.write()

    assert shelf.trade.shown(BEAN) == 13
    assert (await shelf.offer()).sum.unseen == 5


async def test_two_retailers_share_one_stock(shelf: Shelf) -> None:
    """D28: what one queues the other offers no more, at once, and reads that others sold it, not who."""
    trade = shelf.trade
    second = await link(trade.shops, OTHER, PARTNER, buffer=2)
    harbour = Trade(trade.shops, trade.clock, trade.courier, OTHER, {PARTNER: second})
    await harbour.bring_in(*trade.shops.store(PARTNER).products.values())
    before = harbour.shown(BEAN)
    trade.set_clock(trade.clock.at + timedelta(seconds=5))

    trade.buy((BEAN, 15))
    await trade.settle()

    seen = (await harbour.offer(BEAN)).sum
    assert (before, harbour.shown(BEAN), trade.shown(BEAN)) == (18, 3, 3)
    assert (seen.partner_available, seen.unseen, seen.unseen_others, seen.buffer) == (20, 0, 15, 2)
    page = (await trade.shops.get(OTHER, "/app/stock")).text
    assert "Corner" not in page


async def test_what_a_retailer_who_is_gone_had_not_ordered_is_offered_by_the_others(shelf: Shelf) -> None:
    """D28, A20: five were sent to the partner and count until their stock shows it; the ten after will never be."""
    trade = shelf.trade
    second = await link(trade.shops, OTHER, PARTNER, buffer=2)
    harbour = Trade(trade.shops, trade.clock, trade.courier, OTHER, {PARTNER: second})
    await harbour.bring_in(*trade.shops.store(PARTNER).products.values())
    trade.set_clock(trade.clock.at + timedelta(seconds=5))
    trade.buy((BEAN, 5))
    await trade.settle()
    await shelf.send(trade.clock.at + timedelta(minutes=1))
    trade.buy((BEAN, 10))
    await trade.settle()
    await trade.turn(seconds=5)
    before = harbour.shown(BEAN)

    uninstall(trade.shops.world, trade.shops.store(RETAILER))
    await trade.settle()
    shopify = trade.shops.runner.shopify
    await flows.write_offers(trade.shops.open_uow, shopify, second.retailer.id, second.partner.id)

    assert (before, harbour.shown(BEAN)) == (3, 13)
    assert (await harbour.offer(BEAN)).sum.unseen_others == 5


async def test_what_has_not_changed_is_not_written(shelf: Shelf) -> None:
    """D22, D13: no call for the same numbers; our own write that comes back changes nothing."""
    await shelf.trade.settle()
    before = len(shelf.writes())

    await shelf.sync()
    await shelf.write()
    await shelf.trade.settle()

    assert before == 1
    assert len(shelf.writes()) == before


async def test_a_sale_between_reading_and_writing(shelf: Shelf) -> None:
    """D4: the swap is refused as stale; the sale that is not captured yet counts, and stays when its order is."""
    trade = shelf.trade
    trade.buy((BEAN, 5))
    await trade.settle()
    sales: list[int] = []

    async def sell_just_before(request: httpx.Request) -> None:
        if b"InventorySetQuantities" in request.content and not sales:
            sales.append(1)
            trade.buy((BEAN, 1))

    trade.shops.runner.shopify.client.http.event_hooks["request"].append(sell_just_before)
    shelf.count(25)
    trade.set_clock(trade.clock.at + timedelta(minutes=1))
    await trade.settle()
    await trade.turn(seconds=2)

    terms = (await shelf.offer()).sum
    assert sales == [1]
    assert (terms.partner_available, terms.unseen, trade.shown(BEAN)) == (25, 6, 17)
    asked = [each.variables["input"]["quantities"][0] for each in shelf.writes()]
    assert [(each["changeFromQuantity"], each["quantity"]) for each in asked[-2:]] == [(13, 18), (12, 17)]
    assert (terms.provisional, (await trade.failed_jobs())) == (0, [])
    assert len({each.key for each in shelf.writes()}) == len(shelf.writes())


@pytest.mark.parametrize(
    ("counted", "sold", "shown", "provisional"),
    [
        pytest.param(10, 0, 8, 0, id="lowered"),
        pytest.param(10, 1, 7, 1, id="lowered-and-sold"),
        pytest.param(30, 0, 28, 0, id="raised"),
        pytest.param(30, 1, 27, 1, id="raised-and-sold"),
    ],
)
async def test_a_worker_that_was_killed_after_it_wrote(
    shelf: Shelf, counted: int, sold: int, shown: int, provisional: int
) -> None:
    """D4, D27: the number the store took is known again as ours: only what is lacking from it was sold."""
    trade, shopify, link = shelf.trade, shelf.trade.shops.runner.shopify, shelf.trade.link
    shelf.count(counted)
    await trade.lose_webhooks()
    trade.set_clock(trade.clock.at + timedelta(minutes=1))
    await shelf.sync()
    with pytest.raises(Killed):
        await flows.write_offers(killed_at(trade.shops.open_uow, 2), shopify, link.retailer.id, link.partner.id)
    written = trade.shown(BEAN)
    if sold:
        trade.buy((BEAN, sold))
    await trade.lose_webhooks()

    await shelf.write()

    assert written == counted - 2
    assert (trade.shown(BEAN), (await shelf.offer()).sum.provisional) == (shown, provisional)


async def test_a_drop_that_no_order_explains(shelf: Shelf) -> None:
    """D4, D14: staff counted one bean fewer; it is held back for ten minutes as if sold, then offered again."""
    trade = shelf.trade
    store = trade.shops.store(RETAILER)
    level = next(each for each in store.levels.values() if each.available == 18)
    set_inventory(trade.shops.world, store, (level.item_id, level.location_id), 17, "staff")
    await trade.turn(minutes=3)
    held = trade.shown(BEAN), (await shelf.offer()).sum.provisional

    await trade.turn(minutes=9)

    assert held == (17, 1)
    assert (trade.shown(BEAN), (await shelf.offer()).sum.provisional) == (18, 0)


async def test_our_own_number_that_comes_back(shelf: Shelf) -> None:
    """D13: the webhook of our own write asks for nothing; one with another quantity is looked at."""
    trade = shelf.trade
    await trade.turn(minutes=2)
    looks = [each for each in trade.shops.world.requests if each.operation == "StockAtLocation"]
    shelf.count(30)

    await trade.turn(minutes=5)

    after = [each for each in trade.shops.world.requests if each.operation == "StockAtLocation"]
    assert trade.shown(BEAN) == 28
    assert len(after) - len(looks) <= 2


async def test_an_answer_that_was_lost(shelf: Shelf) -> None:
    """The write took effect and nobody heard: it is looked for, and not written twice."""
    trade = shelf.trade
    lost = Rule(shop=RETAILER, operation="InventorySetQuantities", phase="after", action="drop", nth=1)
    trade.shops.world.faults = Faults(seed=1, profile="rules", rules=[lost])
    shelf.count(30)

    await trade.turn(minutes=2)

    assert trade.shown(BEAN) == 28
    assert (await shelf.offer()).written == 28
    level = next(each for each in trade.shops.store(RETAILER).levels.values() if each.available == 28)
    assert [(change.before, change.after) for change in level.changes if change.by == "app"] == [(0, 18), (18, 28)]


async def test_an_answer_that_was_lost_and_had_been_a_refusal(shelf: Shelf) -> None:
    """D4, D27: stale, and nobody heard; the key is spent, so the number is written under a fresh one."""
    trade = shelf.trade
    sales: list[int] = []

    async def sell_just_before(request: httpx.Request) -> None:
        if b"InventorySetQuantities" in request.content and not sales:
            sales.append(1)
            trade.buy((BEAN, 1))
            await trade.lose_webhooks()

    trade.shops.runner.shopify.client.http.event_hooks["request"].append(sell_just_before)
    lost = Rule(shop=RETAILER, operation="InventorySetQuantities", phase="after", action="drop", nth=1)
    trade.shops.world.faults = Faults(seed=1, profile="rules", rules=[lost])
    shelf.count(30)
    await trade.lose_webhooks()
    trade.set_clock(trade.clock.at + timedelta(minutes=1))
    await shelf.sync()
    await trade.settle()

    await trade.turn(seconds=5)

    assert sales == [1]
    assert trade.shown(BEAN) == 27


async def test_what_the_store_does_not_take_is_set_aside(shelf: Shelf) -> None:
    """D12: one item is gone, the others are written; it is listed once with the reason."""
    trade = shelf.trade
    await trade.bring_in(trade.product(PARTNER, {"sku": "TEA"}, title="Tea"))
    gone = next(each for each in trade.shops.store(RETAILER).products.values() if each.title == "Tea")
    delete_product(trade.shops.world, trade.shops.store(RETAILER), gone)
    shelf.count(30)

    for _ in range(2):
        trade.set_clock(trade.clock.at + timedelta(minutes=1))
        await shelf.sync()
        await shelf.write()

    (listed,) = await trade.problems()
    assert trade.shown(BEAN) == 28
    assert (listed.kind, listed.subject_kind) == ("target_missing", "partner_variant")
    assert "no longer exists" in listed.cause


async def test_a_location_that_is_closed(shelf: Shelf) -> None:
    """D10: one alert that says what to do, nothing written anywhere else; it ends when the location is back."""
    trade = shelf.trade
    store = trade.shops.store(RETAILER)
    await trade.bring_in(trade.product(PARTNER, {"sku": "TEA"}, title="Tea"))
    place = next(each for each in store.locations.values() if each.name.startswith("Partner stock"))
    place.is_active = False
    shelf.count(30)
    trade.set_clock(trade.clock.at + timedelta(minutes=1))
    await trade.settle()
    listed = await trade.problems()
    place.is_active = True

    await shelf.sync()
    await shelf.write()

    assert [(each.kind, each.subject_kind) for each in listed] == [("stock_blocked", "partner")]
    assert await trade.problems() == []
    assert trade.shown(BEAN) == 28


async def test_another_location_for_partner_stock(shelf: Shelf) -> None:
    """D10: what stood at the one before is sold from there no more; nothing is offered twice."""
    trade = shelf.trade
    store = trade.shops.store(RETAILER)
    before = next(each for each in store.locations.values() if each.name.startswith("Partner stock"))
    other = next(each for each in store.locations.values() if each.id != before.id)

    answer = await trade.shops.post(RETAILER, "/app/settings/stock-location", stock=other.gid)
    await trade.settle()
    moved = levels(trade)
    await trade.shops.post(RETAILER, "/app/settings/stock-location", stock=before.gid)
    await trade.shops.post(RETAILER, "/app/settings/stock-location", stock=before.gid)
    await trade.settle()

    assert answer.status_code == 303
    assert moved == {before.id: 0, other.id: 18}
    assert levels(trade) == {before.id: 18, other.id: 0}
    assert await trade.problems() == []


async def test_another_location_is_not_written_before_the_one_before_is_empty(shelf: Shelf) -> None:
    """D10: whatever is to be written meanwhile, it is offered at one place."""
    trade = shelf.trade
    store = trade.shops.store(RETAILER)
    before = next(each for each in store.locations.values() if each.name.startswith("Partner stock"))
    other = next(each for each in store.locations.values() if each.id != before.id)

    await trade.shops.post(RETAILER, "/app/settings/stock-location", stock=other.gid)
    await shelf.write()
    meanwhile = levels(trade)
    await trade.settle()

    assert meanwhile == {before.id: 18}
    assert levels(trade) == {before.id: 0, other.id: 18}


async def test_another_location_while_the_one_before_is_written(shelf: Shelf) -> None:
    """D10, D4: the write lands after the location was left and found empty; it is emptied once more."""
    trade = shelf.trade
    store = trade.shops.store(RETAILER)
    before = next(each for each in store.locations.values() if each.name.startswith("Partner stock"))
    other = next(each for each in store.locations.values() if each.id != before.id)
    shelf.count(0)
    await trade.turn(minutes=1)
    done: list[str] = []

    async def leave_just_before(request: httpx.Request) -> None:
        if b"InventorySetQuantities" in request.content and not done:
            done.append("moved")
            await trade.shops.post(RETAILER, "/app/settings/stock-location", stock=other.gid)
            for held in await trade.shops.runner.claim(10):
                done.append(held.run.name)
                await trade.shops.runner.run(held)

    trade.shops.runner.shopify.client.http.event_hooks["request"].append(leave_just_before)
    shelf.count(20)
    await trade.turn(minutes=2)

    assert "inventory.leave_location" in done
    assert levels(trade) == {before.id: 0, other.id: 18}


def levels(trade: Trade) -> dict[int, int]:
    """What each of the retailer's locations has of the beans."""
    item = trade.sold_variant(BEAN).inventory_item_id
    return {
        each.location_id: each.available for each in trade.shops.store(RETAILER).levels.values() if each.item_id == item
    }


async def test_an_item_that_was_never_stocked_there(shelf: Shelf) -> None:
    """D11: it is stocked with the first write, once."""
    level = next(each for each in shelf.trade.shops.store(RETAILER).levels.values() if each.available == 18)

    assert [(change.before, change.after) for change in level.changes] == [(0, 18)]
    assert len(shelf.writes()) == 1


async def test_untracked_and_negative_stock(shelf: Shelf) -> None:
    """D5"""
    trade = shelf.trade
    store = trade.shops.store(PARTNER)
    shown = []
    shelf.count(-4)
    await trade.turn(minutes=1)
    shown.append(trade.shown(BEAN))
    update_item(trade.shops.world, store, store.inventory_items[shelf.theirs.inventory_item_id], {"tracked": False})

    await shelf.sync()
    await shelf.write()

    assert [*shown, trade.shown(BEAN)] == [0, 8]  # a cap of 10, less the buffer


async def test_only_the_chosen_locations_count(shelf: Shelf) -> None:
    """D9: stock at another location is not read, and one that vanishes is not taken for nothing."""
    trade = shelf.trade
    store = trade.shops.store(PARTNER)
    other = add_location(trade.shops.world, store, "Market", next(iter(store.locations.values())).address)
    set_inventory(trade.shops.world, store, (shelf.theirs.inventory_item_id, other.id), 50, "staff")
    trade.set_clock(trade.clock.at + timedelta(minutes=1))
    await trade.settle()

    assert trade.shown(BEAN) == 18


@pytest.mark.parametrize("is_announced", [True, False])
async def test_a_chosen_location_that_is_closed(shelf: Shelf, is_announced: bool) -> None:
    """D9, D18: what is there was not sold; it is told once, offered less and less, and ends when it is open again."""
    trade = shelf.trade
    world, store = trade.shops.world, trade.shops.store(PARTNER)
    (place,) = store.locations.values()
    add_location(world, store, "Market", place.address)
    unstock(world, store, shelf.theirs.inventory_item_id, place.id)  # so do the levels of a location that is closed
    deactivate_location(world, store, place)
    if not is_announced:
        await trade.lose_webhooks()
    shown, told = [], []
    for minutes in (61, 61, 241):
        trade.set_clock(trade.clock.at + timedelta(minutes=minutes))
        await trade.settle()
        shown.append(trade.shown(BEAN))
        told.append([(each.kind, each.subject_kind) for each in await trade.problems()])

    place.is_active = True
    shelf.count(20)
    await trade.turn(minutes=65)

    assert shown == [18, 9, 0]
    assert told == [[("stock_location_closed", "partner")]] * 3
    assert (trade.shown(BEAN), await trade.problems()) == (18, [])


async def test_a_partner_who_leaves_is_offered_no_more(shelf: Shelf) -> None:
    """A11: sellable falls to nothing at once."""
    trade = shelf.trade

    await trade.shops.post(RETAILER, f"/app/partners/{trade.link.partner.id}/disconnect")
    await trade.settle()

    assert trade.shown(BEAN) == 0


async def test_sync_now_while_a_sync_is_under_way(shelf: Shelf) -> None:
    """D20: one reading of a partner at a time; who presses meanwhile gets one more after it, however often."""
    runner, trade = shelf.trade.shops.runner, shelf.trade
    press = f"/app/stock/sync/{trade.link.partner.id}"
    await trade.settle()
    await trade.shops.post(RETAILER, press)
    (under_way,) = await runner.claim(5)

    for _ in range(3):
        await trade.shops.post(RETAILER, press)
    beside = await runner.claim(5)
    await runner.run(under_way)
    after = [each.run.name for each in await runner.claim(5)]

    assert (under_way.run.name, beside) == ("inventory.sync_stock", [])
    assert after.count("inventory.sync_stock") == 1


async def test_a_reading_that_fails_leaves_the_stock_alone(shelf: Shelf) -> None:
    """D17"""
    trade = shelf.trade
    down = Rule(shop=PARTNER, operation="*", action="server_error", probability=1.0)
    trade.shops.world.faults = Faults(seed=1, profile="rules", rules=[down])
    shelf.count(0)

    trade.set_clock(trade.clock.at + timedelta(minutes=1))
    await trade.settle()

    assert trade.shown(BEAN) == 18


async def test_what_nobody_could_read_for_hours_is_offered_less_and_less(shelf: Shelf) -> None:
    """D18, A17: half after two hours, nothing after six, told once by its reason; the first good reading ends it."""
    trade = shelf.trade
    trade.shops.world.stores[PARTNER].app.frozen = True
    shown, told = [], []
    for minutes in (119, 2, 238, 2):
        trade.set_clock(trade.clock.at + timedelta(minutes=minutes))
        await trade.settle()
        shown.append(trade.shown(BEAN))
        told.append([each.kind for each in await trade.problems()])

    trade.shops.world.stores[PARTNER].app.frozen = False
    await trade.turn(minutes=75)

    assert (shown, told) == ([18, 9, 9, 0], [["partner_silent"]] * 4)
    assert trade.shown(BEAN) == 18
    assert await trade.problems() == []


async def test_an_old_count_whose_reason_nobody_told_is_told_for_itself(shelf: Shelf) -> None:
    """D18: the store answers, and of this item it says nothing any more."""
    trade = shelf.trade
    async with trade.shops.open_uow(system_for(trade.link.partner_store.id)) as uow:
        await uow.session.execute(text("UPDATE partner_stock SET snapshot_at = snapshot_at - interval '3 hours'"))
    await shelf.write()
    shown, told = trade.shown(BEAN), [(each.kind, each.subject_kind) for each in await trade.problems()]

    await shelf.sync()
    await shelf.write()

    assert (shown, told) == (9, [("stock_not_read", "partner")])
    assert (trade.shown(BEAN), await trade.problems()) == (18, [])


async def test_cancelled_units_are_offered_again(shelf: Shelf) -> None:
    """D23, F6"""
    placed = shelf.trade.buy((BEAN, 5))
    await shelf.trade.settle()
    sold = shelf.trade.shown(BEAN)

    cancel_order(shelf.trade.shops.world, shelf.trade.shops.store(RETAILER), placed)
    await shelf.trade.settle()

    assert (sold, shelf.trade.shown(BEAN)) == (13, 18)


async def test_a_burst_of_changes_is_one_reading(shelf: Shelf) -> None:
    """D15: fifty updates of one item within a second; the last value wins, with few writes."""
    before = len(shelf.writes())
    for quantity in range(50, 100):
        shelf.count(quantity)

    shelf.trade.set_clock(shelf.trade.clock.at + timedelta(seconds=1))
    await shelf.trade.settle()
    shelf.trade.set_clock(shelf.trade.clock.at + timedelta(seconds=2))
    await shelf.trade.settle()

    assert shelf.trade.shown(BEAN) == 97
    assert len(shelf.writes()) - before <= 2


async def test_news_of_what_nobody_sells_is_not_followed(shelf: Shelf) -> None:
    unsold = shelf.trade.product(PARTNER, {"sku": "UNSOLD"}, title="Unsold")
    await shelf.trade.settle()
    async with shelf.trade.shops.open_uow(system_for(shelf.trade.link.partner_store.id)) as uow:
        waiting = await list_reads(uow.session, uow.store_id, 10)

    (variant,) = shelf.trade.variants(PARTNER, unsold)
    assert f"gid://shopify/InventoryItem/{variant.inventory_item_id}" not in dict(waiting)
