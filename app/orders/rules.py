"""Decisions about an order's lines, as pure functions over what Shopify says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from app.orders.states import PAID, PAID_BACK, TO_FULFILL, Standing
from app.units.states import DemandState

CARRIED_PROPERTIES = frozenset({"grind", "roast", "size", "colour", "color", "material"})
"""Line properties a maker needs; everything else may be personal and stays in the retailer's store (E15)."""

LONGEST_PROPERTY = 100

SHOWN_FOR = timedelta(days=60)
"""How far back a store shows its orders without `read_all_orders` (reference §2.1)."""

UNITS_OF: Mapping[Standing, frozenset[DemandState]] = {
    Standing.KEPT: frozenset({DemandState.CAPTURED, DemandState.HELD}),
    Standing.AWAITED: frozenset({DemandState.QUEUED, DemandState.SENT}),
    Standing.TO_PACK: frozenset({DemandState.ALLOCATED}),
}
"""The units by which an order stands so."""

TO_SEND = frozenset().union(*UNITS_OF.values(), {DemandState.PACKED})
"""Units that are still to go to their customer."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Units of one line that were ordered at one time and, from some time on, may be made."""

    quantity: int
    eligible_at: datetime | None  # None: payment is missing


@dataclass(frozen=True, slots=True)
class PaymentBooks:
    """What was sold (taken back: negative) and what came in (paid out: negative), with times.

    `status` is what Shopify displays.
    """

    status: str
    needs_payment: bool
    sold: Sequence[tuple[datetime, Decimal]]
    received: Sequence[tuple[datetime, Decimal]]


@dataclass(frozen=True, slots=True)
class OpenQuantity:
    """A fulfilment order's share of a line."""

    status: str
    remaining: int


@dataclass(frozen=True, slots=True)
class ShownLine:
    """What Shopify shows of a line: its shares of fulfilment orders, what was sent, what its own count says is left."""

    open_quantities: Sequence[OpenQuantity]
    fulfilled: int
    unfulfilled: int


@dataclass(frozen=True, slots=True)
class Routing:
    """Whether the order shows fulfilment orders now, whether it ever did, and whether it was cancelled."""

    is_shown: bool
    was_shown: bool
    is_cancelled: bool


def target_of(line: ShownLine, routing: Routing, known_target: int) -> int:
    """Return the units of a line that are still wanted or already sent.

    Fulfilment orders appear up to half a minute after the order (reference §2.7), and for a line added later again;
    until then the unfulfilled quantity stands in. A list that was there and is empty now says nothing, so it lowers
    nothing (E29).
    """
    if line.open_quantities:
        return line.fulfilled + sum(each.remaining for each in line.open_quantities if each.status in TO_FULFILL)
    if routing.is_cancelled:
        return line.fulfilled
    standing_in = line.fulfilled + line.unfulfilled
    return max(known_target, standing_in) if routing.was_shown and not routing.is_shown else standing_in


def is_shown_at(placed_at: datetime, now: datetime) -> bool:
    """Tell whether an order of that time is shown by its store as long as it is there."""
    return now - placed_at < SHOWN_FOR


def payable_at(ordered_at: datetime, books: PaymentBooks) -> datetime | None:
    """Return when units ordered at that time were paid, or None while they are not.

    A unit is paid at the first instant, not before it was ordered, at which the order stands PAID (contract §5): what
    came in covers what was sold by then. An unpaid edit delays only what it added; later refunds undo nothing, and one
    in the same second is later: Shopify's times are whole seconds, and what is paid out was paid before. Of what is
    ordered after all was paid back the word "refunded" does not speak.
    """
    if not books.needs_payment:
        return ordered_at
    paid_back = max((at for at, each in books.received if each < 0), default=ordered_at)
    stands_paid = books.status in PAID and not (books.status == PAID_BACK and ordered_at > paid_back)
    instants = sorted({ordered_at, *(at for at, _ in books.sold), *(at for at, _ in books.received)})
    for instant in instants:
        covered = _is_covered(books, instant, with_refunds=False) or _is_covered(books, instant, with_refunds=True)
        # Of the last state Shopify's word counts: its total knows of shipping and tips that our sum may not.
        is_last = instant == instants[-1]
        if books.sold and instant >= ordered_at and covered and (stands_paid or not is_last):
            return instant
    # What is ordered in the very second in which all is paid back was paid if our sum says so, not by that word.
    is_told = stands_paid and not (books.status == PAID_BACK and instants[0] < ordered_at == paid_back)
    return instants[-1] if is_told else None


def _is_covered(books: PaymentBooks, instant: datetime, *, with_refunds: bool) -> bool:
    # What is taken back and paid out in one second is one refund: the one without the other would pay for the rest.
    def total(booked: Sequence[tuple[datetime, Decimal]]) -> Decimal:
        counted = (each for at, each in booked if at < instant or (at == instant and (with_refunds or each > 0)))
        return sum(counted, Decimal(0))

    return total(books.received) >= total(books.sold)


def wanted_units(
    ordered: Sequence[tuple[datetime, int]], target: int, books: PaymentBooks, released_at: datetime | None
) -> list[Wanted]:
    """Split what is wanted of a line by the time it was ordered, oldest first.

    `ordered` is what was ordered and taken back, each with its time: what is taken back is the newest. What was
    refunded and is to be sent all the same counts as never taken back (F13). Eligible is the latest of ordering,
    payment and the release of a hold.
    """
    wanted = []
    for at, units in standing_units(ordered, target):
        payment = payable_at(at, books)
        eligible = None if payment is None else max(filter(None, (at, payment, released_at)))
        wanted.append(Wanted(units, eligible))
    return wanted


def left_to_make(wanted: Sequence[Wanted], sent: int) -> list[Wanted]:
    """Return what is still to be made when so many, the oldest, had been sent before anybody was asked."""
    left = []
    for each in wanted:
        gone = min(each.quantity, sent)
        sent -= gone
        if each.quantity > gone:
            left.append(Wanted(each.quantity - gone, each.eligible_at))
    return left


def ordered_over_time(
    placed_at: datetime, quantity: int, edits: Sequence[tuple[datetime, int]]
) -> list[tuple[datetime, int]]:
    """Return what was ordered of a line and taken back; `quantity` counts all that was ever ordered."""
    original = quantity - sum(units for _, units in edits if units > 0)
    return [*([(placed_at, original)] if original > 0 else []), *sorted(edits)]


def standing_units(ordered: Sequence[tuple[datetime, int]], target: int) -> list[tuple[datetime, int]]:
    """Return the units that still stand, by the time they were ordered; never fewer than the target says."""
    standing: list[tuple[datetime, int]] = []
    gone: list[tuple[datetime, int]] = []
    for at, units in ordered:
        if units > 0:
            standing.append((at, units))
        else:
            standing, taken = _split(standing, sum(count for _, count in standing) + units)
            gone += taken
    missing = target - sum(count for _, count in standing)
    kept_back = _split(gone[::-1], missing)[0] if missing > 0 else []
    return sorted([*standing, *kept_back])


def _split(
    units: Sequence[tuple[datetime, int]], count: int
) -> tuple[list[tuple[datetime, int]], list[tuple[datetime, int]]]:
    """Return the first so many of these units, and the others."""
    first, others = [], []
    for at, quantity in units:
        taken = min(quantity, max(count, 0))
        count -= taken
        first += [(at, taken)] if taken else []
        others += [(at, quantity - taken)] if quantity > taken else []
    return first, others


@dataclass(frozen=True, slots=True)
class SentUnits:
    """What was sent of a line since it got its route, in the retailer's units: what the order shows, what we know."""

    shown: int
    taken_back: int  # in fulfilments that do not stand any more
    shipped: int  # left in our boxes
    boxed: int  # in boxes that are here, or of which the store is being told
    wanted: int


def sent_by_hand(sent: SentUnits) -> int:
    """Return how many units somebody fulfilled beside us; a box that is here may be what the order shows (I4)."""
    return max(sent.shown - sent.shipped - sent.boxed, 0)


def shipped_unseen(sent: SentUnits) -> int:
    """Return how many units left that the customer's order shows as still to be sent, because that was cancelled.

    Without a cancelled fulfilment the reading is only older than the box; what is not wanted any more is over-shipped.
    """
    return min(max(min(sent.wanted, sent.shipped) - sent.shown, 0), sent.taken_back)


def carried_properties(attributes: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the properties a maker needs, in a fixed order; hidden and personal ones stay behind."""
    kept = {(name.strip(), value.strip()) for name, value in attributes if name.strip().lower() in CARRIED_PROPERTIES}
    return sorted((name, value[:LONGEST_PROPERTY]) for name, value in kept if value)


def full_name(title: str, theirs: str) -> str:
    """Return a line's title, completed by the partner's name of the variant where that says more."""
    if not theirs or theirs == title:
        return title
    return theirs if theirs.startswith(title) else f"{title} ({theirs})"
