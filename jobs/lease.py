"""The runs a worker holds: until when each is surely ours, and whether a call outside may still start."""

import asyncio
import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from app.core.errors import Unavailable
from app.gateways.shopify.client import TOTAL_SECONDS
from app.job_runs.ledger import LEASE_SECONDS, ClaimedRun

CALL_SECONDS = TOTAL_SECONDS + 1.0


@dataclass(slots=True, eq=False)
class HeldRun:
    """A claimed run; but for `claimed_at` the times are the machine's monotonic clock."""

    run: ClaimedRun
    claimed_at: datetime  # business time
    since: float
    until: float = field(init=False)
    longest: float = LEASE_SECONDS  # the job's own maximum, known once its kind is
    task: "asyncio.Task[Any] | None" = None

    def __post_init__(self) -> None:
        self.until = self.since + LEASE_SECONDS

    def may_last(self) -> bool:
        """Tell whether the lease may be renewed: never beyond the job's maximum."""
        return time.monotonic() < self.since + self.longest

    def remaining(self) -> float:
        """Return for how many seconds the run is surely ours."""
        return self.until - time.monotonic()


CURRENT: ContextVar[HeldRun | None] = ContextVar("current_run", default=None)


async def refuse_without_lease(_request: httpx.Request) -> None:
    """Let a call outside start only while the lease outlasts its time-out, so that no other worker calls meanwhile."""
    held = CURRENT.get()
    if held is not None and held.remaining() < CALL_SECONDS:
        raise Unavailable("The job's lease was too short for another call.")
