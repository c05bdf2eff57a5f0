"""Which store a path or a Host header means."""

from simulator.world.store import Store
from simulator.world.world import World

SUFFIX = ".myshopify.com"


def full_domain(name: str) -> str:
    """A store's domain from its handle or its domain."""
    lowered = name.lower().partition(":")[0]
    return lowered if lowered.endswith(SUFFIX) else f"{lowered}{SUFFIX}"


def store_named(world: World, name: str) -> Store | None:
    """The store of that handle or domain."""
    return world.stores.get(full_domain(name))
