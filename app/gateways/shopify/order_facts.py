"""The facts of a customer's order that we read, and how they come out of Shopify's answer."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import msgspec

from app.core.money import Money
from app.gateways.shopify.fulfillment import FulfillmentFacts, FulfillmentOrderFacts
from app.gateways.shopify.shapes import RawAttribute, RawId, RawMoneyBag, RawPage


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One line as it stands; `custom_attributes` holds only keys on the allow-list."""

    id: str
    sku: str
    title: str
    variant_id: str | None
    quantity: int
    current_quantity: int
    unfulfilled_quantity: int
    requires_shipping: bool
    is_gift_card: bool
    custom_attributes: tuple[tuple[str, str], ...]
    unit_price: Money
    selling_plan_id: str | None = None
    """Of the subscription it was bought with, if any."""


@dataclass(frozen=True, slots=True)
class TransactionFacts:
    """Money that moved, or was tried."""

    kind: str
    status: str
    processed_at: datetime | None
    amount: Money


@dataclass(frozen=True, slots=True)
class AgreementFacts:
    """A change of what was sold: when, by how much the total moved, and units per line (less than zero: taken back)."""

    id: str
    happened_at: datetime
    reason: str
    total: Money
    lines: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order as its store shows it at `updated_at`, by an answer that was asked for at `read_at` (machine time)."""

    id: str
    name: str
    created_at: datetime
    updated_at: datetime
    processed_at: datetime
    cancelled_at: datetime | None
    cancel_reason: str | None
    test: bool
    tags: tuple[str, ...]
    source_name: str | None
    financial_status: str | None
    fulfillment_status: str
    has_payment_terms: bool | None
    """None: the store does not let us know."""
    currency: str
    total: Money
    """What was asked for when the order was placed, shipping and discounts included."""
    lines: tuple[LineFacts, ...]
    fulfillment_orders: tuple[FulfillmentOrderFacts, ...]
    fulfillments: tuple[FulfillmentFacts, ...]
    transactions: tuple[TransactionFacts, ...]
    agreements: tuple[AgreementFacts, ...]
    read_at: datetime


class _RawPlan(msgspec.Struct, rename="camel"):
    selling_plan_id: str | None


class RawLine(msgspec.Struct, rename="camel"):
    """The fragment LineFields."""

    id: str
    sku: str | None
    title: str
    quantity: int
    current_quantity: int
    unfulfilled_quantity: int
    requires_shipping: bool
    is_gift_card: bool
    variant: RawId | None
    selling_plan: _RawPlan | None
    custom_attributes: list[RawAttribute]
    original_unit_price_set: RawMoneyBag

    def facts(self, kept: Collection[str]) -> LineFacts:
        """Return it as ours, with the attributes to keep; customers write personal things into the others."""
        attributes = [
            (each.key, each.value or "") for each in self.custom_attributes if each.key.strip().lower() in kept
        ]
        return LineFacts(
            id=self.id,
            sku=self.sku or "",
            title=self.title,
            variant_id=self.variant.id if self.variant else None,
            quantity=self.quantity,
            current_quantity=self.current_quantity,
            unfulfilled_quantity=self.unfulfilled_quantity,
            requires_shipping=self.requires_shipping,
            is_gift_card=self.is_gift_card,
            custom_attributes=tuple(attributes),
            unit_price=self.original_unit_price_set.money(),
            selling_plan_id=self.selling_plan.selling_plan_id if self.selling_plan else None,
        )


class RawTransaction(msgspec.Struct, rename="camel"):
    """A transaction of OrderFields."""

    kind: str
    status: str
    processed_at: datetime | None
    amount_set: RawMoneyBag

    def facts(self) -> TransactionFacts:
        """Return it as ours."""
        return TransactionFacts(self.kind, self.status, self.processed_at, self.amount_set.money())


class RawSale(msgspec.Struct, rename="camel"):
    """The fragment SaleFields; sales of shipping and fees have no line."""

    action_type: str
    quantity: int | None
    total_amount: RawMoneyBag
    line_item: RawId | None = None


class RawAgreement(msgspec.Struct, rename="camel"):
    """The fragment AgreementFields."""

    id: str
    happened_at: datetime
    reason: str
    sales: RawPage[RawSale]

    def facts(self, currency: str) -> AgreementFacts:
        """Return it as ours."""
        total = Money(Decimal(0), currency)
        for sale in self.sales.nodes:
            total += sale.total_amount.money()
        lines = [(sale.line_item.id, sale.quantity) for sale in self.sales.nodes if sale.line_item and sale.quantity]
        return AgreementFacts(self.id, self.happened_at, self.reason, total, tuple(lines))
