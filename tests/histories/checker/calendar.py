"""Cut-offs, computed anew from a partner's calendar."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.histories.checker.reading import Row, instant

MINUTE = timedelta(minutes=1)


def cutoff_on(day: date, calendar: Mapping[str, Any]) -> datetime:
    """Return the instant of a day's cut-off: the first minute that shows the local time, or the first one after it.

    Looked for minute by minute over the day, so that no rule about clock changes has to be known here.
    """
    zone, wanted = ZoneInfo(calendar["time_zone"]), time.fromisoformat(calendar["time"])
    local = datetime.combine(day, wanted)
    guess = local.replace(tzinfo=UTC) - (local.replace(tzinfo=zone).utcoffset() or timedelta())
    at = guess - timedelta(hours=3)
    while at.astimezone(zone).replace(tzinfo=None) < local:
        at += MINUTE
    return at


def cutoffs(calendar: Mapping[str, Any], since: datetime, count: int) -> list[tuple[date, datetime]]:
    """Return the next cut-offs strictly later than an instant, with their local dates."""
    day = since.astimezone(ZoneInfo(calendar["time_zone"])).date() - timedelta(days=1)
    found: list[tuple[date, datetime]] = []
    while len(found) < count:
        if day.isoweekday() == calendar["weekday"]:
            at = cutoff_on(day, calendar)
            if at > since:
                found.append((day, at))
        day += timedelta(days=1)
    return found


def calendar_at(partnership: Row, at: datetime) -> Row:
    """Return the calendar that was agreed at an instant."""
    changes: Sequence[Row] = sorted(partnership["calendar_changes"], key=lambda each: instant(each["valid_from"]))
    known = [each for each in changes if instant(each["valid_from"]) <= at]
    found: Row = known[-1] if known else (changes[0] if changes else partnership["calendar"])
    return found
