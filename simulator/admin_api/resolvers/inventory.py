"""Inventory items and the quantities of their levels."""

from collections.abc import Iterable
from typing import Any

from simulator.admin_api.call import Call
from simulator.admin_api.connections import Page, connection
from simulator.admin_api.errors import refusal
from simulator.admin_api.money import money
from simulator.admin_api.registry import attribute, attributes, resolves
from simulator.admin_api.resolvers.counting import count
from simulator.admin_api.resolvers.ids import find, find_level, live, number_of
from simulator.admin_api.search import Index
from simulator.world.model import InventoryItem, InventoryLevel, Variant

QUANTITY_NAMES = (
    "available",
    "on_hand",
    "committed",
    "incoming",
    "reserved",
    "damaged",
    "safety_stock",
    "quality_control",
)


def variant_of(call: Call, item: InventoryItem) -> Variant:
    """The variant the item belongs to."""
    return call.store.variants[item.variant_id]


def level_at(call: Call, item: str, location: str, include_inactive: bool) -> InventoryLevel | None:
    """The level of an item at a location, both by global id."""
    item_number, location_number = number_of(item, "InventoryItem"), number_of(location, "Location")
    if item_number is None or location_number is None:
        return None
    level = call.store.levels.get((item_number, location_number))
    return level if level is not None and (level.is_active or include_inactive) else None


def levels_page(
    call: Call,
    levels: Iterable[InventoryLevel],
    query: str | None = None,
    include_inactive: bool = False,
    **paging: Any,
) -> dict[str, Any]:
    """A page of levels, in the order of location and item."""
    chosen = [one for one in levels if one.is_active or include_inactive]
    filters = {
        "created_at": lambda one: one.created_at,
        "updated_at": lambda one: one.updated_at,
        "id": lambda one: one.location_id,
        "inventory_item_id": lambda one: one.item_id,
    }
    index = Index(kind="inventoryLevels", filters=filters, text=lambda one: "", now=call.now, lag=call.search_lag)
    return connection(
        index.matching(chosen, query),
        Page(**paging),
        sort_value=lambda one: one.location_id,
        number=lambda one: one.item_id,
    )


def quantity(level: InventoryLevel, name: str) -> int:
    """One of the level's quantities by Shopify's name."""
    if name not in QUANTITY_NAMES:
        raise refusal(f"The name '{name}' is not a quantity name.", "BAD_REQUEST")
    return int(getattr(level, name, 0))


def _quantities(level: InventoryLevel, call: Call, names: list[str]) -> list[dict[str, Any]]:
    return [
        {
            "id": f"gid://shopify/InventoryQuantity/{level.location_id}-{level.item_id}-{name}",
            "name": name,
            "quantity": quantity(level, name),
            "updatedAt": level.updated_at,
        }
        for name in names
    ]


def _items(_root: Any, call: Call, query: str | None = None, **paging: Any) -> dict[str, Any]:
    filters = {
        "id": lambda one: one.id,
        "sku": lambda one: variant_of(call, one).sku or "",
        "created_at": lambda one: one.created_at,
        "updated_at": lambda one: one.updated_at,
    }
    index = Index(
        kind="inventoryItems",
        filters=filters,
        text=lambda one: variant_of(call, one).sku,
        now=call.now,
        lag=call.search_lag,
    )
    found = index.matching(live(call.store.inventory_items), query)
    return connection(found, Page(**paging), sort_value=lambda one: one.id)


def _weight(item: InventoryItem) -> dict[str, Any] | None:
    return None if item.weight is None else {"unit": item.weight_unit, "value": float(item.weight)}


def _variants(item: InventoryItem, call: Call, **paging: Any) -> dict[str, Any]:
    variant = variant_of(call, item)
    return connection([] if variant.deleted_at else [variant], Page(**paging))


resolves(
    "InventoryItem",
    attributes("tracked requiresShipping countryCodeOfOrigin harmonizedSystemCode createdAt updatedAt")
    | {
        "id": attribute("gid"),
        "legacyResourceId": attribute("id"),
        "sku": lambda item, call: variant_of(call, item).sku,
        "unitCost": lambda item, call: None if item.cost is None else money(item.cost, call.store.currency),
        "measurement": lambda item, _: {
            "id": f"gid://shopify/InventoryItemMeasurement/{item.id}",
            "weight": _weight(item),
        },
        "inventoryLevel": lambda item, call, location_id, include_inactive=False: level_at(
            call, item.gid, location_id, include_inactive
        ),
        "inventoryLevels": lambda item, call, **arguments: levels_page(
            call, [one for (number, _), one in call.store.levels.items() if number == item.id], **arguments
        ),
        "locationsCount": lambda item, call: count(call.store.levels_of(item.id)),
        "variant": lambda item, call: variant_of(call, item),
        "variants": _variants,
    },
)
resolves(
    "InventoryLevel",
    attributes("isActive createdAt updatedAt")
    | {
        "id": attribute("gid"),
        "item": lambda level, call: call.store.inventory_items[level.item_id],
        "location": lambda level, call: call.store.locations[level.location_id],
        "quantities": _quantities,
    },
)
resolves(
    "QueryRoot",
    {
        "inventoryItems": _items,
        "inventoryItem": lambda _, call, id: find(call, id, "InventoryItem"),
        "inventoryLevel": lambda _, call, id: find_level(call.store, id),
    },
)
