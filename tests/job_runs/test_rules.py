from datetime import UTC, datetime, timedelta

import pytest

from app.job_runs.rules import Due, Planning, back_off, due_instants, next_beat
from app.job_runs.states import TRANSITIONS, JobState, Missed

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def later(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("now", "minutes", "beat"),
    [
        (NOON, 15, later(15)),
        (later(0.1), 15, later(15)),
        (later(14.9), 15, later(15)),
        (later(15), 15, later(30)),
        (later(1), 60, later(60)),
        (later(1), 24 * 60, NOON.replace(hour=0) + timedelta(days=1)),
    ],
)
def test_beats_fall_on_the_clock(now: datetime, minutes: int, beat: datetime) -> None:
    assert next_beat(now, minutes) == beat


@pytest.mark.parametrize(
    ("missed", "now", "due"),
    [
        (Missed.ONCE, NOON, Due((NOON,), later(15))),
        (Missed.ONCE, later(50), Due((later(45),), later(60))),
        (Missed.ALL, later(50), Due((NOON, later(15), later(30), later(45)), later(60))),
        (Missed.NONE, later(0.5), Due((NOON,), later(15))),
        (Missed.NONE, later(50), Due((), later(60))),
    ],
)
def test_what_was_missed_runs_once_all_or_not_at_all(missed: Missed, now: datetime, due: Due) -> None:
    """M12: the catch-up policy is the plan's."""
    assert due_instants(Planning(NOON, 15, missed), now) == due


def test_a_single_instant_is_never_missed() -> None:
    assert due_instants(Planning(NOON, None, Missed.ONCE), later(600)) == Due((NOON,), None)


@pytest.mark.parametrize(
    ("attempt", "chance", "asked", "seconds"),
    [
        *((1, 0.5, None, 1), (2, 0.5, None, 2), (5, 0.5, None, 16), (9, 0.5, None, 256), (40, 0.5, None, 300)),
        *((1, 0.0, None, 0.75), (1, 1.0, None, 1.25), (1, 0.5, 20.0, 20), (5, 0.5, 3.0, 16)),
    ],
)
def test_waits_double_up_to_five_minutes(attempt: int, chance: float, asked: float | None, seconds: float) -> None:
    assert back_off(attempt, chance, asked) == timedelta(seconds=seconds)


def test_transitions_are_total() -> None:
    assert set(TRANSITIONS) == set(JobState)
