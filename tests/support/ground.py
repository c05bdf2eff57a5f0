"""What stands before a test begins: nothing, or a retailer and a partner who trade; made once for all tests."""

import copy
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.core.clock import FixedClock
from app.core.db import create_engine
from app.core.local_services.postgres import Postgres
from app.core.runtime import Runtime
from app.core.unit_of_work import SilentBell
from simulator.webhooks.delivery import Courier
from simulator.world.world import World
from tests.support.database import TestDatabase, cloned_database
from tests.support.hub import MONDAY_NOON, JoinedDirect
from tests.support.linked import Linked
from tests.support.oak import Oak
from tests.support.shops import Shops, alive_shops, make_world, open_shops, settings_for
from tests.support.trade import Trade, open_trade


@dataclass(frozen=True)
class Ground:
    """A database and a world that tests begin with and leave as they are."""

    database: TestDatabase
    engine: AsyncEngine
    made: World = field(default_factory=make_world)
    links: Mapping[str, Linked] = field(default_factory=dict)

    def world(self) -> World:
        """A world of the test's own, equal to the one that was made."""
        return copy.deepcopy(self.made)


Step = Callable[[Trade], Awaitable[object]]


@asynccontextmanager
async def _traded(server: Postgres, *steps: Step) -> AsyncIterator[Ground]:
    clock = FixedClock(MONDAY_NOON)
    with cloned_database(server) as database:
        async with alive_shops(database, clock) as shops, open_trade(shops, clock) as trade:
            for step in steps:
                await step(trade)
        engine = create_engine(database.url)
        yield Ground(database, engine, shops.world, trade.links)
        await engine.dispose()


async def _sell_beans(trade: Trade) -> None:
    await trade.bring_in(trade.product())


@pytest.fixture(scope="session")
def bare_ground(worker_database: TestDatabase, engine: AsyncEngine) -> Ground:
    """An empty database, an empty world."""
    return Ground(worker_database, engine)


@pytest.fixture(scope="session")
async def trading_ground(postgres: Postgres, anyio_backend: object) -> AsyncIterator[Ground]:
    """A retailer with one partner, Oak, at 30 % off and without a buffer."""
    async with _traded(postgres) as made:
        yield made


@pytest.fixture(scope="session")
async def oak_ground(postgres: Postgres, anyio_backend: object) -> AsyncIterator[Ground]:
    """The same, who sells Oak's beans."""
    async with _traded(postgres, _sell_beans) as made:
        yield made


@pytest.fixture
def ground(request: pytest.FixtureRequest) -> Ground:
    """What a test that asks for `oak`, for `trade` or for neither begins with."""
    asked = next((each for each in ("oak", "trade") if each in request.fixturenames), None)
    name = {"oak": "oak_ground", "trade": "trading_ground", None: "bare_ground"}[asked]
    found: Ground = request.getfixturevalue(name)
    return found


@pytest.fixture
async def shops(ground: Ground, connection: AsyncConnection, clock: FixedClock) -> AsyncIterator[Shops]:
    """Shops and hub inside the test's transaction."""
    world = ground.world()
    engine = cast(AsyncEngine, connection)
    settings = settings_for(ground.database.url, world)
    runtime = Runtime(settings, engine, JoinedDirect(connection), clock, SilentBell(), join=True)
    async with open_shops(runtime, world) as opened:
        yield opened


@pytest.fixture
async def trade(ground: Ground, shops: Shops, clock: FixedClock) -> AsyncIterator[Trade]:
    """A retailer with one partner, Oak, at 30 % off and without a buffer."""
    trade = Trade(shops, clock, Courier(shops.world, shops.hub._transport), links=dict(ground.links))
    yield trade
    await trade.courier.close()


@pytest.fixture
def oak(trade: Trade) -> Oak:
    """A retailer who sells Oak's beans; the cut-off is on Thursday at 18:00 in Denver."""
    return Oak(trade)
