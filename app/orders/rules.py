"""Decisions about an order's lines, as pure functions over what Shopify says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.orders.states import PAID, TO_FULFILL

CARRIED_PROPERTIES = frozenset({"grind", "roast", "size", "colour", "color", "material"})
"""Line properties a maker needs; everything else may be personal and stays in the retailer's store (E15)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Units of one line that were ordered at one time and, from some time on, may be made."""

    ordered_at: datetime
    quantity: int
    eligible_at: datetime | None  # None: payment is missing


@dataclass(frozen=True, slots=True)
class OpenQuantity:
    """A fulfilment order's share of a line."""

    status: str
    remaining: int


def target_of(
    open_quantities: Sequence[OpenQuantity], fulfilled: int, unfulfilled: int, *, cancelled: bool, known_target: int
) -> int:
    """Return the units of a line that are still wanted or already sent.

    Fulfilment orders appear up to half a minute after the order (reference §2.7); until then the unfulfilled quantity
    stands in, and it never lowers a target we know, because an empty list says nothing (E29).
    """
    if open_quantities:
        return fulfilled + sum(each.remaining for each in open_quantities if each.status in TO_FULFILL)
    if cancelled:
        return fulfilled
    return max(known_target, fulfilled + unfulfilled)


def paid_instants(
    known: Sequence[datetime], placed_at: datetime, status: str, payments: Sequence[datetime]
) -> list[datetime]:
    """Return the instants at which the order came to stand PAID, oldest first; once true, an instant stays."""
    if status not in PAID:
        return list(known)
    latest = max(payments, default=placed_at)
    return sorted({*known, max(latest, placed_at)}) if not known or latest > known[-1] else list(known)


def payable_at(
    ordered_at: datetime, instants: Sequence[datetime], status: str, *, needs_payment: bool
) -> datetime | None:
    """Return when units ordered at that time were paid, or None while they are not.

    A unit is paid at the first instant, not before it was ordered, at which the order stands PAID; an unpaid edit
    delays only what it added. Orders with payment terms need no payment.
    """
    if not needs_payment:
        return ordered_at
    later = [instant for instant in instants if instant >= ordered_at]
    if later:
        return later[0]
    return ordered_at if status in PAID else None


def wanted_units(
    placed_at: datetime,
    quantity: int,
    additions: Sequence[tuple[datetime, int]],
    paid: Mapping[datetime, datetime | None],
    released_at: datetime | None,
) -> list[Wanted]:
    """Split what was ever ordered of a line by the time it was ordered, oldest first.

    `additions` are the edits that added units; the rest came with the order. `paid` maps an order time to its payment.
    """
    added = [(at, units) for at, units in sorted(additions) if at > placed_at and units > 0]
    original = max(quantity - sum(units for _, units in added), 0)
    parts = [(placed_at, original), *added] if original else added
    wanted = []
    for at, units in parts:
        payment = paid[at]
        eligible = None if payment is None else max(filter(None, (at, payment, released_at)))
        wanted.append(Wanted(at, units, eligible))
    return wanted


def carried_properties(attributes: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the properties a maker needs, in a fixed order; hidden and personal ones stay behind."""
    kept = {(name.strip(), value.strip()) for name, value in attributes if name.strip().lower() in CARRIED_PROPERTIES}
    return sorted((name, value[:100]) for name, value in kept if value)
