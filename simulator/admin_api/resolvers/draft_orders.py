"""Draft orders, their lines and their payment terms."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from simulator.admin_api.call import Call
from simulator.admin_api.connections import Page, connection
from simulator.admin_api.money import money, money_bag
from simulator.admin_api.registry import attribute, attributes, constant, resolves
from simulator.admin_api.resolvers.addresses import address_node
from simulator.admin_api.resolvers.counting import count
from simulator.admin_api.resolvers.ids import find, live
from simulator.admin_api.resolvers.order_lines import key_values, live_product, live_variant
from simulator.admin_api.search import Index
from simulator.world.model import PaymentTerms
from simulator.world.order_model import DraftLine, DraftOrder

_SORTS: dict[str, Any] = {
    "ID": lambda one: one.id,
    "RELEVANCE": lambda one: one.id,
    "NUMBER": lambda one: one.id,
    "STATUS": lambda one: one.status,
    "UPDATED_AT": lambda one: one.updated_at,
    "TOTAL_PRICE": lambda one: one.total,
}


@dataclass(frozen=True)
class DraftLineNode:
    """A line with its draft."""

    draft: DraftOrder
    line: DraftLine

    @property
    def gid(self) -> str:
        return self.line.gid

    @property
    def id(self) -> int:
        return self.line.id


def _index(call: Call) -> Index:
    filters = {
        "id": lambda one: one.id,
        "tag": lambda one: one.tags,
        "status": lambda one: one.status,
        "source": lambda one: one.source_name,
        "customer_id": lambda one: one.customer_id,
        "created_at": lambda one: one.created_at,
        "updated_at": lambda one: one.updated_at,
    }
    return Index(kind="draftOrders", filters=filters, text=lambda one: one.name, now=call.now, lag=call.search_lag)


def _found(call: Call, query: str | None) -> list[Any]:
    return _index(call).matching(live(call.store.draft_orders), query)


def _drafts(_root: Any, call: Call, query: str | None = None, sort_key: str = "ID", **paging: Any) -> dict[str, Any]:
    return connection(_found(call, query), Page(**paging), sort_value=_SORTS[sort_key])


def _is_ready(draft: DraftOrder, call: Call) -> bool:
    return draft.ready or (draft.ready_at is not None and draft.ready_at <= call.now)


def _order(draft: DraftOrder, call: Call) -> Any:
    return None if draft.order_id is None else call.store.orders.get(draft.order_id)


def _lines(draft: DraftOrder, _call: Call, **paging: Any) -> dict[str, Any]:
    return connection([DraftLineNode(draft, line) for line in draft.lines], Page(**paging))


def _shipping_line(draft: DraftOrder, _call: Call) -> dict[str, Any] | None:
    line = draft.shipping_line
    if line is None:
        return None
    price = money_bag(line.price, draft.currency)
    return {
        "title": line.title,
        "originalPriceSet": price,
        "discountedPriceSet": price,
        "code": "custom",
        "source": None,
    }


def _money(read: Any) -> Any:
    return lambda draft, _call: money_bag(read(draft), draft.currency)


def _line_money(read: Any) -> Any:
    return lambda node, _call: money_bag(read(node.line), node.draft.currency)


def _of_line(name: str) -> Any:
    return lambda node, _call: getattr(node.line, name)


def _override(node: DraftLineNode, _call: Call) -> dict[str, Any] | None:
    price = node.line.price_override
    return None if price is None else money(price, node.draft.currency)


def _line_discount(node: DraftLineNode, _call: Call) -> dict[str, Any] | None:
    if not node.line.discount:
        return None
    return {
        "amountSet": money_bag(node.line.discount, node.draft.currency),
        "description": "",
        "title": None,
        "value": float(node.line.discount),
        "valueType": "FIXED_AMOUNT",
    }


def _name(node: DraftLineNode, _call: Call) -> str:
    title = node.line.variant_title
    return f"{node.line.title} - {title}" if title and title != "Default Title" else node.line.title


def _discounted_unit(line: DraftLine) -> Decimal:
    return line.price - line.discount / max(1, line.quantity)


def _is_due(terms: PaymentTerms, call: Call) -> bool:
    return terms.completed_at is None and terms.due_at is not None and terms.due_at <= call.now


def _schedules(terms: PaymentTerms, call: Call, **paging: Any) -> dict[str, Any]:
    schedule = {
        "__typename": "PaymentSchedule",
        "id": terms.gid.replace("PaymentTerms/", "PaymentSchedule/"),
        "dueAt": terms.due_at,
        "issuedAt": terms.issued_at,
        "completedAt": terms.completed_at,
        "due": _is_due(terms, call),
    }
    has_schedule = bool(terms.issued_at or terms.due_at)
    return connection([schedule] if has_schedule else [], Page(**paging))


def _templates(_root: Any, call: Call, payment_terms_type: str | None = None) -> list[Any]:
    templates = call.store.payment_terms_templates.values()
    return [one for one in templates if payment_terms_type in (None, one.payment_terms_type)]


resolves(
    "DraftOrder",
    attributes(
        "name status createdAt updatedAt completedAt invoiceSentAt tags poNumber email phone paymentTerms taxExempt "
        "reserveInventoryUntil visibleToCustomer acceptAutomaticDiscounts"
    )
    | {
        "id": attribute("gid"),
        "legacyResourceId": attribute("id"),
        "ready": _is_ready,
        "invoiceUrl": lambda draft, call: f"https://{call.store.domain}/{call.store.id}/invoices/{draft.id}",
        "order": _order,
        "note2": attribute("note"),
        "customAttributes": lambda draft, _: key_values(draft.attributes),
        "currencyCode": attribute("currency"),
        "presentmentCurrencyCode": attribute("currency"),
        "customer": lambda draft, call: call.store.customers.get(draft.customer_id) if draft.customer_id else None,
        "shippingAddress": lambda draft, _: address_node(draft.id, "shipping", draft.shipping_address),
        "billingAddress": lambda draft, _: address_node(draft.id, "billing", draft.billing_address),
        "shippingLine": _shipping_line,
        "lineItems": _lines,
        "taxesIncluded": constant(False),
        "allowDiscountCodesInCheckout": attribute("allow_discount_codes"),
        "totalQuantityOfLineItems": lambda draft, _: sum(line.quantity for line in draft.lines),
        "totalPriceSet": _money(lambda draft: draft.total),
        "subtotalPriceSet": _money(lambda draft: draft.subtotal),
        "totalTaxSet": _money(lambda draft: Decimal(0)),
        "totalShippingPriceSet": _money(lambda draft: draft.total - draft.subtotal),
        "totalDiscountsSet": _money(lambda draft: sum((line.discount for line in draft.lines), Decimal(0))),
        "totalLineItemsPriceSet": _money(
            lambda draft: sum((line.price * line.quantity for line in draft.lines), Decimal(0))
        ),
    },
)
resolves(
    "DraftOrderLineItem",
    {
        "id": attribute("gid"),
        "uuid": _of_line("uuid"),
        "title": _of_line("title"),
        "name": _name,
        "variantTitle": _of_line("variant_title"),
        "sku": _of_line("sku"),
        "vendor": _of_line("vendor"),
        "quantity": _of_line("quantity"),
        "custom": lambda node, _: node.line.variant_id is None,
        "variant": lambda node, call: live_variant(call, node.line.variant_id),
        "product": lambda node, call: live_product(call, node.line.product_id),
        "requiresShipping": _of_line("requires_shipping"),
        "taxable": _of_line("taxable"),
        "isGiftCard": constant(False),
        "customAttributes": lambda node, _: key_values(node.line.properties),
        "originalUnitPriceSet": _line_money(lambda line: line.original_price),
        "originalUnitPriceWithCurrency": lambda node, _: money(node.line.original_price, node.draft.currency),
        "discountedUnitPriceSet": _line_money(_discounted_unit),
        "approximateDiscountedUnitPriceSet": _line_money(_discounted_unit),
        "discountedTotalSet": _line_money(lambda line: line.price * line.quantity - line.discount),
        "originalTotalSet": _line_money(lambda line: line.original_price * line.quantity),
        "priceOverride": _override,
        "appliedDiscount": _line_discount,
    },
)
resolves(
    "PaymentTerms",
    attributes("paymentTermsType dueInDays")
    | {
        "id": attribute("gid"),
        "paymentTermsName": attribute("name"),
        "translatedName": attribute("name"),
        "due": _is_due,
        "overdue": _is_due,
        "paymentSchedules": _schedules,
    },
)
resolves(
    "PaymentTermsTemplate",
    attributes("name description paymentTermsType dueInDays")
    | {"id": attribute("gid"), "translatedName": attribute("name")},
)
resolves(
    "QueryRoot",
    {
        "draftOrders": _drafts,
        "draftOrder": lambda _, call, id: find(call, id, "DraftOrder"),
        "draftOrdersCount": lambda _, call, query=None, limit=None: count(_found(call, query), limit),
        "paymentTermsTemplates": _templates,
    },
)
