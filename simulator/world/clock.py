"""The business clock: it can be set, stopped and turned; signatures and tokens use the machine's time instead."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


def machine_now() -> datetime:
    """The machine's time, for signatures and tokens."""
    return datetime.now(UTC)


def iso(at: datetime) -> str:
    """ISO 8601 in UTC, as the control API writes times."""
    return at.astimezone(UTC).isoformat(timespec="microseconds" if at.microsecond else "seconds").replace("+00:00", "Z")


@dataclass
class Clock:
    """Business time: `anchor` at machine time `anchored`, going on at `rate` seconds a second."""

    anchor: datetime = field(default_factory=machine_now)
    anchored: float = field(default_factory=time.time)
    rate: float = 1.0

    def __post_init__(self) -> None:
        self._pinned: datetime | None = None
        self._turned = asyncio.Event()
        self.turns = 0  # how often it was set: who watches the clock asks for more than it has seen

    @property
    def now(self) -> datetime:
        if self._pinned is not None:
            return self._pinned
        return self.anchor + timedelta(seconds=(time.time() - self.anchored) * self.rate)

    def set(self, now: datetime | None = None, rate: float | None = None) -> None:
        """Make it `now`, going on at `rate`; what is not given stays."""
        self.anchor = (now or self.now).astimezone(UTC)
        self.anchored = time.time()
        self.rate = self.rate if rate is None else rate
        self.turns += 1
        turned, self._turned = self._turned, asyncio.Event()
        turned.set()

    async def until_turned(self, seen: int, patience: float) -> None:
        """Return when it was set since that many turns were seen, or when patience ends."""
        if self.turns == seen:
            with suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await self._turned.wait()

    @contextmanager
    def pinned(self, at: datetime) -> Iterator[None]:
        """Let everything inside happen at `at`, whatever the time is meanwhile."""
        before, self._pinned = self._pinned, at
        try:
            yield
        finally:
            self._pinned = before
