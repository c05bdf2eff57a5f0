"""Days as sentences say them."""

from datetime import date

from babel.dates import format_date


def in_words(day: date) -> str:
    """Return the day as in "3 December 2026"."""
    return format_date(day, "d MMMM y", locale="en")
