import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import pairwise

import psycopg
import pytest
import redis.asyncio
from sqlalchemy import make_url

from app.core.clock import FixedClock
from app.core.errors import Unavailable
from app.core.local_services.valkey import Valkey
from app.core.runtime import Runtime
from app.core.unit_of_work import SYSTEM, UnitsOfWork
from app.job_runs.service import plan
from jobs.assembly import drain
from jobs.context import JobContext
from jobs.insisting import insist
from jobs.worker import NearBell, Worker, end_all, run_worker
from tests.support.database import TestDatabase
from tests.support.hub import MONDAY_NOON, make_settings
from tests.support.workers import (
    Handler,
    Ring,
    effects,
    lapse,
    leave_effect,
    make_runner,
    queue,
    real_runtime,
    rows,
    states,
    until,
)

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def working(runtime: Runtime, handler: Handler = leave_effect, name: str = "one") -> AsyncIterator[Worker]:
    """A worker at work until the block ends; it parts quickly."""
    bell = NearBell(runtime.bell)
    worker = Worker(make_runner(replace(runtime, bell=bell), handler, name), hands=4, bell=bell, farewell=0.5)
    serving = asyncio.create_task(worker.serve())
    try:
        yield worker
    finally:
        worker.stop()
        await serving


async def all_done(runtime: Runtime, count: int) -> bool:
    return await states(runtime) == {"done": count}


async def test_jobs_are_done_without_redis(alive: Runtime) -> None:
    async with working(alive), working(alive, name="two"):
        await queue(alive, *(Ring(number) for number in range(30)))

        await until(lambda: all_done(alive, 30))

    assert sorted(await effects(alive)) == list(range(30))


async def test_jobs_are_done_by_the_bell(fresh_database: TestDatabase, clock: FixedClock, valkey: Valkey) -> None:
    async with real_runtime(fresh_database, clock, REDIS_URL=valkey.url) as alive, working(alive):
        for number in range(5):
            await queue(alive, Ring(number))
            await until(partial(all_done, alive, number + 1), seconds=0.9)  # sooner than the patrol comes


class Listening:
    """A bell that remembers what was told."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, int]] = []

    async def ring(self, jobs: Sequence[tuple[int, int]]) -> None:
        self.heard += jobs


async def test_a_worker_keeps_what_its_free_hands_can_take_and_tells_the_others_of_the_rest() -> None:
    far = Listening()
    bell = NearBell(far)
    bell.free_hands = 2

    await bell.ring([(1, 0), (2, 0)])
    heard_first = list(far.heard)
    await bell.ring([(3, 0), (4, 0), (5, 0)])

    assert bell.wake.is_set()
    assert heard_first == []
    assert far.heard == [(5, 0)]


async def test_a_flush_and_a_restart_of_redis_lose_nothing(
    fresh_database: TestDatabase, clock: FixedClock, valkey: Valkey
) -> None:
    async with (
        real_runtime(fresh_database, clock, REDIS_URL=valkey.url) as alive,
        redis.asyncio.Redis.from_url(valkey.url) as flushing,
        working(alive),
    ):
        for number in range(20):
            await queue(alive, Ring(number))
            await flushing.flushall()
        await asyncio.to_thread(valkey.stop)
        await queue(alive, *(Ring(number) for number in range(20, 30)))
        await until(lambda: all_done(alive, 30))
        await asyncio.to_thread(valkey.start)
        await queue(alive, Ring(30))
        await until(lambda: all_done(alive, 31))
        left = await effects(alive)

    assert sorted(left) == list(range(31))


async def test_a_planned_instant_is_done_when_its_time_comes(alive: Runtime, clock: FixedClock) -> None:
    units = UnitsOfWork(alive.engine, alive.clock)
    async with units(SYSTEM) as uow:
        await plan(uow, Ring(1), MONDAY_NOON + timedelta(minutes=10), "once")

    async with working(alive), working(alive, name="two"):
        clock.at = MONDAY_NOON + timedelta(minutes=10)
        await until(lambda: all_done(alive, 1))

    assert await effects(alive) == [1]


async def test_a_stopping_worker_finishes_what_it_can_and_gives_back_the_rest(
    alive: Runtime,
) -> None:
    may_end, began = asyncio.Event(), asyncio.Event()

    async def handler(context: JobContext, job: Ring) -> None:
        began.set()
        await (may_end if job.number == 1 else asyncio.Event()).wait()
        await leave_effect(context, job)

    await queue(alive, Ring(1), Ring(2))
    async with working(alive, handler) as worker:
        await until(lambda: _running(alive, 2))
        worker.stop()
        await queue(alive, Ring(3))
        may_end.set()

    assert began.is_set()
    assert await rows(alive, "state, note") == [("done", None), ("queued", "The worker stopped."), ("queued", None)]
    assert await effects(alive) == [1]


async def _running(alive: Runtime, count: int) -> bool:
    return (await states(alive)).get("running") == count


async def test_drains_may_overlap_and_end_in_time(alive: Runtime) -> None:
    await queue(alive, *(Ring(number) for number in range(40)))
    units = UnitsOfWork(alive.engine, alive.clock)
    async with units(SYSTEM) as uow:
        await plan(uow, Ring(40), MONDAY_NOON, "once")

    ran = await asyncio.gather(*(drain(make_runner(alive, name=name), 20) for name in ("one", "two", "three")))
    late = make_runner(alive)
    await queue(alive, *(Ring(number) for number in range(50, 80)))
    barely = await drain(late, 0)

    assert sum(ran) == 41
    assert sorted(await effects(alive))[:41] == list(range(41))
    assert barely <= alive.settings.worker_jobs  # it takes up no second run when its time is over


async def test_a_drain_goes_on_when_a_run_went_to_another_worker(alive: Runtime) -> None:
    """Its hand stops what is not its own any more, and takes up the next."""
    began = asyncio.Event()

    async def slow(context: JobContext, job: Ring) -> None:
        if job.number == 1:
            began.set()
            await asyncio.Event().wait()
        await leave_effect(context, job)

    first, _ = await queue(alive, Ring(1), Ring(2))
    runner = make_runner(alive, slow)
    draining = asyncio.create_task(drain(runner, 20))
    await began.wait()
    await lapse(alive, first)
    await make_runner(alive, name="two").claim(1)
    await queue(alive, Ring(3))

    await runner.renew()

    assert await draining == 3
    assert sorted(await effects(alive)) == [2, 3]


async def test_a_lease_is_renewed_up_to_the_jobs_maximum(alive: Runtime) -> None:
    await queue(alive, Ring(1), Ring(2))
    runner = make_runner(alive)
    fresh, old = await runner.claim(2)
    old.longest = 0
    await alive.direct.rows("UPDATE job_runs SET leased_until = now()", {})

    await runner.renew()

    left = await rows(alive, "leased_until > now() + interval '20 seconds'")
    assert left == [(True,), (False,)]
    assert fresh.remaining() > old.remaining()


async def test_a_hand_lets_go_of_what_another_worker_took(alive: Runtime) -> None:
    await queue(alive, Ring(1))
    began = asyncio.Event()

    async def hang(_context: JobContext, _job: Ring) -> None:
        began.set()
        await asyncio.Event().wait()

    runner = make_runner(alive, hang)
    (held,) = await runner.claim(1)
    hand = asyncio.create_task(runner.run(held))
    await began.wait()
    await alive.direct.rows("UPDATE job_runs SET attempt = attempt + 1, worker = 'another'", {})

    await runner.renew()
    with contextlib.suppress(asyncio.CancelledError):
        await hand

    assert hand.cancelled()
    assert await rows(alive, "state, worker") == [("running", "another")]


async def test_a_bell_at_the_moment_of_the_farewell_keeps_nobody(alive: Runtime) -> None:
    """A worker that was told to stop stops, also when something wakes it in that very moment."""
    worker = Worker(make_runner(alive), 1, NearBell(alive.bell))
    patrol = asyncio.create_task(worker._patrol())
    await asyncio.sleep(0)

    worker.wake.set()
    patrol.cancel()
    done, _ = await asyncio.wait({patrol}, timeout=2)

    assert done == {patrol}


@asynccontextmanager
async def moved_away(database: TestDatabase, table: str) -> AsyncIterator[None]:
    """The table is not there until the block ends, as in a migration that went wrong."""
    url = make_url(database.migration_url).set(drivername="postgresql").render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as owner:
        await owner.execute(f"ALTER TABLE {table} RENAME TO moved".encode())
        try:
            yield
        finally:
            await owner.execute(f"ALTER TABLE moved RENAME TO {table}".encode())


@pytest.mark.parametrize("table", ["planned_instants", "job_runs"])
async def test_a_worker_outlives_what_it_did_not_foresee(
    alive: Runtime, fresh_database: TestDatabase, table: str
) -> None:
    """Not only a database that is away: any error ends a look for work, and the next one comes a second later."""
    async with working(alive):
        await queue(alive, Ring(1))
        await until(lambda: all_done(alive, 1))
        async with moved_away(fresh_database, table):
            await asyncio.sleep(1.5)
        await queue(alive, Ring(2))

        await until(lambda: all_done(alive, 2))


async def test_a_worker_that_starts_before_its_database_plans_the_regular_work(
    fresh_database: TestDatabase, clock: FixedClock, sink_restored: None
) -> None:
    """Bodies, ended runs and states are forgotten all the same, and no store is without its comparisons."""
    there = make_url(fresh_database.migration_url).set(drivername="postgresql")
    elsewhere = there.set(database="postgres").render_as_string(hide_password=False)
    allow = f'ALTER DATABASE "{there.database}" ALLOW_CONNECTIONS '
    async with await psycopg.AsyncConnection.connect(elsewhere, autocommit=True) as admin:
        await admin.execute(f"{allow} false".encode())
        serving = asyncio.create_task(run_worker(make_settings(fresh_database.url)))
        await asyncio.sleep(3)
        await admin.execute(f"{allow} true".encode())

    async def is_planned() -> bool:
        return bool(await alive.direct.rows("SELECT key FROM planned_instants", {}))

    async with real_runtime(fresh_database, clock) as alive:
        await until(is_planned)
    os.kill(os.getpid(), signal.SIGTERM)
    await serving


async def test_a_step_is_done_again_until_it_ends_well() -> None:
    """Leases are renewed, and the bell is heard, whatever one beat of it met."""
    tried: list[float] = []

    async def step() -> None:
        tried.append(time.monotonic())
        if len(tried) < 3:
            raise (Unavailable if len(tried) == 1 else RuntimeError)

    await insist(step)

    assert len(tried) == 3
    assert all(later - earlier >= 0.99 for earlier, later in pairwise(tried))


async def test_what_loses_a_cancellation_is_asked_again() -> None:
    lost = 0

    async def forgetful() -> None:
        nonlocal lost
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            lost += 1
        await asyncio.sleep(60)

    tasks = [asyncio.create_task(forgetful()), asyncio.create_task(asyncio.sleep(60))]
    await asyncio.sleep(0)

    await end_all(tasks, patience=0.05)

    assert [task.cancelled() for task in tasks] == [True, True]
    assert lost == 1
