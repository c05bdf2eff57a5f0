"""What the truth says each unit of a line is: when it was ordered, when it was paid, whether it is on hold."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from tests.histories.checker.reading import BoughtLine, Row, instant, when

STANDS_PAID = frozenset({"PAID", "PARTIALLY_REFUNDED"})


def ordered(bought: BoughtLine) -> list[tuple[datetime, int]]:
    """Return the items of a line that are wanted, by the time they were ordered; what was taken back is the newest."""
    buckets: list[tuple[datetime, int]] = []
    for change in bought.order["changes"]:
        if change["line_id"] != bought.line["id"]:
            continue
        if change["delta"] > 0:
            buckets.append((instant(change["at"]), change["delta"]))
        else:
            buckets = without_newest(buckets, -change["delta"])
    return buckets


def without_newest(buckets: list[tuple[datetime, int]], count: int) -> list[tuple[datetime, int]]:
    """Take so many of the newest away."""
    left = []
    for at, quantity in reversed(buckets):
        taken = min(quantity, count)
        count -= taken
        if quantity - taken:
            left.append((at, quantity - taken))
    return left[::-1]


def ever_ordered(bought: BoughtLine) -> int:
    """Return the items of a line that were ever ordered."""
    return sum(
        change["delta"]
        for change in bought.order["changes"]
        if change["line_id"] == bought.line["id"] and change["delta"] > 0
    )


def paid_at(order: Row, since: datetime) -> datetime | None:
    """Return the first instant, not before this one, at which the order stands paid."""
    if order["payment_terms"]:
        return since
    status: str | None = None
    for entry in order["financial"]:
        if instant(entry["at"]) <= since:
            status = entry["status"]
    if status in STANDS_PAID:
        return since
    later = [entry for entry in order["financial"] if instant(entry["at"]) > since and entry["status"] in STANDS_PAID]
    return instant(later[0]["at"]) if later else None


def is_unclear(order: Row) -> bool:
    """Tell whether nobody can say which units were paid when.

    The order stood paid and not paid in one instant, or what was on it was refunded before anything was paid, so that
    nothing was owed for a while.
    """
    paid = min((instant(entry["at"]) for entry in order["financial"] if entry["status"] in STANDS_PAID), default=None)
    if not float(order["total"]) or any(paid is None or instant(each["at"]) < paid for each in order["refunds"]):
        return True
    ends = {entry["at"]: entry["status"] for entry in order["financial"]}
    return any(entry["status"] in STANDS_PAID and ends[entry["at"]] not in STANDS_PAID for entry in order["financial"])


def eligible(bought: BoughtLine) -> Counter[datetime | None]:
    """Return the units of a line by the time from which they may be ordered, holds apart; None: not paid."""
    found: Counter[datetime | None] = Counter()
    for at, quantity in ordered(bought):
        found[paid_at(bought.order, at)] += quantity * bought.mapping["units_per"]
    return found


def was_taken_back_and_ordered_again(bought: BoughtLine) -> bool:
    """Tell whether units came after others went: between two readings they may be the same, of the earlier time."""
    deltas = [change["delta"] for change in bought.order["changes"] if change["line_id"] == bought.line["id"]]
    return any(delta < 0 and any(later > 0 for later in deltas[place:]) for place, delta in enumerate(deltas))


def ever_eligible(bought: BoughtLine) -> set[datetime | None]:
    """Return the times of all units that were ever ordered."""
    mine = [change for change in bought.order["changes"] if change["line_id"] == bought.line["id"]]
    return {paid_at(bought.order, instant(change["at"])) for change in mine if change["delta"] > 0}


def releases(order: Row) -> Iterator[datetime]:
    """Yield when holds of the order ended."""
    for hold in order["holds"]:
        released = when(hold["released_at"])
        if released is not None:
            yield released


def is_on_hold(order: Row) -> bool:
    """Tell whether the order is on hold now."""
    return any(hold["released_at"] is None for hold in order["holds"])


def was_added_to_while_on_hold(bought: BoughtLine) -> bool:
    """Tell whether an edit added units after the hold: they are in a fulfilment order of their own, without it."""
    held = min(instant(hold["at"]) for hold in bought.order["holds"])
    return any(
        change["line_id"] == bought.line["id"] and change["delta"] > 0 and instant(change["at"]) > held
        for change in bought.order["changes"]
    )
