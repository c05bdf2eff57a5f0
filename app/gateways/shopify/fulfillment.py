"""Fulfilment orders and fulfilments of an order: what is to be sent from where, and what was sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from app.gateways.shopify.client import ShopifyClient, StoreAccess
from app.gateways.shopify.errors import UnknownOutcome
from app.gateways.shopify.shapes import RawId, RawPage, RawUserError, refuse


@dataclass(frozen=True, slots=True)
class HoldFacts:
    """A hold on a fulfilment order; Shopify keeps no times of it."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class FulfillmentOrderLine:
    """A line to be sent: how much remains of how much."""

    id: str
    order_line_id: str
    remaining: int
    total: int


@dataclass(frozen=True, slots=True)
class FulfillmentOrderFacts:
    """Lines of one order to be sent from one location."""

    id: str
    status: str
    request_status: str
    location_id: str | None
    holds: tuple[HoldFacts, ...]
    lines: tuple[FulfillmentOrderLine, ...]


@dataclass(frozen=True, slots=True)
class Tracking:
    """Carrier, number and link of a parcel."""

    company: str | None
    number: str | None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class FulfillmentLine:
    """How much of an order line was sent."""

    order_line_id: str
    variant_id: str | None
    quantity: int


@dataclass(frozen=True, slots=True)
class FulfillmentFacts:
    """Lines that were sent together."""

    id: str
    status: str
    created_at: datetime
    updated_at: datetime
    tracking: tuple[Tracking, ...]
    lines: tuple[FulfillmentLine, ...]
    delivered_at: datetime | None = None  # as its carrier says, if the store knows

    @property
    def tracking_numbers(self) -> tuple[str, ...]:
        """The parcels' numbers."""
        return tuple(each.number for each in self.tracking if each.number)


class _Assigned(msgspec.Struct):
    location: RawId | None


class _Hold(msgspec.Struct):
    id: str
    reason: str


class _OrderLine(msgspec.Struct, rename="camel"):
    id: str
    remaining_quantity: int
    total_quantity: int
    line_item: RawId


class RawFulfillmentOrder(msgspec.Struct, rename="camel"):
    """The fragment FulfillmentOrderFields."""

    id: str
    status: str
    request_status: str
    assigned_location: _Assigned
    fulfillment_holds: list[_Hold]
    line_items: RawPage[_OrderLine]


class _LineItem(msgspec.Struct):
    id: str
    variant: RawId | None = None


class _Line(msgspec.Struct, rename="camel"):
    id: str
    quantity: int | None
    line_item: _LineItem


class RawFulfillment(msgspec.Struct, rename="camel"):
    """The fragment FulfillmentFields."""

    id: str
    status: str
    created_at: datetime
    updated_at: datetime
    delivered_at: datetime | None
    tracking_info: list[Tracking]
    fulfillment_line_items: RawPage[_Line]


class _OrderWithFulfillmentOrders(msgspec.Struct, rename="camel"):
    fulfillment_orders: RawPage[RawFulfillmentOrder]


class _FulfillmentOrders(msgspec.Struct):
    order: _OrderWithFulfillmentOrders | None


class _FulfillmentOrderWithLines(msgspec.Struct, rename="camel"):
    line_items: RawPage[_OrderLine]


class _FulfillmentOrderLines(msgspec.Struct, rename="camel"):
    fulfillment_order: _FulfillmentOrderWithLines | None


class _OrderWithFulfillments(msgspec.Struct):
    fulfillments: list[RawFulfillment]


class _Fulfillments(msgspec.Struct):
    order: _OrderWithFulfillments | None


class _FulfillmentWithLines(msgspec.Struct, rename="camel"):
    fulfillment_line_items: RawPage[_Line]


class _FulfillmentLines(msgspec.Struct):
    fulfillment: _FulfillmentWithLines | None


class _Created(msgspec.Struct, rename="camel"):
    fulfillment: RawFulfillment | None
    user_errors: list[RawUserError]


class _CreateAnswer(msgspec.Struct, rename="camel"):
    fulfillment_create: _Created


class _Tracked(msgspec.Struct, rename="camel"):
    fulfillment: RawId | None
    user_errors: list[RawUserError]


class _TrackingAnswer(msgspec.Struct, rename="camel"):
    fulfillment_tracking_info_update: _Tracked


async def read_fulfillment_orders(
    shopify: ShopifyClient, access: StoreAccess, order_id: str, after: str | None = None
) -> tuple[FulfillmentOrderFacts, ...]:
    """Return the order's fulfilment orders with all lines, closed ones too; nothing when the order is gone."""
    found: list[FulfillmentOrderFacts] = []
    while True:
        answer = await shopify.execute(
            access, "FulfillmentOrders", {"id": order_id, "after": after}, _FulfillmentOrders
        )
        if answer.order is None:
            return tuple(found)
        page = answer.order.fulfillment_orders
        found += [await whole_fulfillment_order(shopify, access, raw) for raw in page.nodes]
        after = page.next_cursor()
        if after is None:
            return tuple(found)


async def read_fulfillments(
    shopify: ShopifyClient, access: StoreAccess, order_id: str
) -> tuple[FulfillmentFacts, ...] | None:
    """Return what was sent of the order, cancelled fulfilments too; None when the store shows no such order."""
    answer = await shopify.execute(access, "Fulfillments", {"id": order_id}, _Fulfillments)
    if answer.order is None:
        return None
    return tuple([await whole_fulfillment(shopify, access, raw) for raw in answer.order.fulfillments])


async def create_fulfillment(
    shopify: ShopifyClient,
    access: StoreAccess,
    lines: Mapping[str, Sequence[tuple[str, int]]],
    tracking: Tracking | None,
    notify: bool = True,
) -> FulfillmentFacts:
    """Record as sent: per fulfilment order the quantities of its lines, all of one order and one location."""
    content: dict[str, object] = {
        "notifyCustomer": notify,
        "lineItemsByFulfillmentOrder": [
            {
                "fulfillmentOrderId": fulfillment_order_id,
                "fulfillmentOrderLineItems": [{"id": line_id, "quantity": quantity} for line_id, quantity in chosen],
            }
            for fulfillment_order_id, chosen in lines.items()
            if chosen
        ],
    }
    if tracking is not None:
        content["trackingInfo"] = _given(tracking)
    created = (
        await shopify.execute(access, "FulfillmentCreate", {"fulfillment": content}, _CreateAnswer)
    ).fulfillment_create
    refuse(created.user_errors)
    if created.fulfillment is None:
        raise UnknownOutcome()
    return await whole_fulfillment(shopify, access, created.fulfillment)


async def update_tracking_info(
    shopify: ShopifyClient, access: StoreAccess, fulfillment_id: str, tracking: Tracking, notify: bool
) -> None:
    """Let a fulfilment show this carrier, number and link instead of what it showed."""
    variables = {"id": fulfillment_id, "tracking": _given(tracking), "notify": notify}
    answer = await shopify.execute(access, "FulfillmentTrackingInfoUpdate", variables, _TrackingAnswer)
    refuse(answer.fulfillment_tracking_info_update.user_errors)
    if answer.fulfillment_tracking_info_update.fulfillment is None:
        raise UnknownOutcome()


async def whole_fulfillment_order(
    shopify: ShopifyClient, access: StoreAccess, raw: RawFulfillmentOrder
) -> FulfillmentOrderFacts:
    """Return the fulfilment order with the lines beyond its first page."""
    lines = list(raw.line_items.nodes)
    after = raw.line_items.next_cursor()
    while after is not None:
        answer = await shopify.execute(
            access, "FulfillmentOrderLines", {"id": raw.id, "after": after}, _FulfillmentOrderLines
        )
        if answer.fulfillment_order is None:
            break
        lines += answer.fulfillment_order.line_items.nodes
        after = answer.fulfillment_order.line_items.next_cursor()
    location = raw.assigned_location.location
    return FulfillmentOrderFacts(
        id=raw.id,
        status=raw.status,
        request_status=raw.request_status,
        location_id=location.id if location else None,
        holds=tuple(HoldFacts(hold.id, hold.reason) for hold in raw.fulfillment_holds),
        lines=tuple(
            FulfillmentOrderLine(line.id, line.line_item.id, line.remaining_quantity, line.total_quantity)
            for line in lines
        ),
    )


async def whole_fulfillment(shopify: ShopifyClient, access: StoreAccess, raw: RawFulfillment) -> FulfillmentFacts:
    """Return the fulfilment with the lines beyond its first page."""
    lines = list(raw.fulfillment_line_items.nodes)
    after = raw.fulfillment_line_items.next_cursor()
    while after is not None:
        answer = await shopify.execute(access, "FulfillmentLines", {"id": raw.id, "after": after}, _FulfillmentLines)
        if answer.fulfillment is None:
            break
        lines += answer.fulfillment.fulfillment_line_items.nodes
        after = answer.fulfillment.fulfillment_line_items.next_cursor()
    return FulfillmentFacts(
        id=raw.id,
        status=raw.status,
        created_at=raw.created_at,
        updated_at=raw.updated_at,
        tracking=tuple(raw.tracking_info),
        lines=tuple(_line(line) for line in lines),
        delivered_at=raw.delivered_at,
    )


def _given(tracking: Tracking) -> dict[str, str]:
    given = {"company": tracking.company, "number": tracking.number, "url": tracking.url}
    return {name: value for name, value in given.items() if value}


def _line(line: _Line) -> FulfillmentLine:
    variant = line.line_item.variant
    return FulfillmentLine(line.line_item.id, variant.id if variant else None, line.quantity or 0)
