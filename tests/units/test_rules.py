"""Who loses units, when units become eligible, what is free, who gets nothing."""

from collections.abc import Mapping
from datetime import datetime

import pytest

from app.units import rules
from app.units.rules import Entry, Free, Place
from app.units.states import DemandState, OwnerKind
from app.units.terms import LotState, LotTerms, OrderedUnits, Target
from tests.units.world import COST, MONDAY, at

CAPTURED, HELD, QUEUED, SENT = DemandState.CAPTURED, DemandState.HELD, DemandState.QUEUED, DemandState.SENT
ALLOCATED, PACKED, OUTBOUND = DemandState.ALLOCATED, DemandState.PACKED, DemandState.OUTBOUND


def lot(lot_id: int, balances: Mapping[str, int], hour: float | None = None, supply: int | None = None) -> LotState:
    terms = LotTerms(1, 1, 1, COST, 1, None, MONDAY)
    return LotState(lot_id, OwnerKind.ORDER_LINE, 7, supply, None if hour is None else at(hour), terms, dict(balances))


def ordered(*chunks: tuple[int, float | None]) -> list[OrderedUnits]:
    return [OrderedUnits(units, None if hour is None else at(hour)) for units, hour in chunks]


def hour(instant: datetime | None) -> float | None:
    return None if instant is None else (instant - MONDAY).total_seconds() / 3600


@pytest.mark.parametrize(
    ("lots", "quantity", "losses"),
    [
        ([lot(1, {QUEUED: 3}, 1), lot(2, {QUEUED: 2}, 5)], 3, [(2, QUEUED, 2), (1, QUEUED, 1)]),
        ([lot(1, {SENT: 2, QUEUED: 1}, 1, 9)], 2, [(1, QUEUED, 1), (1, SENT, 1)]),
        ([lot(1, {CAPTURED: 1, HELD: 1}), lot(2, {QUEUED: 5}, 9)], 3, [(1, CAPTURED, 1), (1, HELD, 1), (2, QUEUED, 1)]),
        ([lot(1, {PACKED: 1, ALLOCATED: 1, SENT: 1}, 1, 9)], 3, [(1, SENT, 1), (1, ALLOCATED, 1), (1, PACKED, 1)]),
        ([lot(1, {QUEUED: 1}, 1), lot(2, {PACKED: 1}, 2, 9)], 1, [(2, PACKED, 1)]),
        ([lot(1, {QUEUED: 1}, 1), lot(2, {QUEUED: 1}, 1, 9)], 1, [(1, QUEUED, 1)]),
        ([lot(1, {QUEUED: 1}, 9), lot(2, {DemandState.SHORTED: 1}, 1)], 1, [(2, DemandState.SHORTED, 1)]),
        ([lot(1, {OUTBOUND: 1, DemandState.DELIVERED: 1, DemandState.RETURNED: 1}, 1, 9)], 3, []),
    ],
    ids=["newest", "progress", "not-eligible", "never-sent", "newest-first-of-all", "unassigned", "shorted", "shipped"],
)
def test_who_loses_units(lots: list[LotState], quantity: int, losses: list[tuple[int, DemandState, int]]) -> None:
    chosen = rules.choose_losers(lots, quantity)

    assert chosen == [(Place(lot_id, state), count) for lot_id, state, count in losses]


@pytest.mark.parametrize(
    ("chunks", "first", "last", "parts"),
    [
        ([(3, 0), (2, 5)], 0, 5, [(3, 0), (2, 5)]),
        ([(3, 0), (2, 5)], 0, 4, [(3, 0), (1, 5)]),
        ([(3, 0), (2, 5)], 3, 5, [(2, 5)]),
        ([(3, 0), (2, None)], 2, 5, [(1, 0), (2, None)]),
        ([(3, 0)], 2, 5, [(1, 0), (2, 0)]),
        ([], 0, 2, [(2, None)]),
        ([(3, 0)], 3, 3, []),
    ],
)
def test_splits_what_was_ordered_over_its_times(
    chunks: list[tuple[int, float | None]], first: int, last: int, parts: list[tuple[int, float | None]]
) -> None:
    split = rules.split_by_time(ordered(*chunks), first, last)

    assert [(part.quantity, hour(part.eligible_at)) for part in split] == parts


def settle(lots: list[LotState], units: int, chunks: list[OrderedUnits], *, held: bool = False) -> list[Entry]:
    return list(rules.plan_settlement(lots, Target(units, chunks, held)).entries)


def test_a_first_capture_enters_by_eligible_time() -> None:
    entries = settle([], 5, ordered((3, 0), (2, None)))

    assert entries == [Entry(None, QUEUED, at(0), 3), Entry(None, CAPTURED, None, 2)]


def test_only_units_without_an_eligible_time_get_one() -> None:
    """F2: what was queued keeps its time when an edit adds units."""
    lots = [lot(1, {CAPTURED: 2}), lot(2, {QUEUED: 3}, 0)]

    entries = settle(lots, 6, ordered((3, 99), (2, 5), (1, 7)))

    assert entries == [Entry(Place(1, CAPTURED), QUEUED, at(5), 2), Entry(None, QUEUED, at(7), 1)]


def test_a_hold_stops_what_no_master_order_has() -> None:
    lots = [lot(1, {CAPTURED: 1}), lot(2, {QUEUED: 2}, 0), lot(3, {QUEUED: 4}, 0, 9), lot(4, {SENT: 1}, 0, 9)]

    entries = settle(lots, 9, ordered((9, 0)), held=True)

    assert entries == [
        Entry(Place(1, CAPTURED), HELD, None, 1),
        Entry(Place(2, QUEUED), HELD, None, 2),
        Entry(None, HELD, None, 1),
    ]


def test_a_release_gives_a_new_eligible_time() -> None:
    entries = settle([lot(1, {HELD: 2})], 2, ordered((2, 8)))

    assert entries == [Entry(Place(1, HELD), QUEUED, at(8), 2)]


def test_an_unpaid_unit_released_waits_for_its_payment() -> None:
    entries = settle([lot(1, {HELD: 2})], 2, ordered((2, None)))

    assert entries == [Entry(Place(1, HELD), CAPTURED, None, 2)]


def test_a_settled_line_needs_nothing() -> None:
    lots = [lot(1, {CAPTURED: 1}), lot(2, {QUEUED: 2}, 0), lot(3, {SENT: 2, DemandState.CANCELLED: 4}, 0, 9)]

    plan = rules.plan_settlement(lots, Target(5, ordered((4, 0), (1, None))))

    assert plan == rules.Plan((), (), 0)


def test_more_shipped_than_wanted_is_told() -> None:
    """F19: decrease below already shipped."""
    plan = rules.plan_settlement([lot(1, {OUTBOUND: 3}, 0, 9)], Target(2, ordered((3, 0))))

    assert plan == rules.Plan((), (), 1)


@pytest.mark.parametrize(
    ("received", "coming", "waiting", "free"),
    [
        (0, 10, 10, Free(0, 0, 0)),
        (0, 10, 9, Free(0, 0, 1)),
        (8, 0, 6, Free(8, 2, 0)),
        (3, 7, 7, Free(3, 0, 3)),
        (3, 0, 7, Free(3, 0, 0)),
        (4, 6, 0, Free(4, 4, 6)),
    ],
)
def test_what_is_free(received: int, coming: int, waiting: int, free: Free) -> None:
    assert rules.free_units(received, coming, waiting) == free


def test_the_newest_get_nothing_when_less_comes() -> None:
    waiting = [("old", 6), ("middle", 3), ("new", 3)]

    assert rules.excess(waiting, 8) == [("new", 3), ("middle", 1)]
    assert rules.excess(waiting, 12) == []


def test_the_oldest_are_where_the_goods_are_furthest() -> None:
    waiting, places = [("old", 3), ("new", 4)], [("received", 2), ("inbound", 3), ("sent", 0), ("rest", 7)]

    assert rules.pair(waiting, places) == [
        ("old", "received", 2),
        ("old", "inbound", 1),
        ("new", "inbound", 2),
        ("new", "rest", 2),
    ]
    assert rules.pair(waiting, places[:1]) == [("old", "received", 2)]
