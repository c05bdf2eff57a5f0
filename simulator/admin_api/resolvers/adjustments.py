"""Groups of stock changes: what one mutation did, with the quantities that stand there now."""

from datetime import datetime
from typing import Any

from simulator.admin_api.call import Call
from simulator.admin_api.registry import constant, resolves
from simulator.admin_api.resolvers.ids import number_of

GROUP = "InventoryAdjustmentGroup"


def _changes(
    group: dict[str, Any],
    call: Call,
    inventory_item_ids: list[str] | None = None,
    location_ids: list[str] | None = None,
    quantity_names: list[str] | None = None,
) -> list[dict[str, Any]]:
    items = None if inventory_item_ids is None else {number_of(gid, "InventoryItem") for gid in inventory_item_ids}
    places = None if location_ids is None else {number_of(gid, "Location") for gid in location_ids}
    return [
        _change(call, name, change["place"], change["delta"])
        for change in group["changes"]
        for name in ("available", "on_hand")
        if (items is None or change["place"][0] in items)
        and (places is None or change["place"][1] in places)
        and (quantity_names is None or name in quantity_names)
        and change["delta"]
    ]


def _change(call: Call, name: str, place: list[int], delta: int) -> dict[str, Any]:
    item, location = place
    return {
        "name": name,
        "delta": delta,
        "quantityAfterChange": getattr(call.store.levels[item, location], name),
        "item": call.store.inventory_items[item],
        "location": call.store.locations[location],
    }


resolves(
    GROUP,
    {
        "id": lambda group, _: f"gid://shopify/{GROUP}/{group['id']}",
        "createdAt": lambda group, _: datetime.fromisoformat(group["at"]),
        "reason": lambda group, _: group["reason"],
        "referenceDocumentUri": lambda group, _: group["uri"],
        "changes": _changes,
        "app": constant(None),
    },
)
