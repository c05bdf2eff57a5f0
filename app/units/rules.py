"""Decisions of the ledger: who loses units, when units become eligible, what is free, who gets nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from app.units.states import GONE, DemandState
from app.units.terms import LotState, OrderedUnits, Target

Key = TypeVar("Key")
Goal = TypeVar("Goal")
D = DemandState

LOSES_FIRST = (D.CAPTURED, D.HELD, D.QUEUED, D.SENT, D.ALLOCATED, D.PACKED)
UNFIXED = (D.CAPTURED, D.HELD)
COUNTED = tuple(state for state in D if state not in GONE)
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """Units of one lot in one state."""

    lot_id: int
    state: DemandState


@dataclass(frozen=True, slots=True)
class Entry:
    """Units that are to stand, without a supply, in a state: coming from a place, or entering (none)."""

    origin: Place | None
    state: DemandState
    eligible_at: datetime | None
    quantity: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What brings a line to its target."""

    losses: tuple[tuple[Place, int], ...]
    entries: tuple[Entry, ...]
    over_shipped: int


def take(available: Iterable[tuple[Key, int]], quantity: int) -> list[tuple[Key, int]]:
    """Return how much each source gives, in order, until the quantity is reached or all is taken."""
    taken = []
    for key, there in available:
        given = min(there, quantity)
        if given > 0:
            taken.append((key, given))
            quantity -= given
    return taken


def plan_settlement(lots: Sequence[LotState], target: Target) -> Plan:
    """Decide what brings a line from where its units are to its target."""
    live = sum(lot.count(*COUNTED) for lot in lots)
    losses = choose_losers(lots, max(live - target.units, 0))
    lost = sum(quantity for _, quantity in losses)
    entering = max(target.units - live, 0)
    return Plan(
        losses=tuple(losses),
        entries=tuple(_arrange(_left_after(lots, losses), live - lost, entering, target)),
        over_shipped=max(live - lost - target.units, 0),
    )


def plan_move(lots: Sequence[LotState], start: DemandState, end: DemandState, eligible_at: datetime | None) -> Plan:
    """Decide what brings all units in one state that no supply is meant for to another, eligible from then on."""
    loose = [lot for lot in lots if lot.supply_id is None and lot.count(start)]
    return Plan((), tuple(Entry(Place(lot.id, start), end, eligible_at, lot.count(start)) for lot in loose), 0)


def choose_losers(lots: Sequence[LotState], quantity: int) -> list[tuple[Place, int]]:
    """Choose which units of a line go: what was never supplied, then the newest, then the least progressed.

    Units that were shipped never go.
    """
    candidates: list[tuple[tuple[int, float, int, bool, int], Place, int]] = []
    for lot in lots:
        newest = -(lot.eligible_at or NEVER).timestamp()
        shorted = lot.count(D.SHORTED)
        candidates.append(((0, newest, 0, False, -lot.id), Place(lot.id, D.SHORTED), shorted))
        for progress, state in enumerate(LOSES_FIRST):
            rank = (1, newest, progress, lot.supply_id is not None, -lot.id)
            candidates.append((rank, Place(lot.id, state), lot.count(state)))
    candidates.sort(key=lambda each: each[0])
    return take(((place, there) for _, place, there in candidates), quantity)


def _left_after(lots: Sequence[LotState], losses: Sequence[tuple[Place, int]]) -> list[LotState]:
    gone = {(place.lot_id, place.state): quantity for place, quantity in losses}
    return [
        replace(lot, balances={state: lot.count(state) - gone.get((lot.id, state), 0) for state in D}) for lot in lots
    ]


def _arrange(lots: Sequence[LotState], live: int, entering: int, target: Target) -> list[Entry]:
    """Say where units without an eligible time, and those that enter, are to stand."""
    loose: list[tuple[Place | None, int]] = [
        (Place(lot.id, state), lot.count(state)) for lot in lots for state in UNFIXED
    ]
    if target.held:
        queued = [(Place(lot.id, D.QUEUED), lot.count(D.QUEUED)) for lot in lots if lot.supply_id is None]
        moving = [(place, count) for place, count in loose if place and place.state != D.HELD]
        return [Entry(place, D.HELD, None, count) for place, count in [*moving, *queued, (None, entering)] if count > 0]
    unfixed = sum(count for _, count in loose)
    fixed = live - unfixed
    parts = split_by_time(target.ordered, fixed, fixed + unfixed + entering)
    pairs = pair([*loose, (None, entering)], [(part.eligible_at, part.quantity) for part in parts])
    entries = [Entry(place, D.QUEUED if since else D.CAPTURED, since, count) for place, since, count in pairs]
    return [entry for entry in entries if not _stays(entry)]


def split_by_time(ordered: Sequence[OrderedUnits], first: int, last: int) -> list[OrderedUnits]:
    """Return the units from position `first` to `last` of everything ordered, oldest first, with their eligible times.

    Units nobody told us the time of share that of the newest known ones.
    """
    parts, start = [], 0
    beyond = ordered[-1].eligible_at if ordered else None
    for chunk in [*ordered, OrderedUnits(last, beyond)]:
        end = start + chunk.quantity
        quantity = min(end, last) - max(start, first)
        if quantity > 0:
            parts.append(OrderedUnits(quantity, chunk.eligible_at))
        start = end
    return parts


def _stays(entry: Entry) -> bool:
    return entry.origin is not None and entry.origin.state == entry.state


def excess(waiting: Sequence[tuple[Key, int]], coming: int) -> list[tuple[Key, int]]:
    """Return who of those waiting (oldest first) gets nothing from what is coming: the newest go first."""
    return take(reversed(waiting), max(sum(count for _, count in waiting) - coming, 0))


@dataclass(frozen=True, slots=True)
class Free:
    """What a supply has that is not matched: all of it, and what nobody waits for, here and on the way."""

    unmatched: int
    surplus: int
    coming_surplus: int


def free_units(received: int, coming: int, waiting: int) -> Free:
    """Tell what nobody waits for: goods that are here serve the waiting first."""
    surplus = max(received - waiting, 0)
    return Free(received, surplus, max(received + coming - waiting, 0) - surplus)


def pair(takers: Sequence[tuple[Key, int]], places: Sequence[tuple[Goal, int]]) -> list[tuple[Key, Goal, int]]:
    """Give the places to the takers, both in their order, as far as the shorter side goes."""
    pairs = []
    left = list(places)
    for taker, wanted in takers:
        while wanted and left:
            place, there = left.pop(0)
            given = min(wanted, there)
            wanted -= given
            if given:
                pairs.append((taker, place, given))
            if there > given:
                left.insert(0, (place, there - given))
    return pairs
