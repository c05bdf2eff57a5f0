"""The way from the hub's jobs to Shopify, on which a worker can be stopped in the middle of a call."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import httpx

Moment = Literal["before", "after"]


class Died(BaseException):
    """The worker's process ends here."""


@dataclass(slots=True)
class Halt:
    """At the nth call from now, before it went out or after its effect: the worker dies or freezes, or the database
    is away for a moment."""

    nth: int
    moment: Moment
    ends: Literal["dies", "freezes", "database"]
    thaws: int = 0
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    thawed: asyncio.Event = field(default_factory=asyncio.Event)


class Outside(httpx.AsyncBaseTransport):
    """Carries calls to the simulator."""

    def __init__(self, inner: httpx.AsyncBaseTransport, cut_database: Callable[[], None]) -> None:
        self._inner = inner
        self._cut_database = cut_database
        self.halt: Halt | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a call, unless this is where it ends."""
        halt = self._due()
        if halt is not None and halt.moment == "before":
            await self._stop(halt)
        response = await self._inner.handle_async_request(request)
        if halt is not None and halt.moment == "after":
            await response.aread()
            await self._stop(halt)
        return response

    def _due(self) -> Halt | None:
        if self.halt is None:
            return None
        self.halt.nth -= 1
        if self.halt.nth > 0:
            return None
        halt, self.halt = self.halt, None
        return halt

    async def _stop(self, halt: Halt) -> None:
        if halt.ends == "database":
            self._cut_database()
            return
        halt.reached.set()
        if halt.ends == "dies":
            raise Died
        await halt.thawed.wait()
