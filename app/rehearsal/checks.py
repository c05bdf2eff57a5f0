"""Check the books after a rehearsal: promises 1 to 4 and 6 of the brief, against what the simulator says is true."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Truth = Mapping[str, Any]
Books = Mapping[str, Any]

GONE = frozenset({"cancelled", "refunded"})
MATCHED = frozenset({"allocated", "packed", "outbound", "delivered", "returned"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is held against each other."""

    books: Books
    truth: Mapping[str, Truth]  # by shop
    calls: Sequence[Mapping[str, Any]]
    marks: Mapping[str, str]

    def shop(self, store_id: str) -> str:
        """Return a store's domain by its global id."""
        return next(str(each["shop"]) for each in self.books["stores"] if each["id"] == store_id)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One promise, and every place where it is broken."""

    number: int
    promise: str
    broken: list[str]

    @property
    def held(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.broken


def judge(evidence: Evidence) -> list[Verdict]:
    """Return a verdict on each promise that a rehearsal can show."""
    return [Verdict(number, promise, list(check(evidence))) for number, promise, check in CHECKS]


def _exactly_once(evidence: Evidence) -> Iterator[str]:
    """Every unit wanted has one place in the ledger; everything sent has one line of one partner's order."""
    held: dict[str, Counter[str]] = defaultdict(Counter)
    for lot in evidence.books["lots"]:
        if lot["side"] == "demand":
            held[lot["owner"]].update(lot["balances"])
            if lot["balances"].get("sent") and lot["supply"] is None:
                yield f"lot {lot['id']}: sent without a supply"
    for store, order, line, units_per in _lines_for_partners(evidence):
        wanted = (line["unfulfilled"] + line["fulfilled"]) * units_per
        counted = sum(count for state, count in held[line["id"]].items() if state not in GONE)
        if wanted != counted:
            yield f"{store} {order['name']} {line['title']}: {wanted} wanted, {counted} in the ledger"
    for master in evidence.books["master_orders"]:
        yield from _partner_order(evidence, master)
    yield from _customers_fulfillments(evidence)


def _lines_for_partners(evidence: Evidence) -> Iterator[tuple[str, Truth, Truth, int]]:
    """Yield the lines customers bought of mapped variants, test orders left out."""
    mapped = {(each["retailer"], each["retailer_variant"]): each for each in evidence.books["mappings"]}
    for store in _retailers(evidence):
        for order in evidence.truth[store["shop"]]["orders"]:
            for line in () if order["test"] else order["lines"]:
                mapping = mapped.get((store["id"], line["variant_id"]))
                if mapping is not None:
                    yield store["shop"], order, line, mapping["units_per"]


def _partner_order(evidence: Evidence, master: Mapping[str, Any]) -> Iterator[str]:
    theirs = evidence.truth[evidence.shop(master["partner"])]
    orders = [each for each in theirs["orders"] if master["marker"] in each["tags"]]
    drafts = [each for each in theirs["draft_orders"] if master["marker"] in each["tags"] and not each["deleted_at"]]
    if len(orders) > 1 or len(drafts) > 1:
        yield f"{master['marker']}: {len(orders)} orders and {len(drafts)} drafts on the partner's store"
    if master["state"] == "closed":
        yield from _closed_order(master, orders)


def _closed_order(master: Mapping[str, Any], orders: Sequence[Truth]) -> Iterator[str]:
    if not orders:
        yield f"{master['marker']}: closed, but the partner has no order"
        return
    if not orders[0]["payment_terms"] or orders[0]["financial_status"] == "PAID":
        yield f"{master['marker']}: not pending under payment terms"
    there, ours = Counter[str](), Counter[str]()
    for line in orders[0]["lines"]:
        there[line["variant_id"]] += line["quantity"]
    for line in master["lines"]:
        changed = [
            each for each in master["changes"] if each["kind"] == "partner_changed" and each["line"] == line["id"]
        ]
        ours[line["variant"]] += line["quantity"] + sum(each["quantity"] for each in changed)
    if +there != +ours:
        yield f"{master['marker']}: the partner's order differs from the manifest"


def _customers_fulfillments(evidence: Evidence) -> Iterator[str]:
    """What the customers' orders show as sent is what was shipped, once, with our number."""
    left: dict[str, Counter[str]] = defaultdict(Counter)
    for shipment in evidence.books["shipments"]:
        for line in shipment["lines"] if shipment["state"] == "shipped" else ():
            left[shipment["order"]][line["line"]] += line["quantity"]
    inbound = {number for store in _partners(evidence) for number in _numbers(evidence.truth[store["shop"]])}
    shown = [each for store in _retailers(evidence) for each in evidence.truth[store["shop"]]["fulfillments"]]
    for fulfillment in shown:
        if inbound & set(fulfillment["tracking_numbers"]):
            yield f"{fulfillment['id']}: shows the number of a partner's parcel"
        for line in fulfillment["lines"] if _is_ours(fulfillment) else ():
            left[fulfillment["order_id"]][line["line_id"]] -= line["quantity"]
    for order, lines in left.items():
        if any(lines.values()):
            yield f"{order}: what was shipped and what the customer sees differ by {dict(lines)}"


def _is_ours(fulfillment: Truth) -> bool:
    return bool(fulfillment["by"] == "app" and fulfillment["status"] == "SUCCESS")


def _one_a_week(evidence: Evidence) -> Iterator[str]:
    """One open master order per partner, one a week, frozen after its cut-off."""
    seen = Counter((each["partnership"], each["cutoff_on"], each["number"]) for each in evidence.books["master_orders"])
    yield from (f"{key}: {count} cycles" for key, count in seen.items() if count > 1)
    opened = Counter(each["partnership"] for each in evidence.books["master_orders"] if each["state"] == "open")
    for partner in evidence.books["partners"]:
        if partner["state"] == "connected" and opened[partner["id"]] != 1:
            yield f"{partner['shop']}: {opened[partner['id']]} open master orders"
    for master in evidence.books["master_orders"]:
        if master["state"] == "closed" and master["frozen_at"] < master["cutoff_at"]:
            yield f"{master['marker']}: frozen before its cut-off"
        for line in master["lines"] if master["state"] == "closed" else ():
            if line["quantity"] <= 0:
                yield f"{master['marker']}: a sealed line without units"


def _true_stock(evidence: Evidence) -> Iterator[str]:
    """What the shop offers is the sum on the page, and the page's terms are true."""
    places = {each["id"]: each["stock_location"] for each in evidence.books["stores"]}
    for row in evidence.books["stock"]:
        unseen = row["unseen"] + row["unseen_others"]
        left = max(0, row["partner_available"] - unseen - row["buffer"])
        wanted = left - row["withheld"] + row["surplus"]
        if wanted != row["wanted"]:
            yield f"{row['variant']}: the sum gives {wanted}, wanted is {row['wanted']}"
        shop = evidence.truth[evidence.shop(row["retailer"])]
        there = [
            level["available"]
            for level in shop["stock"]
            if level["variant_id"] == row["variant"] and level["location_id"] == places[row["retailer"]]
        ]
        if row["written"] is not None and there != [row["wanted"]]:
            yield f"{row['variant']}: the store offers {there}, it should be {row['wanted']}"
        partner = [
            level["available"]
            for store in _partners(evidence)
            for level in evidence.truth[store["shop"]]["stock"]
            if level["variant_id"] == row["partner_variant"]
        ]
        if max(0, sum(partner)) != row["partner_available"]:
            yield f"{row['variant']}: the partner has {sum(partner)}, we believe {row['partner_available']}"


def _balanced(evidence: Evidence) -> Iterator[str]:
    """Each lot's balances are what its moves left there, nothing is negative, and goods are matched once."""
    left: dict[tuple[str, str], int] = defaultdict(int)
    for move in evidence.books["moves"]:
        if move["from"]["lot"] is not None:
            left[move["from"]["lot"], move["from"]["state"]] -= move["quantity"]
        left[move["to"]["lot"], move["to"]["state"]] += move["quantity"]
    matched: dict[str, int] = defaultdict(int)
    for lot in evidence.books["lots"]:
        for state, count in lot["balances"].items():
            if count < 0 or left.pop((lot["id"], state), 0) != count:
                yield f"lot {lot['id']}: {count} {state}, its moves say otherwise"
        for state in MATCHED:
            share = lot["balances"].get(state, 0)
            matched[lot["side"]] += share if lot["side"] == "demand" or state == "allocated" else 0
    yield from (f"lot {lot_id}: {count} {state} in its moves only" for (lot_id, state), count in left.items() if count)
    if matched["demand"] != matched["supply"]:
        yield f"{matched['demand']} customers' units are matched with {matched['supply']} of the partners'"


def _nobody_sees(evidence: Evidence) -> Iterator[str]:
    """No customer of a retailer in any call to a partner, and no partner's customer in our books."""
    partners = {store["shop"] for store in _partners(evidence)}
    for call in evidence.calls:
        if call["shop"] in partners and evidence.marks["retailer_customer"] in str(call["variables"]).lower():
            yield f"{call['operation']} at {call['shop']} carries a customer of the retailer"
    if evidence.marks["partner_customer"] in str(evidence.books).lower():
        yield "the books carry a customer of a partner"


def _retailers(evidence: Evidence) -> list[Mapping[str, Any]]:
    return [each for each in evidence.books["stores"] if each["role"] == "retailer"]


def _partners(evidence: Evidence) -> list[Mapping[str, Any]]:
    return [each for each in evidence.books["stores"] if each["role"] == "partner"]


def _numbers(truth: Truth) -> Iterator[str]:
    for fulfillment in truth["fulfillments"]:
        yield from fulfillment["tracking_numbers"]


CHECKS: tuple[tuple[int, str, Callable[[Evidence], Iterator[str]]], ...] = (
    (1, "every unit exactly once", _exactly_once),
    (2, "one open master order per partner, one a week", _one_a_week),
    (3, "true stock", _true_stock),
    (4, "everything balances", _balanced),
    (6, "nobody sees what is not theirs", _nobody_sees),
)
