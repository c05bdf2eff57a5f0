"""Turning the clock: to each instant at which anything is due, here or in the hub, and waiting there for quiet."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from simulator.webhooks.delivery import Courier
from simulator.world.effects import apply_due
from simulator.world.errors import Impossible
from simulator.world.world import World

BUSY = ("jobs_due", "jobs_running", "inbox_unhandled")
PATIENCE_SECONDS = 60.0
LONGEST_PAUSE = 0.05


@dataclass(frozen=True, kw_only=True)
class Calm:
    """Whether everything is quiet at this instant, and what comes next in the hub."""

    waited_for: list[str] = field(default_factory=list)  # empty: quiet
    next_planned_at: datetime | None = None

    def lasts_at(self, now: datetime) -> bool:
        """Whether it is still so, if nothing happened in between."""
        return not self.waited_for and (self.next_planned_at is None or self.next_planned_at > now)


@dataclass(frozen=True, kw_only=True)
class Turned:
    """How far the clock was turned. `waited_for` names what did not come to rest."""

    now: datetime
    steps: int
    settled: bool
    waited_for: list[str]


class Clockmaker:
    """Turns the clock of one world, one caller at a time."""

    def __init__(self, world: World, courier: Courier) -> None:
        self._world = world
        self._courier = courier
        self._turning = asyncio.Lock()

    async def advance(self, to: datetime, settle: bool, patience: float = PATIENCE_SECONDS) -> Turned:
        """Turn the clock forward; when settling, stop at each instant at which something is due."""
        if to < self._world.now and not settle:
            raise Impossible("the clock is not turned back")
        if not settle:
            self._world.clock.set(now=to)
            return Turned(now=to, steps=1, settled=False, waited_for=[])
        async with self._turning:
            clock, rate = self._world.clock, self._world.clock.rate
            clock.set(rate=0)  # while we wait no business time passes
            try:
                return await self._settle(max(to, clock.now), patience)
            finally:
                clock.set(rate=rate)

    async def _settle(self, to: datetime, patience: float) -> Turned:
        clock, steps = self._world.clock, 0
        calm = Calm(waited_for=["start"])
        while True:
            calm = await self._calm(patience, calm if clock.now < to else None)
            if calm.waited_for or clock.now >= to:
                return Turned(now=clock.now, steps=steps, settled=not calm.waited_for, waited_for=calm.waited_for)
            instants = (self._world.queue.next_at(), calm.next_planned_at, to)
            clock.set(now=min(at for at in instants if at is not None and at > clock.now))
            steps += 1

    async def _calm(self, patience: float, before: Calm | None) -> Calm:
        """Do what is due now until neither we nor the hub have anything to do, or patience ends.

        A hub that was quiet before, is told nothing and planned nothing until now is not asked again.
        """
        deadline, pause = time.monotonic() + patience, 0.001
        while True:
            apply_due(self._world)
            if before is not None and before.lasts_at(self._world.now) and self._is_at_rest():
                return before
            if self._courier.start_due() or not self._courier.is_idle:
                await self._courier.finish()
                pause = 0.001
                continue
            calm = await self._ask_hub()
            if not calm.waited_for and self._is_at_rest():
                self._world.commit()
                return calm
            if time.monotonic() > deadline:
                return Calm(waited_for=calm.waited_for or ["webhooks"])
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _is_at_rest(self) -> bool:
        next_at = self._world.queue.next_at()
        return self._courier.is_idle and (next_at is None or next_at > self._world.now)

    async def _ask_hub(self) -> Calm:
        if self._world.settings.hub_url is None:
            return Calm()
        headers = {"Authorization": f"Bearer {self._world.settings.internal_secret()}"}
        try:
            answer = await self._courier.client.get("/internal/quiet", headers=headers)
        except httpx.HTTPError as failure:
            return Calm(waited_for=[f"hub: {type(failure).__name__}"])
        if answer.status_code != 200:
            return Calm(waited_for=[f"hub: HTTP {answer.status_code}"])
        return self._judge(answer.json())

    def _judge(self, quiet: dict[str, Any]) -> Calm:
        """Read the hub's answer; it is quiet once it saw our time, has nothing to do, and planned nothing until now."""
        now = self._world.now
        planned = quiet.get("next_planned_at")
        next_planned_at = datetime.fromisoformat(planned) if planned else None
        waited_for = [name for name in BUSY if quiet.get(name)]
        if datetime.fromisoformat(quiet["at"]) < now.replace(microsecond=0):
            waited_for.append("clock")
        if next_planned_at is not None and next_planned_at <= now:
            waited_for.append("next_planned_at")
        return Calm(waited_for=waited_for, next_planned_at=next_planned_at)
