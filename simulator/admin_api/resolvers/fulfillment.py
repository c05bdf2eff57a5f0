"""Fulfilment orders with their holds, and fulfilments with their tracking."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulator.admin_api.call import Call
from simulator.admin_api.connections import Page, connection
from simulator.admin_api.registry import attribute, attributes, resolves
from simulator.admin_api.resolvers.ids import find
from simulator.admin_api.resolvers.order_lines import LineNode, line_node, live_variant
from simulator.admin_api.resolvers.shop import postal
from simulator.admin_api.search import Index
from simulator.world.model import Variant
from simulator.world.order_model import (
    Fulfillment,
    FulfillmentLine,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Hold,
    Order,
)

_HOLD_REASONS = {
    "AWAITING_PAYMENT": "Awaiting payment",
    "HIGH_RISK_OF_FRAUD": "High risk of fraud",
    "INCORRECT_ADDRESS": "Incorrect address",
    "INVENTORY_OUT_OF_STOCK": "Inventory out of stock",
}
_ACTIONS = {
    "OPEN": ["CREATE_FULFILLMENT", "MOVE", "HOLD", "SPLIT"],
    "IN_PROGRESS": ["CREATE_FULFILLMENT", "HOLD"],
    "SCHEDULED": ["MARK_AS_OPEN"],
    "ON_HOLD": ["RELEASE_HOLD", "HOLD", "MOVE"],
}


@dataclass(frozen=True)
class FulfillmentOrderLineNode:
    """A line of a fulfilment order with its fulfilment order."""

    parent: FulfillmentOrder
    line: FulfillmentOrderLine

    @property
    def gid(self) -> str:
        return self.line.gid

    @property
    def id(self) -> int:
        return self.line.id


def _index(call: Call) -> Index:
    filters = {
        "id": lambda one: one.id,
        "status": lambda one: one.status,
        "request_status": lambda one: one.request_status,
        "assigned_location_id": lambda one: one.location_id,
        "created_at": lambda one: one.created_at,
        "updated_at": lambda one: one.updated_at,
    }
    return Index(kind="fulfillmentOrders", filters=filters, text=lambda one: "", now=call.now, lag=call.search_lag)


def fulfillment_orders_page(
    call: Call,
    found: Iterable[FulfillmentOrder],
    query: str | None = None,
    displayable: bool = False,
    sort_key: str = "ID",
    **paging: Any,
) -> dict[str, Any]:
    """A page of fulfilment orders; displayable ones are not cancelled."""
    chosen = [one for one in found if not (displayable and one.status == "CANCELLED")]
    sort = (lambda one: one.updated_at) if sort_key == "UPDATED_AT" else (lambda one: one.id)
    return connection(_index(call).matching(chosen, query), Page(**paging), sort_value=sort)


def _all_fulfillment_orders(_root: Any, call: Call, include_closed: bool = False, **arguments: Any) -> dict[str, Any]:
    chosen = [one for one in call.store.fulfillment_orders.values() if include_closed or one.is_live]
    return fulfillment_orders_page(call, chosen, **arguments)


def select_fulfillments(call: Call, found: Iterable[Fulfillment], query: str | None) -> list[Any]:
    """An order's fulfilments that match a query."""
    filters = {
        "id": lambda one: one.id,
        "status": lambda one: one.status,
        "created_at": lambda one: one.created_at,
        "updated_at": lambda one: one.updated_at,
    }
    index = Index(kind="fulfillments", filters=filters, text=lambda one: one.name, now=call.now, lag=call.search_lag)
    return index.matching(found, query)


def _order(one: FulfillmentOrder | Fulfillment, call: Call) -> Order:
    return call.store.orders[one.order_id]


def _assigned_location(one: FulfillmentOrder, call: Call) -> dict[str, Any]:
    location = call.store.locations[one.location_id]
    return {**postal(location.address), "name": location.name, "location": location}


def _destination(one: FulfillmentOrder, call: Call) -> dict[str, Any] | None:
    order = _order(one, call)
    address = order.shipping_address
    if address is None:
        return None
    return {
        **postal(address),
        "__typename": "FulfillmentOrderDestination",
        "id": f"gid://shopify/FulfillmentOrderDestination/{one.id}",
        "company": address.company,
        "firstName": address.first_name,
        "lastName": address.last_name,
        "email": order.email,
    }


def _holds(one: FulfillmentOrder, call: Call) -> list[dict[str, Any]]:
    return [hold_mapping(hold) for hold in one.holds]


def hold_mapping(hold: Hold) -> dict[str, Any]:
    """The type FulfillmentHold."""
    return {
        "__typename": "FulfillmentHold",
        "id": hold.gid,
        "reason": hold.reason,
        "reasonNotes": hold.reason_notes,
        "displayReason": _HOLD_REASONS.get(hold.reason, "Other"),
        "handle": hold.handle,
        "heldByRequestingApp": hold.by == "app",
        "heldByApp": None,
    }


def _lines(one: FulfillmentOrder, _call: Call, **paging: Any) -> dict[str, Any]:
    nodes = [FulfillmentOrderLineNode(one, line) for line in one.lines]
    return connection(nodes, Page(**paging), sort_value=lambda node: node.id)


def _fulfillments_of(one: FulfillmentOrder, call: Call, **paging: Any) -> dict[str, Any]:
    numbers = {line.id for line in one.lines}
    sent = [
        fulfillment
        for fulfillment in call.store.fulfillments_of(one.order_id)
        if any(line.fulfillment_order_line_id in numbers for line in fulfillment.lines)
    ]
    return connection(sent, Page(**paging), sort_value=lambda fulfillment: fulfillment.id)


def _line_of(node: FulfillmentOrderLineNode, call: Call) -> LineNode:
    return line_node(call.store.orders[node.parent.order_id], node.line.line_id)


def _of_line(name: str) -> Any:
    return lambda node, call: getattr(_line_of(node, call).line, name)


def _variant_of(node: FulfillmentOrderLineNode, call: Call) -> Variant | None:
    return live_variant(call, _line_of(node, call).line.variant_id)


def _item_of(node: FulfillmentOrderLineNode, call: Call) -> str | None:
    variant = _variant_of(node, call)
    return None if variant is None else call.store.item_of(variant).gid


def _tracking(one: Fulfillment, _call: Call, first: int | None = None) -> list[dict[str, Any]]:
    return [{"company": info.company, "number": info.number, "url": info.url} for info in one.tracking[:first]]


def _fulfillment_lines(one: Fulfillment, call: Call, **paging: Any) -> dict[str, Any]:
    return connection([_fulfillment_line(one, line, call) for line in one.lines], Page(**paging))


def _fulfillment_line(one: Fulfillment, line: FulfillmentLine, call: Call) -> dict[str, Any]:
    return {
        "__typename": "FulfillmentLineItem",
        "id": line.gid,
        "quantity": line.quantity,
        "lineItem": line_node(_order(one, call), line.line_id),
    }


def _orders_of(one: Fulfillment, call: Call, **paging: Any) -> dict[str, Any]:
    numbers = {line.fulfillment_order_line_id for line in one.lines}
    found = [
        each
        for each in call.store.fulfillment_orders_of(one.order_id)
        if any(line.id in numbers for line in each.lines)
    ]
    return connection(found, Page(**paging), sort_value=lambda each: each.id)


def _display_status(one: Fulfillment, _call: Call) -> str:
    if one.status == "CANCELLED":
        return "CANCELED"
    return one.events[-1].status.upper() if one.events else "FULFILLED"


def _delivered_at(one: Fulfillment, _call: Call) -> datetime | None:
    return next((event.happened_at for event in reversed(one.events) if event.status.upper() == "DELIVERED"), None)


resolves(
    "FulfillmentOrder",
    attributes("status requestStatus createdAt updatedAt fulfillAt")
    | {
        "id": attribute("gid"),
        "fulfillBy": lambda _one, _call: None,
        "order": _order,
        "orderId": lambda one, call: _order(one, call).gid,
        "orderName": lambda one, call: _order(one, call).name,
        "orderProcessedAt": lambda one, call: _order(one, call).processed_at,
        "assignedLocation": _assigned_location,
        "destination": _destination,
        "supportedActions": lambda one, _: [{"action": action} for action in _ACTIONS.get(one.status, [])],
        "fulfillmentHolds": _holds,
        "lineItems": _lines,
        "fulfillments": _fulfillments_of,
    },
)
resolves(
    "FulfillmentOrderLineItem",
    {
        "id": attribute("gid"),
        "totalQuantity": lambda node, _: node.line.total_quantity,
        "remainingQuantity": lambda node, _: node.line.remaining_quantity,
        "lineItem": _line_of,
        "sku": _of_line("sku"),
        "productTitle": _of_line("title"),
        "variantTitle": _of_line("variant_title"),
        "vendor": _of_line("vendor"),
        "requiresShipping": _of_line("requires_shipping"),
        "variant": _variant_of,
        "inventoryItemId": _item_of,
    },
)
resolves(
    "Fulfillment",
    attributes("name status createdAt updatedAt")
    | {
        "id": attribute("gid"),
        "legacyResourceId": attribute("id"),
        "displayStatus": _display_status,
        "deliveredAt": _delivered_at,
        "totalQuantity": lambda one, _: sum(line.quantity for line in one.lines),
        "trackingInfo": _tracking,
        "fulfillmentLineItems": _fulfillment_lines,
        "fulfillmentOrders": _orders_of,
        "order": _order,
        "location": lambda one, call: call.store.locations.get(one.location_id),
        "requiresShipping": lambda _one, _call: True,
    },
)
resolves(
    "QueryRoot",
    {
        "fulfillmentOrders": _all_fulfillment_orders,
        "fulfillmentOrder": lambda _, call, id: find(call, id, "FulfillmentOrder"),
        "fulfillment": lambda _, call, id: find(call, id, "Fulfillment"),
    },
)
