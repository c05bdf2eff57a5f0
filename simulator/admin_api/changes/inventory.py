"""Mutations of stock: quantities set with compare-and-swap, levels activated, items changed."""

import re
from dataclasses import dataclass
from typing import Any

from simulator.admin_api.call import Call
from simulator.admin_api.errors import user_error
from simulator.admin_api.mutations import Payload, Refused, mutation
from simulator.admin_api.resolvers.ids import find
from simulator.admin_api.resolvers.inventory import level_at
from simulator.world.errors import Impossible
from simulator.world.inventory import set_inventory, stock_at, update_item
from simulator.world.model import InventoryItem, Location

LIMIT = 1_000_000_000
REASONS = frozenset(
    {
        "correction",
        "cycle_count_available",
        "damaged",
        "movement_canceled",
        "movement_created",
        "movement_received",
        "movement_updated",
        "other",
        "promotion",
        "quality_control",
        "received",
        "reservation_created",
        "reservation_deleted",
        "reservation_updated",
        "restock",
        "safety_stock",
        "shrinkage",
    }
)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")
ITEM_FIELDS = {
    "tracked": "tracked",
    "requiresShipping": "requires_shipping",
    "cost": "cost",
    "countryCodeOfOrigin": "country_code_of_origin",
    "harmonizedSystemCode": "harmonized_system_code",
}


@dataclass(frozen=True)
class _Entry:
    """One quantity asked for, with what it is about and where it stands in the request."""

    path: tuple[str, ...]
    item: InventoryItem
    location: Location
    quantity: int
    change_from: int | None


@mutation("inventorySetQuantities")
def set_quantities(call: Call, input: dict[str, Any]) -> Payload:
    """Set quantities of items at locations: all of them, or none when one is refused."""
    if call.replayed is not None:
        return _group_payload(call, call.replayed)
    if input["name"] not in ("available", "on_hand"):
        message = "The quantity name must be either 'available' or 'on_hand'."
        raise Refused(user_error(["input", "name"], message, "INVALID_NAME"))
    _check_purpose(input)
    missing = [n for n, one in enumerate(input["quantities"]) if "changeFromQuantity" not in one]
    if missing:
        path = ["input", "quantities", str(missing[0]), "changeFromQuantity"]
        raise Refused(user_error(path, "The changeFromQuantity argument is required; null skips the comparison.", None))
    entries = _entries(call, input)
    refused = [error for entry in entries if (error := _refusal(call, entry, input["name"]))]
    if refused and (call.world.switches.inventory_set_all_or_nothing or len(refused) == len(entries)):
        raise Refused(*refused)
    accepted = [entry for entry in entries if not _refusal(call, entry, input["name"])]
    payload = _change(call, input, [(entry, _target(call, entry, input["name"])) for entry in accepted])
    return {**payload, "userErrors": refused}


@mutation("inventoryAdjustQuantities")
def adjust_quantities(call: Call, input: dict[str, Any]) -> Payload:
    """Add differences to `available`: all of them, or none."""
    if call.replayed is not None:
        return _group_payload(call, call.replayed)
    if input["name"] != "available":
        raise Refused(user_error(["input", "name"], "Only available can be adjusted here.", "INVALID_QUANTITY_NAME"))
    asked = [{**one, "quantity": one["delta"]} for one in input["changes"]]
    _check_purpose(input)
    if any("changeFromQuantity" not in one for one in asked):
        raise Refused(user_error(["input", "changes"], "The changeFromQuantity argument is required.", None))
    entries = _entries(call, {"quantities": asked}, "changes")
    refused = [error for entry in entries if (error := _stale(call, entry, "available"))]
    if refused:
        raise Refused(*refused)
    return _change(call, input, [(entry, _current(call, entry, "available") + entry.quantity) for entry in entries])


def _check_purpose(input: dict[str, Any]) -> None:
    if input["reason"] not in REASONS:
        raise Refused(user_error(["input", "reason"], "The specified reason is invalid.", "INVALID_REASON"))
    document = input.get("referenceDocumentUri")
    if document is not None and not _URI.fullmatch(document):
        message = "The specified reference document is invalid."
        raise Refused(user_error(["input", "referenceDocumentUri"], message, "INVALID_REFERENCE_DOCUMENT"))


def _entries(call: Call, input: dict[str, Any], name: str = "quantities") -> list[_Entry]:
    entries, refused, seen = [], [], set()
    for number, one in enumerate(input["quantities"]):
        path = ("input", name, str(number))
        item = find(call, one["inventoryItemId"], "InventoryItem")
        location = find(call, one["locationId"], "Location")
        if item is None:
            message = "The specified inventory item could not be found."
            refused.append(user_error([*path, "inventoryItemId"], message, "INVALID_INVENTORY_ITEM"))
        elif location is None or not location.is_active:
            message = "The specified location could not be found."
            refused.append(user_error([*path, "locationId"], message, "INVALID_LOCATION"))
        elif (item.id, location.id) in seen:
            message = "The combination of inventoryItemId and locationId must be unique."
            code = "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR" if name == "quantities" else None
            refused.append(user_error([*path, "locationId"], message, code))
        else:
            seen.add((item.id, location.id))
            entries.append(_Entry(path, item, location, one["quantity"], one.get("changeFromQuantity")))
    if refused:
        raise Refused(*refused)
    return entries


def _refusal(call: Call, entry: _Entry, name: str) -> dict[str, Any] | None:
    if call.store.variants[entry.item.variant_id].requires_components:
        message = "The specified inventory item is not allowed to be mutated."
        return user_error([*entry.path, "inventoryItemId"], message, "NON_MUTABLE_INVENTORY_ITEM")
    path = [*entry.path, "quantity"]
    if entry.quantity > LIMIT:
        return user_error(path, "The quantity can't be higher than 1,000,000,000.", "INVALID_QUANTITY_TOO_HIGH")
    if name == "on_hand" and entry.quantity < 0:
        return user_error(path, "The quantity can't be negative.", "INVALID_QUANTITY_NEGATIVE")
    if entry.quantity < -LIMIT:
        return user_error(path, "The quantity can't be lower than -1,000,000,000.", "INVALID_QUANTITY_TOO_LOW")
    return _stale(call, entry, name)


def _stale(call: Call, entry: _Entry, name: str) -> dict[str, Any] | None:
    if entry.change_from is None or entry.change_from == _current(call, entry, name):
        return None
    message = "The changeFromQuantity argument no longer matches the persisted quantity."
    return user_error([*entry.path, "changeFromQuantity"], message, "CHANGE_FROM_QUANTITY_STALE")


def _current(call: Call, entry: _Entry, name: str) -> int:
    level = level_at(call, entry.item.gid, entry.location.gid, include_inactive=True)
    return 0 if level is None else int(getattr(level, name))


def _target(call: Call, entry: _Entry, name: str) -> int:
    """What `available` becomes: on hand less what is committed or reserved."""
    level = level_at(call, entry.item.gid, entry.location.gid, include_inactive=True)
    if name == "available" or level is None:
        return entry.quantity
    return entry.quantity - (level.on_hand - level.available)


def _change(call: Call, input: dict[str, Any], targets: list[tuple[_Entry, int]]) -> Payload:
    changes = []
    for entry, target in targets:
        place = (entry.item.id, entry.location.id)
        known = call.store.levels.get(place)
        before = known.available if known else 0
        level = set_inventory(call.world, call.store, place, target, "app", call.idempotency_key)
        changes.append({"place": place, "delta": target - before})
        call.touched(level)
    call.outcome = {
        "id": call.world.new_id(),
        "at": call.now.isoformat(),
        "reason": input["reason"],
        "uri": input.get("referenceDocumentUri"),
        "changes": changes,
    }
    return _group_payload(call, call.outcome)


def _group_payload(call: Call, outcome: dict[str, Any]) -> Payload:
    """The group of changes, rebuilt from what was noted and from the quantities of now."""
    return {"inventoryAdjustmentGroup": {**outcome, "__typename": "InventoryAdjustmentGroup"}}


@mutation("inventoryActivate")
def activate(
    call: Call,
    inventory_item_id: str,
    location_id: str,
    available: int | None = None,
    on_hand: int | None = None,
    stock_at_legacy_location: bool = False,
) -> Payload:
    """Stock an item at a location; without quantities those it had come back."""
    item = find(call, inventory_item_id, "InventoryItem")
    location = find(call, location_id, "Location")
    if item is None:
        raise Refused(user_error(["inventoryItemId"], "The inventory item couldn't be found."))
    if location is None or not location.is_active:
        raise Refused(user_error(["locationId"], "The location couldn't be found."))
    place = (item.id, location.id)
    if call.replayed is not None:
        return {"inventoryLevel": call.store.levels.get(place)}
    known = call.store.levels.get(place)
    if known is not None and known.is_active and (available is not None or on_hand is not None):
        message = "Not allowed to set available quantity when the item is already active at the location."
        raise Refused(user_error(["available"], message))
    level = stock_at(call.world, call.store, *place)
    wanted = available if available is not None else on_hand
    if wanted is not None:
        set_inventory(call.world, call.store, place, wanted, "app", call.idempotency_key)
    call.outcome = {"item": item.id, "location": location.id}
    call.touched(level)
    return {"inventoryLevel": level}


@mutation("inventoryItemUpdate")
def update_inventory_item(call: Call, id: str, input: dict[str, Any]) -> Payload:
    """Change fields of an inventory item; its SKU is the variant's."""
    item = find(call, id, "InventoryItem")
    if item is None:
        raise Refused(user_error(["id"], "The product couldn't be updated because it does not exist."))
    if "sku" in input:
        variant = call.store.variants[item.variant_id]
        variant.sku = input["sku"]
        call.world.touch(call.store, variant)
    try:
        update_item(call.world, call.store, item, item_fields(input))
    except Impossible as error:
        raise Refused(user_error(["input"], str(error))) from error
    call.touched(item)
    return {"inventoryItem": item}


def item_fields(input: dict[str, Any]) -> dict[str, Any]:
    """The world's fields of an InventoryItemInput, without the SKU."""
    fields = {ours: input[theirs] for theirs, ours in ITEM_FIELDS.items() if theirs in input}
    weight = (input.get("measurement") or {}).get("weight")
    if weight is not None:
        fields |= {"weight": weight["value"], "weight_unit": weight["unit"]}
    return fields
