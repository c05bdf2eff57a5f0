"""Orders to be paid later, in a store that does not let us see so: nothing of them waits in silence."""

from datetime import timedelta
from decimal import Decimal

import pytest

from simulator.world.orders import Edit, LineChange, edit_order, pay_order
from tests.support.oak import BEANS, Oak
from tests.support.trade import Trade

pytestmark = pytest.mark.anyio


async def pass_time(trade: Trade, minutes: float) -> None:
    trade.set_clock(trade.clock.at + timedelta(minutes=minutes))
    await trade.settle()


async def test_an_order_with_terms_we_cannot_see_is_listed_until_it_is_paid(oak: Oak) -> None:
    """Contract §5, promise 5: the permission was declined; the units are on the list, with the next step."""
    trade = oak.trade
    order = trade.buy((BEANS, 3), payment="pending", payment_terms=True)
    await trade.settle()
    at_once = await trade.problems()
    await pass_time(trade, 31)
    problem = (await oak.problems())["payment_not_seen"]
    pay_order(trade.shops.world, trade.shops.store(trade.retailer), order)

    await trade.settle()

    assert at_once == []
    assert (problem.subject_kind, problem.units) == ("order", 3)
    assert "permit reading payment terms" in problem.next_step
    assert await trade.problems() == []
    assert await oak.units() == {"queued": 3}


async def test_once_terms_may_be_seen_the_order_waits_no_more(oak: Oak) -> None:
    """Contract §5: orders with payment terms need no payment."""
    trade = oak.trade
    trade.buy((BEANS, 3), payment="pending", payment_terms=True)
    await trade.settle()
    await pass_time(trade, 31)
    listed = set(await oak.problems())

    trade.shops.grant(trade.retailer, "read_payment_terms")
    await trade.settle()
    await pass_time(trade, 16)

    assert listed == {"payment_not_seen"}
    assert await oak.units() == {"queued": 3}
    assert await trade.problems() == []


async def test_what_was_paid_in_many_parts_stays_paid_when_an_edit_adds_to_it(oak: Oak) -> None:
    """F13: of more than fifty payments each counts; what came in by the others alone would not cover the order."""
    trade = oak.trade
    order = trade.buy((BEANS, 3), payment="pending")
    store = trade.shops.store(trade.retailer)
    for _ in range(60):
        pay_order(trade.shops.world, store, order, Decimal("0.50"))
    pay_order(trade.shops.world, store, order)
    trade.set_clock(trade.clock.at + timedelta(minutes=1))
    edit_order(
        trade.shops.world, store, order, Edit(changes=[LineChange(line_id=order.lines[0].id, quantity=5)], paid=False)
    )

    await trade.settle()

    assert order.financial_status == "PARTIALLY_PAID"
    assert await oak.units() == {"queued": 3, "captured": 2}
