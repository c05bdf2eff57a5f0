"""Three years of weeks in twelve time zones: exactly one instant a week, whoever asks and whenever."""

import random
from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.partners.rules import Calendar, cutoffs_after, first_cutoff_after

ZONES = (
    *("Pacific/Auckland", "Australia/Lord_Howe", "Asia/Tokyo", "Asia/Kathmandu", "Africa/Cairo", "Europe/Berlin"),
    *("Europe/London", "America/St_Johns", "America/New_York", "America/Denver", "America/Santiago", "Pacific/Chatham"),
)
TIMES = (time(0, 0), time(2, 30), time(18, 0), time(23, 59))  # two of them are skipped or doubled by a zone's change
BEGIN, END = date(2026, 1, 5), date(2029, 1, 1)  # Mondays
WEEKS = (END - BEGIN).days // 7


@pytest.mark.parametrize("zone", ZONES)
def test_each_week_has_exactly_one_cutoff(zone: str) -> None:
    """Judged by the wall clock of the place, not by how the instants are found."""
    place, dice = ZoneInfo(zone), random.Random(zone)
    since = datetime.combine(BEGIN, time(0), tzinfo=place).astimezone(UTC) - timedelta(seconds=1)
    for weekday in range(1, 8):
        for at in TIMES:
            calendar = Calendar(weekday, at, zone)

            found = cutoffs_after(calendar, since, WEEKS)

            local = [each.at.astimezone(place) for each in found]
            assert [(there.date() - BEGIN).days // 7 for there in local] == list(range(WEEKS))
            assert [there.isoweekday() for there in local] == [weekday] * WEEKS
            moved = [there for there in local if (there.hour, there.minute) != (at.hour, at.minute)]
            assert all(not exists(there.date(), at, place) for there in moved)
            instants = [each.at for each in found]
            for asked in (since + (instants[-1] - since) * dice.random() for _ in range(20)):
                assert first_cutoff_after(calendar, asked).at == instants[bisect_right(instants, asked)]


def exists(day: date, at: time, place: ZoneInfo) -> bool:
    """Whether the clocks of the place show this time on this day."""
    shown = datetime.combine(day, at, tzinfo=place)
    return shown.astimezone(UTC).astimezone(place).replace(tzinfo=None) == shown.replace(tzinfo=None)
