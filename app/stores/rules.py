"""Decisions about stores: how long one that does not answer is left alone."""

from datetime import timedelta

FIRST_REST = timedelta(seconds=30)
LOOK = timedelta(seconds=15)  # longer than one call may take
LONGEST_REST = timedelta(minutes=10)


def rest_after(rests: int) -> timedelta:
    """Return for how long nobody calls a store that was left alone so often already."""
    return min(FIRST_REST * (1 << min(rests, 10)), LONGEST_REST)
