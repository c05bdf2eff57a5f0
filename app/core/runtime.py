"""What every process of the product stands on: database, clock, bell; opened and closed with the process."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpcore
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.bell import ArqBell
from app.core.clock import Clock, RealClock, TurnedClock
from app.core.db import create_engine
from app.core.direct import Direct, DirectPool, refuse_mighty_login
from app.core.settings import Settings
from app.core.unit_of_work import Bell, SilentBell, UnitsOfWork

DIRECT_CONNECTIONS = 8
CLOCK_KEPT = 0.05
Step = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Runtime:
    """The process's own things; knows no business word."""

    settings: Settings
    engine: AsyncEngine
    direct: Direct
    clock: Clock
    bell: Bell
    openers: Sequence[Step] = ()
    closers: Sequence[Step] = ()
    join: bool = False  # tests: live inside an outer transaction

    def units_of_work(self, subscribers: Mapping[str, Sequence[Callable[[Any], Any]]]) -> UnitsOfWork:
        """Return what opens units of work here."""
        return UnitsOfWork(self.engine, self.clock, self.bell, subscribers, join=self.join)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Runtime"]:
        """Open what has to be opened, and close everything at the end."""
        async with AsyncExitStack() as stack:
            for close in self.closers:
                stack.push_async_callback(close)
            for start in self.openers:
                await start()
            yield self


def build_runtime(settings: Settings, *, for_jobs: bool = False, for_pages: bool = False) -> Runtime:
    """Return what a process stands on; running it refuses a login that row-level security does not bind."""
    engine = create_engine(settings.database_url, settings.pool_size, patient=not for_jobs, heedful=for_pages)
    direct = DirectPool(settings.database_url, DIRECT_CONNECTIONS)
    closers: list[Step] = [engine.dispose, direct.close]
    clock: Clock = RealClock()
    if settings.clock_url:
        http = httpcore.AsyncConnectionPool(keepalive_expiry=60)
        clock = TurnedClock(settings.clock_url, http, CLOCK_KEPT if for_jobs else 0.0)
        closers.append(http.aclose)
    bell: Bell = SilentBell()
    if settings.redis_url:
        arq = ArqBell(settings.redis_url)
        bell = arq
        closers.append(arq.close)

    async def check_login() -> None:
        await refuse_mighty_login(settings.database_url)

    return Runtime(settings, engine, direct, clock, bell, openers=(check_login, direct.open), closers=closers)
