"""Webhook topics: which scope lets an app hear of them."""

TOPIC_SCOPES: dict[str, tuple[str, ...]] = {
    "draft_orders/create": ("read_draft_orders",),
    "draft_orders/delete": ("read_draft_orders",),
    "draft_orders/update": ("read_draft_orders",),
    "fulfillment_events/create": ("read_fulfillments",),
    "fulfillments/create": ("read_fulfillments",),
    "fulfillments/update": ("read_fulfillments",),
    "inventory_items/update": ("read_inventory",),
    "inventory_levels/connect": ("read_inventory",),
    "inventory_levels/disconnect": ("read_inventory",),
    "inventory_levels/update": ("read_inventory",),
    "locations/create": ("read_locations",),
    "locations/deactivate": ("read_locations",),
    "orders/cancelled": ("read_orders",),
    "orders/create": ("read_orders",),
    "orders/delete": ("read_orders",),
    "orders/edited": ("read_orders",),
    "orders/fulfilled": ("read_orders",),
    "orders/paid": ("read_orders",),
    "orders/partially_fulfilled": ("read_orders",),
    "orders/risk_assessment_changed": ("read_orders",),
    "orders/updated": ("read_orders",),
    "products/create": ("read_products",),
    "products/delete": ("read_products",),
    "products/update": ("read_products",),
    "refunds/create": ("read_orders",),
}
FULFILLMENT_ORDER_SCOPES = (
    "read_merchant_managed_fulfillment_orders",
    "read_assigned_fulfillment_orders",
    "read_third_party_fulfillment_orders",
)
FULFILLMENT_ORDER_TOPICS = ("cancelled", "hold_released", "moved", "order_routing_complete", "placed_on_hold", "split")
FREE_TOPICS = ("app/uninstalled", "app/scopes_update", "bulk_operations/finish", "shop/update")
COMPLIANCE_TOPICS = ("customers/data_request", "customers/redact", "shop/redact")
AFTER_UNINSTALL = frozenset({"app/uninstalled", *COMPLIANCE_TOPICS})

TOPIC_SCOPES |= {f"fulfillment_orders/{name}": FULFILLMENT_ORDER_SCOPES for name in FULFILLMENT_ORDER_TOPICS}
TOPIC_SCOPES |= {topic: () for topic in (*FREE_TOPICS, *COMPLIANCE_TOPICS)}


def from_enum(name: str) -> str | None:
    """The topic that the schema calls by this name (ORDERS_CREATE), if it is one that fires here."""
    return next((topic for topic in TOPIC_SCOPES if topic.upper().replace("/", "_") == name), None)


def to_enum(topic: str) -> str:
    """What the schema calls the topic."""
    return topic.upper().replace("/", "_")
