"""What the partner does with a master order becomes parcels of ours, each once."""

import random
import string
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.gateways.shopify import partner_orders as gateway
from app.receiving import service
from app.receiving.jobs import ReadMasterOrders
from app.receiving.queries import is_inbound_number, partner_is_done
from simulator.world.fulfillment import cancel_fulfillment, create_fulfillment, parts_for, update_tracking
from simulator.world.order_model import Tracking
from simulator.world.orders import Edit, LineChange, cancel_order, edit_order
from tests.support.oak import BEANS, QUARTER, Oak

pytestmark = pytest.mark.anyio


async def test_two_parcels_of_one_master_order(oak: Oak) -> None:
    """H1: 6 + 4, partly inbound, then inbound."""
    await oak.sell(10)
    await oak.close_week()
    oak.send(6)
    await oak.trade.settle()
    partly = await oak.units("supply")
    oak.send(4, number="1Z888")

    await oak.trade.settle()

    assert partly == {"inbound": 6, "sent": 4}
    assert await oak.units("supply") == {"inbound": 10}
    assert [parcel.unit_count for parcel in await oak.parcels()] == [6, 4]
    assert await oak.places() == [{"inbound": 10}]


async def test_units_of_one_variant_go_to_the_lines_the_partner_confirmed(oak: Oak) -> None:
    """H1: of a line the partner reduced no more is announced than they confirmed, the rest is the other line's."""
    variant_id = next(each.id for each in oak.trade.variants(oak.trade.retailer) if each.sku == BEANS)
    oak.trade.buy({"variant_id": variant_id, "quantity": 5})
    oak.trade.buy({"variant_id": variant_id, "quantity": 4, "properties": {"Grind": "fine"}})
    await oak.trade.settle()
    await oak.gather()
    oak.edit(1, 4)
    master = await oak.close_week()

    oak.send(1, 3)
    await oak.trade.settle()

    (parcel,) = await oak.parcels()
    reduced, whole = sorted(line.id for line in master.lines)
    assert {line.master_line_id: line.quantity for line in parcel.lines} == {reduced: 1, whole: 3}


async def test_the_same_news_twice_and_a_corrected_number_are_one_parcel(oak: Oak) -> None:
    """H2: the number is replaced, the old one kept."""
    await oak.sell(3)
    closed = await oak.close_week()
    fulfillment = oak.send(3)
    await oak.trade.settle()
    for _ in range(2):
        await _read(oak, closed.id)
    update_tracking(oak.trade.shops.world, oak.store, fulfillment, [Tracking(company="UPS", number="1Z777", url=None)])

    await oak.trade.settle()

    (parcel,) = await oak.parcels()
    assert (parcel.tracking_number, parcel.earlier_numbers, parcel.unit_count) == ("1Z777", ("1Z999",), 3)
    assert await oak.units("supply") == {"inbound": 3}
    assert await oak.told("receiving.parcel.sent") == await oak.told("receiving.parcel.tracking_corrected") == 1


async def _read(oak: Oak, cycle_id: int) -> None:
    facts = await oak.trade.shops.shopify.call(
        oak.trade.link.partner_store.id, gateway.read_partner_order, oak.order.gid
    )
    assert facts is not None
    async with oak.trade.uow() as uow:
        await service.record_partner_order(uow, cycle_id, facts)


async def test_older_news_is_ignored(oak: Oak) -> None:
    """H2: out of order."""
    await oak.sell(3)
    closed = await oak.close_week()
    partner_store_id = oak.trade.link.partner_store.id
    before = await oak.trade.shops.shopify.call(partner_store_id, gateway.read_partner_order, oak.order.gid)
    oak.trade.set_clock(oak.trade.clock.at + timedelta(minutes=1))
    oak.send(3)
    await oak.trade.settle()

    async with oak.trade.uow() as uow:
        assert before is not None
        await service.record_partner_order(uow, closed.id, before)

    async with oak.trade.uow() as uow:
        assert (await partner_is_done(uow.session, oak.trade.retailer_id, [closed.id]))[closed.id]


async def test_a_parcel_whose_news_was_lost_is_found_by_asking(oak: Oak) -> None:
    """H2: though news of a later change of another order arrived."""
    await oak.sell(3)
    await oak.close_week()
    await oak.sell(2)
    await oak.close_week()
    first, second = oak.orders
    oak.send(3, order=first)
    await oak.trade.lose_webhooks()
    oak.trade.set_clock(oak.trade.clock.at + timedelta(minutes=10))
    oak.send(2, order=second, number="1Z888")
    await oak.trade.settle()
    known = len(await oak.parcels())

    await oak.pass_time(QUARTER)

    assert known == 1
    assert sorted(parcel.unit_count for parcel in await oak.parcels()) == [2, 3]


async def test_what_was_sent_before_we_knew_of_the_order(oak: Oak) -> None:
    """G25, H9: the partner completes our draft and ships it at once; all news of that was lost."""
    await oak.sell(3)
    await oak.gather()
    order = oak.complete_draft()
    oak.trade.set_clock(oak.trade.clock.at + timedelta(minutes=5))
    await oak.trade.lose_webhooks()
    oak.send(3, order=order)
    await oak.trade.lose_webhooks()

    await oak.pass_time(timedelta(days=2))
    await oak.close_week()

    assert [parcel.unit_count for parcel in await oak.parcels()] == [3]
    assert await oak.units("supply") == {"inbound": 3}


async def test_a_partner_is_watched_while_goods_are_awaited(oak: Oak) -> None:
    """H2: each quarter of an hour from the close until all of it is here; the rest of the time each night."""
    before = await _watches(oak)
    await oak.sell(3)
    await oak.close_week()
    under_way = await _watches(oak)
    oak.send(3)
    await oak.trade.settle()

    await oak.receive((await oak.parcels())[0])
    await oak.pass_time(QUARTER)

    assert (before, under_way) == ([24 * 60], [15, 24 * 60])
    assert await _watches(oak) == [24 * 60]


async def _watches(oak: Oak) -> list[int]:
    async with oak.trade.uow() as uow, uow.machinery() as session:
        planned = text("SELECT minutes FROM planned_instants WHERE name = :name ORDER BY minutes")
        return list(await session.scalars(planned, {"name": ReadMasterOrders.name}))


async def test_a_parcel_cancelled_before_it_arrived_is_awaited_again(oak: Oak) -> None:
    """H14, H15: its units are sent, not inbound; a new parcel takes them."""
    await oak.sell(3)
    await oak.close_week()
    fulfillment = oak.send(3)
    await oak.trade.settle()

    cancel_fulfillment(oak.trade.shops.world, oak.store, fulfillment)
    await oak.trade.settle()
    awaited = await oak.units("supply")
    oak.send(3, number="1Z888")
    await oak.trade.settle()

    assert awaited == {"sent": 3}
    assert [parcel.state for parcel in await oak.parcels()] == ["cancelled", "on_the_way"]
    assert await oak.units("supply") == {"inbound": 3}


async def test_a_parcel_cancelled_after_receipt_stays_received(oak: Oak) -> None:
    """H15: receipt wins, flagged once."""
    await oak.sell(3)
    closed = await oak.close_week()
    fulfillment = oak.send(3)
    await oak.trade.settle()
    await oak.receive((await oak.parcels())[0])

    cancel_fulfillment(oak.trade.shops.world, oak.store, fulfillment)
    await oak.trade.settle()

    (parcel,) = await oak.parcels()
    assert parcel.state == "received"
    assert await oak.places() == [{"allocated": 3}]
    problem = (await oak.problems())["parcel_cancelled_after_receipt"]
    assert (problem.subject_kind, problem.subject_id) == ("master", str(closed.id))


async def test_what_was_missing_in_a_parcel_that_is_taken_back_may_still_be_sent(oak: Oak) -> None:
    """H4, H15: the receipt stands; the unit that was not in it is with the partner again, the other parcel's is not."""
    await oak.sell(4)
    await oak.close_week()
    short = oak.send(2)
    await oak.trade.settle()
    await oak.receive((await oak.parcels())[0], 1)
    oak.send(2, number="1Z888")
    await oak.trade.settle()

    cancel_fulfillment(oak.trade.shops.world, oak.store, short)
    await oak.trade.settle()
    taken_back = await oak.units("supply")
    oak.send(1, number="1Z999")
    await oak.trade.settle()

    assert taken_back == {"allocated": 1, "inbound": 2, "sent": 1}
    assert await oak.units("supply") == {"allocated": 1, "inbound": 3}


async def test_goods_that_were_not_ordered_are_flagged(oak: Oak) -> None:
    """H7: the partner put something of their own into the box."""
    await oak.sell(3)
    await oak.close_week()
    cup = oak.trade.product("oak.myshopify.com", {"sku": "CUP"}, title="Cup")
    (variant,) = oak.trade.variants("oak.myshopify.com", cup)
    world = oak.trade.shops.world
    edit_order(world, oak.store, oak.order, Edit(changes=[LineChange(variant_id=variant.id, quantity=2)]))
    await oak.trade.settle()
    for parts in parts_for(oak.store, oak.order, None):
        create_fulfillment(world, oak.store, parts, [], "staff")

    await oak.trade.settle()

    (parcel,) = await oak.parcels()
    assert (parcel.unit_count, parcel.tracking_number) == (3, None)
    assert (await oak.problems())["parcel_with_other_goods"].subject_kind == "master"
    assert await oak.units("supply") == {"inbound": 3}


async def test_a_master_order_the_partner_cancelled_waits_for_a_decision(oak: Oak) -> None:
    """G26: all its units are listed once; nothing is short, nobody is told."""
    await oak.sell(3, 2)
    await oak.close_week()

    cancel_order(oak.trade.shops.world, oak.store, oak.order)
    await oak.trade.settle()
    await oak.pass_time(QUARTER)

    problem = (await oak.problems())["master_order_cancelled"]
    assert (problem.subject_kind, problem.units) == ("master", 5)
    assert await oak.units() == {"sent": 5}


async def test_a_partners_number_is_known_however_it_is_spelt(oak: Oak) -> None:
    """J2: the earlier ones too."""
    await oak.sell(3)
    await oak.close_week()
    fulfillment = oak.send(3, number="1Z 999-a")
    await oak.trade.settle()
    update_tracking(oak.trade.shops.world, oak.store, fulfillment, [Tracking(company="UPS", number="77", url=None)])
    await oak.trade.settle()

    async with oak.trade.uow() as uow:
        found = [
            await is_inbound_number(uow.session, oak.trade.retailer_id, number)
            for number in ("1Z 999-a", "1z999A", "77", "7 7", "1Z999", "-", "")
        ]

    assert found == [True, True, True, True, False, False, False]


async def test_every_number_a_parcel_ever_bore_is_known(oak: Oak) -> None:
    """J2: one that the partner added behind the first, and one that stood behind a carrier without a number."""
    world = oak.trade.shops.world
    await oak.sell(3)
    await oak.close_week()
    fulfillment = oak.send(3, number="1Z1")
    await oak.trade.settle()
    shown: tuple[tuple[str | None, ...], ...] = (("1Z1", "1Z2"), (None, "1Z3"), ("1Z4", "1Z5"))
    for numbers in shown:
        update_tracking(
            world, oak.store, fulfillment, [Tracking(company="UPS", number=each, url=None) for each in numbers]
        )
        await oak.trade.settle()

    async with oak.trade.uow() as uow:
        found = [await is_inbound_number(uow.session, oak.trade.retailer_id, f"1Z{each}") for each in range(1, 7)]

    (parcel,) = await oak.parcels()
    assert found == [True, True, True, True, True, False]
    assert (parcel.tracking_number, sorted(parcel.earlier_numbers)) == ("1Z4", ["1Z1", "1Z2", "1Z3", "1Z5"])


async def test_a_master_order_that_cannot_be_followed_holds_up_no_other(oak: Oak) -> None:
    """Promise 5: it is listed with the reason where it was ordered, tried again, and struck off once it is known."""
    world = oak.trade.shops.world
    for _ in range(2):
        await oak.sell(3)
        await oak.close_week()
    first, second = oak.orders
    endless = "".join(random.Random(7).choices(string.ascii_letters, k=20_000))  # longer than an index can hold
    broken = oak.send(3, order=first, number=endless)
    oak.send(3, order=second, number="1Z888")
    await oak.trade.lose_webhooks()
    await oak.pass_time(QUARTER)
    listed, known = await oak.problems(), [parcel.tracking_number for parcel in await oak.parcels()]

    update_tracking(world, oak.store, broken, [Tracking(company="UPS", number="1Z999", url=None)])
    await oak.trade.lose_webhooks()
    await oak.pass_time(QUARTER)

    of_first = str((await oak.masters())[0].id)
    assert known == ["1Z888"]
    assert [(each.kind, each.subject_id) for each in listed.values()] == [("master_order_not_followed", of_first)]
    assert sorted(str(parcel.tracking_number) for parcel in await oak.parcels()) == ["1Z888", "1Z999"]
    assert await oak.problems() == {}
    assert await oak.trade.failed_jobs() == []
