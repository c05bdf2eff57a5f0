"""What Shopify says of a customer's order, as the gateway returns it, and of what happens to it."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from app.core.money import Money
from app.gateways.shopify.fulfillment import FulfillmentOrderFacts, FulfillmentOrderLine, HoldFacts
from app.gateways.shopify.order_facts import AgreementFacts, LineFacts, OrderFacts, TransactionFacts
from tests.factories.catalog import MadeMapping
from tests.support.hub import MONDAY_NOON

NUMBERS = count(1000)
PRICE = Decimal("19.60")


def usd(amount: Decimal | int) -> Money:
    """Dollars."""
    return Money(Decimal(amount), "USD")


def sold(what: MadeMapping | str | None, quantity: int, **fields: Any) -> LineFacts:
    """A line of so many units of a mapped variant, or of whatever has this SKU."""
    number = next(NUMBERS)
    known = LineFacts(
        id=f"gid://shopify/LineItem/{number}",
        sku=what.sku if isinstance(what, MadeMapping) else what or "",
        title="Coffee",
        variant_id=what.variant_gid if isinstance(what, MadeMapping) else None,
        quantity=quantity,
        current_quantity=quantity,
        unfulfilled_quantity=quantity,
        requires_shipping=True,
        is_gift_card=False,
        custom_attributes=(),
        unit_price=usd(PRICE),
    )
    return replace(known, **fields)


def order_facts(*lines: LineFacts, at: datetime = MONDAY_NOON, is_paid: bool = True, **fields: Any) -> OrderFacts:
    """An order of these lines, placed and paid at the instant, not routed yet."""
    number = next(NUMBERS)
    total = usd(sum((line.unit_price.amount * line.quantity for line in lines), Decimal(0)))
    agreed = tuple((line.id, line.quantity) for line in lines)
    known = OrderFacts(
        id=f"gid://shopify/Order/{number}",
        name=f"#{number}",
        created_at=at,
        updated_at=at,
        processed_at=at,
        cancelled_at=None,
        cancel_reason=None,
        test=False,
        tags=(),
        source_name="web",
        financial_status="PAID" if is_paid else "PENDING",
        fulfillment_status="UNFULFILLED",
        has_payment_terms=None,
        currency="USD",
        total=total,
        lines=lines,
        fulfillment_orders=(),
        fulfillments=(),
        transactions=(TransactionFacts("SALE", "SUCCESS", at, total),) if is_paid else (),
        agreements=(AgreementFacts("gid://shopify/Agreement/1", at, "ORDER", total, agreed),),
        read_at=at,
    )
    return replace(known, **fields)


def routed(facts: OrderFacts, *, is_held: bool = False, minutes: float = 1) -> OrderFacts:
    """The order so much later, with a fulfilment order for what is left of each line."""
    number = facts.id.rsplit("/", 1)[-1]
    parts = tuple(
        FulfillmentOrderLine(f"{line.id}0", line.id, line.unfulfilled_quantity, line.quantity) for line in facts.lines
    )
    made = FulfillmentOrderFacts(
        id=f"gid://shopify/FulfillmentOrder/{number}",
        status="CANCELLED" if facts.cancelled_at else "ON_HOLD" if is_held else "OPEN",
        request_status="UNSUBMITTED",
        location_id="gid://shopify/Location/1",
        holds=(HoldFacts("gid://shopify/FulfillmentHold/1", "HIGH_RISK_OF_FRAUD"),) if is_held else (),
        lines=parts,
    )
    return replace(facts, fulfillment_orders=(made,), updated_at=facts.updated_at + timedelta(minutes=minutes))


def edited(facts: OrderFacts, line: int, quantity: int, hours: float = 1, *, is_paid: bool = True) -> OrderFacts:
    """The order after an edit that left so many units of a line, and their fulfilment order likewise."""
    at = facts.created_at + timedelta(hours=hours)
    changed = facts.lines[line]
    delta = quantity - changed.current_quantity
    now = replace(
        changed,
        quantity=changed.quantity + max(delta, 0),
        current_quantity=quantity,
        unfulfilled_quantity=quantity,
    )
    amount = usd(PRICE * delta)
    known = replace(
        facts,
        lines=(*facts.lines[:line], now, *facts.lines[line + 1 :]),
        updated_at=at,
        agreements=(*facts.agreements, AgreementFacts("gid://edit", at, "ORDER_EDIT", amount, ((changed.id, delta),))),
    )
    if delta > 0 and is_paid:
        known = replace(known, transactions=(*known.transactions, TransactionFacts("SALE", "SUCCESS", at, amount)))
    elif delta > 0:
        known = replace(known, financial_status="PARTIALLY_PAID")
    return routed(known, minutes=0)


def cancelled(facts: OrderFacts, hours: float = 1) -> OrderFacts:
    """The order after it was cancelled."""
    at = facts.created_at + timedelta(hours=hours)
    lines = tuple(replace(line, current_quantity=0, unfulfilled_quantity=0) for line in facts.lines)
    return routed(replace(facts, lines=lines, cancelled_at=at, updated_at=at, cancel_reason="CUSTOMER"), minutes=0)
