"""What the filters of the templates say."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.partners.terms import percent
from embedded_ui.carriers import tracking_page
from embedded_ui.templating import TEMPLATES, apart, share

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


@pytest.mark.parametrize(
    ("carrier", "url", "page"),
    [
        (None, "https://cycle.example.com/7", "https://cycle.example.com/7"),
        (None, "HTTP://cycle.example.com/7", "HTTP://cycle.example.com/7"),
        ("UPS", "javascript:alert(1)", "https://www.ups.com/track?tracknum=7"),
        (None, "javascript:alert(1)", ""),
        (None, " javascript:alert(1)", ""),
        (None, "java\nscript:alert(1)", ""),
        (None, "data:text/html,<script>", ""),
        (None, "shopify://admin/settings", ""),
        (None, "//evil.io", ""),
        (None, "https://[", ""),
    ],
)
def test_a_link_that_came_with_a_parcel_is_shown_only_if_it_leads_to_a_page(
    carrier: str | None, url: str, page: str
) -> None:
    """N7: whoever ships the parcel writes the link, and others open it."""
    assert tracking_page(carrier, "7", url) == page


def test_no_line_ends_between_a_number_and_its_percent_sign() -> None:
    parting = [file.name for file in TEMPLATES.rglob("*.html") if re.search(r"\d %(?!})", file.read_text())]

    assert percent(Decimal("0.3")) == "30\N{NO-BREAK SPACE}%"
    assert share(Decimal("0.125")) == "12.5"
    assert parting == []
