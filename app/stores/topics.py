"""Which webhook topics we ask for, of which stores, and the fields we let in: never a person's."""

from dataclasses import dataclass
from enum import StrEnum

from app.stores.states import StoreRole


class TopicKind(StrEnum):
    """How a topic is subscribed."""

    APP = "app"  # in shopify.app.toml, for every store
    COMPLIANCE = "compliance"  # in shopify.app.toml, mandatory, for every store
    STORE = "store"  # by the Admin API, for the stores of one role that granted the scope


@dataclass(frozen=True, slots=True)
class Topic:
    """One subscription."""

    name: str
    kind: TopicKind
    role: StoreRole | None = None  # none: every store
    scope: str | None = None
    include_fields: tuple[str, ...] = ()

    @property
    def constant(self) -> str:
        """The topic as the Admin API names it: `orders/create` is `ORDERS_CREATE`."""
        return self.name.upper().replace("/", "_")


_ORDER = ("id", "admin_graphql_api_id", "updated_at")
_PARTNER_ORDER = (*_ORDER, "tags", "cancelled_at", "financial_status")
_EDIT = ("order_edit.id", "order_edit.order_id", "order_edit.committed_at")
_FULFILLMENT = ("id", "admin_graphql_api_id", "order_id", "status", "created_at", "updated_at")
_FULFILLMENT_ORDER = ("fulfillment_order.id", "fulfillment_order.status")
_FULFILLMENTS_SCOPE = "write_merchant_managed_fulfillment_orders"


def _app(name: str, *fields: str) -> Topic:
    return Topic(name, TopicKind.APP, include_fields=fields)


def _retailer(name: str, scope: str, fields: tuple[str, ...]) -> Topic:
    return Topic(name, TopicKind.STORE, StoreRole.RETAILER, scope, fields)


def _partner(name: str, scope: str, fields: tuple[str, ...]) -> Topic:
    return Topic(name, TopicKind.STORE, StoreRole.PARTNER, scope, fields)


TOPICS: tuple[Topic, ...] = (
    Topic("customers/data_request", TopicKind.COMPLIANCE),
    Topic("customers/redact", TopicKind.COMPLIANCE),
    Topic("shop/redact", TopicKind.COMPLIANCE),
    _app("app/uninstalled", "id", "myshopify_domain", "updated_at"),
    _app("app/scopes_update", "id", "shop_id", "previous", "current", "updated_at"),
    _app("shop/update", "id", "myshopify_domain", "updated_at"),
    _app("products/delete", "id"),
    _app(
        "inventory_levels/update", "inventory_item_id", "location_id", "available", "updated_at", "admin_graphql_api_id"
    ),
    _retailer("orders/create", "read_orders", _ORDER),
    _retailer("orders/updated", "read_orders", _ORDER),
    _retailer("orders/cancelled", "read_orders", _ORDER),
    _retailer("orders/edited", "read_orders", _EDIT),
    _retailer("refunds/create", "read_orders", ("id", "admin_graphql_api_id", "order_id", "created_at")),
    _retailer(
        "fulfillment_orders/moved",
        _FULFILLMENTS_SCOPE,
        ("original_fulfillment_order.id", "original_fulfillment_order.status", "moved_fulfillment_order.id"),
    ),
    _retailer("fulfillment_orders/split", _FULFILLMENTS_SCOPE, _FULFILLMENT_ORDER),
    _retailer("fulfillment_orders/placed_on_hold", _FULFILLMENTS_SCOPE, _FULFILLMENT_ORDER),
    _retailer("fulfillment_orders/hold_released", _FULFILLMENTS_SCOPE, _FULFILLMENT_ORDER),
    _retailer("fulfillment_orders/cancelled", _FULFILLMENTS_SCOPE, _FULFILLMENT_ORDER),
    # Not of the retailer's store, where each sale of anything changes a product: nothing comes of it there.
    _partner("products/update", "read_products", _ORDER),
    _partner("orders/updated", "read_orders", _PARTNER_ORDER),
    _partner("orders/cancelled", "read_orders", _PARTNER_ORDER),
    _partner("orders/edited", "read_orders", _EDIT),
    _partner("fulfillments/create", "read_fulfillments", _FULFILLMENT),
    _partner("fulfillments/update", "read_fulfillments", _FULFILLMENT),
    _partner(
        "draft_orders/update",
        "write_draft_orders",
        ("id", "admin_graphql_api_id", "updated_at", "status", "tags", "order_id", "completed_at", "invoice_sent_at"),
    ),
    _partner("draft_orders/delete", "write_draft_orders", ("id",)),
)


def store_topics(role: StoreRole | None, granted: frozenset[str]) -> tuple[Topic, ...]:
    """Return what is subscribed in one store: its role's topics whose scope it granted."""
    return tuple(
        topic for topic in TOPICS if topic.kind is TopicKind.STORE and topic.role is role and topic.scope in granted
    )
