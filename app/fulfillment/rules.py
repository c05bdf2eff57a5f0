"""Decisions about shipments: which lots fill a box, and which fulfilment order lines it answers."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from urllib.parse import urlsplit

from app.core.errors import Conflict

OPEN = frozenset({"OPEN", "IN_PROGRESS", "INCOMPLETE"})
"""Fulfilment orders that can be fulfilled now; those on hold or scheduled cannot (reference §2.10)."""

FIRST_WAIT = timedelta(seconds=10)
MOST_SENDS = 3
"""Fulfilments asked for without an answer before people are told."""

LOOKED_FOR_EACH = timedelta(hours=1)
"""How often a fulfilment in doubt is looked for, and asked for once more while the order shows nothing of it."""

LOOKED_AT_EACH = timedelta(days=1)
"""How often it is looked at what of a forgotten customer's orders can be erased by now."""

CARRIERS = (
    "USPS",
    "UPS",
    "FedEx",
    "DHL Express",
    "Canada Post",
    "Chit Chats",
    "Royal Mail",
    "DPD",
    "An Post",
    "Australia Post",
)
"""Names as Shopify writes them, so that it makes the tracking link itself; another name needs a link of its own."""


@dataclass(frozen=True, slots=True)
class ReadyLot:
    """Units of an order line at the centre, in partner units."""

    lot_id: int
    line_id: int
    units: int
    units_per: int


@dataclass(frozen=True, slots=True)
class PackedLot:
    """What goes into the box from one lot."""

    lot_id: int
    line_id: int
    quantity: int
    units: int


@dataclass(frozen=True, slots=True)
class ToFulfill:
    """A line of a fulfilment order that can still be fulfilled."""

    fulfillment_order_id: str
    status: str
    location_id: str | None
    line_id: str
    order_line_id: str
    remaining: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A fulfilment the order shows: what of which order line it sent, and when it was made."""

    id: str
    made_at: datetime
    lines: Sequence[tuple[str, int]]


class CannotFulfill(Conflict):
    """The store's fulfilment orders do not allow what was packed."""


def fill(wanted: Mapping[int, int], ready: Sequence[ReadyLot]) -> list[PackedLot] | None:
    """Choose lots for a box, oldest first; None when there is not enough of a line."""
    packed = []
    for line_id, quantity in sorted(wanted.items()):
        lots = [lot for lot in ready if lot.line_id == line_id]
        needed = quantity * lots[0].units_per if lots else 0
        taken, left = [], needed
        for lot in lots:
            taken.append(min(left, lot.units))
            left -= taken[-1]
        if left or not needed:
            return None
        shares = share_out(quantity, needed, taken)
        packed += [
            PackedLot(lot.lot_id, line_id, share, units)
            for lot, share, units in zip(lots, shares, taken, strict=True)
            if units
        ]
    return packed


def share_out(quantity: int, of: int, units: Sequence[int]) -> list[int]:
    """Return how many of a line's items end in each of its lots, when that many are made of so many units.

    One that begins in a lot and ends in another, as a pack whose halves came with two master orders, counts there.
    """
    ends = [quantity * total // of for total in accumulate(units)]
    return [end - start for start, end in pairwise([0, *ends])]


def packable(ready: Sequence[ReadyLot]) -> dict[int, int]:
    """Return how many whole units of each order line could go into a box now."""
    units, sizes = Counter[int](), {lot.line_id: lot.units_per for lot in ready}
    for lot in ready:
        units[lot.line_id] += lot.units
    return {line_id: total // sizes[line_id] for line_id, total in units.items() if total >= sizes[line_id]}


def choose_lines(wanted: Mapping[str, int], open_lines: Sequence[ToFulfill]) -> list[dict[str, list[tuple[str, int]]]]:
    """Return what to fulfil, by fulfilment order, one group per location: exactly what is in the box, never more (I2).

    Lines of one fulfilment have to belong to the same location (reference §2.10).
    """
    groups: dict[str | None, dict[str, list[tuple[str, int]]]] = defaultdict(lambda: defaultdict(list))
    for order_line_id, quantity in sorted(wanted.items()):
        left = quantity
        for line in open_lines:
            if line.order_line_id != order_line_id or line.status not in OPEN or not left:
                continue
            taken = min(left, line.remaining)
            if taken:
                groups[line.location_id][line.fulfillment_order_id].append((line.line_id, taken))
                left -= taken
        if left:
            raise CannotFulfill(_why_not(order_line_id, open_lines))
    return [dict(group) for group in groups.values()]


def wait_after_asking(sends: int) -> timedelta:
    """Return how long an unanswered fulfilment is looked for before «not there» counts; longer each time."""
    longer = min(max(sends - 1, 0), MOST_SENDS)
    return timedelta(seconds=FIRST_WAIT.total_seconds() * 4**longer)


def covering(left: Mapping[str, int], shown: Sequence[Shown], since: datetime) -> list[str]:
    """Return fulfilments somebody made since the box was packed that hold exactly what is left of it; or none."""
    remaining, chosen = dict(left), []
    for each in sorted(shown, key=lambda each: (each.made_at, each.id)):
        is_in_box = bool(each.lines) and all(quantity <= remaining.get(line, 0) for line, quantity in each.lines)
        if each.made_at >= since and is_in_box:
            chosen.append(each.id)
            for line, quantity in each.lines:
                remaining[line] -= quantity
    return [] if any(remaining.values()) else chosen


def _why_not(order_line_id: str, open_lines: Sequence[ToFulfill]) -> str:
    statuses = {line.status for line in open_lines if line.order_line_id == order_line_id and line.remaining}
    if "ON_HOLD" in statuses:
        return "The order is on hold in your store. Release the hold there."
    if "SCHEDULED" in statuses:
        return "The order is scheduled for later in your store. Change its date there."
    return (
        "Your store shows fewer units to fulfil than are in this box. "
        "They may have been cancelled, or fulfilled by hand: look at the order there."
    )


def is_web_page(link: str) -> bool:
    """Tell whether a link leads to a page of the web: whoever ships writes it, and others open it."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and link.isprintable() and link == link.strip()
