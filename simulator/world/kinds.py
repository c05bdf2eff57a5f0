"""Where each kind of entity lives in its store, and under which key."""

from typing import Any

from simulator.world.model import (
    Customer,
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

COLLECTIONS: dict[type, str] = {
    Location: "locations",
    Product: "products",
    Variant: "variants",
    InventoryItem: "inventory_items",
    InventoryLevel: "levels",
    Order: "orders",
    DraftOrder: "draft_orders",
    FulfillmentOrder: "fulfillment_orders",
    Fulfillment: "fulfillments",
    Customer: "customers",
    Metafield: "metafields",
    MetafieldDefinition: "metafield_definitions",
    Subscription: "subscriptions",
    PaymentTermsTemplate: "payment_terms_templates",
    Publication: "publications",
    IdempotencyRecord: "idempotency",
}


def row_key(entity: Any) -> Any:
    """The key of an entity in its collection."""
    if isinstance(entity, InventoryLevel):
        return entity.item_id, entity.location_id
    if isinstance(entity, IdempotencyRecord):
        return entity.key
    return entity.id
