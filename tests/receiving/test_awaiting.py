"""A parcel that does not come is told, once, until it is received or taken back; what was lost is ordered again."""

from datetime import timedelta

import pytest

from app.receiving.rules import lacks_number
from simulator.world.fulfillment import add_fulfillment_event, cancel_fulfillment, update_tracking
from simulator.world.order_model import Tracking
from simulator.world.routing import hold_order, release_order
from tests.support.hub import MONDAY_NOON
from tests.support.oak import Oak
from tests.support.shops import RETAILER

pytestmark = pytest.mark.anyio
QUARTER_DAY = timedelta(hours=6, minutes=1)


async def test_a_parcel_that_does_not_come_for_seven_days_is_told_and_counted_as_lost(oak: Oak) -> None:
    """H13: until it is received, be it with nothing; what was in it is ordered again, and not billed."""
    await oak.sell(3)
    await oak.close_week()
    oak.send(3)
    await oak.pass_time(timedelta(days=6, hours=23))
    before = await oak.problems()
    await oak.pass_time(QUARTER_DAY)
    first = (await oak.problems())["parcel_overdue"]
    await oak.pass_time(QUARTER_DAY)
    again = (await oak.problems())["parcel_overdue"]
    (parcel,) = await oak.parcels()

    await oak.receive(parcel, 0)
    await oak.gather()

    assert "parcel_overdue" not in before
    assert (again.id, first.subject_kind, first.subject_id) == (first.id, "parcel", str(parcel.id))
    assert "1Z999" in first.cause
    assert await oak.problems() == {}
    assert (await oak.units(), await oak.units("supply")) == ({"queued": 3}, {"shorted": 3})
    assert [line.quantity for line in oak.draft.lines] == [3]


async def test_what_did_not_come_for_an_order_on_hold_waits_for_its_release(oak: Oak) -> None:
    """E23, H13: it was on its way when the hold was placed; nothing is ordered again for who may be a cheat."""
    held, _ = await oak.sell(3, 2)
    await oak.close_week()
    oak.send(5)
    store = oak.trade.shops.store(RETAILER)
    hold_order(oak.trade.shops.world, store, held)
    await oak.trade.settle()
    await oak.receive((await oak.parcels())[0], 0)
    await oak.gather()
    units, drafted = await oak.units(), [line.quantity for line in oak.draft.lines]

    release_order(oak.trade.shops.world, store, held)
    await oak.trade.settle()
    await oak.gather()

    assert (units, drafted) == ({"held": 3, "queued": 2}, [2])
    assert (await oak.units(), [line.quantity for line in oak.draft.lines]) == ({"queued": 5}, [5])


async def test_a_lost_parcel_that_turns_up_is_counted_after_all(oak: Oak) -> None:
    """H13, H12: and nothing is told of a parcel that was counted as lost when its partner cancels it."""
    await oak.sell(3)
    await oak.close_week()
    fulfillment = oak.send(3)
    await oak.trade.settle()
    (parcel,) = await oak.parcels()
    await oak.receive(parcel, 0)
    cancel_fulfillment(oak.trade.shops.world, oak.store, fulfillment)
    await oak.trade.settle()
    told = await oak.problems()

    await oak.correct(parcel, 3)
    await oak.gather()

    assert told == {}
    assert (await oak.units(), await oak.units("supply")) == ({"allocated": 3}, {"allocated": 3})
    assert oak.drafts == []


async def test_a_parcel_that_was_delivered_and_not_received_is_told_a_day_later(oak: Oak) -> None:
    """H16: as its carrier told the partner's store; until the partner takes it back."""
    await oak.sell(3)
    await oak.close_week()
    fulfillment = oak.send(3)
    await oak.pass_time(timedelta(days=2))
    add_fulfillment_event(oak.trade.shops.world, oak.store, fulfillment, "DELIVERED", None, None)
    delivered_at = oak.trade.clock.at
    await oak.pass_time(QUARTER_DAY)  # the partner's store is asked
    await oak.pass_time(timedelta(hours=23) - QUARTER_DAY)
    before = await oak.problems()
    await oak.pass_time(QUARTER_DAY)
    told = await oak.problems()

    cancel_fulfillment(oak.trade.shops.world, oak.store, fulfillment)
    await oak.trade.settle()

    assert (await oak.parcels())[0].delivered_at == delivered_at
    assert (before, set(told)) == ({}, {"parcel_overdue"})
    assert told["parcel_overdue"].cause.startswith("The carrier says that parcel 1Z999 was delivered")
    assert await oak.problems() == {}


async def test_a_delivery_that_was_another_parcels_is_told_no_more(oak: Oak) -> None:
    """H16, H9: the number was wrong, and with the right one nobody says that the parcel was delivered."""
    await oak.sell(3)
    await oak.close_week()
    sent = oak.send(3)
    await oak.pass_time(timedelta(days=2))
    add_fulfillment_event(oak.trade.shops.world, oak.store, sent, "DELIVERED", None, None)
    await oak.pass_time(QUARTER_DAY)
    await oak.pass_time(timedelta(days=1))
    told = set(await oak.problems())

    sent.events.clear()
    update_tracking(oak.trade.shops.world, oak.store, sent, [Tracking(company="UPS", number="1Z777", url=None)])
    await oak.trade.settle()
    await oak.pass_time(QUARTER_DAY)

    assert told == {"parcel_overdue"}
    assert await oak.problems() == {}


def test_a_missing_number_is_marked_after_a_day() -> None:
    """H3"""
    marked = [lacks_number(number, MONDAY_NOON, MONDAY_NOON + timedelta(hours=24)) for number in (None, "", "1Z999")]
    assert marked == [True, True, False]
    assert not lacks_number(None, MONDAY_NOON, MONDAY_NOON + timedelta(hours=23))
