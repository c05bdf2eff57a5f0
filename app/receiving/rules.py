"""Decisions at the centre: which order gets what arrived, and which of our lines a partner's parcel holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

UNDER_WAY = timedelta(days=7)
"""How long a parcel travels before somebody is told that it has not come (H13)."""

UNOPENED = timedelta(hours=24)
"""How long a parcel that was delivered waits to be received before somebody is told (H16)."""

WITHOUT_NUMBER = timedelta(days=1)
"""How long a parcel is on the way before its missing number is marked (H3)."""

LONG = 6
"""How long a number has to be, for a link in which it stands to lead to its parcel."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Units of one order line that wait, oldest first in a list of them, and the master line they were ordered on."""

    lot_id: int
    quantity: int
    supply_line_id: int | None = None


@dataclass(frozen=True, slots=True)
class Free:
    """Units of one master line that are here and nobody's."""

    supply_line_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Share:
    """Units of a supply that go to a lot."""

    supply_line_id: int
    lot_id: int
    quantity: int


def allocate(free: Sequence[Free], waiting: Sequence[Waiting]) -> list[Share]:
    """Give what is here to whoever has waited longest, in a fixed order, so that every run decides the same (H5).

    Age decides how much each gets. What it is taken from decides for whom it was ordered (another line can be another
    grind); so nobody's goods go to somebody older who then leaves the own ones to a third.
    """
    left = {each.supply_line_id: each.quantity for each in free}
    granted = _oldest_first(sum(left.values()), waiting)
    shares: dict[tuple[int, int], int] = {}

    def give(lot: Waiting, supply_line_id: int) -> None:
        count = min(granted[lot.lot_id], left[supply_line_id])
        if count:
            granted[lot.lot_id] -= count
            left[supply_line_id] -= count
            shares[lot.lot_id, supply_line_id] = count

    for lot in waiting:
        if lot.supply_line_id in left:
            give(lot, lot.supply_line_id)
    for lot in waiting:
        for supply_line_id in left:
            give(lot, supply_line_id)
    return [
        Share(supply_line_id, lot.lot_id, shares[lot.lot_id, supply_line_id])
        for lot in waiting
        for supply_line_id in left
        if (lot.lot_id, supply_line_id) in shares
    ]


def _oldest_first(quantity: int, waiting: Sequence[Waiting]) -> dict[int, int]:
    granted = {}
    for lot in waiting:
        granted[lot.lot_id] = min(lot.quantity, quantity)
        quantity -= granted[lot.lot_id]
    return granted


def spread(quantity: int, *expected: Mapping[int, int]) -> dict[int, int]:
    """Spread units of one variant over our lines of it, in their order; what exceeds all goes to the last.

    A partner's parcel names the variant; we may have it in several lines, at different costs. Of several lists what the
    first one expects comes first.
    """
    shares = dict.fromkeys(sorted({line_id for each in expected for line_id in each}), 0)
    for each in expected:
        for line_id in sorted(each):
            taken = min(quantity, each[line_id])
            shares[line_id] += taken
            quantity -= taken
    if quantity and shares:
        shares[max(shares)] += quantity
    return {line_id: units for line_id, units in shares.items() if units}


def some_of(names: Sequence[str], most: int = 3) -> str:
    """Return the first of these names as a sentence lists them, and how many more there are."""
    told = [*names[:most], *([f"{len(names) - most} more"] if len(names) > most else [])]
    return " and ".join(filter(None, [", ".join(told[:-1]), told[-1]]))


def lacks_number(number: str | None, sent_at: datetime, now: datetime) -> bool:
    """Tell whether a parcel's number is missing for longer than a partner needs to enter it."""
    return not number and now - sent_at >= WITHOUT_NUMBER
