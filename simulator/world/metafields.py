"""Metafields and their definitions."""

from simulator.world.model import By, Metafield, MetafieldDefinition
from simulator.world.store import Store
from simulator.world.world import World


def set_metafield(
    world: World, store: Store, owner: tuple[str, str], name: tuple[str, str], content: tuple[str, str], by: By = "app"
) -> Metafield:
    """Set one metafield: owner is (global id, owner type), name (namespace, key), content (type, value)."""
    found = store.find_metafield(owner[0], *name)
    if found is None:
        found = Metafield(
            id=world.new_id(),
            owner=owner[0],
            owner_type=owner[1],
            namespace=name[0],
            key=name[1],
            type=content[0],
            value=content[1],
            created_at=world.now,
            updated_at=world.now,
            by=by,
        )
        world.add(store, found)
    found.type, found.value = content
    found.updated_at = world.now
    world.touch(store, found)
    return found


def find_definition(store: Store, owner_type: str, namespace: str, key: str) -> MetafieldDefinition | None:
    """The definition of a metafield, if there is one."""
    for one in store.metafield_definitions.values():
        if (one.owner_type, one.namespace, one.key) == (owner_type, namespace, key):
            return one
    return None


def find_by_custom_id(store: Store, owner_type: str, namespace: str, key: str, value: str) -> Metafield | None:
    """The metafield with that value among those of one owner type."""
    for one in store.metafields.values():
        if (one.owner_type, one.namespace, one.key, one.value) == (owner_type, namespace, key, value):
            return one
    return None


def define_metafield(world: World, store: Store, definition: MetafieldDefinition) -> MetafieldDefinition:
    """Keep the definition (its id from `world.new_id()`)."""
    world.add(store, definition)
    return definition
