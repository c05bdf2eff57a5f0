"""Decisions about an order's lines, as pure functions over what Shopify says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from app.orders.states import PAID, TO_FULFILL

CARRIED_PROPERTIES = frozenset({"grind", "roast", "size", "colour", "color", "material"})
"""Line properties a maker needs; everything else may be personal and stays in the retailer's store (E15)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Units of one line that were ordered at one time and, from some time on, may be made."""

    quantity: int
    eligible_at: datetime | None  # None: payment is missing


@dataclass(frozen=True, slots=True)
class PaymentBooks:
    """What was sold and what came in, with times; `status` is what Shopify displays."""

    status: str
    needs_payment: bool
    sold: Sequence[tuple[datetime, Decimal]]
    received: Sequence[tuple[datetime, Decimal]]


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


def payable_at(ordered_at: datetime, books: PaymentBooks) -> datetime | None:
    """Return when units ordered at that time were paid, or None while they are not.

    A unit is paid at the first instant, not before it was ordered, at which the order stands PAID (contract §5): what
    came in covers what was sold by then. An unpaid edit delays only what it added; later refunds undo nothing.
    """
    if not books.needs_payment:
        return ordered_at
    instants = sorted({ordered_at, *(at for at, _ in books.sold), *(at for at, _ in books.received)})
    for instant in instants:
        owed = sum(amount for at, amount in books.sold if at <= instant)
        paid = sum(amount for at, amount in books.received if at <= instant)
        if books.sold and instant >= ordered_at and paid >= owed:
            return instant
    if books.status not in PAID:
        return None
    return max([ordered_at, *(at for at, _ in books.received)])


def wanted_units(
    placed_at: datetime,
    quantity: int,
    additions: Sequence[tuple[datetime, int]],
    books: PaymentBooks,
    released_at: datetime | None,
) -> list[Wanted]:
    """Split what was ever ordered of a line by the time it was ordered, oldest first.

    `additions` are the edits that added units; the rest came with the order. Eligible is the latest of ordering,
    payment and the release of a hold.
    """
    added = [(at, units) for at, units in sorted(additions) if at > placed_at and units > 0]
    original = max(quantity - sum(units for _, units in added), 0)
    wanted = []
    for at, units in [(placed_at, original), *added]:
        if units:
            payment = payable_at(at, books)
            eligible = None if payment is None else max(filter(None, (at, payment, released_at)))
            wanted.append(Wanted(units, eligible))
    return wanted


def carried_properties(attributes: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the properties a maker needs, in a fixed order; hidden and personal ones stay behind."""
    kept = {(name.strip(), value.strip()) for name, value in attributes if name.strip().lower() in CARRIED_PROPERTIES}
    return sorted((name, value[:100]) for name, value in kept if value)
