import pytest

from tests.master_orders.oak import Oak
from tests.support.shops import shops  # noqa: F401 (fixture)
from tests.support.trade import Trade, trade  # noqa: F401 (fixture)


@pytest.fixture
async def oak(trade: Trade) -> Oak:  # noqa: F811
    """A retailer who sells Oak's beans; the cut-off is on Thursday at 18:00 in Denver."""
    await trade.bring_in(trade.product())
    return Oak(trade)
