"""Workers for tests whose point is the commit: a runtime on a database of the test's own, and jobs to run on it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import anyio
import httpx
import pytest
from sqlalchemy import text

from app.core.clock import FixedClock
from app.core.runtime import Runtime, build_runtime
from app.core.settings import Settings
from app.core.unit_of_work import SYSTEM, UnitsOfWork
from app.events.declaration import Event
from app.events.service import record_event
from app.job_runs.declaration import Job
from app.job_runs.ledger import Ledger
from app.job_runs.service import enqueue
from jobs.assembly import build_runner
from jobs.context import JobContext
from jobs.registry import Handled
from jobs.runner import Runner
from jobs.subscriptions import subscribers
from tests.support.database import TestDatabase
from tests.support.hub import make_settings


@dataclass(frozen=True, slots=True)
class Ring(Job):
    """A job whose effect can be counted: each commit of it leaves one event."""

    name: ClassVar[str] = "test.ring"
    max_seconds: ClassVar[int] = 20

    number: int
    key: str | None = None
    row: str | None = None
    store_id: int = 7

    @property
    def coalesce_key(self) -> str | None:
        """As the test asks."""
        return self.key

    @property
    def lane(self) -> str | None:
        """As the test asks."""
        return self.row


@dataclass(frozen=True, slots=True)
class Rang(Event):
    """The effect."""

    name: ClassVar[str] = "test.rang"
    sentence: ClassVar[str] = "rang"
    subject: ClassVar[str] = "bell"

    number: int


async def leave_effect(context: JobContext, job: Ring) -> None:
    """Commit the effect."""
    async with context.open_uow(context.actor) as uow:
        await record_event(uow, Rang(job.number))


@asynccontextmanager
async def real_runtime(database: TestDatabase, clock: FixedClock, **environment: str) -> AsyncIterator[Runtime]:
    """What a process stands on, with a clock the test sets."""
    built = replace(build_runtime(make_settings(database.url, **environment)), clock=clock)
    async with built.running() as runtime:
        yield runtime


def environment_of(settings: Settings, **changed: str) -> dict[str, str]:
    """The environment that another process of this hub would be started with."""
    return {
        "DATABASE_URL": settings.database_url,
        "APP_URL": settings.app_url,
        "SHOPIFY_API_KEY": settings.api_key,
        "SHOPIFY_API_SECRET": settings.api_secret,
        "TOKEN_ENCRYPTION_KEYS": settings.encryption_keys,
        "INTERNAL_SECRET": settings.internal_secret,
        **changed,
    }


@pytest.fixture
async def alive(fresh_database: TestDatabase, clock: FixedClock) -> AsyncIterator[Runtime]:
    """A runtime on a database of the test's own: commits are real."""
    async with real_runtime(fresh_database, clock) as runtime:
        yield runtime


@pytest.fixture
async def open_real(alive: Runtime) -> UnitsOfWork:
    """Units of work whose commits are real."""
    return alive.units_of_work(subscribers())


Handler = Callable[[JobContext, Any], Awaitable[None]]


def make_runner(runtime: Runtime, handler: Handler = leave_effect, name: str = "one") -> Runner:
    """Return hands that do `Ring` in the way given, and reach nobody outside."""
    nobody = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(500)))
    runner = build_runner(runtime, nobody, {Ring.name: Handled(Ring, handler)})
    return replace(runner, ledger=Ledger(runtime.direct, name), held={})


async def queue(runtime: Runtime, *jobs: Job) -> list[int]:
    """Have the jobs queued, in one transaction."""
    units = UnitsOfWork(runtime.engine, runtime.clock, runtime.bell)
    async with units(SYSTEM) as uow:
        for job in jobs:
            await enqueue(uow, job)
    return [run_id for run_id, _ in uow.due_jobs]


async def rows(runtime: Runtime, columns: str) -> list[tuple[Any, ...]]:
    """Return these columns of all job runs, by id."""
    return await runtime.direct.rows(f"SELECT {columns} FROM job_runs ORDER BY id", {})


async def effects(runtime: Runtime, store_id: int = 7) -> list[int]:
    """Return the numbers of the effects that were committed in a store, in order."""
    async with UnitsOfWork(runtime.engine, runtime.clock)(SYSTEM.of_store(store_id)) as uow:
        found = await uow.session.execute(text("SELECT subject_id FROM domain_events ORDER BY id"))
        return [int(row[0]) for row in found]


async def lapse(runtime: Runtime, run_id: int) -> None:
    """Let the lease of a run be over, as if its worker had been killed half a minute ago."""
    statement = "UPDATE job_runs SET leased_until = now() - interval '1 second' WHERE id = %(id)s"
    await runtime.direct.rows(statement, {"id": run_id})


async def until(reached: Callable[[], Awaitable[bool]], seconds: float = 10) -> None:
    """Wait for something to become true, up to a deadline."""
    with anyio.fail_after(seconds):
        while not await reached():
            await anyio.sleep(0.01)


async def states(runtime: Runtime) -> Mapping[str, int]:
    """Return how many runs are in which state."""
    return dict(await runtime.direct.rows("SELECT state, count(*) FROM job_runs GROUP BY state", {}))
