"""E25: orders that grow older than Shopify shows are listed in time, and stay as they were last read."""

from datetime import timedelta

import pytest

from simulator.world.orders import cancel_order
from tests.support.oak import BEANS, Oak

pytestmark = pytest.mark.anyio


async def turn(oak: Oak, passed: timedelta) -> None:
    oak.trade.set_clock(oak.trade.clock.at + passed)
    await oak.trade.settle()


async def test_an_order_is_listed_from_its_fiftieth_day_until_nothing_of_it_is_to_be_sent(oak: Oak) -> None:
    """Long before it is out of reach; once, however often orders are compared."""
    trade = oak.trade
    order = trade.buy((BEANS, 3))
    await turn(oak, timedelta(days=49))
    before = await oak.problems()
    await turn(oak, timedelta(days=1, minutes=1))
    first = (await oak.problems())["order_ageing"]
    await turn(oak, timedelta(minutes=16))
    again = (await oak.problems())["order_ageing"]

    cancel_order(trade.shops.world, trade.shops.store(trade.retailer), order)
    await turn(oak, timedelta(minutes=16))

    assert "order_ageing" not in before
    assert (first.subject_kind, first.units, first.ends_by_hand) == ("order", 0, False)
    assert first.cause.startswith(order.name)
    assert again.id == first.id
    assert "order_ageing" not in await oak.problems()


async def test_an_order_that_is_out_of_reach_keeps_its_last_state(oak: Oak) -> None:
    """It is not taken for deleted, and nothing of it is cancelled."""
    oak.trade.buy((BEANS, 3))
    await turn(oak, timedelta(days=50, minutes=1))
    units = await oak.units()

    await turn(oak, timedelta(days=11))
    await turn(oak, timedelta(minutes=16))

    assert await oak.units() == units
    assert set(await oak.problems()) >= {"order_ageing"}
    assert "order_gone" not in await oak.problems()
