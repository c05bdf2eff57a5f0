"""Letting things happen by themselves: what falls due as the clock goes on is done at once."""

import asyncio
import contextlib
import logging

from simulator.webhooks.delivery import Courier
from simulator.world.effects import apply_due
from simulator.world.world import World

LONGEST_SLEEP = 1.0
LOG = logging.getLogger("simulator")


class Pump:
    """A task that sleeps until something is due, or until it is woken."""

    def __init__(self, world: World, courier: Courier) -> None:
        self._world = world
        self._courier = courier
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin pumping."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End pumping."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def wake(self) -> None:
        """Look again now."""
        self._woken.set()

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            try:
                if apply_due(self._world) + self._courier.start_due():
                    self._world.commit()
            except Exception:
                LOG.exception("what was due could not be done")  # the world goes on
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._seconds_to_sleep()):
                    await self._woken.wait()

    def _seconds_to_sleep(self) -> float:
        next_at, rate = self._world.queue.next_at(), self._world.clock.rate
        if next_at is None or rate <= 0:
            return LONGEST_SLEEP
        seconds = (next_at - self._world.now).total_seconds() / rate
        return min(max(seconds, 0.001), LONGEST_SLEEP)
