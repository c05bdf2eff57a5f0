"""Store, locations and webhook subscriptions, against the simulator."""

import pytest

from app.gateways.shopify.errors import Refused, ScopeMissing, StoreFrozen, TokenDead
from app.gateways.shopify.locations import LocationAddress, create_location, list_locations
from app.gateways.shopify.shop import read_granted_scopes, read_shop
from app.gateways.shopify.webhooks import NewSubscription, create_subscription, delete_subscription, list_subscriptions
from app.stores.scopes import PARTNER, REQUIRED
from simulator.world.apps import freeze, revoke_tokens
from tests.gateways.connected import partner, retailer

pytestmark = pytest.mark.anyio


async def test_reads_the_store() -> None:
    store = partner(currency="EUR", time_zone="Europe/Berlin")

    shop = await read_shop(store.shopify, store.access)

    assert (shop.domain, shop.currency, shop.time_zone) == ("roaster.myshopify.com", "EUR", "Europe/Berlin")
    assert shop.id == store.host.store.gid


async def test_reads_what_was_granted() -> None:
    store = partner()

    assert await read_granted_scopes(store.shopify, store.access) >= REQUIRED | PARTNER


async def test_creates_a_location_and_lists_it() -> None:
    store = retailer("write_locations")
    address = LocationAddress("1 Dock Street", None, "Portland", "OR", "97201", "US")

    created = await create_location(store.shopify, store.access, "Partner stock", address)

    assert created in await list_locations(store.shopify, store.access)
    assert created.is_active
    assert created.address.lines == ("1 Dock Street", "97201 Portland OR", "US")


async def test_a_location_needs_its_own_scope() -> None:
    store = retailer()

    with pytest.raises(ScopeMissing):
        await create_location(
            store.shopify, store.access, "Partner stock", LocationAddress(None, None, None, None, None, "US")
        )


async def test_subscribes_once_and_ends_it() -> None:
    store = partner()
    wanted = NewSubscription("FULFILLMENTS_CREATE", "https://hub.example.com/webhooks/shopify", ("id", "updated_at"))

    created = await create_subscription(store.shopify, store.access, wanted)

    assert await list_subscriptions(store.shopify, store.access) == (created,)
    assert (created.topic, created.uri, created.include_fields) == (wanted.topic, wanted.uri, wanted.include_fields)
    await delete_subscription(store.shopify, store.access, created.id)
    assert await list_subscriptions(store.shopify, store.access) == ()
    with pytest.raises(Refused):
        await delete_subscription(store.shopify, store.access, created.id)


async def test_a_revoked_token_and_a_frozen_store_say_so() -> None:
    store = partner()

    freeze(store.host.world, store.host.store, True)
    with pytest.raises(StoreFrozen):
        await read_shop(store.shopify, store.access)
    freeze(store.host.world, store.host.store, False)
    revoke_tokens(store.host.world, store.host.store)
    with pytest.raises(TokenDead):
        await read_shop(store.shopify, store.access)
