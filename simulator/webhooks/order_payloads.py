"""REST-shaped payloads of orders, their lines, edits and refunds."""

from decimal import Decimal
from typing import Any

from simulator.webhooks.fulfillment_payloads import fulfillment_payload
from simulator.webhooks.shapes import Payload, address, amounts, attributes, blank, local, money, money_set
from simulator.world.model import Customer, PaymentTerms
from simulator.world.order_model import Order, OrderLine, Refund, RefundLine
from simulator.world.store import Store

ZERO = Decimal(0)
LINE_STATUSES = {True: "fulfilled", False: "partial"}


def order_payload(store: Store, order: Order) -> Payload:
    """An order as orders/create, orders/updated, orders/cancelled and orders/paid carry it."""
    return {
        "id": order.id,
        "admin_graphql_api_id": order.gid,
        **_origin(store, order),
        **_times(store, order),
        **_totals(order),
        **_statuses(order),
        "name": order.name,
        "number": order.number - 1000,
        "order_number": order.number,
        "note": order.note,
        "note_attributes": attributes(order.attributes),
        "tags": ", ".join(order.tags),
        "test": order.test,
        "token": order.token,
        "email": order.email,
        "contact_email": order.email,
        "phone": order.phone,
        "billing_address": address(order.billing_address),
        "shipping_address": address(order.shipping_address),
        "customer": customer_payload(store, store.customers.get(order.customer_id or 0)),
        "line_items": [line_payload(store, order, line) for line in order.lines],
        "fulfillments": [fulfillment_payload(store, one) for one in store.fulfillments_of(order.id)],
        "refunds": [refund_payload(store, order, one) for one in order.refunds],
        "shipping_lines": [_shipping_line(order, index) for index in range(len(order.shipping_lines))],
        "payment_terms": terms_payload(store, order.payment_terms, order.id, "Order"),
        "discount_codes": [],
        "discount_applications": [],
        "tax_lines": [],
        "returns": [],
        "line_item_groups": [],
    }


def _origin(store: Store, order: Order) -> Payload:
    return {
        **blank("browser_ip", "cart_token", "checkout_token", "client_details", "device_id", "landing_site"),
        **blank("landing_site_ref", "location_id", "merchant_of_record_app_id", "reference", "referring_site"),
        **blank("source_url", "user_id"),
        "app_id": None if order.by == "sale" else 580111,
        "buyer_accepts_marketing": False,
        "customer_locale": "en",
        "merchant_business_entity_id": "MTU0ODM4MDAwOQ",
        "order_status_url": f"https://{store.domain}/{store.id}/orders/{order.token}/authenticate?key=0",
        "po_number": order.po_number,
        "source_identifier": order.source_identifier,
        "source_name": order.source_name,
    }


def _times(store: Store, order: Order) -> Payload:
    return {
        "cancel_reason": order.cancel_reason.lower() if order.cancel_reason else None,
        "cancelled_at": local(store, order.cancelled_at),
        "closed_at": local(store, order.closed_at),
        "created_at": local(store, order.created_at),
        "processed_at": local(store, order.processed_at),
        "updated_at": local(store, order.updated_at),
    }


def _totals(order: Order) -> Payload:
    currency = order.currency
    subtotal = sum((line.worth(line.quantity) for line in order.lines), ZERO)
    return {
        "currency": currency,
        "presentment_currency": order.presentment_currency,
        **amounts(
            currency,
            current_subtotal_price=order.subtotal,
            current_total_discounts=order.discounts,
            current_total_price=order.total,
            current_total_tax=ZERO,
            subtotal_price=subtotal,
            total_discounts=sum((line.discount for line in order.lines), ZERO),
            total_line_items_price=sum((line.price * line.quantity for line in order.lines), ZERO),
            total_price=subtotal + order.shipping,
            total_tax=ZERO,
        ),
        "current_shipping_price_set": money_set(order.shipping, currency),
        "total_shipping_price_set": money_set(order.shipping, currency),
        "total_cash_rounding_payment_adjustment_set": money_set(ZERO, currency),
        "total_cash_rounding_refund_adjustment_set": money_set(ZERO, currency),
        **blank("current_total_additional_fees_set", "current_total_duties_set"),
        **blank("original_total_additional_fees_set", "original_total_duties_set"),
        "total_outstanding": money(max(order.outstanding, ZERO), currency),
        "total_tip_received": money(ZERO, currency),
        "total_weight": sum((line.grams or 0) * line.quantity for line in order.lines),
        "tax_exempt": False,
        "taxes_included": False,
        "duties_included": False,
        "estimated_taxes": False,
    }


def _statuses(order: Order) -> Payload:
    sent = {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial"}
    return {
        "confirmation_number": order.token[:9].upper(),
        "confirmed": order.confirmed,
        "financial_status": order.financial_status.lower(),
        "fulfillment_status": sent.get(order.fulfillment_status),
        "payment_gateway_names": sorted({one.gateway for one in order.transactions}),
    }


def line_payload(store: Store, order: Order, line: OrderLine) -> Payload:
    """A line as `line_items` of an order carry it."""
    variant = store.variants.get(line.variant_id or 0)
    is_tracked = variant is not None and store.item_of(variant).tracked
    title = f"{line.title} - {line.variant_title}" if line.variant_title else line.title
    return {
        "id": line.id,
        "admin_graphql_api_id": line.gid,
        "attributed_staffs": [],
        "current_quantity": line.current_quantity,
        "fulfillable_quantity": line.unfulfilled_quantity,
        "fulfillment_service": "manual",
        "fulfillment_status": LINE_STATUSES[not line.unfulfilled_quantity] if line.fulfilled_quantity else None,
        "gift_card": line.gift_card,
        "grams": line.grams,
        "name": title,
        "price": money(line.price, order.currency),
        "price_set": money_set(line.price, order.currency),
        "product_exists": variant is not None and variant.deleted_at is None,
        "product_id": line.product_id,
        "properties": attributes(line.properties),
        "quantity": line.quantity,
        "requires_shipping": line.requires_shipping,
        "sales_line_item_group_id": None,
        "sku": line.sku,
        "taxable": line.taxable,
        "title": line.title,
        **amounts(order.currency, total_discount=ZERO),
        "variant_id": line.variant_id,
        "variant_inventory_management": "shopify" if is_tracked else None,
        "variant_title": line.variant_title,
        "vendor": line.vendor,
        "tax_lines": [],
        "duties": [],
        "discount_allocations": [{"amount": money(line.discount, order.currency)}] if line.discount else [],
    }


def customer_payload(store: Store, customer: Customer | None) -> Payload | None:
    """A customer as orders and draft orders carry one."""
    if customer is None:
        return None
    home = address(customer.address) or {}
    return {
        "id": customer.id,
        "admin_graphql_api_id": customer.gid,
        "created_at": local(store, customer.created_at),
        "updated_at": local(store, customer.updated_at),
        "first_name": customer.address.first_name,
        "last_name": customer.address.last_name,
        "state": "disabled",
        "note": customer.note,
        "verified_email": True,
        "multipass_identifier": None,
        "tax_exempt": False,
        "email": customer.email,
        "phone": customer.phone,
        "currency": store.currency,
        "tax_exemptions": [],
        "default_address": home | {"id": customer.id, "customer_id": customer.id, "default": True},
    }


def terms_payload(store: Store, terms: PaymentTerms | None, owner: int, owner_type: str) -> Payload | None:
    """Payment terms as orders and draft orders carry them."""
    if terms is None:
        return None
    schedule = {
        "id": terms.id,
        "payment_terms_id": terms.id,
        "reference_id": owner,
        "reference_type": owner_type,
        "issued_at": local(store, terms.issued_at),
        "due_at": local(store, terms.due_at),
        "completed_at": local(store, terms.completed_at),
    }
    return {
        "id": terms.id,
        "payment_terms_name": terms.name,
        "payment_terms_type": terms.payment_terms_type.lower(),
        "due_in_days": terms.due_in_days,
        "payment_schedules": [schedule],
    }


def _shipping_line(order: Order, index: int) -> Payload:
    line = order.shipping_lines[index]
    return {
        "id": line.id,
        "title": line.title,
        **amounts(order.currency, price=line.price, discounted_price=line.price),
        "current_discounted_price_set": money_set(line.price, order.currency),
        **blank("carrier_identifier", "code", "phone", "requested_fulfillment_service_id"),
        "is_removed": False,
        "source": "shopify",
        "tax_lines": [],
        "discount_allocations": [],
    }


def edit_payload(store: Store, order: Order, extra: dict[str, Any]) -> Payload:
    """What orders/edited carries: only what was added and removed."""

    def deltas(units: list[tuple[OrderLine, int]]) -> list[Payload]:
        return [{"id": line.id, "delta": quantity} for line, quantity in units]

    nothing: Payload = {"additions": [], "removals": []}
    at = local(store, order.agreements[-1].happened_at)
    return {
        "order_edit": {
            "id": extra["edit_id"],
            "app_id": None,
            "created_at": at,
            "committed_at": at,
            "notify_customer": False,
            "order_id": order.id,
            "staff_note": "",
            "user_id": None,
            "line_items": {"additions": deltas(extra["additions"]), "removals": deltas(extra["removals"])},
            "discounts": {"line_item": dict(nothing)},
            "shipping_lines": dict(nothing),
        }
    }


def refund_payload(store: Store, order: Order, refund: Refund) -> Payload:
    """What refunds/create carries, and each of an order's `refunds`."""
    at = local(store, refund.created_at)
    return {
        "id": refund.id,
        "admin_graphql_api_id": refund.gid,
        "order_id": order.id,
        "created_at": at,
        "processed_at": at,
        "note": refund.note,
        "user_id": None,
        "restock": any(line.restock_type != "NO_RESTOCK" for line in refund.lines),
        "duties": [],
        "total_duties_set": money_set(ZERO, order.currency),
        "return": None,
        "refund_shipping_lines": [],
        "order_adjustments": [],
        "transactions": [_transaction(store, order, refund)] if refund.transaction_id else [],
        "refund_line_items": [_refund_line(store, order, line) for line in refund.lines],
    }


def _transaction(store: Store, order: Order, refund: Refund) -> Payload:
    return {
        "id": refund.transaction_id,
        "admin_graphql_api_id": f"gid://shopify/OrderTransaction/{refund.transaction_id}",
        "order_id": order.id,
        "kind": "refund",
        "status": "success",
        "gateway": "bogus",
        "amount": money(refund.amount, order.currency),
        "currency": order.currency,
        "created_at": local(store, refund.created_at),
        "processed_at": local(store, refund.created_at),
        "test": order.test,
    }


def _refund_line(store: Store, order: Order, refunded: RefundLine) -> Payload:
    line = order.line(refunded.line_id)
    return {
        "id": refunded.id,
        "line_item_id": refunded.line_id,
        "quantity": refunded.quantity,
        "location_id": refunded.location_id,
        "restock_type": refunded.restock_type.lower(),
        "subtotal": float(refunded.amount),
        "total_tax": 0.0,
        "subtotal_set": money_set(refunded.amount, order.currency),
        "total_tax_set": money_set(ZERO, order.currency),
        "line_item": line_payload(store, order, line) if line else None,
    }
