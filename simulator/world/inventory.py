"""Stock: levels of items at locations, who changed them, and where units for an order are taken from."""

from simulator.world.changes import changed
from simulator.world.errors import Impossible, Unknown
from simulator.world.model import By, InventoryItem, InventoryLevel, StockChange, Variant
from simulator.world.store import Store
from simulator.world.world import World


def stock_at(world: World, store: Store, item_id: int, location_id: int) -> InventoryLevel:
    """Make the item stocked at the location and return its level there."""
    level = store.levels.get((item_id, location_id))
    if level is not None and level.is_active:
        return level
    if item_id not in store.inventory_items or location_id not in store.locations:
        raise Unknown("no such inventory item or location")
    if not store.locations[location_id].is_active:
        raise Impossible("the location is deactivated")
    if level is None:
        level = InventoryLevel(item_id=item_id, location_id=location_id, created_at=world.now, updated_at=world.now)
    level.is_active = True
    world.add(store, level)
    world.emit(store, "inventory_levels/connect", level)
    return level


def unstock(world: World, store: Store, item_id: int, location_id: int) -> None:
    """Make the item no longer stocked at the location."""
    level = store.levels.get((item_id, location_id))
    if level is None or not level.is_active:
        raise Impossible("the item is not stocked there")
    if level.committed:
        raise Impossible("units of it are committed there")
    level.is_active = False
    level.updated_at = world.now
    world.touch(store, level)
    world.emit(store, "inventory_levels/disconnect", level)


def set_inventory(
    world: World,
    store: Store,
    place: tuple[int, int],
    quantity: int,
    by: By,
    key: str | None = None,
) -> InventoryLevel:
    """Make `available` of an item at a location (a pair of numbers) the quantity."""
    level = stock_at(world, store, *place)
    change_available(world, store, level, quantity - level.available, by, key)
    return level


def change_available(
    world: World, store: Store, level: InventoryLevel, delta: int, by: By, key: str | None = None
) -> None:
    """Add to `available`, remember who did it, and tell subscribers."""
    if delta:
        before = level.available
        level.available = before + delta
        level.changes.append(StockChange(at=world.now, by=by, before=before, after=level.available, key=key))
    note_level(world, store, level)


def note_level(world: World, store: Store, level: InventoryLevel) -> None:
    """Set the level's time of change and tell subscribers."""
    level.updated_at = world.now
    world.touch(store, level)
    world.emit(store, "inventory_levels/update", level)
    variant = store.variants[store.inventory_items[level.item_id].variant_id]
    if world.switches.stock_touches_product and variant.deleted_at is None:
        changed(world, store, variant)
        changed(world, store, store.products[variant.product_id])


def update_item(world: World, store: Store, item: InventoryItem, fields: dict[str, object]) -> None:
    """Set fields of the inventory item: tracked, cost, weight and so on."""
    for name, value in fields.items():
        setattr(item, name, value)
    item.updated_at = world.now
    world.touch(store, item)
    world.emit(store, "inventory_items/update", item)


def promised(world: World, store: Store, item_id: int) -> int:
    """Units of the item that were sold and whose commitment is still under way."""
    waiting = world.queue.waiting("commit_stock", store.domain)
    return sum(due.args["quantity"] for due in waiting if due.args["place"][0] == item_id)


def sellable(world: World, store: Store, variant: Variant) -> int | None:
    """How many units a customer can still buy; none: as many as they like."""
    if not store.item_of(variant).tracked or variant.inventory_policy == "CONTINUE":
        return None
    return store.total_available(variant) - promised(world, store, variant.inventory_item_id)
