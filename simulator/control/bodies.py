"""The bodies of the control API's writes; their JSON schemas are published at /_control/schema."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from simulator.faults.faults import Action, Phase

Ref = int | str  # the number of something, or its global id
Instant = Annotated[datetime, Meta(tz=True)]
Quantity = Annotated[int, Meta(ge=1, le=1_000_000)]
Domain = Annotated[str, Meta(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9\-]*\.myshopify\.com$(?!\n)")]


class Body(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A JSON object in which nothing unknown may stand."""


class Nothing(Body):
    pass


class Reset(Body):
    seed: int = 1
    switches: dict[str, Any] | Literal["drawn"] | None = None


class SetClock(Body):
    now: Instant | None = None
    rate: Annotated[float, Meta(ge=0)] | None = None


class Advance(Body):
    to: Instant | None = None
    seconds: Annotated[float, Meta(ge=0)] | None = None
    settle: bool = False
    patience: Annotated[float, Meta(gt=0, le=600)] = 60.0  # machine seconds to wait at one instant


class AddressBody(Body):
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    province: str | None = None
    province_code: str | None = None
    country: str | None = None
    country_code: str | None = None
    zip: str | None = None
    phone: str | None = None


class LocationBody(Body):
    name: str
    address: AddressBody | None = None


class CreateStore(Body):
    shop: Domain
    name: str | None = None
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = "USD"
    time_zone: str = "America/New_York"
    locations: list[LocationBody | str] = []
    plan: Literal["basic", "grow", "advanced", "plus", "development"] = "basic"
    address: AddressBody | None = None
    role: Literal["retailer", "partner"] | None = None  # whose mark its customers carry; else told from its scopes


class PatchStore(Body):
    name: str | None = None
    time_zone: str | None = None
    plan: str | None = None


class Stock(Body):
    location_id: Ref
    available: int


class VariantFields(Body):
    """What can be said of a variant when it is made and later; null empties, absent leaves."""

    sku: str | UnsetType | None = UNSET
    price: Decimal | UnsetType = UNSET
    compare_at_price: Decimal | UnsetType | None = UNSET
    barcode: str | UnsetType | None = UNSET
    inventory_policy: Literal["DENY", "CONTINUE"] | UnsetType = UNSET
    taxable: bool | UnsetType = UNSET
    requires_components: bool | UnsetType = UNSET
    tracked: bool | UnsetType = UNSET
    cost: Decimal | UnsetType | None = UNSET
    requires_shipping: bool | UnsetType = UNSET
    weight: Decimal | UnsetType | None = UNSET
    weight_unit: Literal["GRAMS", "KILOGRAMS", "OUNCES", "POUNDS"] | UnsetType = UNSET


class NewVariant(VariantFields):
    option_values: list[str] = []
    quantity: int | None = None  # available at the store's first location
    inventory: list[Stock] = []


class OptionBody(Body):
    name: str
    values: list[str]


class ImageBody(Body):
    src: str
    alt: str | None = None


class CreateProduct(Body):
    title: str
    handle: str | None = None
    description_html: str | None = None
    vendor: str | None = None
    product_type: str | None = None
    status: Literal["ACTIVE", "DRAFT", "ARCHIVED"] = "ACTIVE"
    tags: list[str] = []
    options: list[OptionBody] | None = None
    images: list[ImageBody] = []
    variants: list[NewVariant] = []
    published: bool = True


class Publish(Body):
    published: bool = True


class SetInventory(Body):
    available: int
    variant_id: Ref | None = None
    inventory_item_id: Ref | None = None
    location_id: Ref | None = None  # else the only place that stocks it, else the store's first


class NameValue(Body):
    name: str
    value: str


Pairs = dict[str, str] | list[NameValue]


class OrderLineBody(Body):
    variant_id: Ref | None = None  # else a custom line with title and price
    quantity: Quantity = 1
    title: str | None = None
    price: Decimal | None = None
    properties: Pairs = {}
    selling_plan: str | None = None  # a global id
    requires_shipping: bool = False
    gift_card: bool = False


class PlaceOrder(Body):
    lines: Annotated[list[OrderLineBody], Meta(min_length=1)]
    paid: bool = True
    payment: Literal["paid", "pending", "authorized"] | None = None  # instead of `paid`
    payment_terms: bool = False
    test: bool = False
    attributes: Pairs = {}
    tags: list[str] = []
    discount: Decimal | None = None
    anonymous: bool = False  # no name, no address, no e-mail
    force: bool = False  # sell beyond the available


class Pay(Body):
    amount: Decimal | None = None  # else what is outstanding


class EditLine(Body):
    quantity: Annotated[int, Meta(ge=0, le=1_000_000)]  # still wanted; 0 removes the line
    line_id: Ref | None = None
    variant_id: Ref | None = None  # adds a line


class EditOrder(Body):
    lines: Annotated[list[EditLine], Meta(min_length=1)]
    restock: bool = True
    paid: bool = False  # the customer pays the difference at once
    force: bool = False


class CancelOrder(Body):
    reason: Literal["CUSTOMER", "DECLINED", "FRAUD", "INVENTORY", "OTHER", "STAFF"] = "CUSTOMER"
    restock: bool = True
    refund: bool = True


class UnitsBody(Body):
    line_id: Ref
    quantity: Quantity


class RefundOrder(Body):
    lines: list[UnitsBody] = []
    amount: Decimal | None = None
    restock: bool = True
    note: str | None = None


class HoldOrder(Body):
    reason: str = "OTHER"
    notes: str | None = None


class RiskBody(Body):
    level: Literal["NONE", "LOW", "MEDIUM", "HIGH", "PENDING"]
    recommendation: Literal["NONE", "ACCEPT", "INVESTIGATE", "CANCEL"] | None = None


class TrackingBody(Body):
    company: str | None = None
    number: str | None = None
    url: str | None = None


class Fulfill(Body):
    lines: list[UnitsBody] | None = None  # else everything that remains
    tracking: TrackingBody | list[TrackingBody] | None = None


class PatchFulfillment(Body):
    tracking: TrackingBody | list[TrackingBody]


class FulfillmentEventBody(Body):
    status: str
    message: str | None = None
    happened_at: Instant | None = None


class Move(Body):
    location_id: Ref


class DraftEditLine(Body):
    quantity: Annotated[int, Meta(ge=0, le=1_000_000)]  # 0 removes the line
    line_id: Ref | None = None
    variant_id: Ref | None = None  # the line that has it, else a new one


class EditDraft(Body):
    lines: list[DraftEditLine] = []
    note: str | UnsetType | None = UNSET
    tags: list[str] | UnsetType = UNSET


class Install(Body):
    scopes: list[str] | None = None  # else those granted last, else those the app requires


class SetScopes(Body):
    scopes: list[str]


class Freeze(Body):
    frozen: bool = True


class Redeliver(Body):
    times: Annotated[int, Meta(ge=1, le=100)] = 1
    delay: Annotated[float, Meta(ge=0)] = 0.0  # seconds of business time


class Forge(Body):
    shop: str
    topic: str
    body: Any = UNSET
    raw: str | None = None  # instead of `body`: the text as it is
    secret: Literal["right", "old", "wrong", "none"] = "right"
    headers: dict[str, str | None] = {}  # set over ours; null leaves one out
    uri: str | None = None  # else where webhooks of the topic go
    method: str = "POST"


class RuleBody(Body):
    action: Action
    shop: str = "*"
    operation: str = "*"
    phase: Phase | None = None
    probability: Annotated[float, Meta(ge=0, le=1)] | None = None
    nth: Annotated[int, Meta(ge=1)] | None = None
    seconds: Annotated[float, Meta(ge=0)] | None = None


class SetFaults(Body):
    seed: int | None = None
    profile: Literal["none", "light", "standard"] | None = None
    rules: list[RuleBody] = []
