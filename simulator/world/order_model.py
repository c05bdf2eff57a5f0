"""The entities of selling and sending: orders, draft orders, fulfilment orders and fulfilments."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Literal

from simulator.world.model import Address, Attribute, By, Entity, PaymentTerms

FinancialStatus = Literal[
    "AUTHORIZED", "EXPIRED", "PAID", "PARTIALLY_PAID", "PARTIALLY_REFUNDED", "PENDING", "REFUNDED", "VOIDED"
]
FulfillmentOrderStatus = Literal["OPEN", "IN_PROGRESS", "ON_HOLD", "SCHEDULED", "INCOMPLETE", "CLOSED", "CANCELLED"]
LIVE_STATUSES = frozenset({"OPEN", "IN_PROGRESS", "ON_HOLD", "SCHEDULED", "INCOMPLETE"})


@dataclass(kw_only=True)
class OrderLine(Entity):
    gid_type: ClassVar[str] = "LineItem"
    id: int
    variant_id: int | None
    product_id: int | None
    title: str
    variant_title: str | None = None
    sku: str | None = None
    vendor: str | None = None
    quantity: int  # ever ordered; a removal leaves it
    current_quantity: int  # less what was removed or refunded
    unfulfilled_quantity: int  # still to be sent
    fulfilled_quantity: int = 0  # in successful fulfilments
    price: Decimal
    discount: Decimal = Decimal(0)  # of the whole line
    properties: list[Attribute] = field(default_factory=list)
    requires_shipping: bool = True
    taxable: bool = True
    gift_card: bool = False
    grams: int | None = None
    selling_plan: str | None = None  # the global id of the plan of a subscription it was bought with
    location_id: int | None = None  # where it is to be taken from; none: its item is stocked nowhere
    committed: dict[int, int] = field(default_factory=dict)  # units in `committed` stock, by location
    pending_commit: int = 0  # units whose commitment is still under way

    @property
    def current_discount(self) -> Decimal:
        """The share of the discount that falls to the units still wanted."""
        return self.discount * self.current_quantity / self.quantity if self.quantity else Decimal(0)

    def worth(self, quantity: int) -> Decimal:
        """What that many units of it cost the customer."""
        return self.price * quantity - (self.discount * quantity / self.quantity if self.quantity else 0)


@dataclass(kw_only=True)
class Transaction(Entity):
    gid_type: ClassVar[str] = "OrderTransaction"
    id: int
    kind: Literal["SALE", "AUTHORIZATION", "CAPTURE", "REFUND", "VOID"]
    status: Literal["SUCCESS", "PENDING", "FAILURE", "ERROR"] = "SUCCESS"
    gateway: str = "bogus"
    amount: Decimal
    created_at: datetime
    processed_at: datetime
    parent_id: int | None = None


@dataclass(kw_only=True)
class Sale(Entity):
    gid_type: ClassVar[str] = "ProductSale"
    id: int
    line_id: int
    quantity: int  # negative for what was taken away
    amount: Decimal


@dataclass(kw_only=True)
class Agreement(Entity):
    """What buyer and store agreed at one moment: the order itself, an edit, a refund."""

    id: int
    kind: Literal["order", "edit", "refund"]
    reason: Literal["ORDER", "ORDER_EDIT", "REFUND", "RETURN", "USAGE", "VOID"]
    happened_at: datetime
    sales: list[Sale] = field(default_factory=list)
    by: By = "sale"

    @property
    def gid(self) -> str:
        kinds = {"order": "OrderAgreement", "edit": "OrderEditAgreement", "refund": "RefundAgreement"}
        return f"gid://shopify/{kinds[self.kind]}/{self.id}"


@dataclass(kw_only=True)
class RefundLine(Entity):
    gid_type: ClassVar[str] = "RefundLineItem"
    id: int
    line_id: int
    quantity: int
    restock_type: Literal["NO_RESTOCK", "CANCEL", "RETURN"]
    location_id: int | None
    amount: Decimal


@dataclass(kw_only=True)
class Refund(Entity):
    gid_type: ClassVar[str] = "Refund"
    id: int
    created_at: datetime
    note: str | None
    amount: Decimal
    lines: list[RefundLine] = field(default_factory=list)
    transaction_id: int | None = None


@dataclass(kw_only=True)
class FinancialChange:
    at: datetime
    status: FinancialStatus


@dataclass(kw_only=True)
class TargetChange:
    """A change of how many units of a line are to reach the customer."""

    at: datetime
    line_id: int
    delta: int
    cause: str


@dataclass(kw_only=True)
class ShippingLine(Entity):
    gid_type: ClassVar[str] = "ShippingLine"
    id: int
    title: str
    price: Decimal


@dataclass(kw_only=True)
class HoldPeriod:
    """A stretch of time in which something of the order was on hold."""

    at: datetime
    released_at: datetime | None = None


@dataclass(kw_only=True)
class Order(Entity):
    gid_type: ClassVar[str] = "Order"
    id: int
    number: int
    name: str
    token: str
    created_at: datetime
    updated_at: datetime
    processed_at: datetime
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    closed_at: datetime | None = None
    deleted_at: datetime | None = None
    currency: str
    presentment_currency: str
    test: bool = False
    confirmed: bool = True
    tags: list[str] = field(default_factory=list)
    note: str | None = None
    attributes: list[Attribute] = field(default_factory=list)
    email: str | None = None
    phone: str | None = None
    customer_id: int | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None
    lines: list[OrderLine] = field(default_factory=list)
    shipping_lines: list[ShippingLine] = field(default_factory=list)
    financial_status: FinancialStatus
    financial: list[FinancialChange] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    risk_level: Literal["NONE", "LOW", "MEDIUM", "HIGH", "PENDING"] = "NONE"
    risk_recommendation: Literal["NONE", "ACCEPT", "INVESTIGATE", "CANCEL"] = "NONE"
    payment_terms: PaymentTerms | None = None
    source_name: str = "web"
    source_identifier: str | None = None
    po_number: str | None = None
    draft_id: int | None = None
    commit_location_id: int | None = None
    routed_at: datetime | None = None  # when its fulfilment orders appeared
    target_changes: list[TargetChange] = field(default_factory=list)
    hold_periods: list[HoldPeriod] = field(default_factory=list)
    reserved_ids: list[int] = field(default_factory=list)  # for its fulfilment orders, given when it was made
    stated_status: FinancialStatus | None = None  # what an imported order says of itself, until money moves
    payload: str | None = None  # what was imported, as it came
    by: By = "sale"

    @property
    def is_on_hold(self) -> bool:
        return any(period.released_at is None for period in self.hold_periods)

    def line(self, line_id: int) -> OrderLine | None:
        return next((line for line in self.lines if line.id == line_id), None)

    @property
    def outstanding(self) -> Decimal:
        """What is still to be paid; negative: too much was paid."""
        given = sum(
            (one.amount - sum((line.amount for line in one.lines), Decimal(0)) for one in self.refunds), Decimal(0)
        )
        return self.total - self.received - given

    @property
    def subtotal(self) -> Decimal:
        return sum((line.worth(line.current_quantity) for line in self.lines), Decimal(0))

    @property
    def discounts(self) -> Decimal:
        return sum((line.current_discount for line in self.lines), Decimal(0))

    @property
    def shipping(self) -> Decimal:
        return sum((line.price for line in self.shipping_lines), Decimal(0))

    @property
    def total(self) -> Decimal:
        return self.subtotal + self.shipping

    @property
    def received(self) -> Decimal:
        """Money received and not given back."""
        taken = {"SALE": 1, "CAPTURE": 1, "REFUND": -1}
        done = (one for one in self.transactions if one.status == "SUCCESS")
        return sum((taken.get(one.kind, 0) * one.amount for one in done), Decimal(0))

    @property
    def fulfillment_status(self) -> Literal["UNFULFILLED", "PARTIALLY_FULFILLED", "FULFILLED"]:
        sent = any(line.fulfilled_quantity for line in self.lines)
        waiting = any(line.unfulfilled_quantity for line in self.lines)
        if sent:
            return "PARTIALLY_FULFILLED" if waiting else "FULFILLED"
        return "UNFULFILLED"


@dataclass(kw_only=True)
class Hold(Entity):
    gid_type: ClassVar[str] = "FulfillmentHold"
    id: int
    reason: str = "OTHER"
    reason_notes: str | None = None
    handle: str | None = None
    external_id: str | None = None
    at: datetime
    by: By = "staff"


@dataclass(kw_only=True)
class FulfillmentOrderLine(Entity):
    gid_type: ClassVar[str] = "FulfillmentOrderLineItem"
    id: int
    line_id: int
    total_quantity: int
    remaining_quantity: int


@dataclass(kw_only=True)
class FulfillmentOrder(Entity):
    gid_type: ClassVar[str] = "FulfillmentOrder"
    id: int
    order_id: int
    status: FulfillmentOrderStatus = "OPEN"
    request_status: str = "UNSUBMITTED"
    location_id: int
    lines: list[FulfillmentOrderLine] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    fulfill_at: datetime | None = None
    created_at: datetime
    updated_at: datetime

    @property
    def is_live(self) -> bool:
        return self.status in LIVE_STATUSES


@dataclass(kw_only=True)
class Tracking:
    company: str | None = None
    number: str | None = None
    url: str | None = None


@dataclass(kw_only=True)
class FulfillmentLine(Entity):
    gid_type: ClassVar[str] = "FulfillmentLineItem"
    id: int
    line_id: int
    fulfillment_order_line_id: int | None
    quantity: int


@dataclass(kw_only=True)
class FulfillmentEvent(Entity):
    gid_type: ClassVar[str] = "FulfillmentEvent"
    id: int
    status: str
    happened_at: datetime
    message: str | None = None
    created_at: datetime


@dataclass(kw_only=True)
class Fulfillment(Entity):
    gid_type: ClassVar[str] = "Fulfillment"
    id: int
    order_id: int
    name: str
    status: Literal["SUCCESS", "CANCELLED"] = "SUCCESS"
    location_id: int
    lines: list[FulfillmentLine] = field(default_factory=list)
    tracking: list[Tracking] = field(default_factory=list)
    tracking_numbers: list[str] = field(default_factory=list)  # every number it ever showed
    events: list[FulfillmentEvent] = field(default_factory=list)
    created_at: datetime
    updated_at: datetime
    by: By = "staff"


@dataclass(kw_only=True)
class DraftLine(Entity):
    gid_type: ClassVar[str] = "DraftOrderLineItem"
    id: int
    uuid: str
    variant_id: int | None = None
    product_id: int | None = None
    title: str
    variant_title: str | None = None
    sku: str | None = None
    vendor: str | None = None
    quantity: int
    original_price: Decimal
    price_override: Decimal | None = None
    discount: Decimal = Decimal(0)  # of the whole line
    properties: list[Attribute] = field(default_factory=list)
    requires_shipping: bool = True
    taxable: bool = True

    @property
    def price(self) -> Decimal:
        return self.original_price if self.price_override is None else self.price_override


@dataclass(kw_only=True)
class DraftOrder(Entity):
    gid_type: ClassVar[str] = "DraftOrder"
    id: int
    name: str
    status: Literal["OPEN", "INVOICE_SENT", "COMPLETED"] = "OPEN"
    ready: bool = False  # Shopify is still computing it; ready at `ready_at`
    ready_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None = None
    invoice_sent_at: datetime | None = None
    deleted_at: datetime | None = None
    currency: str
    tags: list[str] = field(default_factory=list)
    note: str | None = None
    attributes: list[Attribute] = field(default_factory=list)
    lines: list[DraftLine] = field(default_factory=list)
    email: str | None = None
    phone: str | None = None
    customer_id: int | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None
    shipping_line: ShippingLine | None = None
    payment_terms: PaymentTerms | None = None
    po_number: str | None = None
    source_name: str | None = None
    order_id: int | None = None
    tax_exempt: bool = False
    reserve_inventory_until: datetime | None = None
    reserved: dict[str, int] = field(default_factory=dict)  # "item:location" -> units taken from available
    accept_automatic_discounts: bool = False
    allow_discount_codes: bool = False
    visible_to_customer: bool = False
    by: By = "app"

    @property
    def subtotal(self) -> Decimal:
        return sum((line.price * line.quantity - line.discount for line in self.lines), Decimal(0))

    @property
    def total(self) -> Decimal:
        return self.subtotal + (self.shipping_line.price if self.shipping_line else Decimal(0))
