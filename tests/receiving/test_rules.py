"""Who gets what arrived, and which of our lines a parcel holds."""

import pytest

from app.receiving.rules import Free, Share, Waiting, allocate, spread


@pytest.mark.parametrize(
    ("free", "waiting", "shares"),
    [
        ([8], [6, 3, 3], [(1, 1, 6), (1, 2, 2)]),
        ([3, 5], [6, 3], [(1, 1, 3), (2, 1, 3), (2, 2, 2)]),
        ([0, 2], [1], [(2, 1, 1)]),
        ([5], [2], [(1, 1, 2)]),
        ([], [2], []),
        ([2], [], []),
        ([0], [2], []),
    ],
)
def test_oldest_first(free: list[int], waiting: list[int], shares: list[tuple[int, int, int]]) -> None:
    """H5."""
    supplies = [Free(number, quantity) for number, quantity in enumerate(free, start=1)]
    lots = [Waiting(number, quantity) for number, quantity in enumerate(waiting, start=1)]

    assert allocate(supplies, lots) == [Share(*each) for each in shares]


@pytest.mark.parametrize(
    ("free", "waiting", "shares"),
    [
        ([4, 9], [(1, 1), (9, 2), (3, 1)], [(1, 1, 1), (2, 2, 9), (1, 3, 3)]),
        ([4, 9], [(1, 1), (12, 2), (6, 1)], [(1, 1, 1), (1, 2, 3), (2, 2, 9)]),
        ([0, 5], [(3, 1), (3, 2)], [(2, 1, 3), (2, 2, 2)]),
        ([2, 2], [(3, None)], [(1, 1, 2), (2, 1, 1)]),
    ],
)
def test_what_was_ordered_for_them_first(
    free: list[int], waiting: list[tuple[int, int | None]], shares: list[tuple[int, int, int]]
) -> None:
    """H5, E15: how much each gets is decided by age; of which line, by what was ordered for them."""
    supplies = [Free(number, quantity) for number, quantity in enumerate(free, start=1)]
    lots = [Waiting(number, quantity, line) for number, (quantity, line) in enumerate(waiting, start=1)]

    assert allocate(supplies, lots) == [Share(*each) for each in shares]


@pytest.mark.parametrize(
    ("quantity", "expected", "shares"),
    [
        (5, {1: 5}, {1: 5}),
        (5, {1: 3, 2: 4}, {1: 3, 2: 2}),
        (9, {1: 3, 2: 4}, {1: 3, 2: 6}),
        (2, {1: 0, 2: 0}, {2: 2}),
        (2, {}, {}),
        (0, {1: 3}, {}),
    ],
)
def test_units_of_a_variant_over_our_lines(quantity: int, expected: dict[int, int], shares: dict[int, int]) -> None:
    """H6: what exceeds all is the last one's."""
    assert spread(quantity, expected) == shares


def test_units_given_up_come_after_those_that_are_awaited() -> None:
    """H4: what a line was short of is sent after all, once the other line has what it waits for."""
    assert spread(5, {1: 0, 2: 2}, {1: 4, 2: 0}) == {1: 3, 2: 2}
    assert spread(9, {1: 0, 2: 2}, {1: 4, 2: 0}) == {1: 4, 2: 5}
