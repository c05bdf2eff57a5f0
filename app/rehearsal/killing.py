"""Kill processes of the world while weeks are played in it, at moments drawn by seed."""

import asyncio
import os
import random
import signal
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from app.core.local_services import postgres, valkey
from app.core.local_services.lease import Lease
from app.core.local_services.processes import Process, wait_until
from app.core.local_services.world import World

KILLED = ("web", "worker", valkey.NAME, postgres.NAME)
LATEST = 0.6
"""Seconds of machine time after the beginning of a step, so that it strikes while the step is worked on."""

PATIENCE = 60.0

Step = tuple[int, int]
"""A week and a scene of it."""


@dataclass(frozen=True, slots=True)
class Strike:
    """Which process is killed in a step, and how long after its beginning."""

    name: str
    after: float


def draw_strikes(seed: int, count: int, steps: Sequence[Step]) -> dict[Step, list[Strike]]:
    """Spread the kills over the steps, each kind as often as the others."""
    dice = random.Random(f"kills:{seed}")
    strikes: dict[Step, list[Strike]] = defaultdict(list)
    for number in range(count):
        strikes[dice.choice(steps)].append(Strike(KILLED[number % len(KILLED)], dice.uniform(0, LATEST)))
    return strikes


@dataclass
class Killer:
    """Ends processes of a world as if they had vanished; its supervisor brings them back."""

    world: World
    strikes: dict[Step, list[Strike]] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)

    @asynccontextmanager
    async def during(self, step: Step) -> AsyncIterator[None]:
        """Strike while the step is played, as often as was drawn for it."""
        strikes = [asyncio.create_task(self._strike(each)) for each in self.strikes.get(step, ())]
        try:
            yield
        finally:
            await asyncio.gather(*strikes)

    async def _strike(self, strike: Strike) -> None:
        await asyncio.sleep(strike.after)
        # It may not have come back from the last time.
        await asyncio.to_thread(wait_until, lambda: self._find(strike.name) is not None, PATIENCE)
        if found := self._find(strike.name):
            with suppress(ProcessLookupError):
                os.kill(found.pid, signal.SIGKILL)
                self.killed[strike.name] += 1

    def _find(self, name: str) -> Process | None:
        folders = (self.world.folder, self.world.programs_folder)
        return next(filter(None, (Lease(folder).records.find(name) for folder in folders)), None)
