"""Noting that something changed: its time of change, the disk, and the webhook that says so."""

from simulator.world.model import Product, Variant
from simulator.world.order_model import DraftOrder, Fulfillment, FulfillmentOrder, Order
from simulator.world.store import Store
from simulator.world.world import World

TOPICS: dict[type, str] = {
    Product: "products/update",
    Order: "orders/updated",
    DraftOrder: "draft_orders/update",
    Fulfillment: "fulfillments/update",
}


def changed(
    world: World, store: Store, entity: Product | Order | DraftOrder | Fulfillment | FulfillmentOrder | Variant
) -> None:
    """Set the entity's time of change and tell subscribers."""
    entity.updated_at = world.now
    world.touch(store, entity)
    topic = TOPICS.get(type(entity))
    if topic:
        world.emit(store, topic, entity)


def add_tags(world: World, store: Store, entity: Product | Order | DraftOrder, tags: list[str]) -> None:
    """Give the entity the tags it does not have yet."""
    added = [tag for tag in dict.fromkeys(tags) if tag not in entity.tags]
    if added:
        entity.tags = [*entity.tags, *added]
        changed(world, store, entity)


def remove_tags(world: World, store: Store, entity: Product | Order | DraftOrder, tags: list[str]) -> None:
    """Take the tags from the entity."""
    if set(tags) & set(entity.tags):
        entity.tags = [tag for tag in entity.tags if tag not in tags]
        changed(world, store, entity)
