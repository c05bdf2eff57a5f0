"""Yesterday's backup is restored while the stores went on: what is missing is found again, nothing is done twice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from app.core.clock import FixedClock
from app.core.local_services.postgres import Postgres
from app.core.runtime import build_runtime
from simulator.webhooks.delivery import Courier
from simulator.world.world import World
from tests.crash_points.stage import go_on
from tests.support.database import TestDatabase, cloned_database
from tests.support.oak import Oak, lines_of
from tests.support.shops import Shops, make_world, open_shops, settings_for
from tests.support.trade import Trade, open_trade

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)


@asynccontextmanager
async def hub_on(database: TestDatabase, world: World, clock: FixedClock) -> AsyncIterator[Shops]:
    """The hub on a database, whatever the stores saw since that was saved."""
    runtime = replace(build_runtime(settings_for(database.url, world)), clock=clock)
    async with open_shops(runtime, world) as shops:
        yield shops


@asynccontextmanager
async def going_on(trade: Trade, database: TestDatabase) -> AsyncIterator[Oak]:
    """The same trade with a hub on this database."""
    async with hub_on(database, trade.shops.world, trade.clock) as shops:
        courier = Courier(trade.shops.world, shops.hub._transport)
        yield Oak(replace(trade, shops=shops, courier=courier))
        await courier.close()


async def begin(database: TestDatabase, clock: FixedClock, *, is_drafted: bool) -> Trade:
    """A day before the cut-off customers have bought three units, which stand on the draft or will in a moment."""
    async with hub_on(database, make_world(), clock) as shops, open_trade(shops, clock) as trade:
        oak = Oak(trade)
        await trade.bring_in(trade.product())
        trade.set_clock((await oak.running()).cutoff_at - DAY)
        await oak.sell(3)
        if is_drafted:
            await oak.gather()
        return trade


@pytest.mark.parametrize("is_drafted", [True, False], ids=["with the draft", "before the draft"])
async def test_yesterday_is_caught_up(
    postgres: Postgres, fresh_database: TestDatabase, clock: FixedClock, is_drafted: bool
) -> None:
    """N10, W6: orders are captured again by comparing, the master order that exists is taken over, its parcel too."""
    trade = await begin(fresh_database, clock, is_drafted=is_drafted)
    with cloned_database(postgres, fresh_database.name) as backup:
        async with going_on(trade, fresh_database) as oak:
            trade.set_clock(clock.at + timedelta(hours=6))
            await oak.sell(2)
            sent = await oak.close_week()
            oak.send(*lines_of(oak.order))
            await oak.trade.settle()
            ordered = oak.order.gid

        async with going_on(trade, backup) as oak:
            await go_on(oak.trade, clock.at + timedelta(hours=2))
            masters = await oak.masters()
            units, parcels = await oak.units(), await oak.parcels()
            problems, failed = await oak.problems(), await oak.trade.failed_jobs()

    assert [(each.state, each.marker) for each in masters] == [("closed", sent.marker), ("open", masters[1].marker)]
    assert [order.gid for order in oak.orders] == [ordered] == [masters[0].order_id]
    assert oak.drafts == []
    assert units == {"sent": 5}
    assert [parcel.unit_count for parcel in parcels] == [5]
    assert set(problems) <= {"completed_early"}  # from what the backup knows it was not the hub that completed it
    assert failed == []
