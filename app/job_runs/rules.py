"""Decisions about when work runs: beats, missed instants, back-off."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.job_runs.states import Missed

_EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
LONGEST_WAIT = 300.0
GRACE = timedelta(minutes=1)  # a figure this late is still that instant's figure


def next_beat(now: datetime, minutes: int) -> datetime:
    """Return the first beat after now; beats of one rhythm fall together for everybody."""
    period = timedelta(minutes=minutes)
    return _EPOCH + ((now - _EPOCH) // period + 1) * period


@dataclass(frozen=True, slots=True)
class Planning:
    """When something is planned, how it repeats, and what is done about missed instants."""

    at: datetime
    minutes: int | None
    missed: Missed


@dataclass(frozen=True, slots=True)
class Due:
    """The instants to queue now, and when to look again; none: never."""

    instants: tuple[datetime, ...]
    next_at: datetime | None


def due_instants(planned: Planning, now: datetime) -> Due:
    """Decide which instants run, of those that have come."""
    if planned.minutes is None:
        return Due((planned.at,), None)
    period = timedelta(minutes=planned.minutes)
    passed = (now - planned.at) // period + 1
    instants = tuple(planned.at + step * period for step in range(passed))
    next_at = planned.at + passed * period
    if planned.missed is Missed.ALL:
        return Due(instants, next_at)
    if planned.missed is Missed.NONE and now - instants[-1] > GRACE:
        return Due((), next_at)
    return Due(instants[-1:], next_at)


def back_off(attempt: int, chance: float, asked: float | None = None) -> timedelta:
    """Return how long to wait after this attempt: doubling from a second, spread by chance, never less than asked."""
    wait = min(LONGEST_WAIT, 2.0 ** min(attempt - 1, 10)) * (0.75 + chance / 2)
    return timedelta(seconds=max(wait, asked or 0.0))
