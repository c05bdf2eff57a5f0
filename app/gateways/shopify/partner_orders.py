"""Master orders on a partner's store, once their draft is completed, and what the partner sent of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from app.core.errors import Unavailable
from app.gateways.shopify.client import ShopifyClient, StoreAccess
from app.gateways.shopify.fulfillment import FulfillmentFacts, RawFulfillment, read_fulfillments, whole_fulfillment
from app.gateways.shopify.order_versions import MOST_READINGS, has_changed
from app.gateways.shopify.shapes import Page, RawId, RawPage, quoted, since

FULFILLMENTS_ASKED = 20

PartnerFulfillment = FulfillmentFacts


@dataclass(frozen=True, slots=True)
class PartnerLineFacts:
    """One line of a master order as it stands on the partner's store."""

    id: str
    variant_id: str | None
    sku: str
    title: str
    quantity: int
    current_quantity: int
    unfulfilled_quantity: int


@dataclass(frozen=True, slots=True)
class PartnerOrderFacts:
    """A master order as it stands on the partner's store."""

    id: str
    name: str
    created_at: datetime
    updated_at: datetime
    cancelled_at: datetime | None
    closed: bool
    financial_status: str | None
    fulfillment_status: str
    has_payment_terms: bool
    tags: tuple[str, ...]
    lines: tuple[PartnerLineFacts, ...]
    fulfillments: tuple[PartnerFulfillment, ...]


class _Line(msgspec.Struct, rename="camel"):
    id: str
    sku: str | None
    title: str
    quantity: int
    current_quantity: int
    unfulfilled_quantity: int
    variant: RawId | None

    def facts(self) -> PartnerLineFacts:
        return PartnerLineFacts(
            id=self.id,
            variant_id=self.variant.id if self.variant else None,
            sku=self.sku or "",
            title=self.title,
            quantity=self.quantity,
            current_quantity=self.current_quantity,
            unfulfilled_quantity=self.unfulfilled_quantity,
        )


class _Order(msgspec.Struct, rename="camel"):
    id: str
    name: str
    created_at: datetime
    updated_at: datetime
    cancelled_at: datetime | None
    closed: bool
    tags: list[str]
    display_financial_status: str | None
    display_fulfillment_status: str
    payment_terms: RawId | None
    line_items: RawPage[_Line]
    fulfillments: list[RawFulfillment]


class _OrderAnswer(msgspec.Struct):
    order: _Order | None


class _WithLines(msgspec.Struct, rename="camel"):
    line_items: RawPage[_Line]


class _Lines(msgspec.Struct):
    order: _WithLines | None


class _Tagged(msgspec.Struct, rename="camel"):
    id: str
    updated_at: datetime
    tags: list[str]


class _TaggedAnswer(msgspec.Struct):
    orders: RawPage[_Tagged]


async def read_partner_order(shopify: ShopifyClient, access: StoreAccess, order_id: str) -> PartnerOrderFacts | None:
    """Return the order with all lines and fulfilments as it stood at one time, or None when it is deleted."""
    for _ in range(MOST_READINGS):
        raw = (await shopify.execute(access, "PartnerOrder", {"id": order_id}, _OrderAnswer)).order
        if raw is None:
            return None
        facts = await _facts(shopify, access, raw)
        if _fits_one_call(raw) or not await has_changed(shopify, access, raw.id, raw.updated_at):
            return facts
    raise Unavailable("The order changes while it is read.")


def _fits_one_call(raw: _Order) -> bool:
    return len(raw.fulfillments) < FULFILLMENTS_ASKED and raw.line_items.next_cursor() is None


async def _facts(shopify: ShopifyClient, access: StoreAccess, raw: _Order) -> PartnerOrderFacts:
    return PartnerOrderFacts(
        id=raw.id,
        name=raw.name,
        created_at=raw.created_at,
        updated_at=raw.updated_at,
        cancelled_at=raw.cancelled_at,
        closed=raw.closed,
        financial_status=raw.display_financial_status,
        fulfillment_status=raw.display_fulfillment_status,
        has_payment_terms=raw.payment_terms is not None,
        tags=tuple(raw.tags),
        lines=await _all_lines(shopify, access, raw),
        fulfillments=await _all_fulfillments(shopify, access, raw),
    )


async def find_orders_by_tag(shopify: ShopifyClient, access: StoreAccess, tag: str) -> tuple[PartnerOrderFacts, ...]:
    """Return the orders with this tag; the search may not know the last half minute."""
    page = (
        await shopify.execute(access, "PartnerOrders", {"query": f"tag:{quoted(tag)}", "after": None}, _TaggedAnswer)
    ).orders
    found = [await read_partner_order(shopify, access, node.id) for node in page.nodes if tag in node.tags]
    return tuple(order for order in found if order is not None)


async def list_partner_orders_updated(
    shopify: ShopifyClient, access: StoreAccess, updated_since: datetime, tags: Sequence[str], after: str | None = None
) -> Page[PartnerOrderFacts]:
    """Return one page of our orders changed since: those with one of these tags, never the partner's own business."""
    ours = " OR ".join(f"tag:{quoted(tag)}" for tag in tags)
    if not ours:
        return Page((), None, has_next=False)
    variables = {"query": f"({ours}) AND {since('updated_at', updated_since)}", "after": after}
    page = (await shopify.execute(access, "PartnerOrders", variables, _TaggedAnswer)).orders
    found = [await read_partner_order(shopify, access, node.id) for node in page.nodes if set(tags) & set(node.tags)]
    return page.page_of([order for order in found if order is not None])


async def _all_lines(shopify: ShopifyClient, access: StoreAccess, raw: _Order) -> tuple[PartnerLineFacts, ...]:
    lines = list(raw.line_items.nodes)
    after = raw.line_items.next_cursor()
    while after is not None:
        answer = await shopify.execute(access, "PartnerOrderLines", {"id": raw.id, "after": after}, _Lines)
        if answer.order is None:
            break
        lines += answer.order.line_items.nodes
        after = answer.order.line_items.next_cursor()
    return tuple(line.facts() for line in lines)


async def _all_fulfillments(shopify: ShopifyClient, access: StoreAccess, raw: _Order) -> tuple[PartnerFulfillment, ...]:
    if len(raw.fulfillments) >= FULFILLMENTS_ASKED:
        return await read_fulfillments(shopify, access, raw.id) or ()  # it went in between
    return tuple([await whole_fulfillment(shopify, access, each) for each in raw.fulfillments])
