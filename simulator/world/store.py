"""One simulated Shopify store with everything in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from simulator.world.model import (
    Address,
    AppInstallation,
    Customer,
    Entity,
    IdempotencyRecord,
    InventoryItem,
    InventoryLevel,
    Location,
    Metafield,
    MetafieldDefinition,
    PaymentTermsTemplate,
    Product,
    Publication,
    Subscription,
    Variant,
)
from simulator.world.order_model import DraftOrder, Fulfillment, FulfillmentOrder, Order


@dataclass(kw_only=True)
class StoreProfile(Entity):
    """What a store says of itself, and the counters of its numbers."""

    gid_type: ClassVar[str] = "Shop"
    id: int
    domain: str
    name: str
    email: str
    currency: str
    iana_time_zone: str
    plan: str  # basic, grow, advanced, plus, development
    weight_unit: str = "KILOGRAMS"
    address: Address
    created_at: datetime
    updated_at: datetime
    role: str | None = None  # retailer or partner, if the store was made with one: whose mark its customers carry
    numbers: dict[str, int] = field(default_factory=dict)  # last number given, by series


class Store:
    """A store: its profile and its entities by number. Deleted ones stay, with `deleted_at`."""

    def __init__(self, profile: StoreProfile, app: AppInstallation) -> None:
        self.profile = profile
        self.app = app
        self.locations: dict[int, Location] = {}
        self.products: dict[int, Product] = {}
        self.variants: dict[int, Variant] = {}
        self.inventory_items: dict[int, InventoryItem] = {}
        self.levels: dict[tuple[int, int], InventoryLevel] = {}
        self.orders: dict[int, Order] = {}
        self.draft_orders: dict[int, DraftOrder] = {}
        self.fulfillment_orders: dict[int, FulfillmentOrder] = {}
        self.fulfillments: dict[int, Fulfillment] = {}
        self.customers: dict[int, Customer] = {}
        self.metafields: dict[int, Metafield] = {}
        self.metafield_definitions: dict[int, MetafieldDefinition] = {}
        self.subscriptions: dict[int, Subscription] = {}
        self.payment_terms_templates: dict[int, PaymentTermsTemplate] = {}
        self.publications: dict[int, Publication] = {}
        self.idempotency: dict[str, IdempotencyRecord] = {}

    @property
    def id(self) -> int:
        return self.profile.id

    @property
    def gid(self) -> str:
        return self.profile.gid

    @property
    def domain(self) -> str:
        return self.profile.domain

    @property
    def name(self) -> str:
        return self.profile.name

    @property
    def currency(self) -> str:
        return self.profile.currency

    @property
    def iana_time_zone(self) -> str:
        return self.profile.iana_time_zone

    @property
    def plan(self) -> str:
        return self.profile.plan

    def variants_of(self, product: Product) -> list[Variant]:
        return [self.variants[number] for number in product.variant_ids]

    def levels_of(self, item_id: int) -> list[InventoryLevel]:
        levels = (self.levels.get((item_id, location_id)) for location_id in self.locations)
        return [level for level in levels if level is not None and level.is_active]

    def item_of(self, variant: Variant) -> InventoryItem:
        return self.inventory_items[variant.inventory_item_id]

    def total_available(self, variant: Variant) -> int:
        """The total sellable quantity over all active locations."""
        levels = self.levels_of(variant.inventory_item_id)
        return sum(level.available for level in levels if self.locations[level.location_id].is_active)

    def fulfillment_orders_of(self, order_id: int) -> list[FulfillmentOrder]:
        return [one for one in self.fulfillment_orders.values() if one.order_id == order_id]

    def fulfillments_of(self, order_id: int) -> list[Fulfillment]:
        return [one for one in self.fulfillments.values() if one.order_id == order_id]

    def metafields_of(self, owner: str) -> list[Metafield]:
        return [one for one in self.metafields.values() if one.owner == owner]

    def find_metafield(self, owner: str, namespace: str, key: str) -> Metafield | None:
        matching = (one for one in self.metafields_of(owner) if (one.namespace, one.key) == (namespace, key))
        return next(matching, None)

    def live_subscriptions(self, topic: str | None = None) -> Iterator[Subscription]:
        for one in self.subscriptions.values():
            if one.deleted_at is None and topic in (None, one.topic):
                yield one
