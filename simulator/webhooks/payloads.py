"""The payload of each topic, and the name of the resource a webhook is about."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.webhooks import catalog_payloads as catalog
from simulator.webhooks import fulfillment_payloads as fulfillments
from simulator.webhooks import order_payloads as orders
from simulator.webhooks.shapes import Payload
from simulator.world.clock import iso
from simulator.world.store import Store

if TYPE_CHECKING:
    from simulator.world.world import World


def resource_of(store: Store, entity: Any) -> str:
    """The global id of what a webhook is about."""
    return str((store if entity is None else entity).gid)


def build_payload(world: "World", store: Store, topic: str, entity: Any, extra: dict[str, Any]) -> Payload:
    """The whole body for the topic, before a subscription's choice of fields."""
    if topic.endswith("/delete"):
        return {"id": entity.id}
    if topic == "orders/create" and entity.payload is not None:
        return json.loads(entity.payload)  # type: ignore[no-any-return]
    if topic == "shop/redact":
        return {"shop_id": store.id, "shop_domain": store.domain}
    if topic == "app/scopes_update":
        return catalog.scopes_payload(store, extra, iso(world.now))
    if topic.startswith("products/"):
        return catalog.product_payload(store, entity, world.switches.large_products_cut)
    special = SPECIAL.get(topic) or SPECIAL.get(topic.partition("/")[0])
    return special(store, entity, topic, extra) if special else PLAIN[topic.partition("/")[0]](store, entity)


SPECIAL: dict[str, Callable[[Store, Any, str, dict[str, Any]], Payload]] = {
    "orders/edited": lambda store, order, _, extra: orders.edit_payload(store, order, extra),
    "orders/risk_assessment_changed": lambda store, order, *_: _risk(order),
    "refunds/create": lambda store, order, _, extra: orders.refund_payload(store, order, extra["refund"]),
    "fulfillment_events/create": lambda store, one, _, extra: fulfillments.event_payload(store, one, extra["event"]),
    "fulfillment_orders": lambda store, one, topic, extra: fulfillments.routing_payload(topic, one, extra),
    "inventory_levels": lambda store, level, topic, _: catalog.level_payload(store, level, topic),
}
PLAIN: dict[str, Callable[[Store, Any], Payload]] = {
    "orders": orders.order_payload,
    "draft_orders": catalog.draft_payload,
    "fulfillments": fulfillments.fulfillment_payload,
    "inventory_items": catalog.item_payload,
    "locations": catalog.location_payload,
    "app": lambda store, _: catalog.shop_payload(store),
    "shop": lambda store, _: catalog.shop_payload(store),
}


def _risk(order: Any) -> Payload:
    return {
        "order_id": order.id,
        "admin_graphql_api_order_id": order.gid,
        "risk_level": order.risk_level.lower(),
        "recommendation": order.risk_recommendation.lower(),
    }
