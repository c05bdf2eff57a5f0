"""The entities of a simulated Shopify store, as plain mutable dataclasses that can be written to disk and read back."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Literal

By = Literal["app", "staff", "sale", "commit"]
Levels = dict[tuple[int, int], "InventoryLevel"]


class Entity:
    """Something with a number unique over the whole world and Shopify's global id."""

    gid_type: ClassVar[str]
    id: int

    @property
    def gid(self) -> str:
        return f"gid://shopify/{self.gid_type}/{self.id}"


@dataclass(kw_only=True)
class Address:
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

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.first_name, self.last_name) if part)


@dataclass(kw_only=True)
class Attribute:
    key: str
    value: str


@dataclass(kw_only=True)
class Location(Entity):
    gid_type: ClassVar[str] = "Location"
    id: int
    name: str
    address: Address
    is_active: bool = True
    fulfills_online_orders: bool = True
    ships_inventory: bool = True
    created_at: datetime
    updated_at: datetime
    deactivated_at: datetime | None = None
    by: By = "staff"


@dataclass(kw_only=True)
class OptionValue(Entity):
    gid_type: ClassVar[str] = "ProductOptionValue"
    id: int
    name: str


@dataclass(kw_only=True)
class Option(Entity):
    gid_type: ClassVar[str] = "ProductOption"
    id: int
    name: str
    position: int
    values: list[OptionValue] = field(default_factory=list)


@dataclass(kw_only=True)
class Image(Entity):
    gid_type: ClassVar[str] = "MediaImage"
    id: int
    src: str
    alt: str | None = None
    position: int = 1
    status: Literal["PROCESSING", "READY", "FAILED"] = "READY"
    created_at: datetime


@dataclass(kw_only=True)
class Product(Entity):
    gid_type: ClassVar[str] = "Product"
    id: int
    title: str
    handle: str
    description_html: str = ""
    vendor: str = ""
    product_type: str = ""
    status: Literal["ACTIVE", "DRAFT", "ARCHIVED"] = "ACTIVE"
    tags: list[str] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    variant_ids: list[int] = field(default_factory=list)
    publication_ids: list[int] = field(default_factory=list)
    published_at: datetime | None = None
    template_suffix: str | None = None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None
    by: By = "staff"


@dataclass(kw_only=True)
class PricePoint:
    at: datetime
    price: Decimal


@dataclass(kw_only=True)
class Variant(Entity):
    gid_type: ClassVar[str] = "ProductVariant"
    id: int
    product_id: int
    inventory_item_id: int
    title: str = "Default Title"
    sku: str | None = None
    barcode: str | None = None
    price: Decimal
    compare_at_price: Decimal | None = None
    position: int = 1
    inventory_policy: Literal["DENY", "CONTINUE"] = "DENY"
    option_values: list[str] = field(default_factory=list)  # one per product option, in the same order
    taxable: bool = True
    image_id: int | None = None
    requires_components: bool = False  # a bundle's parent: its stock cannot be written
    prices: list[PricePoint] = field(default_factory=list)
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None


@dataclass(kw_only=True)
class InventoryItem(Entity):
    gid_type: ClassVar[str] = "InventoryItem"
    id: int
    variant_id: int
    tracked: bool = True
    cost: Decimal | None = None
    requires_shipping: bool = True
    weight: Decimal | None = None
    weight_unit: Literal["GRAMS", "KILOGRAMS", "OUNCES", "POUNDS"] = "GRAMS"
    country_code_of_origin: str | None = None
    harmonized_system_code: str | None = None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None


@dataclass(kw_only=True)
class StockChange:
    """One change of `available`: who, from what, to what; `key` is the order or the idempotency key behind it."""

    at: datetime
    by: By
    before: int
    after: int
    key: str | None = None


@dataclass(kw_only=True)
class InventoryLevel:
    item_id: int
    location_id: int
    available: int = 0
    committed: int = 0
    incoming: int = 0
    reserved: int = 0
    is_active: bool = True
    created_at: datetime
    updated_at: datetime
    changes: list[StockChange] = field(default_factory=list)

    @property
    def on_hand(self) -> int:
        return self.available + self.committed + self.reserved

    @property
    def gid(self) -> str:
        return f"gid://shopify/InventoryLevel/{self.location_id}?inventory_item_id={self.item_id}"


@dataclass(kw_only=True)
class Metafield(Entity):
    gid_type: ClassVar[str] = "Metafield"
    id: int
    owner: str  # global id of what carries it
    owner_type: str  # PRODUCT, PRODUCTVARIANT, ORDER, DRAFTORDER, ...
    namespace: str
    key: str
    type: str
    value: str
    created_at: datetime
    updated_at: datetime
    by: By = "app"


@dataclass(kw_only=True)
class MetafieldDefinition(Entity):
    gid_type: ClassVar[str] = "MetafieldDefinition"
    id: int
    owner_type: str
    namespace: str
    key: str
    name: str
    type: str
    unique_values: bool = False
    access: dict[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class Customer(Entity):
    gid_type: ClassVar[str] = "Customer"
    id: int
    email: str | None
    phone: str | None
    note: str | None
    address: Address
    created_at: datetime
    updated_at: datetime


@dataclass(kw_only=True)
class Publication(Entity):
    gid_type: ClassVar[str] = "Publication"
    id: int
    name: str


@dataclass(kw_only=True)
class PaymentTermsTemplate(Entity):
    gid_type: ClassVar[str] = "PaymentTermsTemplate"
    id: int
    name: str
    description: str
    payment_terms_type: Literal["RECEIPT", "NET", "FIXED", "FULFILLMENT"]
    due_in_days: int | None


@dataclass(kw_only=True)
class PaymentTerms(Entity):
    gid_type: ClassVar[str] = "PaymentTerms"
    id: int
    template_id: int | None
    name: str
    payment_terms_type: str
    due_in_days: int | None
    issued_at: datetime | None = None
    due_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass(kw_only=True)
class Subscription(Entity):
    """A webhook subscription made through the Admin API."""

    gid_type: ClassVar[str] = "WebhookSubscription"
    id: int
    topic: str  # as in the header: orders/create
    uri: str
    include_fields: list[str] = field(default_factory=list)
    filter: str | None = None
    metafield_namespaces: list[str] = field(default_factory=list)
    name: str | None = None
    api_version: str = "2026-10"
    failures: int = 0  # consecutive
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None


@dataclass(kw_only=True)
class AccessToken:
    """A token the app was given; its times are the machine's, not the business clock's."""

    token: str
    kind: Literal["offline", "online"] = "offline"
    scopes: list[str] = field(default_factory=list)
    issued_at: datetime
    expires_at: datetime | None = None
    refresh_token: str | None = None
    refresh_expires_at: datetime | None = None
    replaced_by: str | None = None  # the token whose use ends this one's refresh token
    used_at: datetime | None = None
    revoked_at: datetime | None = None
    user_id: int | None = None


@dataclass(kw_only=True)
class AuthorizationCode:
    code: str
    scopes: list[str]
    redirect_uri: str
    issued_at: datetime
    used_at: datetime | None = None
    per_user: bool = False


@dataclass(kw_only=True)
class AppInstallation(Entity):
    gid_type: ClassVar[str] = "AppInstallation"
    id: int
    installed: bool = False
    scopes: list[str] = field(default_factory=list)  # granted; kept over an uninstall as the last ones
    frozen: bool = False  # the store is unavailable: 402 to every call
    installed_at: datetime | None = None
    uninstalled_at: datetime | None = None
    tokens: list[AccessToken] = field(default_factory=list)
    codes: list[AuthorizationCode] = field(default_factory=list)


@dataclass(kw_only=True)
class IdempotencyRecord:
    """What a call with an `@idempotent` key did, kept 24 hours."""

    key: str
    operation: str
    fingerprint: str
    at: datetime
    state: Literal["running", "done", "failed"] = "done"
    result: Any = None
