"""Global ids: from the text of a request to the entity of the store."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from simulator.admin_api.call import Call
from simulator.admin_api.errors import not_modelled, refusal
from simulator.world.order_model import Order
from simulator.world.store import Store

ORDER_WINDOW = timedelta(days=60)
Find = Callable[[Store, int], Any]


def number_of(gid: str, type_name: str) -> int | None:
    """The number in a global id of that type; none if it is of another type."""
    kind, number = _parts(gid)
    return number if kind == type_name else None


def find(call: Call, gid: str, type_name: str) -> Any:
    """The live entity of that type, or none."""
    number = number_of(gid, type_name)
    return None if number is None else _visible(call, _COLLECTIONS[type_name](call.store, number))


def find_any(call: Call, gid: str) -> Any:
    """The live entity a global id names, whatever its type."""
    kind, number = _parts(gid)
    if kind == "InventoryLevel":
        return find_level(call.store, gid)
    if kind not in _COLLECTIONS:
        raise not_modelled(f"node of type {kind}")
    return _visible(call, _COLLECTIONS[kind](call.store, number))


def find_level(store: Store, gid: str) -> Any:
    """The inventory level of an id like gid://shopify/InventoryLevel/{location}?inventory_item_id={item}."""
    path, _, query = gid.partition("?inventory_item_id=")
    _, location = _parts(path)
    return store.levels.get((int(query), location)) if query.isdigit() else None


def is_live(entity: Any) -> bool:
    """Whether the entity still exists."""
    return getattr(entity, "deleted_at", None) is None


def live(entities: Mapping[Any, Any]) -> list[Any]:
    """Those of a collection that still exist."""
    return [one for one in entities.values() if is_live(one)]


def is_visible(call: Call, entity: Any) -> bool:
    """Whether the entity exists and is not an order too old for the app's scopes."""
    if isinstance(entity, Order) and "read_all_orders" not in call.scopes:
        return is_live(entity) and entity.created_at > call.now - ORDER_WINDOW
    return is_live(entity)


def _visible(call: Call, entity: Any) -> Any:
    return entity if entity is not None and is_visible(call, entity) else None


def _parts(gid: str) -> tuple[str, int]:
    head, _, rest = gid.partition("gid://shopify/")
    kind, _, tail = rest.partition("/")
    number = tail.partition("?")[0]
    if head or not kind or not (number.isascii() and number.isdigit()):
        raise refusal(f"Invalid global id '{gid}'", "INVALID_GLOBAL_ID")
    return kind, int(number)


def _within(collection: str) -> Find:
    return lambda store, number: getattr(store, collection).get(number)


_COLLECTIONS: dict[str, Find] = {
    "AppInstallation": lambda store, number: store.app if store.app.id == number else None,
    "Customer": _within("customers"),
    "DraftOrder": _within("draft_orders"),
    "Fulfillment": _within("fulfillments"),
    "FulfillmentOrder": _within("fulfillment_orders"),
    "InventoryItem": _within("inventory_items"),
    "Location": _within("locations"),
    "Metafield": _within("metafields"),
    "MetafieldDefinition": _within("metafield_definitions"),
    "Order": _within("orders"),
    "PaymentTermsTemplate": _within("payment_terms_templates"),
    "Product": _within("products"),
    "ProductVariant": _within("variants"),
    "Publication": _within("publications"),
    "Shop": lambda store, number: store if store.id == number else None,
    "WebhookSubscription": _within("subscriptions"),
}
