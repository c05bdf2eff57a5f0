"""Promise 1, INV1 and INV2: each wanted unit is in exactly one place, from the right time on, and balances."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime

from tests.histories.checker import wanted
from tests.histories.checker.reading import (
    AWAITED,
    MATCHED,
    SHIPPED,
    BoughtLine,
    Case,
    Row,
    instant,
    left_in,
    standing,
    when,
)

PLACELESS = ("unmapped", "ordered_before_import")
"""Kinds of exceptions about units that no partner makes: they have no lot."""


def everything_placed(case: Case) -> Iterator[str]:
    """Every wanted unit of a mapped line is in the ledger once, or on an open exception."""
    for bought in case.bought:
        counted = sum(standing(lot) for lot in case.demand.get(bought.line["id"], []))
        if bought.wanted - _sent_before_seen(case, bought) <= counted <= bought.wanted:
            continue
        if counted == 0 and case.is_told("order_line", bought.line["id"], *PLACELESS):
            continue
        if counted > bought.wanted and case.is_told("order_line", bought.line["id"], "over_shipped"):
            continue
        verb = "lost" if counted < bought.wanted else "doubled"
        yield f"{verb}: {bought.name} wants {bought.wanted} units, the ledger holds {counted}"
    known = {bought.line["id"] for bought in case.bought}
    for line_id, lots in case.demand.items():
        if line_id not in known and any(map(standing, lots)):
            yield f"doubled: the ledger holds units of {line_id}, which nobody bought of a partner"


def _sent_before_seen(case: Case, bought: BoughtLine) -> int:
    """Return the units that the shop's staff had sent before the order was captured: no partner was asked for them."""
    lots = case.demand.get(bought.line["id"], [])
    seen = min((instant(lot["captured_at"]) for lot in lots), default=case.at)
    return sum(
        line["quantity"] * bought.mapping["units_per"]
        for fulfillment in case.store_truth(bought.retailer)["fulfillments"]
        if (fulfillment["by"], fulfillment["status"]) == ("staff", "SUCCESS")
        and instant(fulfillment["created_at"]) <= seen
        for line in fulfillment["lines"]
        if line["line_id"] == bought.line["id"]
    )


def handwork_is_told(case: Case) -> Iterator[str]:
    """What a shop's staff fulfilled beside us, while a partner is to send it, stands on the list."""
    for bought in case.bought:
        lots = case.demand.get(bought.line["id"], [])
        ours = sum(left_in(lot, "packed", *SHIPPED) for lot in lots)
        by_hand = _shown_as_sent(case, bought) - _sent_before_seen(case, bought) - ours
        if lots and by_hand > 0 and not case.is_told("order_line", bought.line["id"], "fulfilled_by_hand"):
            yield f"silent: {by_hand} units of {bought.name} were fulfilled by hand and are bought all the same"


def _shown_as_sent(case: Case, bought: BoughtLine) -> int:
    return sum(
        line["quantity"] * bought.mapping["units_per"]
        for fulfillment in case.store_truth(bought.retailer)["fulfillments"]
        if fulfillment["status"] == "SUCCESS"
        for line in fulfillment["lines"]
        if line["line_id"] == bought.line["id"]
    )


def nothing_beyond_what_was_ordered(case: Case) -> Iterator[str]:
    """INV1: no line ever had more units than were ever ordered of it."""
    for bought in case.bought:
        ever = sum(sum(lot["balances"].values()) for lot in case.demand.get(bought.line["id"], []))
        most = wanted.ever_ordered(bought) * bought.mapping["units_per"]
        if ever > most:
            yield f"doubled: {bought.name} had {most} units ever ordered, {ever} entered the ledger"


def ledger_balances(case: Case) -> Iterator[str]:
    """Each lot's balances are what its moves left there; nothing is or was negative; no move leaves its owner."""
    left: dict[tuple[str, str], int] = defaultdict(int)
    for move in case.moves:
        start, end = move["from"], move["to"]
        if start["lot"] is not None:
            left[start["lot"], start["state"]] -= move["quantity"]
            if left[start["lot"], start["state"]] < 0:
                yield f"broken: lot {start['lot']} gave away what it had not ({start['state']})"
            if case.lots[start["lot"]]["owner"] != case.lots[end["lot"]]["owner"]:
                yield f"broken: move {move['id']} leaves its owner"
        left[end["lot"], end["state"]] += move["quantity"]
    for lot in case.books["lots"]:
        for state, count in lot["balances"].items():
            if left.pop((lot["id"], state), 0) != count or count < 0:
                yield f"broken: lot {lot['id']} holds {count} {state}, its moves say otherwise"
    yield from (
        f"broken: lot {lot}: {count} {state} in its moves only" for (lot, state), count in left.items() if count
    )


def eligible_times(case: Case) -> Iterator[str]:
    """Each unit waits from the time on at which it was ordered, paid and released."""
    for bought in case.bought:
        lots = [lot for lot in case.demand.get(bought.line["id"], []) if standing(lot)]
        if not lots or sum(map(standing, lots)) != bought.wanted or wanted.is_unclear(bought.order):
            continue
        if bought.order["holds"]:
            yield from _after_holds(bought, lots)
            continue
        ours: Counter[datetime | None] = Counter()
        for lot in lots:
            ours[when(lot["eligible_at"])] += standing(lot)
        truth = wanted.eligible(bought)
        if wanted.was_taken_back_and_ordered_again(bought) and set(ours) <= wanted.ever_eligible(bought):
            continue
        if ours != truth and not any(left_in(lot, *SHIPPED) for lot in lots):
            yield f"broken: {bought.name} is eligible {_told(ours)}, it should be {_told(truth)}"


def _after_holds(bought: BoughtLine, lots: list[Row]) -> Iterator[str]:
    """A hold that was seen sets the time anew: its release, or when it was seen to be over."""
    base = wanted.eligible(bought)
    ends = list(wanted.releases(bought.order))
    for lot in lots:
        at = when(lot["eligible_at"])
        if at in base or (at is not None and any(at >= end for end in ends)):
            continue
        if at is None and left_in(lot, "held", "captured"):
            continue
        yield f"broken: {bought.name} is eligible at {at}, its hold ended at {ends}, else {_told(base)}"


def states_are_true(case: Case) -> Iterator[str]:
    """What waits for payment is not paid, what is held is on hold, what is neither is on its way."""
    for bought in case.bought:
        lots = case.demand.get(bought.line["id"], [])
        unpaid = sum(count for at, count in wanted.eligible(bought).items() if at is None)
        captured = sum(left_in(lot, "captured") for lot in lots)
        held = sum(left_in(lot, "held") for lot in lots)
        on_hold = wanted.is_on_hold(bought.order)
        is_unclear = wanted.is_unclear(bought.order) or wanted.was_taken_back_and_ordered_again(bought)
        is_known = sum(map(standing, lots)) == bought.wanted and not is_unclear
        if is_known and (captured > unpaid or (captured < unpaid and not on_hold)):
            yield f"broken: {bought.name} has {unpaid} unpaid units, {captured} wait for payment"
        if held and not on_hold:
            yield f"silent: {bought.name} is on hold in the ledger only"
        is_queued = any(left_in(lot, "queued") and lot["supply"] is None for lot in lots)
        if is_queued and on_hold and not wanted.was_added_to_while_on_hold(bought):
            yield f"broken: {bought.name} is on hold, and queued"


def each_open_unit_has_a_place(case: Case) -> Iterator[str]:
    """INV1: an open unit waits in the queue of a connected partner, or has exactly one supply, or somebody is told."""
    for line_id, lots in case.demand.items():
        for lot in lots:
            yield from _place_of(case, line_id, lot)


def _place_of(case: Case, line_id: str, lot: Row) -> Iterator[str]:
    name = f"lot {lot['id']} of {line_id}"
    if lot["supply"] is None:
        yield from _without_supply(case, name, lot)
        return
    master = case.masters_by_line.get(lot["supply"])
    if master is None:
        yield f"broken: {name} waits for a master line nobody has"
        return
    if (master["retailer"], master["partner"]) != (lot["retailer"], lot["partner"]):
        yield f"broken: {name} waits for another partner's supply"
    if left_in(lot, "sent") and master["state"] != "closed":
        yield f"broken: {name} is sent with {master['marker']}, which is {master['state']}"
    if left_in(lot, "queued") and master["state"] in ("open", "empty"):
        yield f"broken: {name} is assigned to {master['marker']}, which is {master['state']}"


def _without_supply(case: Case, name: str, lot: Row) -> Iterator[str]:
    stray = left_in(lot, "sent", *MATCHED)
    if stray:
        yield f"broken: {name}: {stray} units are under way without a supply"
    partnership = case.partnership(lot["retailer"], lot["partner"])
    is_stranded = left_in(lot, "queued") and partnership["state"] != "connected"
    if is_stranded and not case.is_told("partner", partnership["id"], "partner_gone"):
        yield f"silent: {name} waits for a partner who is gone"


def matched_units(case: Case) -> Iterator[str]:
    """INV3: what customers got or will get was received, unit by unit of each master line."""
    matched: Counter[str] = Counter()
    waiting: Counter[str] = Counter()
    counted: Counter[str] = Counter()
    for lot in [lot for lots in case.demand.values() for lot in lots if lot["supply"] is not None]:
        matched[lot["supply"]] += left_in(lot, *MATCHED)
        waiting[lot["supply"]] += left_in(lot, "sent")
    for line in [line for receipt in case.books["receipts"] for line in receipt["lines"]]:
        counted[line["line"]] += line["quantity"]
    for line_id in {*matched, *case.supply}:
        lots = case.supply.get(line_id, [])
        given = sum(left_in(lot, "allocated") for lot in lots)
        here = sum(left_in(lot, "allocated", "received", "damaged") for lot in lots)
        coming = sum(left_in(lot, "received", *AWAITED) for lot in lots)
        if given != matched[line_id]:
            yield f"broken: line {line_id}: {matched[line_id]} matched by customers, {given} given away"
        if here > counted[line_id]:
            yield f"broken: line {line_id}: {here} units here, {counted[line_id]} were counted"
        if waiting[line_id] > coming:
            yield f"silent: line {line_id}: {waiting[line_id]} customers' units wait for {coming} that can come"


def _told(counts: Counter[datetime | None]) -> str:
    return "{" + ", ".join(f"{at.isoformat() if at else 'unpaid'}: {count}" for at, count in counts.items()) + "}"
