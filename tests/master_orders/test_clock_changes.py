"""The weekend on which a partner's clocks change: its week has one end, and one master order."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.core.clock import FixedClock
from tests.support.oak import BEANS, Oak, lines_of
from tests.support.shops import PARTNER, Shops
from tests.support.trade import open_trade

pytestmark = pytest.mark.anyio

MINUTE, WEEK = timedelta(minutes=1), timedelta(days=7)
CHANGES = [  # the Sunday, and a local time that does not exist that night, or comes twice
    ("America/New_York", date(2027, 3, 14), "02:30", "07:00"),
    ("America/New_York", date(2027, 11, 7), "01:30", "05:30"),
    ("Europe/Amsterdam", date(2027, 3, 28), "02:30", "01:00"),
    ("Europe/Amsterdam", date(2027, 10, 31), "02:30", "00:30"),
    ("Pacific/Auckland", date(2027, 9, 26), "02:30", "14:00"),
    ("Pacific/Auckland", date(2027, 4, 4), "02:30", "13:30"),
]


@pytest.mark.parametrize(("zone", "sunday", "cutoff", "utc"), CHANGES, ids=str)
async def test_one_master_order_on_the_night_clocks_change(
    shops: Shops, clock: FixedClock, zone: str, sunday: date, cutoff: str, utc: str
) -> None:
    """W4: the first instant after a gap, the first of two; what is sold a minute later goes with the next week."""
    clock.at = datetime.combine(sunday - timedelta(days=3), datetime.min.time(), ZoneInfo("UTC"))
    shops.make_shop(PARTNER, time_zone=zone)
    async with open_trade(shops, clock, weekday=7, cutoff_time=cutoff) as trade:
        await trade.bring_in(trade.product())
        oak, first = Oak(trade), await Oak(trade).running()
        for minutes, quantity in ((-1, 3), (1, 2)):
            trade.set_clock(first.cutoff_at + minutes * MINUTE)
            trade.buy((BEANS, quantity))
            await trade.settle()

        closed = await oak.close_week()
        after = await oak.close_week()

    assert (closed.cutoff_on, f"{first.cutoff_at:%H:%M}") == (sunday, utc)
    assert after.cutoff_on == sunday + WEEK
    assert [lines_of(order) for order in oak.orders] == [[3], [2]]
    assert [order.tags for order in oak.orders] == [[closed.marker], [after.marker]]
