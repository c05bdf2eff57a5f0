"""The calendar: when a partner's week is cut off, in the partner's own time zone, daylight saving included."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A weekly cut-off: Monday is 1; the time is the partner's local time."""

    weekday: int
    time: time
    time_zone: str
    grace_minutes: int = 15


@dataclass(frozen=True, slots=True, order=True)
class CutOff:
    """One cut-off: the partner's local date and the instant it stands for."""

    on: date
    at: datetime


def cutoffs_after(calendar: Calendar, instant: datetime, count: int) -> Sequence[CutOff]:
    """Return the next cut-offs that are strictly later than the instant."""
    zone = ZoneInfo(calendar.time_zone)
    day = instant.astimezone(zone).date() - timedelta(days=7)
    day += timedelta(days=(calendar.weekday - day.isoweekday()) % 7)
    found: list[CutOff] = []
    while len(found) < count:
        at = instant_of(day, calendar.time, zone)
        if at > instant:
            found.append(CutOff(day, at))
        day += timedelta(days=7)
    return found


def first_cutoff_after(calendar: Calendar, instant: datetime) -> CutOff:
    """Return the next cut-off that is strictly later than the instant."""
    return cutoffs_after(calendar, instant, 1)[0]


def cutoffs_ahead(changes: Sequence[tuple[datetime, Calendar]], instant: datetime, count: int) -> Sequence[CutOff]:
    """Return the next cut-offs of a partner whose calendar changed at these instants, oldest first.

    The week that is open when a calendar changes keeps its cut-off; the change counts from there on.
    """
    effective = list(changes[:1])
    for changed_at, calendar in changes[1:]:
        since, before = effective[-1]
        if since > changed_at:  # the change before has not begun yet
            effective[-1] = (since, calendar)
        else:
            effective.append((first_cutoff_after(before, changed_at).at, calendar))
    found: list[CutOff] = []
    while effective and len(found) < count:
        at_work = [calendar for since, calendar in effective if since <= instant] or [effective[0][1]]
        found.append(first_cutoff_after(at_work[-1], instant))
        instant = found[-1].at
    return found


def instant_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the instant of a local time: the first of two, and the first after a gap when it does not exist."""
    local = datetime.combine(day, at, tzinfo=zone)
    later = local.astimezone(UTC)  # with fold 0, a time inside a gap lands after the gap
    if later.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return later
    return _end_of_gap(local.replace(fold=1).astimezone(UTC), later, zone)


def _end_of_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    offset = before.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = before + (after - before) // 2
        middle -= timedelta(microseconds=middle.microsecond)
        if middle == before:
            break
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
