"""Customers' orders on a retailer's store: lines, quantities and times, nothing of the person."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from app.core.clock import machine_now
from app.core.errors import Unavailable
from app.gateways.shopify.client import ShopifyClient, StoreAccess
from app.gateways.shopify.fulfillment import (
    FulfillmentFacts,
    FulfillmentOrderFacts,
    RawFulfillment,
    RawFulfillmentOrder,
    read_fulfillment_orders,
    read_fulfillments,
    whole_fulfillment,
    whole_fulfillment_order,
)
from app.gateways.shopify.order_facts import (
    AgreementFacts,
    LineFacts,
    OrderFacts,
    RawAgreement,
    RawLine,
    RawTransaction,
    TransactionFacts,
)
from app.gateways.shopify.order_versions import MOST_READINGS, has_changed
from app.gateways.shopify.shapes import RawId, RawMoneyBag, RawPage, since

ORDERS_PER_CALL = 4
FULFILLMENTS_ASKED = 5
TRANSACTIONS_ASKED = 50


class _Order(msgspec.Struct, rename="camel"):
    id: str
    name: str
    created_at: datetime
    updated_at: datetime
    processed_at: datetime
    cancelled_at: datetime | None
    cancel_reason: str | None
    test: bool
    tags: list[str]
    source_name: str | None
    currency_code: str
    display_financial_status: str | None
    original_total_price_set: RawMoneyBag
    display_fulfillment_status: str
    transactions: list[RawTransaction]
    line_items: RawPage[RawLine]
    fulfillment_orders: RawPage[RawFulfillmentOrder]
    fulfillments: list[RawFulfillment]
    agreements: RawPage[RawAgreement]
    payment_terms: RawId | msgspec.UnsetType | None = msgspec.UNSET


class _OrderNodes(msgspec.Struct):
    nodes: list[_Order | None]


class _ChangedOrder(msgspec.Struct, rename="camel"):
    id: str
    updated_at: datetime


class _ChangedPart(msgspec.Struct, rename="camel"):
    order_id: str
    updated_at: datetime


class _Changed(msgspec.Struct, rename="camel"):
    orders: RawPage[_ChangedOrder] | msgspec.UnsetType = msgspec.UNSET
    fulfillment_orders: RawPage[_ChangedPart] | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True, slots=True)
class Place:
    """Where the two lists of what changed are read on; one that was read to its end is not asked for again."""

    orders_after: str | None = None
    parts_after: str | None = None
    with_orders: bool = True
    with_parts: bool = True
    listed_until: datetime | None = None
    """What changed before was on the pages up to here."""


BEGINNING = Place()


class _WithLines(msgspec.Struct, rename="camel"):
    line_items: RawPage[RawLine]


class _Lines(msgspec.Struct):
    order: _WithLines | None


class _WithTransactions(msgspec.Struct):
    transactions: list[RawTransaction]


class _Transactions(msgspec.Struct):
    order: _WithTransactions | None


class _WithAgreements(msgspec.Struct):
    agreements: RawPage[RawAgreement]


class _Agreements(msgspec.Struct):
    order: _WithAgreements | None


async def read_orders(
    shopify: ShopifyClient, access: StoreAccess, ids: Sequence[str], *, kept: Collection[str], with_terms: bool
) -> dict[str, OrderFacts]:
    """Return the orders that exist, by id, whole; of line attributes only the kept ones.

    Payment terms are asked for only `with_terms`: they need a scope that not every store grants.
    """
    found: dict[str, OrderFacts] = {}
    for start in range(0, len(ids), ORDERS_PER_CALL):
        variables = {"ids": list(ids[start : start + ORDERS_PER_CALL]), "withTerms": with_terms}
        read_at = machine_now()
        for raw in filter(None, (await shopify.execute(access, "OrdersById", variables, _OrderNodes)).nodes):
            found[raw.id] = await _at_one_time(shopify, access, raw, kept, read_at, with_terms=with_terms)
    return found


async def list_orders_updated(
    shopify: ShopifyClient, access: StoreAccess, updated_since: datetime, place: Place = BEGINNING
) -> tuple[list[str], Place | None]:
    """Return ids of orders of which the order itself or a fulfilment order changed since, and where there are more.

    A hold that is placed or released, or a part that is moved, need not change the order's own time. Mostly nothing
    changed that a webhook had not told of, so the question is cheap and the orders are read by id.
    """
    variables = {
        "query": since("updated_at", updated_since),
        "ordersAfter": place.orders_after,
        "partsAfter": place.parts_after,
        "withOrders": place.with_orders,
        "withParts": place.with_parts,
    }
    changed = await shopify.execute(access, "OrdersUpdated", variables, _Changed)
    found: list[str] = []
    ends: list[datetime] = []
    orders_after = parts_after = None
    if changed.orders is not msgspec.UNSET:
        found += [each.id for each in changed.orders.nodes]
        orders_after = changed.orders.next_cursor()
        ends += [each.updated_at for each in changed.orders.nodes[-1:] if orders_after]
    if changed.fulfillment_orders is not msgspec.UNSET:
        found += [each.order_id for each in changed.fulfillment_orders.nodes]
        parts_after = changed.fulfillment_orders.next_cursor()
        ends += [each.updated_at for each in changed.fulfillment_orders.nodes[-1:] if parts_after]
    further = Place(
        orders_after, parts_after, orders_after is not None, parts_after is not None, min(ends, default=None)
    )
    return list(dict.fromkeys(found)), further if orders_after or parts_after else None


async def _at_one_time(
    shopify: ShopifyClient,
    access: StoreAccess,
    raw: _Order,
    kept: Collection[str],
    read_at: datetime,
    *,
    with_terms: bool,
) -> OrderFacts:
    """Return the order as it stood at one time; what takes several calls is read anew if it changed between them.

    Units that are sent while we read would else stand neither with what is left nor with what was sent, and be taken
    for cancelled.
    """
    for _ in range(MOST_READINGS):
        facts = await _facts(shopify, access, raw, kept, read_at)
        if _fits_one_call(raw) or not await has_changed(shopify, access, raw.id, raw.updated_at):
            return facts
        variables, read_at = {"ids": [raw.id], "withTerms": with_terms}, machine_now()
        (newer,) = (await shopify.execute(access, "OrdersById", variables, _OrderNodes)).nodes
        if newer is None:
            return facts
        raw = newer
    raise Unavailable("The order changes while it is read.")


def _fits_one_call(raw: _Order) -> bool:
    pages: list[RawPage[Any]] = [
        *(raw.line_items, raw.fulfillment_orders, raw.agreements),
        *(each.line_items for each in raw.fulfillment_orders.nodes),
        *(each.fulfillment_line_items for each in raw.fulfillments),
        *(each.sales for each in raw.agreements.nodes),
    ]
    are_lists_whole = len(raw.fulfillments) < FULFILLMENTS_ASKED and len(raw.transactions) < TRANSACTIONS_ASKED
    return are_lists_whole and not any(page.next_cursor() for page in pages)


async def _facts(
    shopify: ShopifyClient, access: StoreAccess, raw: _Order, kept: Collection[str], read_at: datetime
) -> OrderFacts:
    return OrderFacts(
        id=raw.id,
        name=raw.name,
        created_at=raw.created_at,
        updated_at=raw.updated_at,
        processed_at=raw.processed_at,
        cancelled_at=raw.cancelled_at,
        cancel_reason=raw.cancel_reason,
        test=raw.test,
        tags=tuple(raw.tags),
        source_name=raw.source_name,
        financial_status=raw.display_financial_status,
        fulfillment_status=raw.display_fulfillment_status,
        has_payment_terms=None if raw.payment_terms is msgspec.UNSET else raw.payment_terms is not None,
        currency=raw.currency_code,
        total=raw.original_total_price_set.money(),
        lines=await _all_lines(shopify, access, raw, kept),
        fulfillment_orders=await _all_fulfillment_orders(shopify, access, raw),
        fulfillments=await _all_fulfillments(shopify, access, raw),
        transactions=await _all_transactions(shopify, access, raw),
        agreements=await _all_agreements(shopify, access, raw),
        read_at=read_at,
    )


async def _all_lines(
    shopify: ShopifyClient, access: StoreAccess, raw: _Order, kept: Collection[str]
) -> tuple[LineFacts, ...]:
    lines = list(raw.line_items.nodes)
    after = raw.line_items.next_cursor()
    while after is not None:
        answer = await shopify.execute(access, "OrderLines", {"id": raw.id, "after": after}, _Lines)
        if answer.order is None:
            break
        lines += answer.order.line_items.nodes
        after = answer.order.line_items.next_cursor()
    return tuple(line.facts(kept) for line in lines)


async def _all_fulfillment_orders(
    shopify: ShopifyClient, access: StoreAccess, raw: _Order
) -> tuple[FulfillmentOrderFacts, ...]:
    first = [await whole_fulfillment_order(shopify, access, each) for each in raw.fulfillment_orders.nodes]
    after = raw.fulfillment_orders.next_cursor()
    if after is None:
        return tuple(first)
    return (*first, *await read_fulfillment_orders(shopify, access, raw.id, after))


async def _all_fulfillments(shopify: ShopifyClient, access: StoreAccess, raw: _Order) -> tuple[FulfillmentFacts, ...]:
    if len(raw.fulfillments) >= FULFILLMENTS_ASKED:
        return await read_fulfillments(shopify, access, raw.id) or ()  # it went in between
    return tuple([await whole_fulfillment(shopify, access, each) for each in raw.fulfillments])


async def _all_transactions(shopify: ShopifyClient, access: StoreAccess, raw: _Order) -> tuple[TransactionFacts, ...]:
    """Transactions are no connection but a list that `first` cuts off; without it all of them come."""
    found = raw.transactions
    if len(found) >= TRANSACTIONS_ASKED:
        answer = await shopify.execute(access, "OrderTransactions", {"id": raw.id}, _Transactions)
        found = answer.order.transactions if answer.order else found
    return tuple(transaction.facts() for transaction in found)


async def _all_agreements(shopify: ShopifyClient, access: StoreAccess, raw: _Order) -> tuple[AgreementFacts, ...]:
    """Agreements have no cursor of their own sales from outside, so long lists are read one agreement at a time."""
    page = raw.agreements
    if page.next_cursor() is None and all(each.sales.next_cursor() is None for each in page.nodes):
        return tuple(each.facts(raw.currency_code) for each in page.nodes)
    found: list[AgreementFacts] = []
    after: str | None = None
    while True:
        one, cursor = await _whole_agreement(shopify, access, raw.id, after)
        if one is not None:
            found.append(one.facts(raw.currency_code))
        if cursor is None:
            return tuple(found)
        after = cursor


async def _whole_agreement(
    shopify: ShopifyClient, access: StoreAccess, order_id: str, after: str | None
) -> tuple[RawAgreement | None, str | None]:
    whole: RawAgreement | None = None
    sales_after: str | None = None
    while True:
        variables = {"id": order_id, "after": after, "salesAfter": sales_after}
        answer = await shopify.execute(access, "OrderAgreements", variables, _Agreements)
        if answer.order is None or not answer.order.agreements.nodes:
            return whole, None
        read = answer.order.agreements.nodes[0]
        if whole is None:
            whole = read
        else:
            whole.sales.nodes += read.sales.nodes
        sales_after = read.sales.next_cursor()
        if sales_after is None:
            return whole, answer.order.agreements.next_cursor()
