"""How time passes in a history: at each instant everything that is due happens, here and in the hub."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from app.core.errors import Unavailable
from jobs.lease import HeldRun
from jobs.sweeper import sweep
from simulator.world.effects import apply_due
from tests.histories.weather import Died, Halt

if TYPE_CHECKING:
    from tests.histories.stage import Stage

T = TypeVar("T")

MOST_ROUNDS = 80
_NEXT = """
SELECT least((SELECT min(run_at) FROM job_runs WHERE state = 'queued' AND run_at > %(now)s),
             (SELECT min(at) FROM planned_instants WHERE at > %(now)s))
"""
_LEFT = """
SELECT EXISTS (SELECT 1 FROM planned_instants WHERE at <= %(now)s)
    OR EXISTS (SELECT 1 FROM inbox_events WHERE handled_at IS NULL AND failed_at IS NULL),
    EXISTS (SELECT 1 FROM job_runs WHERE state = 'running')
"""
_LAPSE = "UPDATE job_runs SET leased_until = now() - interval '1 second' WHERE state = 'running' RETURNING id"


class Restless(AssertionError):
    """The world does not come to rest."""


@dataclass(slots=True)
class Frozen:
    """A worker that sleeps in the middle of a call, while others go on."""

    halt: Halt
    held: HeldRun
    task: asyncio.Task[None]
    rests: int  # how often the world comes to rest until it wakes


@dataclass(slots=True)
class Hands:
    """The hub's workers, and the turning of the clock around them."""

    stage: Stage
    are_up: bool = True
    frozen: list[Frozen] = field(default_factory=list)

    async def turn(self, passed: timedelta, *, step: timedelta | None = None) -> None:
        """Let time pass: in one leap, or with a stop where something is due, a step or more after the last."""
        until = self.stage.world.now + passed
        while True:
            await self.settle()
            now = self.stage.world.now
            if now >= until:
                return
            if step is None:
                set_clock(self.stage, until)
                continue
            at = min(filter(None, (self.stage.world.queue.next_at(), await self._planned(now), until)))
            set_clock(self.stage, min(max(at, now + step), until))

    async def settle(self) -> None:
        """Let everything that is due now happen until nothing is."""
        for _ in range(MOST_ROUNDS):
            apply_due(self.stage.world)
            happened = await deliver(self.stage)
            if self.are_up:
                happened += await self._work()
            if not happened and not await self._look_around():
                return
        raise Restless("the world does not come to rest")

    async def rest(self) -> None:
        """Bring every worker back."""
        self.are_up, self.stage.outside.halt = True, None
        for each in self.frozen:
            each.rests = 0
        await self._thaw()

    async def _work(self) -> int:
        """Run what is queued and due."""
        ran = 0
        while claimed := await self._patiently(self._claim):
            await self._run(claimed[0])
            ran += 1
        return ran

    async def _claim(self) -> list[HeldRun]:
        return await self.stage.runner.claim(1)

    async def _look_around(self) -> int:
        """Do what workers do beside their jobs when those are done; returns whether there is more to run."""
        if not self.are_up:
            return 0
        is_due, is_held = await self._patiently(self._left)
        swept = await self._patiently(self._sweep) if is_due else 0
        woken = await self._thaw()
        return swept + woken + (await self._patiently(self._lapse) if is_held else 0)

    async def _left(self) -> tuple[bool, bool]:
        """Whether a sweep may find anything, and whether any run is held: asked at every rest, in one statement."""
        [(is_due, is_held)] = await self.stage.runtime.direct.rows(_LEFT, {"now": self.stage.world.now})
        return is_due, is_held

    async def _sweep(self) -> int:
        return await sweep(self.stage.runner.units)

    async def _patiently(self, step: Callable[[], Awaitable[T]]) -> T:
        """Return what a step does; a database that was away is found again."""
        for _ in range(5):
            try:
                return await step()
            except Unavailable:
                continue
        raise Restless("the database stays away")

    async def _run(self, held: HeldRun) -> None:
        runner, halt = self.stage.runner, self.stage.outside.halt
        if halt is None:
            await runner.run(held)
            return
        task = asyncio.create_task(runner.run(held))
        reached = asyncio.create_task(halt.reached.wait())
        await asyncio.wait({task, reached}, return_when=asyncio.FIRST_COMPLETED)
        reached.cancel()
        if task.done():
            error = task.exception()
            if error is not None and not isinstance(error, Died):
                raise error
        elif halt.ends == "freezes":
            self.frozen.append(Frozen(halt, held, task, halt.thaws))
        else:
            await asyncio.wait({task})
            task.exception()

    async def _thaw(self) -> int:
        """Wake whoever has slept long enough; their leases are over. Returns how many woke."""
        woken = 0
        for each in list(self.frozen):
            each.rests -= 1
            if each.rests < 0:
                self.frozen.remove(each)
                each.held.until = 0.0
                each.halt.thawed.set()
                await each.task
                woken += 1
        return woken

    async def _lapse(self) -> int:
        """Let leases of the dead and the frozen be over: half a minute of machine time has passed."""
        return len(await self.stage.runtime.direct.rows(_LAPSE, {}))

    async def _planned(self, now: datetime) -> datetime | None:
        if not self.are_up:
            return None
        rows = await self.stage.runtime.direct.rows(_NEXT, {"now": now})
        found: datetime | None = rows[0][0]
        return found


async def deliver(stage: Stage) -> int:
    """Carry the webhooks that are due, one after the other."""
    sent = 0
    while due := stage.world.queue.pop_due(stage.world.now, deliveries=True):
        await stage.courier._deliver(due)
        sent += 1
    return sent


def set_clock(stage: Stage, at: datetime) -> None:
    """One time for the hub and the world."""
    stage.world.clock.set(now=at, rate=0)
