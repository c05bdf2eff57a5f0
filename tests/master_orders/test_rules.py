"""Decisions about master orders, as tables."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from app.master_orders import rules
from app.master_orders.rules import PartnerEdit, QueuedUnits, WrittenLine
from app.partners.rules import Calendar

CUTOFF = datetime(2026, 11, 6, 1, 0, tzinfo=UTC)


def line(text: str) -> WrittenLine:
    """A line as «variant cost note quantity», such as «bean 9.80 - 5»."""
    variant, cost, note, quantity = text.split()
    return WrittenLine(variant, Decimal(cost), "" if note == "-" else note, int(quantity))


def lines(*texts: str) -> list[WrittenLine]:
    return [line(text) for text in texts]


def units(lot_id: int, quantity: int, cost: str = "9.80", note: str = "", variant: int = 1) -> QueuedUnits:
    return QueuedUnits(lot_id, variant, quantity, Decimal(cost), "USD", note)


def test_units_of_one_variant_cost_and_note_are_one_line_and_others_never_averaged() -> None:
    """E14, E15, G35."""
    gathered = rules.gather([units(1, 2), units(2, 3, "9.90"), units(3, 4, note="Grind: fine"), units(4, 1, "9.8")])

    assert [[each.lot_id for each in group] for group in gathered.values()] == [[1, 4], [3], [2]]


@pytest.mark.parametrize(
    ("left", "found", "edits"),
    [
        ([["bean 9.80 - 5"]], ["bean 9.80 - 5"], {}),
        ([["bean 9.8 - 5"]], ["bean 9.80 - 5"], {}),
        ([["bean 9.80 - 5"]], ["bean 9.80 - 3"], {"bean": 3}),
        ([["bean 9.80 - 5"]], ["bean 9.00 - 5"], {"bean": 5}),
        ([["bean 9.80 - 5"]], [], {"bean": 0}),
        ([["bean 9.80 - 5"]], ["bean 9.80 - 5", "cup 4 - 1"], {"cup": 1}),
        ([["bean 9.80 - 5"], ["bean 9.80 - 7"]], ["bean 9.80 - 7"], {}),
        ([["bean 9.80 - 5"], ["bean 9.80 - 7"]], ["bean 9.80 - 6"], {"bean": 6}),
        ([["bean 9.80 - 5"], []], [], {}),
        ([["bean 9.80 - 5", "tea 3 - 1"]], ["tea 3 - 1", "bean 9.80 - 4"], {"bean": 4}),
    ],
)
def test_what_the_partner_changed(left: list[list[str]], found: list[str], edits: dict[str, int]) -> None:
    """G24: whatever we may have left there ourselves is no change of theirs."""
    known = [lines(*each) for each in left]

    assert {edit.variant_gid: edit.found for edit in rules.partner_edits(known, lines(*found))} == edits


def test_changed_variants_are_written_as_the_partner_left_them() -> None:
    """G24, contract §5."""
    ours = lines("bean 9.80 - 5", "tea 3 - 2", "cup 4 - 1")
    edits = [PartnerEdit("bean", tuple(lines("bean 9.00 - 4"))), PartnerEdit("cup", ())]

    assert rules.respecting(ours, edits) == lines("tea 3 - 2", "bean 9.00 - 4")


@pytest.mark.parametrize(
    ("ours", "found", "shares"),
    [
        (["bean 9.80 - 5"], ["bean 9.80 - 5"], [5]),
        (["bean 9.80 - 5"], ["bean 9.80 - 3"], [3]),
        (["bean 9.80 - 5"], ["bean 9.80 - 8"], [8]),
        (["bean 9.80 - 5"], ["bean 9.00 - 5"], [5]),
        (["bean 9.80 - 5"], [], [0]),
        (["bean 9.80 - 5"], ["cup 4 - 5"], [0]),
        (["bean 9.80 - 5", "bean 9.90 - 2"], ["bean 0 - 6"], [5, 1]),
        (["bean 9.80 - 5", "bean 9.90 - 2"], ["bean 0 - 9"], [7, 2]),
        (["bean 9.80 fine 5", "bean 9.80 coarse 2"], ["bean 9.00 coarse 2", "bean 9.80 fine 4"], [4, 2]),
        (["bean 9.80 - 5", "bean 9.90 - 2"], ["bean 9.90 - 2", "bean 9.80 - 5"], [5, 2]),
    ],
)
def test_an_orders_lines_are_shared_out_to_ours(ours: list[str], found: list[str], shares: list[int]) -> None:
    """G27, K5: a changed price makes no second line; nothing of our variants is left over."""
    assert rules.share_out(lines(*ours), lines(*found)) == shares


def test_the_oldest_units_get_the_places() -> None:
    taken = rules.oldest([units(1, 2), units(2, 3), units(3, 1)], 4)

    assert [(each.lot_id, each.quantity) for each in taken] == [(1, 2), (2, 2)]


def test_the_marker_fits_a_tag() -> None:
    """G30, contract §5."""
    assert rules.marker(17, date(2026, 11, 5), 1) == "ph-17-2026-11-05-1"
    assert len(rules.marker(10**18, date(2026, 11, 5), 12)) <= 40


@pytest.mark.parametrize(
    ("began", "is_reconciled"), [(None, False), (timedelta(seconds=-1), False), (timedelta(0), True)]
)
def test_a_reconciliation_counts_when_it_began_after_the_cutoff(began: timedelta | None, is_reconciled: bool) -> None:
    assert rules.is_reconciled(CUTOFF, None if began is None else CUTOFF + began) is is_reconciled


@pytest.mark.parametrize(("minutes", "is_over"), [(119, False), (120, True)])
def test_the_freeze_waits_two_hours(minutes: int, is_over: bool) -> None:
    """G34."""
    assert rules.patience_is_over(CUTOFF + timedelta(minutes=minutes), CUTOFF) is is_over


@pytest.mark.parametrize(
    ("weekday", "hour", "on"),
    [(4, 18, date(2026, 11, 12)), (2, 18, date(2026, 11, 10)), (4, 20, date(2026, 11, 12)), (5, 18, date(2026, 11, 6))],
)
def test_a_changed_calendar_skips_no_week_and_gives_no_day_two(weekday: int, hour: int, on: date) -> None:
    """G10: after Thursday 5 November 18:00 in Denver."""
    calendar = Calendar(weekday, time(hour), "America/Denver")

    assert rules.next_cutoff(calendar, CUTOFF, date(2026, 11, 5)).on == on
