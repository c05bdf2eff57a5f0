"""What the filters of the templates say."""

from datetime import UTC, datetime, timedelta

import pytest

from embedded_ui.templating import apart

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=10), "1 min"),
        (timedelta(minutes=35), "35 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=2, minutes=5), "2 h 5 min"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=2, hours=4), "2 days 4 h"),
        (timedelta(days=8, hours=4), "8 days"),
    ],
)
def test_time_between_two_instants_is_said_in_short(passed: timedelta, words: str) -> None:
    assert apart(NOON, NOON + passed) == apart(NOON + passed, NOON) == words
