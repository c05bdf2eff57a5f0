"""Fulfilments nobody confirmed: looked for, uncertain after several askings, never doubled, others' recognised."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest

from app.core.errors import Unavailable
from app.fulfillment import rules
from app.fulfillment.rules import Shown
from simulator.faults.faults import Rule
from simulator.world.fulfillment import create_fulfillment, parts_for
from simulator.world.order_model import Tracking
from tests.fulfillment.test_shipments import content, hand_over, numbers, pack, post, shipment, shown
from tests.support.oak import Killed, Oak, killed_at
from tests.support.shops import RETAILER

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def test_each_asking_without_an_answer_is_looked_for_longer() -> None:
    """I2: a box is posted once."""
    waits = [rules.wait_after_asking(sends).total_seconds() for sends in (1, 2, 3, 4, 5, 90)]

    assert waits == [10, 40, 160, 640, 640, 640]


@pytest.mark.parametrize(
    ("shown", "chosen"),
    [
        ([Shown("1", NOON, [("a", 2), ("b", 1)])], ["1"]),
        ([Shown("1", NOON, [("a", 2)]), Shown("2", NOON, [("b", 1)])], ["1", "2"]),
        ([Shown("1", NOON, [("a", 2)])], []),
        ([Shown("1", NOON, [("a", 3), ("b", 1)])], []),
        ([Shown("1", NOON, [("a", 2), ("b", 1), ("c", 1)])], []),
        ([Shown("1", NOON - timedelta(days=1), [("a", 2), ("b", 1)])], []),
        ([Shown("1", NOON, [])], []),
    ],
)
def test_only_what_holds_exactly_the_box_is_taken_for_it(shown: list[Shown], chosen: list[str]) -> None:
    """I4: ours links to it if it matches."""
    assert rules.covering({"a": 2, "b": 1}, shown, NOON) == chosen


async def pass_time(oak: Oak, *minutes: float) -> None:
    for each in minutes:
        await oak.pass_time(timedelta(minutes=each))


@pytest.mark.parametrize("action", ["drop", "garbage", "server_error"])
@pytest.mark.parametrize("step", [None, 0, 1, 2])
async def test_made_without_an_answer_and_the_worker_dead_in_between(oak: Oak, action: str, step: int | None) -> None:
    """I2: after effect; whoever comes next finds it by its number, and the customer has one."""
    await oak.stock_centre(3)
    box = await pack(oak)
    await hand_over(oak, box)
    oak.fail(Rule(action=action, phase="after", operation="FulfillmentCreate", nth=1))  # type: ignore[arg-type]
    with contextlib.suppress(Unavailable):
        await post(oak, box)
    if step is not None:
        with contextlib.suppress(Killed, Unavailable):
            await post(oak, box, killed_at(oak.trade.shops.open_uow, step))

    await pass_time(oak, 1, 1)

    assert [content(each) for each in shown(oak)] == [[3]]
    assert (await shipment(oak, box)).state == "shipped"
    assert await oak.units() == {"outbound": 3}


async def test_a_store_that_never_answers_makes_it_uncertain_and_one_click_goes_on(oak: Oak) -> None:
    """I2, promise 5: asked three times, listed with what was tried; sent again when somebody says it is not there."""
    await oak.stock_centre(3)
    box = await pack(oak)
    oak.fail(Rule(action="drop", phase="before", operation="FulfillmentCreate"))
    await hand_over(oak, box)
    await pass_time(oak, *[3] * 8)
    uncertain, listed = await shipment(oak, box), await oak.problems()
    page = (await oak.trade.shops.get(RETAILER, f"/app/shipments/{box}")).text
    refused = await oak.trade.shops.post(
        RETAILER, f"/app/shipments/{box}/hand-over", carrier="UPS", number="1ZOTHER", url=""
    )
    oak.fail()

    answer = await oak.trade.shops.post(RETAILER, f"/app/shipments/{box}/send-again")
    await oak.trade.settle()

    assert (uncertain.state, refused.status_code, answer.status_code) == ("uncertain", 409, 303)
    assert (listed["shipment_uncertain"].units, "3 times" in listed["shipment_uncertain"].cause) == (3, True)
    assert "It is not there: send again" in page
    assert [content(each) for each in shown(oak)] == [[3]]
    assert await oak.trade.problems() == []
    assert (await oak.trade.shops.post(RETAILER, f"/app/shipments/{box}/look-again")).status_code == 409


async def test_what_is_uncertain_is_sent_again_each_hour_while_nothing_of_it_is_there(oak: Oak) -> None:
    """I2, promise 5: bad weather of an hour leaves nothing for people to do."""
    await oak.stock_centre(3)
    box = await pack(oak)
    oak.fail(Rule(action="drop", phase="before", operation="FulfillmentCreate"))
    await hand_over(oak, box)
    await pass_time(oak, *[3] * 8)
    early = await oak.problems()
    await pass_time(oak, 61, 61)
    still, late = await shipment(oak, box), await oak.problems()
    oak.fail()
    await pass_time(oak, 61)

    assert "told of the box 3 times" in early["shipment_uncertain"].cause
    assert (still.state, "told of the box 4 times" in late["shipment_uncertain"].cause) == ("uncertain", True)
    assert (await shipment(oak, box)).state == "shipped"
    assert [content(each) for each in shown(oak)] == [[3]]
    assert await oak.trade.problems() == []


async def test_what_somebody_fulfilled_by_hand_is_linked_and_not_done_twice(oak: Oak) -> None:
    """I4: the order shows the box as sent under another number; the customer keeps that one."""
    trade = oak.trade
    await oak.stock_centre(3)
    box = await pack(oak)
    store = trade.shops.store(RETAILER)
    (order,) = store.orders.values()
    (parts,) = parts_for(store, order, None)
    create_fulfillment(trade.shops.world, store, parts, [Tracking(company="UPS", number="1ZHAND", url=None)], "staff")
    await trade.settle()

    await hand_over(oak, box)
    await trade.settle()

    assert [numbers(each) for each in shown(oak)] == [["1ZHAND"]]
    assert (await shipment(oak, box)).state == "shipped"
    assert await oak.units() == {"outbound": 3}
    assert await oak.told("fulfillment.shipment.linked") == 1
    assert await trade.problems() == []
