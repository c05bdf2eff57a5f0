"""The two clocks: business time, which the local world can turn, and machine time, which nobody can."""

from datetime import UTC, datetime
from typing import Protocol

import httpx

from app.core.errors import Unavailable


class Clock(Protocol):
    """Tells business time; it decides eligible times, cut-offs, schedules and business retries."""

    async def now(self) -> datetime:
        """Return the business time in UTC."""
        ...


def machine_now() -> datetime:
    """Return machine time in UTC: signatures, token expiry, leases, time-outs, budgets."""
    return datetime.now(UTC)


class RealClock:
    """Business time is real time: production."""

    async def now(self) -> datetime:
        """Return the real time in UTC."""
        return machine_now()


class FixedClock:
    """Business time as a test sets it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    async def now(self) -> datetime:
        """Return the time that was set."""
        return self.at


class TurnedClock:
    """Business time as the local world's clock tells it; asked anew each time, so that a turn is seen at once."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self._url = url
        self._http = http

    async def now(self) -> datetime:
        """Return the local world's time in UTC; `Unavailable` when it does not answer."""
        try:
            answer = await self._http.get(self._url, timeout=5)
            answer.raise_for_status()
            told = datetime.fromisoformat(str(answer.json()["now"]))
        except (httpx.HTTPError, KeyError, ValueError) as error:
            raise Unavailable("The business clock does not answer.") from error
        return told.astimezone(UTC)
