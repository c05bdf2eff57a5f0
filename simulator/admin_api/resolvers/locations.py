"""Locations of a store and their addresses."""

from typing import Any

from simulator.admin_api.call import Call
from simulator.admin_api.connections import Page, connection
from simulator.admin_api.registry import attribute, attributes, constant, resolves
from simulator.admin_api.resolvers.counting import count
from simulator.admin_api.resolvers.ids import find
from simulator.admin_api.resolvers.inventory import level_at, levels_page
from simulator.admin_api.resolvers.shop import postal
from simulator.admin_api.search import Index
from simulator.world.model import Location


def _index(call: Call) -> Index:
    filters = {
        "id": attribute_of("id"),
        "name": attribute_of("name"),
        "active": lambda one: str(one.is_active).lower(),
        "created_at": attribute_of("created_at"),
        "updated_at": attribute_of("updated_at"),
    }
    return Index(kind="locations", filters=filters, text=attribute_of("name"), now=call.now, lag=call.search_lag)


def attribute_of(name: str) -> Any:
    """Reads an attribute of an entity."""
    return lambda entity: getattr(entity, name)


_SORTS = {"ID": attribute_of("id"), "NAME": attribute_of("name"), "RELEVANCE": attribute_of("id")}


def _locations(
    _root: Any,
    call: Call,
    query: str | None = None,
    sort_key: str = "NAME",
    include_inactive: bool = False,
    **paging: Any,
) -> dict[str, Any]:
    chosen = [one for one in call.store.locations.values() if one.is_active or include_inactive]
    return connection(_index(call).matching(chosen, query), Page(**paging), sort_value=_SORTS[sort_key])


def _location(_root: Any, call: Call, id: str | None = None) -> Location | None:
    if id is None:
        return next(iter(call.store.locations.values()), None)
    found: Location | None = find(call, id, "Location")
    return found


def _has_stock(location: Location, call: Call) -> bool:
    return any(where == location.id and level.is_active for (_, where), level in call.store.levels.items())


def _is_primary(location: Location, call: Call) -> bool:
    return next(iter(call.store.locations)) == location.id


resolves(
    "Location",
    attributes("name isActive fulfillsOnlineOrders shipsInventory createdAt updatedAt")
    | {
        "id": attribute("gid"),
        "legacyResourceId": attribute("id"),
        "isPrimary": _is_primary,
        "isFulfillmentService": constant(False),
        "hasActiveInventory": _has_stock,
        "address": lambda location, _: postal(location.address),
        "inventoryLevel": lambda location, call, inventory_item_id, include_inactive=False: level_at(
            call, inventory_item_id, location.gid, include_inactive
        ),
        "inventoryLevels": lambda location, call, **arguments: levels_page(
            call, [one for (_, where), one in call.store.levels.items() if where == location.id], **arguments
        ),
    },
)
resolves(
    "QueryRoot",
    {
        "locations": _locations,
        "location": _location,
        "locationsCount": lambda _, call, query=None, limit=None: count(
            _index(call).matching(call.store.locations.values(), query), limit
        ),
    },
)
