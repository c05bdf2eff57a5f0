"""Decisions at the centre: which order gets what arrived, and which of our lines a partner's parcel holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """Units of one order line that wait, oldest first in a list of them."""

    lot_id: int
    quantity: int


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
    """Give what is here to whoever has waited longest, in a fixed order, so that every run decides the same (H5)."""
    left = [[each.supply_line_id, each.quantity] for each in free]
    shares = []
    for lot in waiting:
        wanted = lot.quantity
        for place in left:
            taken = min(wanted, place[1])
            if taken:
                shares.append(Share(place[0], lot.lot_id, taken))
                place[1] -= taken
                wanted -= taken
        if not any(quantity for _, quantity in left):
            break
    return shares


def plain_number(number: str) -> str:
    """Return a tracking number as everybody would compare it: capitals and digits only."""
    return "".join(each for each in number.upper() if each.isascii() and each.isalnum())


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
