"""From the shelf to the customer's order status page: packed, handed over, posted exactly once."""

import contextlib
from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict, Invalid, NotFound, Unavailable
from app.core.unit_of_work import Open, system_for
from app.fulfillment import flows, service
from app.fulfillment.errors import ContentsCancelled, NothingToPack, PartnersNumber
from app.fulfillment.queries import ShipmentRow, get_shipment
from app.fulfillment.service import Handover
from app.fulfillment.states import TRANSITIONS, IllegalTransition, ShipmentState, ensure
from simulator.faults.faults import Rule
from simulator.world.order_model import Fulfillment
from simulator.world.orders import Edit, LineChange, cancel_order, edit_order
from simulator.world.routing import hold_order, release_order
from tests.support.oak import BEANS, Killed, Oak, killed_at

pytestmark = pytest.mark.anyio

UPS = Handover("UPS", "1ZOURS", "")


async def pack(oak: Oak, quantity: int = 0, number: int = 0) -> int:
    """Pack so many of the first line of an order; all of it unless said otherwise."""
    order = (await oak.trade.orders())[number]
    line = order.partner_lines[0]
    async with oak.trade.uow() as uow:
        return await service.pack_order(uow, order.id, {line.id: quantity or line.quantity})


async def hand_over(oak: Oak, shipment_id: int, handover: Handover = UPS) -> None:
    async with oak.trade.uow() as uow:
        await service.hand_over(uow, shipment_id, handover)


async def post(oak: Oak, shipment_id: int, open_uow: Open | None = None) -> None:
    opener, shopify = open_uow or oak.trade.shops.open_uow, oak.trade.shops.shopify
    await flows.post_shipment(opener, shopify.with_units(opener), oak.trade.retailer_id, shipment_id)


async def shipment(oak: Oak, shipment_id: int) -> ShipmentRow:
    async with oak.trade.uow() as uow:
        return await get_shipment(uow.session, oak.trade.retailer_id, shipment_id)


def shown(oak: Oak) -> list[Fulfillment]:
    """What the customers' orders show as sent."""
    store = oak.trade.shops.store(oak.trade.retailer)
    return [each for each in store.fulfillments.values() if each.status == "SUCCESS"]


def content(fulfillment: Fulfillment) -> list[int]:
    return [line.quantity for line in fulfillment.lines]


def numbers(fulfillment: Fulfillment) -> list[str | None]:
    return [each.number for each in fulfillment.tracking]


async def test_only_what_is_in_the_box_is_posted(oak: Oak) -> None:
    """I2: two of three partner units, and nothing of the retailer's own line."""
    own = oak.trade.product(oak.trade.retailer, {"sku": "MUG"}, title="Mug")
    (mug,) = oak.trade.variants(oak.trade.retailer, own)
    bean = oak.trade.sold_variant(BEANS)
    oak.trade.buy({"variant_id": bean.id, "quantity": 3}, {"variant_id": mug.id, "quantity": 1})
    await oak.trade.settle()
    await oak.stock_centre()
    box = await pack(oak, 2)

    await hand_over(oak, box)
    await oak.trade.settle()

    (fulfillment,) = shown(oak)
    assert (content(fulfillment), numbers(fulfillment)) == ([2], ["1ZOURS"])
    assert await oak.units() == {"outbound": 2, "allocated": 1}
    assert (await shipment(oak, box)).state == "shipped"


async def test_the_partners_tracking_never_reaches_the_customer(oak: Oak) -> None:
    """J2: refused at the field, however spelt; the partner's parcel shows nowhere on the customer's order."""
    await oak.stock_centre(3)
    box = await pack(oak)

    for number in ("1Z999", " 1z-999 "):
        with pytest.raises(PartnersNumber) as refused:
            await hand_over(oak, box, Handover("UPS", number, ""))
        assert "number" in refused.value.fields
    before = shown(oak)
    await hand_over(oak, box)
    await oak.trade.settle()

    assert before == []
    assert [numbers(each) for each in shown(oak)] == [["1ZOURS"]]


@pytest.mark.parametrize(
    ("handover", "field"),
    [
        (Handover("", "1", ""), "carrier"),
        (Handover("x" * 61, "1", ""), "carrier"),
        (Handover("UPS", "  ", ""), "number"),
        (Handover("UPS", "1" * 81, ""), "number"),
        (Handover("UPS", "1", "javascript:alert(1)"), "url"),
        (Handover("UPS", "1", "https://"), "url"),
    ],
)
async def test_a_handover_that_cannot_be_read_is_refused(oak: Oak, handover: Handover, field: str) -> None:
    """I22."""
    await oak.stock_centre(1)
    box = await pack(oak)

    with pytest.raises(Invalid) as refused:
        await hand_over(oak, box, handover)

    assert set(refused.value.fields) == {field}


@pytest.mark.parametrize("phase", ["before", "after"])
async def test_a_fulfilment_without_an_answer_is_looked_for(oak: Oak, phase: str) -> None:
    """I4: exactly one on the customer's order."""
    await oak.stock_centre(3)
    box = await pack(oak)
    oak.fail(Rule(action="drop", phase=phase, operation="FulfillmentCreate", nth=1))  # type: ignore[arg-type]
    await hand_over(oak, box)
    with pytest.raises(Unavailable):
        await post(oak, box)
    oak.trade.set_clock(oak.trade.clock.at + timedelta(seconds=11))

    await post(oak, box)

    assert [content(each) for each in shown(oak)] == [[3]]
    assert await oak.units() == {"outbound": 3}


@pytest.mark.parametrize("step", range(6))
async def test_a_posting_killed_between_two_steps_is_finished_by_the_next(oak: Oak, step: int) -> None:
    """I2: exactly once."""
    await oak.stock_centre(3)
    box = await pack(oak)
    await hand_over(oak, box)

    with contextlib.suppress(Killed):
        await post(oak, box, killed_at(oak.trade.shops.open_uow, step))
    await oak.trade.settle()
    await oak.pass_time(timedelta(seconds=30))

    assert [content(each) for each in shown(oak)] == [[3]]
    assert await oak.units() == {"outbound": 3}
    assert await oak.told("fulfillment.shipment.posted") == 1


async def test_an_order_on_hold_stops_the_box_with_the_reason(oak: Oak) -> None:
    """I3: listed; released and posted again it goes."""
    await oak.stock_centre(3)
    box = await pack(oak)
    world, store = oak.trade.shops.world, oak.trade.shops.store(oak.trade.retailer)
    (order,) = store.orders.values()
    hold_order(world, store, order)
    await hand_over(oak, box)
    await oak.trade.settle()
    stuck, listed = await shipment(oak, box), await oak.problems()

    release_order(world, store, order)
    await hand_over(oak, box)
    await oak.trade.settle()

    assert (stuck.state, "on hold" in str(stuck.trouble)) == ("stuck", True)
    assert (listed["shipment_not_accepted"].subject_kind, listed["shipment_not_accepted"].units) == ("order_line", 3)
    assert (await shipment(oak, box)).state == "shipped"
    assert await oak.trade.problems() == []


async def test_units_cancelled_in_the_box_can_be_unpacked(oak: Oak) -> None:
    """F11: what is there goes back to the shelf, what was cancelled is surplus already; as it is it cannot go."""
    (placed,) = await oak.sell(3)
    await oak.stock_centre()
    box = await pack(oak)
    cancel_order(oak.trade.shops.world, oak.trade.shops.store(oak.trade.retailer), placed)
    await oak.trade.settle()
    with pytest.raises(ContentsCancelled):
        await hand_over(oak, box)

    async with oak.trade.uow() as uow:
        await service.unpack(uow, box)

    assert await oak.units() == {"cancelled": 3}
    assert await oak.units("supply") == {"received": 3}
    assert await oak.trade.problems() == []


async def test_a_box_given_up_and_wanted_again_does_not_go_as_it_was_packed(oak: Oak) -> None:
    """F11: its units are the surplus of others by then; with them the customer would get what is queued once more."""
    (placed,) = await oak.sell(3)
    await oak.stock_centre()
    box = await pack(oak)
    for wanted in (0, 3):
        edit = Edit(changes=[LineChange(line_id=placed.lines[0].id, quantity=wanted)], paid=True, force=True)
        edit_order(oak.trade.shops.world, oak.trade.shops.store(oak.trade.retailer), placed, edit)
        await oak.trade.settle()

    with pytest.raises(ContentsCancelled):
        await hand_over(oak, box)

    assert (await shipment(oak, box)).state == "packed"
    assert shown(oak) == []


async def test_units_cancelled_while_their_box_was_posted_are_listed(oak: Oak) -> None:
    """F11: the store has the fulfilment; what is left is shipped, the rest is listed, and nothing loops."""
    (placed,) = await oak.sell(3)
    await oak.stock_centre()
    box = await pack(oak)
    await hand_over(oak, box)
    cancel_order(oak.trade.shops.world, oak.trade.shops.store(oak.trade.retailer), placed)
    async with oak.trade.uow() as uow:
        await _forget_jobs(uow.session)
    await oak.trade.settle()

    async with oak.trade.uow() as uow:
        await service.record_posted(uow, box, ["gid://shopify/Fulfillment/1"])

    assert (await shipment(oak, box)).state == "shipped"
    assert (await oak.problems())["shipped_though_cancelled"].subject_kind == "order_line"
    assert await oak.units() == {"cancelled": 3}


async def _forget_jobs(session: AsyncSession) -> None:

    await session.execute(text("DELETE FROM job_runs WHERE name = 'fulfillment.post_shipment'"))


async def test_nobody_packs_what_is_not_there(oak: Oak) -> None:
    """I1: twice, too many, none, of another store."""
    await oak.stock_centre(3)
    order = await oak.trade.order()
    line = order.lines[0].id
    refusals: Mapping[int, type[Exception]] = {4: Invalid, 0: Invalid, -1: Invalid}
    for quantity, refusal in refusals.items():
        async with oak.trade.uow() as uow:
            with pytest.raises(refusal):
                await service.pack_order(uow, order.id, {line: quantity})
    box = await pack(oak)

    with pytest.raises(NothingToPack):
        await pack(oak)
    async with oak.trade.shops.open_uow(system_for(oak.trade.link.partner_store.id)) as uow:
        with pytest.raises(NotFound):
            await service.pack_order(uow, order.id, {line: 1})
        for verb in (service.unpack, service.plan_posting):
            with pytest.raises(NotFound):
                await verb(uow, box)

    assert await oak.units() == {"packed": 3}


ALLOWED = {
    ("packed", "posting"),
    ("packed", "unpacked"),
    ("posting", "shipped"),
    ("posting", "stuck"),
    ("posting", "uncertain"),
    ("uncertain", "posting"),
    ("uncertain", "shipped"),
    ("uncertain", "stuck"),
    ("stuck", "posting"),
    ("stuck", "unpacked"),
}


@pytest.mark.parametrize("start", ShipmentState)
@pytest.mark.parametrize("end", ShipmentState)
def test_steps_of_a_shipment(start: ShipmentState, end: ShipmentState) -> None:
    if (start, end) in ALLOWED:
        ensure(start, end)
    else:
        with pytest.raises(IllegalTransition):
            ensure(start, end)
    assert set(TRANSITIONS) == set(ShipmentState)


async def test_a_box_handed_over_twice_is_posted_once(oak: Oak) -> None:
    """I2: the second click is told."""
    await oak.stock_centre(3)
    box = await pack(oak)
    await hand_over(oak, box)

    with pytest.raises(Conflict):
        await hand_over(oak, box)
    for _ in range(2):
        await oak.trade.settle()
        await post(oak, box)

    assert [content(each) for each in shown(oak)] == [[3]]
