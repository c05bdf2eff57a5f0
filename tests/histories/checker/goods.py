"""What partners sent, what was found of it, and what customers were sent: each parcel once."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.histories.checker.reading import Case, Row, left_in


def parcels(case: Case) -> Iterator[str]:
    """Of each master order is under way what the partner's parcels hold that were not opened here."""
    announced: dict[str, Counter[str]] = defaultdict(Counter)
    for receipt in case.books["receipts"]:
        master = next(each for each in case.books["master_orders"] if each["id"] == receipt["master_order"])
        variants = {line["id"]: line["variant"] for line in master["lines"]}
        for line in receipt["lines"]:
            announced[master["id"]][variants[line["line"]]] += line["announced"]
    for master in case.books["master_orders"]:
        if master["state"] != "closed" or not master["shopify_order_id"]:
            continue
        if case.partnerships[master["partnership"]]["state"] != "connected":
            continue
        yield from _parcels_of(case, master, announced[master["id"]])


def _parcels_of(case: Case, master: Row, opened: Counter[str]) -> Iterator[str]:
    sent: Counter[str] = Counter()
    cancelled = False
    for fulfillment in case.store_truth(master["partner"])["fulfillments"]:
        if fulfillment["order_id"] == master["shopify_order_id"]:
            cancelled |= fulfillment["status"] != "SUCCESS"
            for line in fulfillment["lines"] if fulfillment["status"] == "SUCCESS" else ():
                sent[line["variant_id"]] += line["quantity"]
    for line in master["lines"]:
        variant = line["variant"]
        inbound = sum(
            left_in(lot, "inbound")
            for each in master["lines"]
            if each["variant"] == variant
            for lot in case.supply.get(each["id"], [])
        )
        expected = sent[variant] - opened[variant]
        if inbound > max(expected, 0) or (inbound != expected and not cancelled and opened[variant] == 0):
            yield f"broken: {master['marker']} {variant}: {inbound} inbound, the partner's parcels say {expected}"


def customers_see_what_was_shipped(case: Case) -> Iterator[str]:
    """The customers' orders show as sent what was shipped, once, with our number; never a partner's."""
    left: dict[str, Counter[str]] = defaultdict(Counter)
    numbers: dict[str, str] = {}
    for shipment in case.books["shipments"]:
        for gid in shipment["fulfillment_ids"]:
            numbers[gid] = shipment["tracking"]["number"]
        for line in shipment["lines"] if shipment["state"] == "shipped" else ():
            left[shipment["order"]][line["line"]] += line["quantity"]
    inbound = {
        number
        for store in case.role("partner")
        for each in case.store_truth(store["id"])["fulfillments"]
        for number in each["tracking_numbers"]
    }
    for store in case.role("retailer"):
        for each in case.store_truth(store["id"])["fulfillments"]:
            if inbound & set(each["tracking_numbers"]):
                yield f"broken: {each['id']} shows the number of a partner's parcel"
            if each["by"] != "app" or each["status"] != "SUCCESS":
                continue
            if each["id"] in numbers and each["tracking_numbers"] != [numbers[each["id"]]]:
                yield f"broken: {each['id']} shows {each['tracking_numbers']}, not {numbers[each['id']]}"
            for line in each["lines"]:
                left[each["order_id"]][line["line_id"]] -= line["quantity"]
    for order, lines in left.items():
        if any(lines.values()):
            yield f"broken: {order}: what was shipped and what the customer sees differ by {dict(lines)}"


def shipped_units(case: Case) -> Iterator[str]:
    """Units are outbound in the ledger exactly as many as are in boxes that went."""
    boxes: Counter[str] = Counter()
    for shipment in case.books["shipments"]:
        for line in shipment["lines"] if shipment["state"] == "shipped" else ():
            boxes[line["line"]] += line["quantity"]
    per = {bought.line["id"]: bought.mapping["units_per"] for bought in case.bought}
    for line_id, lots in case.demand.items():
        out = sum(left_in(lot, "outbound", "delivered", "returned") for lot in lots)
        if line_id in per and out != boxes[line_id] * per[line_id]:
            yield f"broken: {line_id}: {out} units are outbound, {boxes[line_id]} items were shipped"
