"""The calendar of cut-offs, as tables of cases."""

from datetime import UTC, date, datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from app.partners.rules import Calendar, CutOff, cutoffs_after, cutoffs_ahead, first_cutoff_after, instant_of
from app.partners.terms import contact_faults


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NEW_YORK = "America/New_York"


@pytest.mark.parametrize(
    ("calendar", "after", "expected"),
    [
        pytest.param(
            Calendar(7, time(2, 30), NEW_YORK), "2026-03-07T12:00", ["2026-03-08T07:00", "2026-03-15T06:30"], id="G2"
        ),
        pytest.param(
            Calendar(7, time(1, 30), NEW_YORK), "2026-10-31T12:00", ["2026-11-01T05:30", "2026-11-08T06:30"], id="G3"
        ),
        pytest.param(Calendar(7, time(1, 30), NEW_YORK), "2026-11-01T05:30", ["2026-11-08T06:30"], id="G3-once"),
        pytest.param(
            Calendar(1, time(8, 0), "Europe/Amsterdam"),
            "2026-10-18T00:00",
            ["2026-10-19T06:00", "2026-10-26T07:00"],
            id="G4",
        ),
        pytest.param(
            Calendar(4, time(18, 0), "America/Denver"),
            "2026-10-28T00:00",
            ["2026-10-30T00:00", "2026-11-06T01:00"],
            id="G5",
        ),
        pytest.param(
            Calendar(5, time(0, 0), "Pacific/Auckland"), "2026-11-19T10:59", ["2026-11-19T11:00"], id="far zone"
        ),
        pytest.param(
            Calendar(7, time(0, 30), "Africa/Cairo"), "2026-04-20T00:00", ["2026-04-25T21:30"], id="summer time"
        ),
    ],
)
def test_cutoffs_follow_the_partners_clock(calendar: Calendar, after: str, expected: list[str]) -> None:
    """G2 G3 G4 G5: a missing hour fires after the gap, a doubled hour once, each by its own offset."""
    found = cutoffs_after(calendar, utc(after), len(expected))

    assert [cutoff.at for cutoff in found] == [utc(text) for text in expected]


def test_exactly_at_the_cutoff_means_the_next_one() -> None:
    """G1: eligible at 18:00:00.000 belongs to the next cycle."""
    calendar = Calendar(4, time(18, 0), "America/Denver")
    cutoff = first_cutoff_after(calendar, utc("2026-11-16T00:00"))

    following = first_cutoff_after(calendar, cutoff.at)

    assert cutoff == CutOff(on=date(2026, 11, 19), at=utc("2026-11-20T01:00"))
    assert following.on == date(2026, 11, 26)


@pytest.mark.parametrize("zone", ["Pacific/Apia", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "UTC"])
def test_every_week_has_one_cutoff(zone: str) -> None:
    """Twelve years of weeks in zones with odd rules: strictly increasing, one local date a week."""
    calendar = Calendar(5, time(2, 15), zone)

    found = cutoffs_after(calendar, utc("2008-01-01T00:00"), 620)

    assert all(earlier.at < later.at for earlier, later in pairwise(found))
    assert {(later.on - earlier.on).days for earlier, later in pairwise(found)} == {7}


def test_the_end_of_a_gap_of_half_an_hour() -> None:
    """Lord Howe moves by thirty minutes: 02:10 does not exist, 02:30 is its first instant after."""
    instant = instant_of(date(2026, 10, 4), time(2, 10), ZoneInfo("Australia/Lord_Howe"))

    assert instant == utc("2026-10-03T15:30")


def test_a_changed_cutoff_counts_from_the_next_week_on() -> None:
    """G10: Thursday becomes Tuesday on a Wednesday; the open week keeps its Thursday, and three dates are previewed."""
    thursday, tuesday = Calendar(4, time(18), "America/Denver"), Calendar(2, time(9), "America/Denver")
    wednesday = utc("2026-11-18T12:00")
    changes = [(utc("2026-11-01T00:00"), thursday), (wednesday, tuesday)]

    ahead = cutoffs_ahead(changes, wednesday, 3)
    afterwards = cutoffs_ahead(changes, utc("2026-11-21T12:00"), 1)

    assert [cutoff.on for cutoff in ahead] == [date(2026, 11, 19), date(2026, 11, 24), date(2026, 12, 1)]
    assert afterwards == ahead[1:2]


def test_of_two_changes_in_one_week_the_last_one_counts() -> None:
    calendars = [Calendar(4, time(18), "UTC"), Calendar(2, time(9), "UTC"), Calendar(5, time(12), "UTC")]
    since = [utc("2026-11-01T00:00"), utc("2026-11-16T08:00"), utc("2026-11-16T09:00")]

    ahead = cutoffs_ahead(list(zip(since, calendars, strict=True)), utc("2026-11-16T10:00"), 3)

    assert [cutoff.on for cutoff in ahead] == [date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 27)]


@pytest.mark.parametrize("email", ["", "orders@example.com", "o'neil+hub@example.co.uk", "kaffee@rösterei.example"])
def test_an_address_that_mail_can_go_to_is_taken(email: str) -> None:
    assert contact_faults("Oak", email) == {}


@pytest.mark.parametrize(
    "email",
    [
        "nobody",
        "@",
        "orders@",
        "@example.com",
        "orders @example.com",
        "a@b@example.com",
        "a@example.com, b@example.com",
        "a@example.com\nBcc: b@example.com",
    ],
)
def test_what_is_no_single_address_is_refused(email: str) -> None:
    assert set(contact_faults("Oak", email)) == {"email"}
