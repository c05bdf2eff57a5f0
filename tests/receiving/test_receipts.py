"""What is found in a parcel: short, over, given to the orders that waited longest; counted once."""

from datetime import timedelta

import pytest

from app.core.errors import Invalid, NotFound, Unavailable
from app.core.unit_of_work import system_for
from app.receiving.jobs import UseSurplus
from app.receiving.service import Count, receive_parcel
from app.receiving.states import TRANSITIONS, AlreadyReceived, ParcelState, TakenBack, ensure
from app.units.facts import lots_of
from jobs.context import JobContext
from jobs.registry import Handled
from simulator.world.changes import changed
from simulator.world.inventory import set_inventory
from simulator.world.orders import cancel_order
from tests.support.linked import link
from tests.support.oak import BEANS, QUARTER, Oak, lines_of
from tests.support.shops import PARTNER, RETAILER
from tests.support.trade import Trade

pytestmark = pytest.mark.anyio


async def test_units_that_did_not_come_wait_for_the_next_master_order(oak: Oak) -> None:
    """H4: ordered 10, received 8: 2 short, 8 allocated, the two that wait are queued with their old place."""
    await oak.sell(10)
    await oak.close_week()
    oak.send(10)
    await oak.trade.settle()

    await oak.receive((await oak.parcels())[0], 8)

    assert await oak.units("supply") == {"allocated": 8, "shorted": 2}
    assert await oak.units() == {"allocated": 8, "queued": 2}
    await oak.gather()
    assert [(lot.quantity, lot.late) for lot in await oak.trade.queued()] == [(2, False)]
    assert [line.quantity for line in (await oak.running()).lines] == [2]


async def test_nothing_is_short_before_the_partner_is_done(oak: Oak) -> None:
    """H4: 6 of 10 sent and 5 found: the rest is awaited until the last parcel is open."""
    await oak.sell(10)
    await oak.close_week()
    oak.send(6)
    await oak.trade.settle()
    await oak.receive((await oak.parcels())[0], 5)
    awaited = await oak.units("supply")
    oak.send(4, number="1Z888")
    await oak.trade.settle()
    still = await oak.units("supply")

    await oak.receive((await oak.parcels())[1])

    assert awaited == {"allocated": 5, "inbound": 1, "sent": 4}
    assert still == {"allocated": 5, "inbound": 5}
    assert await oak.units("supply") == {"allocated": 9, "shorted": 1}
    assert await oak.units() == {"allocated": 9, "queued": 1}


async def test_a_closed_order_is_short_of_what_was_never_sent(oak: Oak) -> None:
    """H14: the partner closes the rest."""
    await oak.sell(10)
    await oak.close_week()
    oak.send(6)
    await oak.trade.settle()
    await oak.receive((await oak.parcels())[0])

    close_order(oak)
    await oak.trade.settle()

    assert await oak.units("supply") == {"allocated": 6, "shorted": 4}
    assert await oak.units() == {"allocated": 6, "queued": 4}


def close_order(oak: Oak) -> None:
    """Oak's staff archive the order: they are done with it."""
    oak.order.closed_at = oak.trade.clock.at
    changed(oak.trade.shops.world, oak.store, oak.order)


async def test_a_parcel_after_the_shortage_was_settled_is_taken_in(oak: Oak) -> None:
    """H4: the units that were given up come after all; whoever waits again gets them, and none is ordered twice."""
    await oak.sell(10)
    await oak.close_week()
    fulfillment_first = oak.send(6)
    await oak.trade.settle()
    await oak.receive((await oak.parcels())[0])
    close_order(oak)
    await oak.trade.settle()
    oak.send(4, number="1Z888")
    await oak.trade.settle()
    coming = await oak.units("supply")

    await oak.receive((await oak.parcels())[1])

    assert fulfillment_first.id
    assert coming == {"allocated": 6, "inbound": 4}
    assert await oak.units("supply") == {"allocated": 10}
    assert await oak.units() == {"allocated": 10}
    await oak.gather()
    assert oak.drafts == []


async def test_the_oldest_order_is_served_first(oak: Oak) -> None:
    """H5: A(6) B(3) C(3), received 8: 6, 2, 0."""
    await oak.sell(6, 3, 3)
    await oak.close_week()
    oak.send(12)
    await oak.trade.settle()

    await oak.receive((await oak.parcels())[0], 8)

    assert await oak.places() == [{"allocated": 6}, {"allocated": 2, "queued": 1}, {"queued": 3}]


async def test_two_grinds_in_one_parcel(oak: Oak) -> None:
    """E14, H5: lines of one variant whose customers bought by turns; each gets the grind they asked for."""
    variant = next(each.id for each in oak.trade.variants(RETAILER) if each.sku == BEANS)
    ground = {"variant_id": variant, "quantity": 9, "properties": {"Grind": "French press"}}
    for line in ((BEANS, 1), ground, (BEANS, 3)):
        oak.trade.buy(line)
        await oak.pass_time(timedelta(minutes=20))
    await oak.close_week()
    oak.send(*lines_of(oak.order))
    await oak.trade.settle()

    await oak.receive((await oak.parcels())[0])

    assert sorted(lines_of(oak.order)) == [4, 9]
    assert await oak.places() == [{"allocated": 1}, {"allocated": 9}, {"allocated": 3}]
    async with oak.trade.uow() as uow:
        lots = await lots_of(uow.session, oak.trade.retailer_id)
    supplies = {lot.supply_line_id for lot in lots if lot.side == "demand" and lot.balances.get("allocated") in (1, 3)}
    assert len(supplies) == 1


async def test_more_than_ordered_is_surplus(oak: Oak) -> None:
    """H6: 12 for 10; the two are offered, and sold ones order nothing from the partner (D29)."""
    await oak.sell(10)
    await oak.close_week()
    oak.send(10)
    await oak.trade.settle()

    await oak.receive((await oak.parcels())[0], 12)
    surplus = await oak.units("supply")
    offered = (await oak.trade.offer(BEANS)).sum.surplus
    await oak.sell(2)
    await oak.gather()

    assert (surplus, offered) == ({"allocated": 10, "received": 2}, 2)
    assert await oak.units("supply") == {"allocated": 12}
    assert oak.drafts == []


async def be_late(_context: JobContext, _job: UseSurplus) -> None:
    """The database is busy."""
    raise Unavailable(retry_after=150)


async def test_surplus_that_is_given_late_is_offered_no_more(oak: Oak) -> None:
    """D29: the partner has none left; giving the surplus to the sale has the offer follow, however late it is given."""
    trade = oak.trade
    await oak.sell(1)
    await oak.close_week()
    oak.send(1)
    await trade.settle()
    await oak.receive((await oak.parcels())[0], 5)
    (theirs,) = trade.variants(PARTNER)
    place = next(iter(oak.store.locations))
    set_inventory(trade.shops.world, oak.store, (theirs.inventory_item_id, place), 0, "staff")
    await trade.turn(minutes=1)
    offered = trade.shown(BEANS)
    runner = trade.shops.runner
    handlers = runner.handlers
    runner.handlers = {**handlers, UseSurplus.name: Handled(UseSurplus, be_late)}
    trade.buy((BEANS, 1))
    await trade.turn(seconds=5)
    runner.handlers = handlers

    await trade.turn(minutes=4)

    assert (offered, trade.shown(BEANS)) == (4, 3)
    assert await oak.units("supply") == {"allocated": 2, "received": 3}


async def test_units_cancelled_meanwhile_are_surplus_for_the_next_order(oak: Oak) -> None:
    """H19, F10: a receipt after the cancellation, and goods that are free again go to who waits."""
    placed = await oak.sell(3, 2)
    await oak.close_week()
    retailer = oak.trade.shops.store(oak.trade.retailer)
    cancel_order(oak.trade.shops.world, retailer, placed[1])
    oak.send(5)
    await oak.trade.settle()
    await oak.receive((await oak.parcels())[0], 4)
    after_receipt = await oak.units("supply")

    await oak.sell(1)
    cancel_order(oak.trade.shops.world, retailer, placed[0])
    await oak.trade.settle()

    assert after_receipt == {"allocated": 3, "received": 1, "shorted": 1}
    assert await oak.units() == {"cancelled": 5, "allocated": 1}
    assert await oak.units("supply") == {"allocated": 1, "received": 3, "shorted": 1}


async def test_what_is_on_its_way_for_nobody_is_not_ordered_again(oak: Oak) -> None:
    """D25, F9: a sale after the cancellation waits for the parcel; it is not in U, and no draft asks for it."""
    placed = await oak.sell(5)
    await oak.close_week()
    oak.send(5)
    await oak.trade.settle()
    cancel_order(oak.trade.shops.world, oak.trade.shops.store(oak.trade.retailer), placed[0])
    await oak.trade.settle()

    await oak.sell(3)
    await oak.gather()
    unseen = (await oak.trade.offer(BEANS)).sum.unseen
    on_its_way, drafts = await oak.places(), list(oak.drafts)
    await oak.receive((await oak.parcels())[0])

    assert on_its_way == [{"cancelled": 5}, {"inbound": 3}]
    assert (unseen, drafts) == (0, [])
    assert await oak.places() == [{"cancelled": 5}, {"allocated": 3}]
    assert await oak.units("supply") == {"allocated": 3, "received": 2}


async def test_what_was_promised_and_does_not_come_is_ordered_after_all(oak: Oak) -> None:
    """D25, H4: of three promised units two are in the parcel; the third joins the next master order."""
    placed = await oak.sell(5)
    await oak.close_week()
    oak.send(5)
    await oak.trade.settle()
    cancel_order(oak.trade.shops.world, oak.trade.shops.store(oak.trade.retailer), placed[0])
    await oak.sell(3)
    await oak.gather()

    await oak.receive((await oak.parcels())[0], 2)
    await oak.gather()

    assert await oak.places() == [{"cancelled": 5}, {"allocated": 2, "queued": 1}]
    assert [line.quantity for line in oak.draft.lines] == [1]


async def test_who_waits_already_is_given_what_is_sent_for_nobody(oak: Oak) -> None:
    """F9: the partner sends what was cancelled after the cut-off; the next week orders that much less."""
    placed = await oak.sell(5)
    await oak.close_week()
    cancel_order(oak.trade.shops.world, oak.trade.shops.store(oak.trade.retailer), placed[0])
    await oak.sell(3, 3)
    await oak.gather()
    before = await oak.places()

    oak.send(5)
    await oak.trade.settle()

    assert before == [{"cancelled": 5}, {"queued": 3}, {"queued": 3}]
    assert await oak.places() == [{"cancelled": 5}, {"inbound": 3}, {"inbound": 2, "queued": 1}]


async def test_goods_set_free_go_to_an_order_that_waits_for_others(oak: Oak) -> None:
    """F10: the unit is de-allocated and given to the next waiting order at once."""
    placed = await oak.sell(3)
    await oak.close_week()
    await oak.sell(3)
    await oak.close_week()
    first, _ = oak.orders
    oak.send(3, order=first)
    await oak.trade.settle()
    await oak.receive((await oak.parcels())[0])

    cancel_order(oak.trade.shops.world, oak.trade.shops.store(oak.trade.retailer), placed[0])
    await oak.trade.settle()

    assert await oak.places() == [{"cancelled": 3}, {"allocated": 3}]


async def test_a_parcel_is_counted_once(oak: Oak) -> None:
    """H11: the second is told; nothing is doubled."""
    await oak.sell(3)
    await oak.close_week()
    oak.send(3)
    await oak.trade.settle()
    (parcel,) = await oak.parcels()
    await oak.receive(parcel)

    with pytest.raises(AlreadyReceived):
        await oak.receive(parcel)

    assert await oak.units("supply") == {"allocated": 3}


async def test_wrong_counts_are_refused(oak: Oak) -> None:
    """H11: every line once, none of another parcel, nothing negative."""
    await oak.sell(3)
    await oak.close_week()
    oak.send(3)
    await oak.trade.settle()
    (parcel,) = await oak.parcels()
    line = parcel.lines[0].master_line_id

    for counts in ([], [Count(line, -1)], [Count(line, 100_001)], [Count(line, 3), Count(line + 1000, 1)]):
        async with oak.trade.uow() as uow:
            with pytest.raises(Invalid):
                await receive_parcel(uow, parcel.id, counts)
            await uow.session.rollback()
    async with oak.trade.shops.open_uow(system_for(oak.trade.link.partner_store.id)) as uow:
        with pytest.raises(NotFound):
            await receive_parcel(uow, parcel.id, [Count(line, 3)])

    assert (await oak.parcels())[0].state == "on_the_way"


@pytest.mark.parametrize("start", ParcelState)
@pytest.mark.parametrize("end", ParcelState)
def test_steps_of_a_parcel(start: ParcelState, end: ParcelState) -> None:
    allowed = {("on_the_way", "received"), ("on_the_way", "cancelled")}
    if (start, end) in allowed:
        ensure(start, end)
    else:
        with pytest.raises(TakenBack if start == "cancelled" else AlreadyReceived):
            ensure(start, end)
    assert set(TRANSITIONS) == set(ParcelState)


async def test_reading_again_and_again_changes_nothing(oak: Oak) -> None:
    """W1: a second run of every job changes nothing."""
    await oak.stock_centre(3, 2)
    before = (await oak.units(), await oak.units("supply"), await oak.told("receiving.parcel.received"))

    for _ in range(3):
        await oak.pass_time(QUARTER + timedelta(minutes=1))

    assert (await oak.units(), await oak.units("supply"), await oak.told("receiving.parcel.received")) == before
    assert await oak.trade.problems() == []


async def test_what_surplus_serves_the_partners_other_retailers_may_sell(oak: Oak) -> None:
    """D25, D28: units that need nothing of the partner any more count against nobody's offer, at once."""
    trade = oak.trade
    second = await link(trade.shops, "harbour.myshopify.com", PARTNER)
    harbour = Trade(trade.shops, trade.clock, trade.courier, "harbour.myshopify.com", {PARTNER: second})
    await harbour.bring_in(*oak.store.products.values())
    await oak.sell(3)
    await oak.close_week()
    oak.send(3)
    await oak.sell(2)
    await oak.pass_time(timedelta(seconds=5))
    before = harbour.shown(BEANS)

    await oak.receive((await oak.parcels())[0], 5)
    await oak.pass_time(timedelta(seconds=5))

    assert await oak.units() == {"allocated": 5}
    assert (before, harbour.shown(BEANS)) == (15, 17)
