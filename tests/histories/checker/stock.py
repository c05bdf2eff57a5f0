"""Promise 3: what the shop offers is what the partner has, less what was sold and they cannot see yet."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.histories.checker.reading import UNSEEN, Case, Row, instant, left_in

HEARD_WITHIN = timedelta(minutes=5)
"""So long may the message take that tells of units an order took."""


def true_stock(case: Case) -> Iterator[str]:
    """Each offer's sum is right, each of its terms is true, and the store shows it."""
    unseen, surplus = _unseen(case), _surplus(case)
    rows = {(row["retailer"], row["variant"]): row for row in case.books["stock"]}
    for mapping in case.books["mappings"]:
        if mapping["active_to"] is not None:
            continue
        row = rows.get((mapping["retailer"], mapping["retailer_variant"]))
        if row is None:
            yield f"silent: nothing is computed for {mapping['retailer_variant']}"
        else:
            yield from _offer(case, mapping, row, unseen, surplus)


def _offer(
    case: Case,
    mapping: Row,
    row: Row,
    unseen: dict[str, Counter[str]],
    surplus: Counter[tuple[str, str]],
) -> Iterator[str]:
    name, variant = f"stock of {mapping['retailer_variant']}", mapping["partner_variant"]
    partnership = case.partnership(mapping["retailer"], mapping["partner"])
    here = surplus[mapping["retailer"], variant]
    is_reachable = case.is_reachable(partnership)
    # Of a store that refuses us the rest at the centre is sold; of a partner who is known to be gone nothing.
    offered = here if partnership["state"] == "connected" else 0
    if is_reachable:
        has = _has(case, partnership, variant)
        if row["partner_available"] == has + _just_taken(case, partnership, variant):
            has = row["partner_available"]
        sold = sum(count for (_, of), count in _flat(unseen) if of == variant)
        offered = max(0, has - sold - partnership["buffer"]) + here
        mine = unseen[mapping["retailer"]][variant]
        found = (row["partner_available"], row["unseen"], row["unseen_others"], row["buffer"], row["surplus"])
        truth = (has, mine, sold - mine, partnership["buffer"], here)
        if found != truth:
            yield f"broken: {name}: (partner has, unseen, of others, buffer, surplus) is {found}, should be {truth}"
    offered //= mapping["units_per"]
    if row["wanted"] != offered:
        yield f"broken: {name}: {row['wanted']} wanted, the sum gives {offered}"
    place = case.stores[mapping["retailer"]]["stock_location"]
    there = [
        level["available"]
        for level in case.store_truth(mapping["retailer"])["stock"]
        if (level["variant_id"], level["location_id"]) == (mapping["retailer_variant"], place)
    ]
    is_right = there == [offered] or (not is_reachable and max(there, default=0) <= 0)
    if not is_right and not case.is_told("partner_variant", variant):
        yield f"broken: {name}: the store offers {there}, it should be {offered}"


def _has(case: Case, partnership: Row, variant: str) -> int:
    """What the partner has at the chosen locations; nothing of what they deleted."""
    truth = case.store_truth(partnership["partner"])
    if any(each["id"] == variant and each["deleted_at"] for each in truth["variants"]):
        return 0
    return sum(max(0, level["available"]) for level in _levels(case, partnership, variant))


def _just_taken(case: Case, partnership: Row, variant: str) -> int:
    """Units that orders took a moment ago: a closed week's are taken from the shelf only after its order is there."""
    changes = [change for level in _levels(case, partnership, variant) for change in level["changes"]]
    recent = [each for each in changes if each["by"] == "commit" and instant(each["at"]) > case.at - HEARD_WITHIN]
    return sum(each["from"] - each["to"] for each in recent)


def _levels(case: Case, partnership: Row, variant: str) -> list[Row]:
    return [
        level
        for level in case.store_truth(partnership["partner"])["stock"]
        if level["variant_id"] == variant and level["location_id"] in partnership["locations"]
    ]


def _unseen(case: Case) -> dict[str, Counter[str]]:
    """Units by retailer and partner variant that the partner's stock does not show yet.

    Captured, held and queued ones, and those sent until a look at the partner's stock that began after the answer.
    """
    looked: dict[str, datetime] = {}
    for row in case.books["stock"]:  # the row of a partner who is gone tells of an old look
        at = instant(row["snapshot_at"])
        looked[row["partner_variant"]] = max(at, looked.get(row["partner_variant"], at))
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for lots in case.demand.values():
        for lot in lots:
            found[lot["retailer"]][lot["variant"]] += left_in(lot, *UNSEEN)
    for move in case.moves:
        lot = case.lots[move["to"]["lot"]]
        is_confirmed = lot["side"] == "supply" and move["from"]["lot"] is None and move["to"]["state"] == "sent"
        if is_confirmed and lot["variant"] in looked and looked[lot["variant"]] <= instant(move["true_from"]):
            found[lot["retailer"]][lot["variant"]] += move["quantity"]
    return found


def _surplus(case: Case) -> Counter[tuple[str, str]]:
    """Free units at the centre: received, given to nobody, and waited for by nobody."""
    found: Counter[tuple[str, str]] = Counter()
    waiting: Counter[str] = Counter()
    for lots in case.demand.values():
        for lot in lots:
            if lot["supply"] is not None:
                waiting[lot["supply"]] += left_in(lot, "sent")
    for line_id, lots in case.supply.items():
        coming = sum(left_in(lot, "sent", "acknowledged", "inbound") for lot in lots)
        needed = max(0, waiting[line_id] - coming)
        for lot in lots:
            free = max(0, left_in(lot, "received") - needed)
            found[lot["retailer"], lot["variant"]] += free
    return found


def _flat(unseen: dict[str, Counter[str]]) -> Iterator[tuple[tuple[str, str], int]]:
    for retailer, counts in unseen.items():
        for variant, count in counts.items():
            yield (retailer, variant), count
