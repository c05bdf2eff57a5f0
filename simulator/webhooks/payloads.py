"""The payload of each topic, and the name of the resource a webhook is about."""

import json
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
    family, _, event = topic.partition("/")
    if event == "delete":
        return {"id": entity.id}
    if topic == "orders/create" and entity.payload is not None:
        return json.loads(entity.payload)  # type: ignore[no-any-return]
    if topic == "orders/edited":
        return orders.edit_payload(store, entity, extra)
    if topic == "orders/risk_assessment_changed":
        return _risk(entity)
    if topic == "refunds/create":
        return orders.refund_payload(store, entity, extra["refund"])
    if topic == "shop/redact":
        return {"shop_id": store.id, "shop_domain": store.domain}
    if topic == "app/scopes_update":
        return catalog.scopes_payload(store, extra, iso(world.now))
    return _of_family(world, store, family, (topic, entity, extra))


def _of_family(world: "World", store: Store, family: str, subject: tuple[str, Any, dict[str, Any]]) -> Payload:
    topic, entity, extra = subject
    match family:
        case "orders":
            return orders.order_payload(store, entity)
        case "products":
            return catalog.product_payload(store, entity, world.switches.large_products_cut)
        case "inventory_levels":
            return catalog.level_payload(store, entity, topic)
        case "inventory_items":
            return catalog.item_payload(store, entity)
        case "locations":
            return catalog.location_payload(store, entity)
        case "draft_orders":
            return catalog.draft_payload(store, entity)
        case "fulfillments":
            return fulfillments.fulfillment_payload(store, entity)
        case "fulfillment_events":
            return fulfillments.event_payload(store, entity, extra["event"])
        case "fulfillment_orders":
            return fulfillments.routing_payload(topic, entity, extra)
        case _:
            return catalog.shop_payload(store)


def _risk(order: Any) -> Payload:
    return {
        "order_id": order.id,
        "admin_graphql_api_order_id": order.gid,
        "risk_level": order.risk_level.lower(),
        "recommendation": order.risk_recommendation.lower(),
    }
