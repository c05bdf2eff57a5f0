"""More than usual at once: one order of many lines."""

import pytest

from tests.support.trade import Trade

pytestmark = pytest.mark.anyio

LINES = 250


async def test_an_order_of_250_lines(trade: Trade) -> None:
    """E24: it comes in as any other, and each of its lines is captured once."""
    await trade.bring_in(trade.product())

    trade.buy(*[("PARTNER-oak-BEAN", 1)] * LINES)
    await trade.settle()

    order = await trade.order()
    assert len(order.lines) == LINES
    assert sum(lot.quantity for lot in await trade.queued()) == LINES
    assert await trade.failed_jobs() == []
