"""What every process of the product stands on: database, clock, bell; opened once, closed at its end."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.bell import ArqBell
from app.core.clock import Clock, RealClock, TurnedClock
from app.core.db import create_engine
from app.core.direct import Direct, DirectPool, refuse_mighty_login
from app.core.settings import Settings
from app.core.unit_of_work import Bell, SilentBell, UnitsOfWork

DIRECT_CONNECTIONS = 8


@dataclass(frozen=True, slots=True)
class Runtime:
    """The process's own things; knows no business word."""

    settings: Settings
    engine: AsyncEngine
    direct: Direct
    clock: Clock
    bell: Bell
    join: bool = False  # tests: live inside an outer transaction

    def units_of_work(self, subscribers: Mapping[str, Sequence[Callable[[Any], Any]]]) -> UnitsOfWork:
        """Return what opens units of work here."""
        return UnitsOfWork(self.engine, self.clock, self.bell, subscribers, join=self.join)


@asynccontextmanager
async def open_runtime(settings: Settings) -> AsyncIterator[Runtime]:
    """Open what the process stands on; refuses to start as a role that row-level security does not bind."""
    await refuse_mighty_login(settings.database_url)
    async with AsyncExitStack() as stack:
        engine = create_engine(settings.database_url, settings.pool_size)
        stack.push_async_callback(engine.dispose)
        direct = DirectPool(settings.database_url, DIRECT_CONNECTIONS)
        stack.push_async_callback(direct.close)
        await direct.open()
        clock: Clock = RealClock()
        if settings.clock_url:
            clock = TurnedClock(settings.clock_url, await stack.enter_async_context(httpx.AsyncClient()))
        bell: Bell = SilentBell()
        if settings.redis_url:
            arq = ArqBell(settings.redis_url)
            stack.push_async_callback(arq.close)
            bell = arq
        yield Runtime(settings, engine, direct, clock, bell)
