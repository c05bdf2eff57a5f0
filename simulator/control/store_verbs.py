"""Writes on a store: opened, changed, its places, the app in it."""

from collections.abc import Mapping

from simulator.control import bodies
from simulator.control.answers import Answer
from simulator.control.refs import find, given
from simulator.world import apps, stores
from simulator.world.model import Address
from simulator.world.store import Store
from simulator.world.truth import location_truth, profile_truth
from simulator.world.world import World

Path = Mapping[str, str]


def _answer(store: Store) -> Answer:
    return Answer(store.gid, profile_truth(store))


def _address(body: bodies.AddressBody | None) -> dict[str, str | None]:
    return {} if body is None else given(body)


def create(world: World, path: Path, body: bodies.CreateStore) -> Answer:
    """Open a store."""
    fields = given(body, "shop", "locations", "address")
    fields["address"] = _address(body.address)
    fields["locations"] = [
        {"name": one} if isinstance(one, str) else {"name": one.name, "address": _address(one.address)}
        for one in body.locations
    ]
    return _answer(stores.create_store(world, body.shop, fields))


def change(world: World, path: Path, body: bodies.PatchStore) -> Answer:
    """Change a store's name, zone or plan."""
    store = world.store(path["shop"])
    names = {"time_zone": "iana_time_zone"}
    fields = {names.get(name, name): value for name, value in given(body).items() if value is not None}
    stores.update_store(world, store, fields)
    return _answer(store)


def add_place(world: World, path: Path, body: bodies.LocationBody) -> Answer:
    """Give a store another location."""
    store = world.store(path["shop"])
    address = Address(**_address(body.address)) if body.address else store.profile.address
    location = stores.add_location(world, store, body.name, address, by="staff")
    return Answer(location.gid, location_truth(location))


def deactivate_place(world: World, path: Path, body: bodies.Nothing) -> Answer:
    """Close a location."""
    store = world.store(path["shop"])
    location = find(store.locations, path["id"], "location")
    stores.deactivate_location(world, store, location)
    return Answer(location.gid, location_truth(location))


def install_app(world: World, path: Path, body: bodies.Install) -> Answer:
    """Install the app without a browser."""
    store = world.store(path["shop"])
    scopes = body.scopes
    if scopes is None and not store.app.scopes:
        scopes = world.outbox.manifest(world).required_scopes
    apps.install(world, store, scopes)
    return _answer(store)


def uninstall_app(world: World, path: Path, body: bodies.Nothing) -> Answer:
    """Remove the app."""
    store = world.store(path["shop"])
    apps.uninstall(world, store)
    return _answer(store)


def grant_scopes(world: World, path: Path, body: bodies.SetScopes) -> Answer:
    """Make these the granted scopes."""
    store = world.store(path["shop"])
    apps.set_scopes(world, store, body.scopes)
    return _answer(store)


def freeze_store(world: World, path: Path, body: bodies.Freeze) -> Answer:
    """Make a store unavailable, or available again."""
    store = world.store(path["shop"])
    apps.freeze(world, store, body.frozen)
    return _answer(store)


def let_tokens_expire(world: World, path: Path, body: bodies.Nothing) -> Answer:
    """End the time of a store's access tokens."""
    store = world.store(path["shop"])
    apps.expire_tokens(world, store)
    return _answer(store)


def take_tokens_back(world: World, path: Path, body: bodies.Nothing) -> Answer:
    """Revoke a store's tokens."""
    store = world.store(path["shop"])
    apps.revoke_tokens(world, store)
    return _answer(store)
