"""The app in a store: installed, its scopes, its tokens, its webhook subscriptions."""

from collections.abc import Iterable

from simulator.world.clock import machine_now
from simulator.world.errors import Impossible
from simulator.world.model import Subscription
from simulator.world.store import Store
from simulator.world.world import World

REDACT_AFTER_SECONDS = 48 * 3600


def implied(scopes: Iterable[str]) -> set[str]:
    """The scopes with those they imply: writing implies reading."""
    given = set(scopes)
    return given | {f"read_{scope.removeprefix('write_')}" for scope in given if scope.startswith("write_")}


def install(world: World, store: Store, scopes: list[str] | None = None) -> None:
    """Install the app with these scopes; without any, with those it last had."""
    if store.app.installed:
        raise Impossible("the app is installed")
    if scopes is not None:
        store.app.scopes = sorted(set(scopes))
    store.app.installed = True
    store.app.installed_at, store.app.uninstalled_at = world.now, None
    world.touch(store, store.app)
    for due in world.queue.waiting("redact_shop", store.domain):
        world.queue.drop(due)


def uninstall(world: World, store: Store) -> None:
    """Remove the app: its tokens die, its subscriptions go, and in two days the store asks for redaction."""
    if not store.app.installed:
        raise Impossible("the app is not installed")
    store.app.installed = False
    store.app.uninstalled_at = world.now
    revoke_tokens(world, store)
    for subscription in store.live_subscriptions():
        unsubscribe(world, store, subscription)
    world.emit(store, "app/uninstalled", store)
    world.later(store, REDACT_AFTER_SECONDS, "redact_shop")


def redact_shop(world: World, store: Store) -> None:
    """Ask the app to forget the store."""
    if not store.app.installed:
        world.emit(store, "shop/redact", store)


def set_scopes(world: World, store: Store, scopes: Iterable[str]) -> None:
    """Make these the granted scopes and tell the app."""
    previous, current = store.app.scopes, sorted(set(scopes))
    if not store.app.installed:
        raise Impossible("the app is not installed")
    store.app.scopes = current
    world.touch(store, store.app)
    if previous != current:
        world.emit(store, "app/scopes_update", store, previous=previous, current=current)


def freeze(world: World, store: Store, frozen: bool) -> None:
    """Make the store unavailable to the app, or available again."""
    store.app.frozen = frozen
    world.touch(store, store.app)


def expire_tokens(world: World, store: Store) -> int:
    """End the time of all access tokens; they can still be refreshed."""
    live = [one for one in store.app.tokens if one.revoked_at is None and one.expires_at is not None]
    for token in live:
        token.expires_at = machine_now()
    world.touch(store, store.app)
    return len(live)


def revoke_tokens(world: World, store: Store) -> int:
    """Revoke all tokens, with their refresh tokens."""
    live = [one for one in store.app.tokens if one.revoked_at is None]
    for token in live:
        token.revoked_at = machine_now()
    world.touch(store, store.app)
    return len(live)


def subscribe(world: World, store: Store, subscription: Subscription) -> Subscription:
    """Keep a subscription made through the Admin API (its id from `world.new_id()`)."""
    world.add(store, subscription)
    return subscription


def unsubscribe(world: World, store: Store, subscription: Subscription) -> None:
    """End a subscription."""
    subscription.deleted_at = subscription.updated_at = world.now
    world.touch(store, subscription)
