"""Boxes that meet trouble on the way: a part posted, another number, a hold, a permission, two boxes of one lot."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.core.errors import Invalid, Unavailable
from app.fulfillment import service
from app.fulfillment.errors import MayBeShown, OnHold, PartlyPosted
from app.fulfillment.service import Handover
from simulator.faults.faults import Rule
from simulator.world.apps import set_scopes
from simulator.world.fulfillment import create_fulfillment, parts_for
from simulator.world.order_model import Hold, Tracking
from simulator.world.orders import Edit, LineChange, cancel_order, edit_order
from simulator.world.routing import hold_order, place_hold, release_holds
from simulator.world.store import Store
from tests.fulfillment.test_correcting import correct, read
from tests.fulfillment.test_shipments import hand_over, numbers, pack, post, shipment, shown
from tests.support.oak import BEANS, Oak
from tests.support.shops import PARTNER, RETAILER

pytestmark = pytest.mark.anyio

UPS, USPS = Handover("UPS", "1ZOURS", ""), Handover("USPS", "9400RIGHT", "")


def retailer(oak: Oak) -> Store:
    return oak.trade.shops.store(RETAILER)


def fulfil(oak: Oak, by: Any, *tracking: Tracking) -> None:
    """The whole order, in the retailer's store."""
    (order,) = retailer(oak).orders.values()
    (parts,) = parts_for(retailer(oak), order, None)
    create_fulfillment(oak.trade.shops.world, retailer(oak), parts, list(tracking), by)


async def asked_without_answer(oak: Oak, phase: Any) -> int:
    """A box of which the store was told, and never answered."""
    await oak.stock_centre(3)
    box = await pack(oak)
    await hand_over(oak, box)
    oak.fail(Rule(action="drop", phase=phase, operation="FulfillmentCreate", nth=1))
    with pytest.raises(Unavailable):
        await post(oak, box)
    oak.fail()
    return box


async def half_posted(oak: Oak) -> int:
    """A box of two locations: one part was made and nobody heard, the other was on hold when it was asked for."""
    trade, store = oak.trade, retailer(oak)
    await trade.bring_in(trade.product(PARTNER, {"sku": "TEA"}, title="Tea"))
    placed = trade.buy((BEANS, 2), ("PARTNER-oak-TEA", 1))
    placed.lines[1].location_id = next(each for each in store.locations if each != placed.lines[0].location_id)
    await oak.stock_centre()
    order = await trade.order()
    async with trade.uow() as uow:
        box = await service.pack_order(uow, order.id, {line.id: line.quantity for line in order.lines})
    await hand_over(oak, box)
    oak.fail(Rule(action="drop", phase="after", operation="FulfillmentCreate", nth=1))
    with pytest.raises(Unavailable):
        await post(oak, box)
    rest = next(each for each in store.fulfillment_orders_of(placed.id) if each.is_live)
    place_hold(trade.shops.world, store, rest, Hold(id=trade.shops.world.new_id(), at=trade.clock.at))
    await oak.pass_time(timedelta(minutes=1))
    assert (await shipment(oak, box)).state == "stuck"
    return box


async def release_rest(oak: Oak) -> None:
    """The retailer's staff release what was on hold."""
    for part in list(retailer(oak).fulfillment_orders.values()):
        if part.status == "ON_HOLD":
            release_holds(oak.trade.shops.world, retailer(oak), part)
    await oak.trade.settle()


async def change(oak: Oak, line: int, quantity: int) -> None:
    """The customer wants another number of a line."""
    (placed,) = retailer(oak).orders.values()
    wanted = Edit(changes=[LineChange(line_id=placed.lines[line].id, quantity=quantity)], paid=True, force=True)
    edit_order(oak.trade.shops.world, retailer(oak), placed, wanted)
    await oak.trade.settle()


async def test_a_permission_that_is_given_back_lets_the_box_go(oak: Oak) -> None:
    """A2, G18: it waits for the permission like all other work."""
    await oak.stock_centre(3)
    box = await pack(oak)
    had = list(retailer(oak).app.scopes)
    set_scopes(oak.trade.shops.world, retailer(oak), [each for each in had if "merchant_managed" not in each])
    await oak.trade.settle()
    await hand_over(oak, box)
    await oak.trade.settle()
    before = await shipment(oak, box)

    set_scopes(oak.trade.shops.world, retailer(oak), had)
    await oak.trade.settle()
    await oak.pass_time(timedelta(hours=2))

    assert before.state == "posting"
    assert (await shipment(oak, box)).state == "shipped"
    assert await oak.trade.problems() == []


async def test_a_refused_look_leaves_the_doubt(oak: Oak) -> None:
    """I2: what may stand in the store is posted under its own number only, and not unpacked; it is found."""
    box = await asked_without_answer(oak, "after")

    stores = oak.trade.shops.world.stores
    away = stores.pop(RETAILER)  # at that name there is no store for a moment
    await post(oak, box)
    stores[RETAILER] = away
    stuck = await shipment(oak, box)
    with pytest.raises(Invalid, match="check"):
        await hand_over(oak, box, Handover("", "", ""))
    with pytest.raises(Invalid) as refused:
        await hand_over(oak, box, USPS)
    with pytest.raises(MayBeShown):
        async with oak.trade.uow() as uow:
            await service.unpack(uow, box)
    await hand_over(oak, box, UPS)
    await oak.pass_time(timedelta(minutes=1))

    assert stuck.state == "stuck"
    assert "1ZOURS" in refused.value.fields["number"]
    assert [numbers(each) for each in shown(oak)] == [["1ZOURS"]]
    assert (await shipment(oak, box)).state == "shipped"


async def test_what_is_made_between_two_looks_is_waited_for(oak: Oak) -> None:
    """I2: the first look is too early, the second finds nothing left to fulfil; nobody did it by hand."""
    box = await asked_without_answer(oak, "before")
    late = [Tracking(company="UPS", number="1ZOURS", url=None)]

    async def make_it_now(request: httpx.Request) -> None:
        if b"FulfillmentOrders" in request.content and late:
            fulfil(oak, "app", late.pop())

    oak.trade.shops.shopify.client.http.event_hooks["request"].append(make_it_now)
    with pytest.raises(Unavailable):
        await post(oak, box)
    await oak.pass_time(timedelta(minutes=5))

    assert late == []
    assert (await shipment(oak, box)).state == "shipped"
    assert [numbers(each) for each in shown(oak)] == [["1ZOURS"]]


async def test_a_number_that_somebody_gave_by_hand_is_what_the_page_says(oak: Oak) -> None:
    """I4: the customer reads it; staff may correct it."""
    await oak.stock_centre(3)
    box = await pack(oak)
    fulfil(oak, "staff", Tracking(company="UPS", number="1ZHAND", url=None))
    await oak.trade.settle()
    await hand_over(oak, box)
    await oak.trade.settle()
    stood = await shipment(oak, box)

    await correct(oak, box, UPS)
    await oak.trade.settle()

    assert (stood.carrier, stood.tracking_number) == ("UPS", "1ZHAND")
    assert read(oak) == [("UPS", "1ZOURS")]


async def test_what_somebody_fulfilled_without_a_number_gets_that_of_its_box(oak: Oak) -> None:
    """I4"""
    await oak.stock_centre(3)
    box = await pack(oak)
    fulfil(oak, "staff")
    await oak.trade.settle()

    await hand_over(oak, box)
    await oak.trade.settle()

    assert read(oak) == [("UPS", "1ZOURS")]
    assert (await shipment(oak, box)).tracking_number == "1ZOURS"


async def test_a_part_that_was_made_without_an_answer_is_not_unpacked(oak: Oak) -> None:
    """I2, I3: the customer reads of it already."""
    box = await half_posted(oak)
    (made,) = shown(oak)

    with pytest.raises(PartlyPosted):
        async with oak.trade.uow() as uow:
            await service.unpack(uow, box)

    assert "/unpack" not in (await oak.trade.shops.get(RETAILER, f"/app/shipments/{box}")).text
    assert (await shipment(oak, box)).fulfillment_ids == (made.gid,)
    assert await oak.units() == {"packed": 3}


async def test_the_rest_of_a_box_under_another_number_corrects_the_part_before(oak: Oak) -> None:
    """I3: one box, one number."""
    box = await half_posted(oak)
    await release_rest(oak)

    await hand_over(oak, box, USPS)
    await oak.trade.settle()

    assert set(read(oak)) == {("USPS", "9400RIGHT")}
    assert (await shipment(oak, box)).state == "shipped"


async def test_the_rest_of_a_box_that_somebody_fulfils_by_hand_bears_its_number(oak: Oak) -> None:
    """I4: one box, one number."""
    box = await half_posted(oak)
    await release_rest(oak)
    fulfil(oak, "staff", Tracking(company="FedEx", number="7HAND", url=None))

    await hand_over(oak, box)
    await oak.trade.settle()

    assert read(oak) == [("UPS", "1ZOURS")] * 2
    assert await oak.told("fulfillment.shipment.linked") == 1


async def test_of_a_box_whose_rest_was_cancelled_the_part_that_went_is_shipped(oak: Oak) -> None:
    """F11: what is not wanted any more is listed once, and somebody can say that it is done."""
    box = await half_posted(oak)
    await release_rest(oak)
    await change(oak, line=1, quantity=0)

    await hand_over(oak, box)
    await oak.trade.settle()

    assert (await shipment(oak, box)).state == "shipped"
    assert (await oak.units())["outbound"] == 2
    assert [(each.kind, each.ends_by_hand) for each in await oak.trade.problems()] == [
        ("shipped_though_cancelled", True)
    ]


async def test_an_order_that_is_held_does_not_leave(oak: Oak) -> None:
    """F25, I3: what we know of a hold is said before the carrier has the box."""
    await oak.stock_centre(3)
    (order,) = retailer(oak).orders.values()
    hold_order(oak.trade.shops.world, retailer(oak), order)
    await oak.trade.settle()
    shown_as = f"/app/packing/{(await oak.trade.order()).id}"
    pages = [(await oak.trade.shops.get(RETAILER, path)).text for path in ("/app/packing", shown_as)]
    box = await pack(oak)

    with pytest.raises(OnHold):
        await hand_over(oak, box)

    pages.append((await oak.trade.shops.get(RETAILER, f"/app/shipments/{box}")).text)
    assert ["on hold" in each.lower() for each in pages] == [True, True, True]
    assert (await shipment(oak, box)).state == "packed"


async def test_a_box_in_doubt_is_listed_though_another_of_its_line_went(oak: Oak) -> None:
    """Promise 5"""
    await oak.stock_centre(3)
    first = await pack(oak, 1)
    oak.fail(Rule(action="drop", phase="before", operation="FulfillmentCreate"))
    await hand_over(oak, first, Handover("UPS", "1ZA", ""))
    for _ in range(8):
        await oak.pass_time(timedelta(minutes=3))
    oak.fail()
    second = await pack(oak, 2)

    await hand_over(oak, second, Handover("UPS", "1ZB", ""))
    await oak.trade.settle()

    assert [(await shipment(oak, each)).state for each in (first, second)] == ["uncertain", "shipped"]
    assert "shipment_uncertain" in await oak.problems()


async def test_of_two_boxes_of_one_lot_the_second_stays_when_a_unit_is_cancelled(oak: Oak) -> None:
    """F11: units in a box that its carrier has are not counted for another one."""
    await oak.stock_centre(3)
    boxes = [await pack(oak, 2), await pack(oak, 1)]
    await change(oak, line=0, quantity=2)

    answers = [
        await oak.trade.shops.post(RETAILER, f"/app/shipments/{box}/hand-over", carrier="UPS", number=f"N{box}")
        for box in boxes
    ]
    await oak.trade.settle()

    assert [each.status_code for each in answers] == [303, 409]
    assert [(await shipment(oak, each)).state for each in boxes] == ["shipped", "packed"]
    assert await oak.units() == {"outbound": 2, "cancelled": 1}


async def test_what_is_cancelled_once_the_carrier_has_it_is_told_as_such(oak: Oak) -> None:
    """F11: nobody did it by hand; unpacked, nothing of it is listed any more."""
    (placed,) = await oak.sell(3)
    await oak.stock_centre()
    box = await pack(oak)
    await hand_over(oak, box)
    cancel_order(oak.trade.shops.world, retailer(oak), placed)
    await oak.trade.settle()
    await hand_over(oak, box)
    await oak.trade.settle()
    stuck = await shipment(oak, box)

    async with oak.trade.uow() as uow:
        await service.unpack(uow, box)
    await oak.trade.settle()

    assert (stuck.state, "cancelled what is in this box" in str(stuck.trouble)) == ("stuck", True)
    assert await oak.trade.problems() == []


async def test_a_part_that_is_cancelled_on_the_way_is_no_part_of_the_shipment(oak: Oak) -> None:
    """F11, contract §4: the customer is told of the rest, and somebody of the part."""
    await oak.stock_centre(3)
    box = await pack(oak)
    oak.fail(Rule(action="server_error", operation="FulfillmentCreate", nth=1))
    await hand_over(oak, box)
    with pytest.raises(Unavailable):
        await post(oak, box)
    await change(oak, line=0, quantity=2)
    if (await shipment(oak, box)).state == "stuck":  # the store was told before the change was read
        await hand_over(oak, box)
    await oak.pass_time(timedelta(minutes=1))

    found = await shipment(oak, box)
    assert (found.state, [line.quantity for line in found.lines]) == ("shipped", [2])
    assert await oak.units() == {"outbound": 2, "cancelled": 1}
    assert set(await oak.problems()) == {"shipped_though_cancelled"}


async def test_a_box_of_an_order_that_is_out_of_reach_is_told_as_such(oak: Oak) -> None:
    """E25: Shopify shows sixty days; nobody fulfilled it by hand."""
    await oak.stock_centre(3)
    box = await pack(oak)
    oak.trade.set_clock(oak.trade.clock.at + timedelta(days=61))
    await oak.trade.settle()

    await hand_over(oak, box)
    await oak.trade.settle()
    stuck = await shipment(oak, box)
    async with oak.trade.uow() as uow:
        await service.unpack(uow, box)

    assert (stuck.state, "older than 60 days" in str(stuck.trouble)) == ("stuck", True)
    assert (await shipment(oak, box)).state == "unpacked"


async def test_two_stuck_boxes_of_one_line_are_listed_with_the_units_and_causes_of_both(oak: Oak) -> None:
    """Promise 5: one went into more than the store shows, the other waits for a release; each ends for itself."""
    await oak.stock_centre(3)
    boxes = [await pack(oak, 1), await pack(oak, 2)]
    (placed,) = retailer(oak).orders.values()
    hold_order(oak.trade.shops.world, retailer(oak), placed)
    for box in boxes:
        await hand_over(oak, box, Handover("UPS", f"1ZBOX{box}", ""))
    await oak.trade.settle()
    async with oak.trade.uow() as uow:
        await service.hand_over(uow, boxes[0], Handover("UPS", "1ZA", ""))
        await service.record_stuck(uow, boxes[0], "The carrier is unknown there.")
    both = (await oak.problems())["shipment_not_accepted"]
    async with oak.trade.uow() as uow:
        await service.unpack(uow, boxes[0])
    one = (await oak.problems())["shipment_not_accepted"]

    assert both.units == 3
    assert both.cause.startswith("2 shipments could not be posted: ")
    assert "on hold" in both.cause
    assert "carrier is unknown" in both.cause
    assert (one.units, "carrier" in one.cause, "on hold" in one.cause) == (2, False, True)


async def test_each_stuck_box_has_its_own_way_from_the_list(oak: Oak) -> None:
    """Promise 5: two boxes of one order; and what was taken apart again leads no customer anywhere."""
    trade = oak.trade
    await trade.bring_in(trade.product(PARTNER, {"sku": "TEA"}, title="Tea"))
    trade.buy((BEANS, 1), ("PARTNER-oak-TEA", 1))
    await oak.stock_centre()
    order = await trade.order()
    (placed,) = retailer(oak).orders.values()
    boxes = []
    for line in order.lines:
        async with trade.uow() as uow:
            boxes.append(await service.pack_order(uow, order.id, {line.id: 1}))
    hold_order(trade.shops.world, retailer(oak), placed)
    for box in boxes:
        await hand_over(oak, box, Handover("UPS", f"1ZBOX{box}", ""))
    await trade.settle()

    listed, queue = [(await trade.shops.get(RETAILER, f"/app/{path}")).text for path in ("exceptions", "shipments")]
    await trade.shops.post(RETAILER, f"/app/shipments/{boxes[0]}/unpack")
    page = (await trade.shops.get(RETAILER, f"/app/orders/{order.id}")).text

    assert all(f'href="/app/shipments/{box}"' in listed for box in boxes)
    assert all(f">{order.name}, box {number}</s-link>" in queue for number in (1, 2))
    assert [f'href="/app/shipments/{box}"' in page for box in boxes] == [False, True]
