"""REST-shaped payloads of fulfilments and their events, and those of fulfilment orders, whose ids are global ids."""

from typing import Any

from simulator.webhooks.shapes import Payload, address, amounts, attributes, blank, local, money, money_set
from simulator.world.order_model import (
    Fulfillment,
    FulfillmentEvent,
    FulfillmentLine,
    FulfillmentOrder,
    Hold,
    Order,
)
from simulator.world.store import Store


def fulfillment_payload(store: Store, one: Fulfillment) -> Payload:
    """A fulfilment as fulfillments/create and fulfillments/update carry it."""
    order = store.orders[one.order_id]
    numbers = [tracking.number for tracking in one.tracking if tracking.number]
    urls = [tracking.url for tracking in one.tracking if tracking.url]
    return {
        "id": one.id,
        "admin_graphql_api_id": one.gid,
        "order_id": one.order_id,
        "status": one.status.lower(),
        "created_at": local(store, one.created_at),
        "updated_at": local(store, one.updated_at),
        "service": "manual",
        "tracking_company": next((tracking.company for tracking in one.tracking), None),
        "tracking_number": next(iter(numbers), None),
        "tracking_numbers": numbers,
        "tracking_url": next(iter(urls), None),
        "tracking_urls": urls,
        "shipment_status": one.events[-1].status.lower() if one.events else None,
        "location_id": one.location_id,
        "origin_address": None,
        "email": order.email,
        "destination": address(order.shipping_address),
        "line_items": [_line(store, order, line) for line in one.lines],
        "receipt": {},
        "name": one.name,
    }


def _line(store: Store, order: Order, sent: FulfillmentLine) -> Payload:
    line = order.line(sent.line_id)
    assert line is not None
    variant = store.variants.get(line.variant_id or 0)
    return {
        "id": line.id,
        "admin_graphql_api_id": line.gid,
        "variant_id": line.variant_id,
        "title": line.title,
        "quantity": sent.quantity,
        "sku": line.sku,
        "variant_title": line.variant_title,
        "vendor": line.vendor,
        "fulfillment_service": "manual",
        "product_id": line.product_id,
        "requires_shipping": line.requires_shipping,
        "taxable": line.taxable,
        "gift_card": line.gift_card,
        "name": f"{line.title} - {line.variant_title}" if line.variant_title else line.title,
        "variant_inventory_management": "shopify" if variant and store.item_of(variant).tracked else None,
        "properties": attributes(line.properties),
        "product_exists": variant is not None and variant.deleted_at is None,
        "fulfillable_quantity": line.unfulfilled_quantity,
        "grams": line.grams,
        "price": money(line.price, order.currency),
        "price_set": money_set(line.price, order.currency),
        **amounts(order.currency, total_discount=line.discount),
        "fulfillment_status": "partial" if line.unfulfilled_quantity else "fulfilled",
        "discount_allocations": [],
        "duties": [],
        "tax_lines": [],
    }


def event_payload(store: Store, fulfillment: Fulfillment, event: FulfillmentEvent) -> Payload:
    """What fulfillment_events/create carries."""
    return {
        "id": event.id,
        "admin_graphql_api_id": event.gid,
        "fulfillment_id": fulfillment.id,
        "order_id": fulfillment.order_id,
        "shop_id": store.id,
        "status": event.status.lower(),
        "message": event.message,
        "happened_at": local(store, event.happened_at),
        "created_at": local(store, event.created_at),
        "updated_at": local(store, event.created_at),
        **blank("estimated_delivery_at", "address1", "city", "province", "country", "zip", "latitude", "longitude"),
    }


def _short(one: FulfillmentOrder) -> Payload:
    return {"id": one.gid, "status": one.status.lower()}


def _hold(hold: Hold) -> Payload:
    return {
        "id": hold.gid,
        "reason": hold.reason.lower(),
        "reason_notes": hold.reason_notes,
        "held_by_requesting_app": False,
        "handle": hold.handle,
        "held_by_app": None,
    }


def _line_refs(one: FulfillmentOrder) -> list[Payload]:
    return [{"id": line.gid, "quantity": line.remaining_quantity} for line in one.lines]


def routing_payload(topic: str, one: FulfillmentOrder, extra: dict[str, Any]) -> Payload:
    """What the fulfillment_orders/* topics carry."""
    if topic == "fulfillment_orders/placed_on_hold":
        held = _short(one) | {"fulfillment_holds": [_hold(hold) for hold in one.holds]}
        return {
            "fulfillment_order": held,
            "remaining_fulfillment_order": None,
            "held_fulfillment_order_line_items": _line_refs(one),
            "created_fulfillment_hold": _hold(extra["hold"]),
        }
    if topic == "fulfillment_orders/moved":
        original: FulfillmentOrder = extra["original"]
        source, target = (f"gid://shopify/Location/{each.location_id}" for each in (original, one))
        return {
            "original_fulfillment_order": _short(original) | {"assigned_location_id": source},
            "moved_fulfillment_order": _short(one) | {"assigned_location_id": target},
            "destination_location_id": target,
            "fulfillment_order_line_items_requested": _line_refs(one),
            "source_location": {"id": source},
        }
    if topic == "fulfillment_orders/cancelled":
        return {"fulfillment_order": _short(one), "replacement_fulfillment_order": None}
    return {"fulfillment_order": _short(one)}
