"""What partners sent, what was found of it, and what customers were sent: each parcel once."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from tests.histories.checker.reading import Case, Row, left_in

NOT_SHOWN = ("shipped_not_shown", "over_shipped")


def parcels(case: Case) -> Iterator[str]:
    """Of each master order is under way what the partner's parcels announce that was not found.

    One too many in a parcel may be one that another announces, or one nobody announced yet: either is right.
    """
    awaited, found = defaultdict[str, Counter[str]](Counter), defaultdict[str, Counter[str]](Counter)
    for receipt in case.books["receipts"]:
        for line in receipt["lines"]:
            variant = _variant_of(case, line["line"])
            awaited[receipt["master_order"]][variant] += min(line["announced"], line["quantity"])
            found[receipt["master_order"]][variant] += line["quantity"]
    for master in case.books["master_orders"]:
        is_connected = case.partnerships[master["partnership"]]["state"] == "connected"
        if master["state"] == "closed" and master["shopify_order_id"] and is_connected:
            yield from _parcels_of(case, master, awaited[master["id"]], found[master["id"]])


def _variant_of(case: Case, line_id: str) -> str:
    master = case.masters_by_line[line_id]
    return next(str(line["variant"]) for line in master["lines"] if line["id"] == line_id)


def _parcels_of(case: Case, master: Row, awaited: Counter[str], found: Counter[str]) -> Iterator[str]:
    sent: Counter[str] = Counter()
    is_taken_back = False
    for fulfillment in case.store_truth(master["partner"])["fulfillments"]:
        if fulfillment["order_id"] == master["shopify_order_id"]:
            is_taken_back |= fulfillment["status"] != "SUCCESS"
            for line in fulfillment["lines"] if fulfillment["status"] == "SUCCESS" else ():
                sent[line["variant_id"]] += line["quantity"]
    inbound, shorted = Counter[str](), Counter[str]()
    for line in master["lines"]:
        for lot in case.supply.get(line["id"], []):
            inbound[line["variant"]] += left_in(lot, "inbound")
            shorted[line["variant"]] += left_in(lot, "shorted")
    for variant, count in inbound.items():
        # What was found may have been in a parcel that was taken back, and then is no part of what was sent.
        most = max(sent[variant] - (0 if is_taken_back else awaited[variant]), 0)
        least = max(sent[variant] - found[variant], 0)
        if count > most or (count < least and not is_taken_back and not shorted[variant]):
            expected = most if least == most else f"{least} to {most}"
            yield f"broken: {master['marker']} {variant}: {count} inbound, the partner's parcels say {expected}"


def customers_see_what_was_shipped(case: Case) -> Iterator[str]:
    """The customers' orders show as sent what was shipped, once; by us, or by staff whose word a box was linked to.

    What staff took back in Shopify's admin is told, unless the order shows enough without it.
    """
    boxes = [each for each in case.books["shipments"] if each["state"] == "shipped"]
    linked = {gid for each in case.books["shipments"] for gid in each["fulfillment_ids"]}
    there = [each for each in _shown(case) if each["status"] == "SUCCESS"]
    said = [each for each in _shown(case) if each["by"] == "app" or each["id"] in linked]
    shipped, shown = _units(boxes, "line"), _units(there, "line_id")
    ours = _units([each for each in said if each["status"] == "SUCCESS"], "line_id")
    taken_back = _units([each for each in said if each["status"] != "SUCCESS"], "line_id")
    for line_id in {*shipped, *ours}:
        lacking = shipped[line_id] - ours[line_id]
        if lacking < 0 or lacking > taken_back[line_id]:
            yield f"broken: {line_id}: {shipped[line_id]} were shipped, we say {ours[line_id]} to the customer"
        elif shown[line_id] < shipped[line_id] and not case.is_told("order_line", line_id, *NOT_SHOWN):
            yield f"silent: {line_id}: {shipped[line_id]} were shipped, the customer sees {shown[line_id]}"


def _units(parcels: Iterable[Row], key: str) -> Counter[str]:
    units: Counter[str] = Counter()
    for line in [line for parcel in parcels for line in parcel["lines"]]:
        units[line[key]] += line["quantity"]
    return units


def customers_see_our_number(case: Case) -> Iterator[str]:
    """Each customer reads the number of their own parcel, never that of a partner's; staff may have given another."""
    numbers = {
        gid: shipment["tracking"]["number"]
        for shipment in case.books["shipments"]
        for gid in shipment["fulfillment_ids"]
        if shipment["state"] == "shipped"
    }
    inbound = {
        number
        for store in case.role("partner")
        for each in case.store_truth(store["id"])["fulfillments"]
        for number in each["tracking_numbers"]
    }
    for fulfillment in _shown(case):
        shown = [each["number"] for each in fulfillment["tracking"]]
        if inbound & set(fulfillment["tracking_numbers"]):
            yield f"broken: {fulfillment['id']} shows the number of a partner's parcel"
        if fulfillment["by"] == "app" and fulfillment["id"] in numbers and shown != [numbers[fulfillment["id"]]]:
            yield f"broken: {fulfillment['id']} shows {shown}, not {numbers[fulfillment['id']]}"


def _shown(case: Case) -> Iterator[Row]:
    for store in case.role("retailer"):
        yield from case.store_truth(store["id"])["fulfillments"]


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
