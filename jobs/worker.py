"""The worker: hears the bell, keeps its hands busy, renews its leases, and gives everything back when it stops."""

import asyncio
import logging
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import uvloop
from arq.connections import ArqRedis
from arq.worker import Worker as ArqWorker
from arq.worker import func

from app.core.bell import FUNCTION, QUEUE, connect_worker, deserialize, serialize
from app.core.errors import Unavailable
from app.core.log import configure_logging, logger
from app.core.runtime import build_runtime
from app.core.settings import Settings, load_settings
from app.core.unit_of_work import Bell
from jobs.assembly import build_runner, keep_leases
from jobs.insisting import insist
from jobs.lease import CALL_SECONDS, HeldRun
from jobs.runner import Runner
from jobs.schedule import plan_standing
from jobs.sweeper import sweep

FAREWELL = 10.0
SWEEP = 1.0
PAUSE_WITHOUT_BELL = 0.05

log = logger("worker")


class NearBell:
    """The bell of a worker's own jobs: what its free hands can take is not told to anybody else.

    Should the worker end before it takes them, a sweeper finds them within a second.
    """

    def __init__(self, far: Bell) -> None:
        self.far = far
        self.wake = asyncio.Event()
        self.free_hands = 0

    async def ring(self, jobs: Sequence[tuple[int, int]]) -> None:
        """Wake this worker, and the others when there is more than it can take."""
        self.wake.set()
        if len(jobs) > self.free_hands:
            await self.far.ring(jobs[self.free_hands :])


class Worker:
    """Keeps up to so many runs going at once, until it is told to stop."""

    def __init__(self, runner: Runner, hands: int, bell: NearBell, farewell: float = FAREWELL) -> None:
        self.runner = runner
        self.hands = hands
        self.bell = bell
        self.bell.free_hands = hands
        self.wake = bell.wake
        self.farewell = farewell
        self.stopping = asyncio.Event()
        self._busy: set[asyncio.Task[None]] = set()
        self._swept = 0.0

    async def serve(self) -> None:
        """Work until `stop`; then finish within ten seconds or give back."""
        redis_url = self.runner.runtime.settings.redis_url
        steps: list[Callable[[], Awaitable[None]]] = [
            self._patrol,
            self._watch_clock,
            partial(keep_leases, self.runner),
        ]
        if redis_url:
            steps.append(partial(self._hear, redis_url))
        loops = [asyncio.create_task(insist(step)) for step in steps]
        await self.stopping.wait()
        await end_all(loops)
        await self._say_farewell()

    def stop(self) -> None:
        """Claim nothing more."""
        self.stopping.set()

    async def _say_farewell(self) -> None:
        if self._busy:
            await asyncio.wait(self._busy, timeout=self.farewell)
        await end_all(self._busy)

    async def _patrol(self) -> None:
        """Look for work when the bell rings or the clock was turned, and every now and then without either."""
        pause = SWEEP if self.runner.runtime.settings.redis_url else PAUSE_WITHOUT_BELL
        while True:
            # Not `wait_for`: until Python 3.12 it forgets a cancellation that comes together with the bell.
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self.wake.wait()
            self.wake.clear()
            await self._look()

    async def _watch_clock(self) -> None:
        """Sweep as soon as somebody turned the clock: what became due by that was not rung for."""
        while True:
            await self.runner.runtime.clock.turned()
            self._swept = 0.0
            self.wake.set()

    async def _look(self) -> None:
        if time.monotonic() - self._swept >= SWEEP:
            self._swept = time.monotonic()
            await sweep(self.runner.units)
        await self._fill_hands()

    async def _fill_hands(self) -> None:
        free = self.hands - len(self._busy)
        if free > 0:
            for held in await self.runner.claim(free):
                self._take(held)

    def _take(self, held: HeldRun) -> None:
        task = asyncio.create_task(self.runner.run(held))
        self._busy.add(task)
        self.bell.free_hands = self.hands - len(self._busy)
        task.add_done_callback(self._put_down)

    def _put_down(self, task: "asyncio.Task[None]") -> None:
        self._busy.discard(task)
        self.bell.free_hands = self.hands - len(self._busy)
        self.wake.set()  # its lane is free, or more was due than there were hands
        if not task.cancelled() and (error := task.exception()):
            log.warning("worker.hand_stumbled", why=type(error).__name__)

    async def _hear(self, redis_url: str) -> None:
        """Listen to the bell; should arq stop, begin again: the patrol works on meanwhile."""
        while True:
            redis = connect_worker(redis_url)
            ears = listener(redis, self._ring)
            try:
                await ears.main()
            except Exception as error:
                log.warning("worker.bell_lost", why=type(error).__name__)
            finally:
                await asyncio.gather(*ears.tasks.values(), return_exceptions=True)
                await redis.aclose(close_connection_pool=True)
            await asyncio.sleep(SWEEP)

    async def _ring(self, _context: dict[Any, Any], _run_id: int) -> None:
        self.wake.set()


async def end_all(tasks: Iterable["asyncio.Task[Any]"], patience: float = 3.0) -> None:
    """Cancel the tasks until each has ended.

    Once is not enough: what waits in a library may lose a cancellation that comes together with its answer, as all that
    stands on `asyncio.wait_for` does until Python 3.12.
    """
    ending = left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=patience)
    await asyncio.gather(*ending, return_exceptions=True)


def listener(redis: ArqRedis, ring: Any) -> ArqWorker:
    """Return arq listening for the one thing it is told: that a run may be due."""
    return ArqWorker(
        functions=[func(ring, name=FUNCTION)],
        queue_name=QUEUE,
        redis_pool=redis,
        handle_signals=False,
        max_jobs=200,
        poll_delay=0.02,
        queue_read_limit=1000,
        job_timeout=5,
        max_tries=1,
        keep_result=0,
        retry_jobs=False,
        health_check_interval=10,
        job_serializer=serialize,
        job_deserializer=deserialize,
        log_results=False,
    )


async def run_worker(settings: Settings) -> None:
    """Run a worker until SIGTERM or SIGINT."""
    configure_logging(settings.log_level)
    logging.getLogger("arq").setLevel(logging.WARNING)
    async with build_runtime(settings, for_jobs=True).running() as runtime:
        bell = NearBell(runtime.bell)
        runner = build_runner(replace(runtime, bell=bell))
        worker = Worker(runner, settings.worker_jobs, bell)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, worker.stop)
        if settings.worker_name:
            with suppress(Unavailable):  # without it the leases run out by themselves
                await runner.ledger.inherit(timedelta(seconds=CALL_SECONDS))
        # A database that is away delays this, not the start.
        planning = asyncio.create_task(insist(partial(plan_standing, runner.units)))
        log.info("worker.started", name=runner.ledger.worker)
        try:
            await worker.serve()
        finally:
            await end_all([planning])
            await runner.shopify.client.http.aclose()


if __name__ == "__main__":
    uvloop.run(run_worker(load_settings(os.environ)))
