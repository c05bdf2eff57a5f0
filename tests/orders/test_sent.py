"""What a customer's order shows as sent beside what left in our boxes: told while they differ."""

from datetime import timedelta

import pytest

from app.exceptions.queries import ExceptionFacts
from app.fulfillment import service as fulfillment
from app.fulfillment.service import Handover
from simulator.world.effects import apply_due
from simulator.world.fulfillment import cancel_fulfillment, create_fulfillment, parts_for
from simulator.world.model import Address
from simulator.world.order_model import Fulfillment, Order, Tracking
from simulator.world.orders import Edit, LineChange, Repayment, edit_order, refund_order
from simulator.world.routing import hold_order, release_order
from simulator.world.store import Store
from simulator.world.stores import add_location
from tests.support.oak import BEANS, Oak, lines_of
from tests.support.shops import PARTNER

pytestmark = pytest.mark.anyio

BY_HAND, NOT_SHOWN = "fulfilled_by_hand", "shipped_not_shown"


def store_of(oak: Oak) -> Store:
    return oak.trade.shops.store(oak.trade.retailer)


async def fulfil(oak: Oak, order: Order, quantity: int) -> Fulfillment:
    """The retailer's staff sends so many of the first line, and says so in the admin."""
    (parts,) = parts_for(store_of(oak), order, [(order.lines[0].id, quantity)])
    tracking = [Tracking(company="UPS", number="1ZHAND", url=None)]
    made = create_fulfillment(oak.trade.shops.world, store_of(oak), parts, tracking, "staff")
    await oak.trade.settle()
    return made


async def with_beans_fulfilled(oak: Oak) -> Order:
    """Return an order of beans, which staff sent, and of tea, which they did not."""
    tea = oak.trade.product(PARTNER, {"sku": "TEA"}, title="Tea")
    await oak.trade.bring_in(tea)
    order = oak.trade.buy((BEANS, 1), ("PARTNER-oak-TEA", 2))
    await oak.trade.settle()
    await fulfil(oak, order, 1)
    return order


async def take_back(oak: Oak, made: Fulfillment) -> None:
    """The retailer's staff cancels a fulfilment in the admin."""
    cancel_fulfillment(oak.trade.shops.world, store_of(oak), made)
    await oak.trade.settle()


async def pack(oak: Oak, quantity: int) -> int:
    """Pack so many of the only order's first line."""
    order = await oak.trade.order()
    async with oak.trade.uow() as uow:
        return await fulfillment.pack_order(uow, order.id, {order.partner_lines[0].id: quantity})


async def hand_over(oak: Oak, box: int, number: str = "1ZOURS") -> None:
    async with oak.trade.uow() as uow:
        await fulfillment.hand_over(uow, box, Handover("UPS", number, ""))
    await oak.trade.settle()


async def told(oak: Oak) -> list[tuple[str, str]]:
    """What stands open: its kind, and how many of what its cause names."""
    return [(each.kind, _counted(each)) for each in await oak.trade.problems()]


def _counted(problem: ExceptionFacts) -> str:
    return problem.cause.partition(": ")[2].partition(" was ")[0].partition(" were ")[0].partition(" left ")[0]


async def test_what_is_fulfilled_by_hand_is_told_until_it_is_taken_back(oak: Oak) -> None:
    """Contract §5: the target counts it, so it is ordered all the same; somebody hears of it at once."""
    (placed,) = await oak.sell(3)

    made = await fulfil(oak, placed, 2)
    (problem,) = await oak.trade.problems()
    page = (await oak.trade.shops.get(oak.trade.retailer, "/app/exceptions")).text
    ordered = await oak.units()
    await take_back(oak, made)

    assert (problem.kind, problem.subject_kind, problem.units) == (BY_HAND, "order_line", 0)
    assert f"{placed.name}: 2 × “Beans” were fulfilled by hand" in problem.cause
    assert "Somebody fulfilled by hand what a partner is to send" in page
    assert f"/app/orders/{(await oak.trade.order()).id}" in page
    assert (ordered, await oak.units()) == ({"queued": 3}, {"queued": 3})
    assert await told(oak) == []


@pytest.mark.parametrize("is_edit", [True, False])
async def test_what_the_customer_has_already_is_taken_off_the_order(oak: Oak, is_edit: bool) -> None:
    """F1, F14: the step the page names ends it: nothing more is ordered, what was ordered is surplus."""
    (placed,) = await oak.sell(3)
    await oak.close_week()
    made = await fulfil(oak, placed, 2)
    before = await told(oak)
    world, store = oak.trade.shops.world, store_of(oak)

    await take_back(oak, made)
    if is_edit:
        edit_order(world, store, placed, Edit(changes=[LineChange(line_id=placed.lines[0].id, quantity=1)]))
    else:
        refund_order(world, store, placed, Repayment(units=[(placed.lines[0].id, 2)]))
    await oak.trade.settle()
    oak.send(*lines_of(oak.order))
    await oak.trade.settle()
    await oak.receive((await oak.parcels())[0])

    assert before == [(BY_HAND, "2 × “Beans”")]
    assert await told(oak) == []
    assert await oak.units() == {"allocated": 1, "cancelled": 2}
    assert await oak.units("supply") == {"allocated": 1, "received": 2}


async def test_what_our_boxes_sent_is_not_taken_for_handwork(oak: Oak) -> None:
    """I1, I2: in two boxes, each shown before and after we know that it went; the third unit somebody sends."""
    await oak.stock_centre(3)
    (placed,) = store_of(oak).orders.values()
    seen = [await told(oak)]

    for number in ("1ZOURS", "2ZOURS"):
        await hand_over(oak, await pack(oak, 1), number)
        seen.append(await told(oak))
    await fulfil(oak, placed, 1)

    assert seen == [[], [], []]
    assert await oak.units() == {"outbound": 2, "allocated": 1}
    assert await told(oak) == [(BY_HAND, "1 × “Beans”")]


async def test_of_a_box_that_is_unpacked_it_is_told_what_was_fulfilled_beside_it(oak: Oak) -> None:
    """I4: while it is packed it may be what the order shows; taken apart, its goods wait for the order again."""
    await oak.stock_centre(3)
    (placed,) = store_of(oak).orders.values()
    box = await pack(oak, 3)
    await fulfil(oak, placed, 2)
    packed = await told(oak)

    async with oak.trade.uow() as uow:
        await fulfillment.unpack(uow, box)
    await oak.trade.settle()

    assert packed == []
    assert await told(oak) == [(BY_HAND, "2 × “Beans”")]
    assert await oak.units() == {"allocated": 3}


async def test_a_shipment_that_is_cancelled_in_the_admin_is_told_until_it_is_shown_again(oak: Oak) -> None:
    """I15: the units stay where they went; what somebody fulfils again ends it, under whatever number."""
    await oak.stock_centre(3)
    (placed,) = store_of(oak).orders.values()
    for number, quantity in (("1ZOURS", 2), ("2ZOURS", 1)):
        await hand_over(oak, await pack(oak, quantity), number)
    (first, _) = store_of(oak).fulfillments.values()

    await take_back(oak, first)
    (problem,) = await oak.trade.problems()
    page = (await oak.trade.shops.get(oak.trade.retailer, f"/app/orders/{(await oak.trade.order()).id}")).text
    await fulfil(oak, placed, 1)
    half = await oak.trade.problems()
    await fulfil(oak, placed, 1)

    assert (problem.kind, problem.subject_kind, problem.units) == (NOT_SHOWN, "order_line", 2)
    assert f"{placed.name}: 2 × “Beans” left in a box of yours" in problem.cause
    assert "1ZOURS" in page
    assert [(each.id, each.units) for each in half] == [(problem.id, 1)]
    assert await told(oak) == []
    assert await oak.units() == {"outbound": 3}


async def test_a_cancelled_shipment_nobody_told_us_of_is_found_by_comparing(oak: Oak) -> None:
    """E3."""
    await oak.stock_centre(3)
    await hand_over(oak, await pack(oak, 3))
    (made,) = store_of(oak).fulfillments.values()
    cancel_fulfillment(oak.trade.shops.world, store_of(oak), made)
    await oak.trade.lose_webhooks()

    await oak.pass_time(timedelta(minutes=16))

    assert await told(oak) == [(NOT_SHOWN, "3 × “Beans”")]


async def test_what_left_and_is_then_taken_off_the_order_is_over_shipped_alone(oak: Oak) -> None:
    """F19: no unit stands on two entries."""
    await oak.stock_centre(3)
    (placed,) = store_of(oak).orders.values()
    await hand_over(oak, await pack(oak, 3))
    (made,) = store_of(oak).fulfillments.values()
    await take_back(oak, made)

    change = Edit(changes=[LineChange(line_id=placed.lines[0].id, quantity=1)])
    edit_order(oak.trade.shops.world, store_of(oak), placed, change)
    await oak.trade.settle()

    assert {each.kind: each.units for each in await oak.trade.problems()} == {NOT_SHOWN: 1, "over_shipped": 2}
    assert await oak.units() == {"outbound": 3}


async def test_what_is_over_shipped_is_done_with_when_somebody_says_so(oak: Oak) -> None:
    """F19: nothing in the store ends it; it is told anew only when still more of it is taken off the order."""
    trade, world, store = oak.trade, oak.trade.shops.world, store_of(oak)
    await oak.stock_centre(3)
    (placed,) = store.orders.values()
    await hand_over(oak, await pack(oak, 3))
    (made,) = store.fulfillments.values()
    await take_back(oak, made)
    edit_order(world, store, placed, Edit(changes=[LineChange(line_id=placed.lines[0].id, quantity=1)]))
    await trade.settle()
    await fulfil(oak, placed, 1)
    (problem,) = await trade.problems()

    answer = await trade.shops.post(trade.retailer, f"/app/exceptions/{problem.id}/done")
    await oak.pass_time(timedelta(minutes=16))
    done = await trade.problems()
    await take_back(oak, list(store.fulfillments.values())[-1])
    edit_order(world, store, placed, Edit(changes=[LineChange(line_id=placed.lines[0].id, quantity=0)]))
    await trade.settle()

    assert (problem.kind, problem.units, answer.status_code) == ("over_shipped", 2, 303)
    assert done == []
    assert [(each.kind, each.units) for each in await trade.problems()] == [("over_shipped", 3)]


async def test_what_was_sent_before_it_had_a_route_or_is_the_stores_own_is_nobodys_business(oak: Oak) -> None:
    """E13, E17: only what a partner is to send is compared; so it is with a test order (E8)."""
    mug = oak.trade.product(oak.trade.retailer, {"sku": "MUG"}, title="Mug")
    (variant,) = oak.trade.variants(oak.trade.retailer, mug)
    own = oak.trade.buy({"variant_id": variant.id, "quantity": 2})
    tried = oak.trade.buy((BEANS, 2), test=True)
    early = oak.trade.buy((BEANS, 2))
    oak.trade.set_clock(oak.trade.clock.at + timedelta(minutes=1))
    apply_due(oak.trade.shops.world)
    (parts,) = parts_for(store_of(oak), early, [(early.lines[0].id, 1)])
    create_fulfillment(oak.trade.shops.world, store_of(oak), parts, [], "staff")
    await oak.trade.settle()

    for order in (own, tried):
        await fulfil(oak, order, 1)

    assert await told(oak) == []
    assert await oak.units() == {"queued": 1}


async def test_what_was_sent_before_it_had_a_route_and_is_taken_back_is_ordered(oak: Oak) -> None:
    """E17, I15: nobody sends it any more, so the partner does; with a box of ours on its way, somebody hears of it."""
    placed = oak.trade.buy((BEANS, 3))
    oak.trade.set_clock(oak.trade.clock.at + timedelta(minutes=1))
    apply_due(oak.trade.shops.world)
    made = []
    for quantity in (1, 2):
        (parts,) = parts_for(store_of(oak), placed, [(placed.lines[0].id, quantity)])
        made.append(create_fulfillment(oak.trade.shops.world, store_of(oak), parts, [], "staff"))
    await oak.trade.settle()
    before = await oak.units()

    await take_back(oak, made[1])
    ordered = await oak.units(), await told(oak)
    await oak.close_week()
    oak.send(*lines_of(oak.order))
    await oak.trade.settle()
    await oak.receive((await oak.parcels())[0])
    await hand_over(oak, await pack(oak, 2))
    await take_back(oak, made[0])

    assert before == {}
    assert ordered == ({"queued": 2}, [])
    assert await told(oak) == [(NOT_SHOWN, "1 × “Beans”")]


async def test_what_was_fulfilled_by_hand_is_not_bought_while_its_order_is_on_hold(oak: Oak) -> None:
    """E29, contract §5: the hold is the order's; of what the order shows as sent nothing remains to be held in it."""
    order = await with_beans_fulfilled(oak)

    hold_order(oak.trade.shops.world, store_of(oak), order)
    await oak.trade.settle()
    held = await oak.units()
    release_order(oak.trade.shops.world, store_of(oak), order)
    await oak.trade.settle()

    assert (held, await oak.units()) == ({"held": 3}, {"queued": 3})


async def test_of_what_was_fulfilled_by_hand_the_part_that_is_sent_from_elsewhere_is_not_held(oak: Oak) -> None:
    """E29: a hold is a fulfilment order's; the line goes on where another one has units of it that nothing holds."""
    order = await with_beans_fulfilled(oak)

    hold_order(oak.trade.shops.world, store_of(oak), order)
    elsewhere = add_location(oak.trade.shops.world, store_of(oak), "Elsewhere", Address(), by="staff")
    order.lines[0].location_id = elsewhere.id
    more = Edit(changes=[LineChange(line_id=order.lines[0].id, quantity=2)])
    edit_order(oak.trade.shops.world, store_of(oak), order, more)
    await oak.trade.settle()

    routed = {one.location_id: one.status for one in store_of(oak).fulfillment_orders_of(order.id)}
    assert sorted(routed.values()) == ["ON_HOLD", "OPEN"]
    assert routed[elsewhere.id] == "OPEN"
    assert await oak.units() == {"held": 2, "queued": 1, "captured": 1}  # the new one is not paid for yet
