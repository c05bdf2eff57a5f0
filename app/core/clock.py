"""The two clocks: business time, which the local world can turn, and machine time, which nobody can."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol

import httpcore
import msgspec

from app.core.errors import Unavailable

SHARED = 0.01
BREATH = 0.02
TIMEOUT = {"connect": 5.0, "read": 5.0, "write": 5.0, "pool": 5.0}


class Clock(Protocol):
    """Tells business time; it decides eligible times, cut-offs, schedules and business retries."""

    async def now(self) -> datetime:
        """Return the business time in UTC, at most a few hundredths of a second old."""
        ...

    async def look(self) -> datetime:
        """Return the business time in UTC as it is this instant."""
        ...

    async def turned(self) -> None:
        """Return when somebody set the clock since this was asked before; a clock nobody can set: never."""
        ...


def machine_now() -> datetime:
    """Return machine time in UTC: signatures, token expiry, leases, time-outs, budgets."""
    return datetime.now(UTC)


class RealClock:
    """Business time is real time: production."""

    async def now(self) -> datetime:
        """Return the real time in UTC."""
        return machine_now()

    async def look(self) -> datetime:
        """Return the real time in UTC."""
        return machine_now()

    async def turned(self) -> None:
        """Wait for ever."""
        await asyncio.Event().wait()


class FixedClock:
    """Business time as a test sets it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    async def now(self) -> datetime:
        """Return the time that was set."""
        return self.at

    async def look(self) -> datetime:
        """Return the time that was set."""
        return self.at

    async def turned(self) -> None:
        """Wait for ever: tests say themselves when it is time to look."""
        await asyncio.Event().wait()


class _Told(msgspec.Struct):
    now: datetime
    turns: int = 0

    def __post_init__(self) -> None:
        self.now = self.now.astimezone(UTC)


class TurnedClock:
    """Business time as the local world's clock tells it.

    `keep` seconds of machine time an answer may be used again. A worker keeps it: its clock is looked at with each
    claim, and nobody turns the clock while a job runs. Whoever answers people asks anew each time.
    """

    def __init__(self, url: str, http: httpcore.AsyncConnectionPool, keep: float = 0.0) -> None:
        self._url = url
        self._http = http
        self._keep = keep
        self._told: datetime | None = None
        self._told_at = 0.0
        self._turns: int | None = None  # how often it was set, as `turned` last knew

    async def now(self) -> datetime:
        """Return the local world's time in UTC; `Unavailable` when it does not answer."""
        if self._told is not None and time.monotonic() - self._told_at < self._keep:
            return self._told
        return await self.look()

    async def look(self) -> datetime:
        """Ask for the time; `Unavailable` when the local world does not answer.

        Several hands of a worker that look at once share an answer of the last hundredth of a second.
        """
        if self._told is not None and time.monotonic() - self._told_at < min(self._keep, SHARED):
            return self._told
        return (await self._ask(self._url)).now

    async def turned(self) -> None:
        """Ask until the clock was set; `Unavailable` when the local world does not answer.

        The local world keeps the question for a second while nothing happens.
        """
        if self._turns is None:
            self._turns = (await self._ask(self._url)).turns
        while True:
            turns = (await self._ask(f"{self._url}?turns={self._turns}")).turns
            if turns != self._turns:
                self._turns = turns
                return
            await asyncio.sleep(BREATH)

    async def _ask(self, url: str) -> _Told:
        try:
            answer = await self._http.request("GET", url, extensions={"timeout": TIMEOUT})
            if answer.status != 200:
                raise ValueError(f"the clock answered {answer.status}")
            told = msgspec.json.decode(answer.content, type=_Told)
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, ValueError) as error:
            raise Unavailable("The business clock does not answer.") from error
        self._told, self._told_at = told.now, time.monotonic()
        return told
