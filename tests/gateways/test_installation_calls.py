"""From the grant page to a working token and its renewal, against the simulator."""

from datetime import timedelta

import pytest

from app.core.clock import machine_now
from app.gateways.shopify import oauth
from app.gateways.shopify.client import StoreAccess
from app.gateways.shopify.errors import GrantRefused, TokenDead
from app.gateways.shopify.id_tokens import verify_id_token
from app.gateways.shopify.oauth import AppCredentials, permission_url
from app.gateways.shopify.shop import read_shop
from app.gateways.shopify.signed_query import BadQuery, verify_signed_query
from simulator.oauth.grants import approve
from simulator.oauth.id_tokens import id_token
from simulator.oauth.signed_queries import TAMPERS, Tamper, embed_url
from simulator.world.apps import revoke_tokens
from simulator.world.settings import Settings
from tests.gateways.connected import Connected, partner

pytestmark = pytest.mark.anyio

APP = AppCredentials("client-id-of-the-app", "client-secret-of-the-app-for-tests")
HUB = "https://hub.example.com"


def store_of_our_app() -> Connected:
    """A partner's store that knows our credentials and where the hub is."""
    return partner(settings=Settings(api_key=APP.client_id, api_secret=APP.client_secret, hub_url=HUB))


def callback_query(store: Connected, tamper: Tamper | None = None) -> str:
    """What Shopify sends to our callback once staff granted the link."""
    link = permission_url(store.access.shop_domain, APP.client_id, f"{HUB}/auth/callback", "the-state")
    redirect: str = approve(store.host.world, link, tamper=tamper)["redirect"]
    return redirect.partition("?")[2]


async def test_a_granted_link_leads_to_a_token_that_works_once() -> None:
    store = store_of_our_app()
    now = store.host.clock.now

    query = verify_signed_query(callback_query(store), [APP.client_secret], machine_now())
    grant = await oauth.exchange_code(store.host.client, APP, query.shop_domain, query.parameters["code"], now)

    assert query.parameters["state"] == "the-state"
    shop = await read_shop(store.shopify, StoreAccess(query.shop_domain, grant.access_token))
    assert shop.domain == store.access.shop_domain
    assert grant.refresh_token is not None
    with pytest.raises(GrantRefused):
        await oauth.exchange_code(store.host.client, APP, query.shop_domain, query.parameters["code"], now)


@pytest.mark.parametrize("tamper", TAMPERS)
async def test_spoilt_callbacks_are_refused_and_reordered_ones_accepted(tamper: Tamper) -> None:
    """A3: a wrong signature, another shop, an old timestamp: refused; another order: accepted."""
    store = store_of_our_app()
    raw = callback_query(store, tamper)

    if tamper == "reorder":
        assert verify_signed_query(raw, [APP.client_secret], machine_now()).shop_domain == store.access.shop_domain
    else:
        with pytest.raises(BadQuery):
            verify_signed_query(raw, [APP.client_secret], machine_now())


async def test_the_load_of_the_app_carries_a_token_to_exchange() -> None:
    store = store_of_our_app()
    raw = embed_url(store.host.world, store.host.store, now=store.host.clock.now).partition("?")[2]

    query = verify_signed_query(raw, [APP.client_secret], store.host.clock.now)
    token = verify_id_token(query.parameters["id_token"], [APP.client_secret], APP.client_id, store.host.clock.now)
    grant = await oauth.exchange_id_token(store.host.client, APP, token.shop_domain, query.parameters["id_token"])

    assert token.shop_domain == query.shop_domain == store.access.shop_domain
    assert (await read_shop(store.shopify, StoreAccess(token.shop_domain, grant.access_token))).name


async def test_an_old_id_token_is_not_exchanged() -> None:
    store = store_of_our_app()
    old = id_token(store.host.world, store.host.store, claims={"exp": 1})

    with pytest.raises(GrantRefused):
        await oauth.exchange_id_token(store.host.client, APP, store.access.shop_domain, old)


async def test_a_refreshed_token_replaces_one_that_expired() -> None:
    store = store_of_our_app()
    fresh_id = id_token(store.host.world, store.host.store, now=store.host.clock.now)
    held = await oauth.exchange_id_token(store.host.client, APP, store.access.shop_domain, fresh_id)
    store.host.clock.now += timedelta(hours=2)
    with pytest.raises(TokenDead):
        await read_shop(store.shopify, StoreAccess(store.access.shop_domain, held.access_token))

    assert held.refresh_token is not None
    renewed = await oauth.refresh(store.host.client, APP, store.access.shop_domain, held.refresh_token)

    assert await read_shop(store.shopify, StoreAccess(store.access.shop_domain, renewed.access_token))
    assert renewed.refresh_token != held.refresh_token
    assert renewed.scopes == held.scopes


async def test_a_revoked_refresh_token_is_dead() -> None:
    store = store_of_our_app()
    fresh_id = id_token(store.host.world, store.host.store, now=store.host.clock.now)
    held = await oauth.exchange_id_token(store.host.client, APP, store.access.shop_domain, fresh_id)
    revoke_tokens(store.host.world, store.host.store)

    assert held.refresh_token is not None
    with pytest.raises(TokenDead):
        await oauth.refresh(store.host.client, APP, store.access.shop_domain, held.refresh_token)
