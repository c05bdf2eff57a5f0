"""Orders: their state, money, agreements and payments."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from simulator.admin_api.call import Call
from simulator.admin_api.connections import Page, connection
from simulator.admin_api.money import money_bag
from simulator.admin_api.registry import attribute, attributes, constant, resolves
from simulator.admin_api.resolvers.addresses import address_node
from simulator.admin_api.resolvers.counting import count
from simulator.admin_api.resolvers.fulfillment import fulfillment_orders_page, select_fulfillments
from simulator.admin_api.resolvers.ids import find, is_visible
from simulator.admin_api.resolvers.metafields import by_custom_id
from simulator.admin_api.resolvers.order_lines import key_values, line_node, line_nodes
from simulator.admin_api.search import Index
from simulator.world.order_model import Agreement, Order, Refund, RefundLine, Sale

_SORTS: dict[str, Any] = {
    "ID": lambda one: one.id,
    "RELEVANCE": lambda one: one.id,
    "ORDER_NUMBER": lambda one: one.number,
    "CREATED_AT": lambda one: one.created_at,
    "PROCESSED_AT": lambda one: one.processed_at,
    "UPDATED_AT": lambda one: one.updated_at,
    "TOTAL_PRICE": lambda one: one.total,
    "FINANCIAL_STATUS": lambda one: one.financial_status,
    "FULFILLMENT_STATUS": lambda one: one.fulfillment_status,
}
_PAID = frozenset({"PAID", "PARTIALLY_REFUNDED", "REFUNDED"})


def order_index(call: Call) -> Index:
    """How orders are searched."""
    filters = {
        "id": lambda one: one.id,
        "name": lambda one: [one.name, one.name.lstrip("#")],
        "tag": lambda one: one.tags,
        "source_identifier": lambda one: one.source_identifier,
        "source_name": lambda one: one.source_name,
        "po_number": lambda one: one.po_number,
        "sku": lambda one: [line.sku for line in one.lines if line.sku],
        "status": _statuses,
        "financial_status": lambda one: one.financial_status,
        "fulfillment_status": _fulfillment_statuses,
        "customer_id": lambda one: one.customer_id,
        "email": lambda one: one.email,
        "test": lambda one: str(one.test).lower(),
        "created_at": lambda one: one.created_at,
        "updated_at": lambda one: one.updated_at,
        "processed_at": lambda one: one.processed_at,
    }
    return Index(kind="orders", filters=filters, text=lambda one: one.name, now=call.now, lag=call.search_lag)


def _statuses(order: Order) -> list[str]:
    state = "cancelled" if order.cancelled_at else "closed" if order.closed_at else "open"
    return [state, "any", *([] if order.cancelled_at else ["not_closed"] if not order.closed_at else [])]


def _fulfillment_statuses(order: Order) -> list[str]:
    names = {
        "UNFULFILLED": ["unfulfilled", "unshipped"],
        "PARTIALLY_FULFILLED": ["partial"],
        "FULFILLED": ["fulfilled", "shipped"],
    }
    return names[order.fulfillment_status]


def _found(call: Call, query: str | None) -> list[Any]:
    return order_index(call).matching([one for one in call.store.orders.values() if is_visible(call, one)], query)


def _orders(
    _root: Any, call: Call, query: str | None = None, sort_key: str = "PROCESSED_AT", **paging: Any
) -> dict[str, Any]:
    return connection(_found(call, query), Page(**paging), sort_value=_SORTS[sort_key])


def _by_identifier(_root: Any, call: Call, identifier: dict[str, Any]) -> Order | None:
    if identifier.get("id"):
        found: Order | None = find(call, identifier["id"], "Order")
        return found
    custom = by_custom_id(call, "ORDER", identifier["customId"])
    return custom if isinstance(custom, Order) and is_visible(call, custom) else None


def _money(read: Any) -> Any:
    return lambda order, _call: money_bag(read(order), order.currency)


def _refunded(order: Order) -> Decimal:
    return sum((refund.amount for refund in order.refunds), Decimal(0))


def _original_total(order: Order) -> Decimal:
    goods = sum((line.price * line.quantity - line.discount for line in order.lines), Decimal(0))
    return goods + order.shipping


def _total_when_placed(order: Order) -> Decimal:
    placed = {sale.line_id: sale.quantity for sale in order.agreements[0].sales}
    bought = [(line, placed[line.id]) for line in order.lines if line.id in placed]
    return sum((line.price * quantity - line.discount for line, quantity in bought), Decimal(0)) + order.shipping


def _outstanding(order: Order) -> Decimal:
    return max(Decimal(0), order.total - order.received) if not order.cancelled_at else Decimal(0)


def _display_fulfillment(order: Order, call: Call) -> str:
    waiting = [one for one in call.store.fulfillment_orders_of(order.id) if one.is_live]
    if order.fulfillment_status == "UNFULFILLED" and waiting and all(one.status == "ON_HOLD" for one in waiting):
        return "ON_HOLD"
    return order.fulfillment_status


def _transactions(order: Order, _call: Call, first: int | None = None) -> list[dict[str, Any]]:
    return [
        {
            "__typename": "OrderTransaction",
            "id": one.gid,
            "kind": one.kind,
            "status": one.status,
            "processedAt": one.processed_at,
            "createdAt": one.created_at,
            "gateway": one.gateway,
            "test": order.test,
            "amountSet": money_bag(one.amount, order.currency),
        }
        for one in order.transactions[:first]
    ]


def _risk(order: Order, _call: Call) -> dict[str, Any]:
    assessed = [] if order.risk_level == "NONE" else [{"riskLevel": order.risk_level}]
    return {"recommendation": order.risk_recommendation, "assessments": assessed}


@dataclass(frozen=True)
class AgreementNode:
    """What was agreed at one moment, with its order."""

    order: Order
    agreement: Agreement

    @property
    def gid(self) -> str:
        return self.agreement.gid

    @property
    def id(self) -> int:
        return self.agreement.id


def _agreements(order: Order, _call: Call, query: str | None = None, **paging: Any) -> dict[str, Any]:
    return connection(
        [AgreementNode(order, one) for one in order.agreements], Page(**paging), sort_value=lambda one: one.id
    )


def _sales(node: AgreementNode, _call: Call, **paging: Any) -> dict[str, Any]:
    return connection([_sale(node, one) for one in node.agreement.sales], Page(**paging))


def _sale(node: AgreementNode, sale: Sale) -> dict[str, Any]:
    kind = "ORDER" if node.agreement.kind == "order" else "UPDATE" if node.agreement.kind == "edit" else "RETURN"
    return {
        "__typename": "ProductSale",
        "id": sale.gid,
        "actionType": kind,
        "lineType": "PRODUCT",
        "quantity": sale.quantity,
        "lineItem": line_node(node.order, sale.line_id),
        "totalAmount": money_bag(sale.amount, node.order.currency),
    }


def _refund_of(node: AgreementNode, _call: Call) -> "RefundNode":
    refund = next(one for one in node.order.refunds if one.created_at == node.agreement.happened_at)
    return RefundNode(node.order, refund)


@dataclass(frozen=True)
class RefundNode:
    """A refund with its order."""

    order: Order
    refund: Refund

    @property
    def gid(self) -> str:
        return self.refund.gid


def _refunds(order: Order, _call: Call, first: int | None = None) -> list[RefundNode]:
    return [RefundNode(order, one) for one in order.refunds[:first]]


def _refund(_root: Any, call: Call, id: str) -> RefundNode | None:
    nodes = (RefundNode(order, one) for order in call.store.orders.values() for one in order.refunds)
    return next((node for node in nodes if node.gid == id), None)


def _refund_lines(node: RefundNode, call: Call, **paging: Any) -> dict[str, Any]:
    return connection([_refund_line(node, call, line) for line in node.refund.lines], Page(**paging))


def _refund_line(node: RefundNode, call: Call, line: RefundLine) -> dict[str, Any]:
    location = None if line.location_id is None else call.store.locations.get(line.location_id)
    return {
        "id": line.gid,
        "lineItem": line_node(node.order, line.line_id),
        "location": location,
        "quantity": line.quantity,
        "restockType": line.restock_type,
        "restocked": line.restock_type != "NO_RESTOCK",
        "priceSet": money_bag(line.amount / max(1, line.quantity), node.order.currency),
        "subtotalSet": money_bag(line.amount, node.order.currency),
    }


resolves(
    "Order",
    attributes(
        "name number createdAt updatedAt processedAt cancelledAt cancelReason closedAt confirmed test tags note "
        "poNumber "
        "sourceName sourceIdentifier email phone paymentTerms"
    )
    | {
        "id": attribute("gid"),
        "legacyResourceId": attribute("id"),
        "closed": lambda order, _: order.closed_at is not None,
        "confirmationNumber": lambda order, _: order.token[:9].upper(),
        "edited": lambda order, _: any(one.kind == "edit" for one in order.agreements),
        "customAttributes": lambda order, _: key_values(order.attributes),
        "displayFinancialStatus": attribute("financial_status"),
        "displayFulfillmentStatus": _display_fulfillment,
        "fullyPaid": lambda order, _: order.financial_status in _PAID,
        "unpaid": lambda order, _: order.financial_status not in _PAID,
        "currencyCode": attribute("currency"),
        "presentmentCurrencyCode": attribute("presentment_currency"),
        "requiresShipping": lambda order, _: any(line.requires_shipping for line in order.lines),
        "taxesIncluded": constant(False),
        "customerLocale": constant("en"),
        "customer": lambda order, call: call.store.customers.get(order.customer_id) if order.customer_id else None,
        "shippingAddress": lambda order, _: address_node(order.id, "shipping", order.shipping_address),
        "billingAddress": lambda order, _: address_node(order.id, "billing", order.billing_address),
        "lineItems": lambda order, _, **paging: connection(
            line_nodes(order), Page(**paging), sort_value=lambda one: one.id
        ),
        "fulfillmentOrders": lambda order, call, **arguments: fulfillment_orders_page(
            call, call.store.fulfillment_orders_of(order.id), **arguments
        ),
        "fulfillments": lambda order, call, query=None, first=None: select_fulfillments(
            call, call.store.fulfillments_of(order.id), query
        )[:first],
        "fulfillmentsCount": lambda order, call: count(call.store.fulfillments_of(order.id)),
        "transactions": _transactions,
        "refunds": _refunds,
        "agreements": _agreements,
        "risk": _risk,
        "disputes": constant([]),
        "paymentGatewayNames": lambda order, _: sorted({one.gateway for one in order.transactions}),
        "subtotalLineItemsQuantity": lambda order, _: sum(line.quantity for line in order.lines),
        "currentSubtotalLineItemsQuantity": lambda order, _: sum(line.current_quantity for line in order.lines),
        "totalPriceSet": _money(_original_total),
        "originalTotalPriceSet": _money(_total_when_placed),
        "currentTotalPriceSet": _money(lambda order: order.total),
        "subtotalPriceSet": _money(lambda order: _original_total(order) - order.shipping),
        "currentSubtotalPriceSet": _money(lambda order: order.subtotal),
        "totalOutstandingSet": _money(_outstanding),
        "totalReceivedSet": _money(lambda order: order.received + _refunded(order)),
        "totalRefundedSet": _money(_refunded),
        "totalTaxSet": _money(lambda order: Decimal(0)),
        "totalShippingPriceSet": _money(lambda order: order.shipping),
        "totalDiscountsSet": _money(lambda order: order.discounts),
    },
)
for _kind in ("OrderAgreement", "OrderEditAgreement", "RefundAgreement"):
    resolves(
        _kind,
        {
            "id": attribute("gid"),
            "happenedAt": lambda node, _: node.agreement.happened_at,
            "reason": lambda node, _: (
                node.agreement.reason if node.agreement.reason not in ("USAGE", "VOID") else "UNKNOWN"
            ),
            "sales": _sales,
        },
    )
resolves("OrderAgreement", {"order": attribute("order")})
resolves("RefundAgreement", {"refund": _refund_of})
resolves(
    "Refund",
    {
        "id": attribute("gid"),
        "legacyResourceId": lambda node, _: node.refund.id,
        "createdAt": lambda node, _: node.refund.created_at,
        "updatedAt": lambda node, _: node.refund.created_at,
        "processedAt": lambda node, _: node.refund.created_at,
        "note": lambda node, _: node.refund.note,
        "order": attribute("order"),
        "refundLineItems": _refund_lines,
        "totalRefundedSet": lambda node, _: money_bag(node.refund.amount, node.order.currency),
    },
)
resolves(
    "QueryRoot",
    {
        "orders": _orders,
        "order": lambda _, call, id: find(call, id, "Order"),
        "orderByIdentifier": _by_identifier,
        "ordersCount": lambda _, call, query=None, limit=None: count(_found(call, query), limit),
        "refund": _refund,
    },
)
