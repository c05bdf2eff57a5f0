"""Our access to a store: one refresh for many who need it, a lost reply, a revoked token, a frozen store."""

from collections.abc import AsyncIterator, Awaitable, Callable

import anyio
import httpx
import pytest
from sqlalchemy import text

from app.core.clock import FixedClock, machine_now
from app.core.errors import Unavailable
from app.core.unit_of_work import system_for
from app.exceptions.queries import open_exceptions
from app.gateways.shopify.draft_orders import list_payment_terms_templates
from app.gateways.shopify.errors import StoreFrozen, TokenDead
from app.gateways.shopify.shop import read_shop
from app.stores.errors import NotConnected
from app.stores.flows import register_topics
from app.stores.states import AccessState
from simulator.world.apps import expire_tokens, freeze, revoke_tokens
from tests.support.database import TestDatabase
from tests.support.linked import store_facts
from tests.support.shops import OPTIONAL, RETAILER, Shops, alive_shops

pytestmark = pytest.mark.anyio

Hook = Callable[[httpx.Response], Awaitable[None]]


@pytest.fixture
async def real(fresh_database: TestDatabase, clock: FixedClock) -> AsyncIterator[Shops]:
    """Shops whose hub commits."""
    async with alive_shops(fresh_database, clock) as opened:
        opened.make_shop(RETAILER)
        await opened.load(RETAILER)
        yield opened


async def expired(shops: Shops) -> int:
    """Let the token we hold run out, here and there, and return the store's id."""
    store = await store_facts(shops, RETAILER)
    expire_tokens(shops.world, shops.store(RETAILER))
    async with shops.open_uow(system_for(store.id)) as uow, uow.machinery() as session:
        await session.execute(text("UPDATE access_tokens SET expires_at = :at"), {"at": machine_now()})
    return store.id


def refreshes(shops: Shops) -> int:
    return len(shops.store(RETAILER).app.tokens) - 1


async def test_two_who_need_it_at_once_refresh_once(real: Shops) -> None:
    """A8: exactly one refresh call; both use the new token."""
    store_id = await expired(real)
    names: list[str] = []

    async def ask() -> None:
        names.append((await real.shopify.call(store_id, read_shop)).name)

    async with anyio.create_task_group() as group:
        for _ in range(6):
            group.start_soon(ask)

    assert names == ["Corner"] * 6
    assert refreshes(real) == 1


async def test_a_lost_reply_to_a_refresh_is_made_up_for(real: Shops) -> None:
    """A9: Shopify rotated, we did not hear it; the refresh token we still hold works."""
    store_id = await expired(real)
    real.shopify.client.http.event_hooks["response"] = [lose_one()]

    with pytest.raises(Unavailable):
        await real.shopify.call(store_id, read_shop)
    shop = await real.shopify.call(store_id, read_shop)

    assert shop.name == "Corner"
    assert refreshes(real) == 2


async def test_a_revoked_token_is_noted_once(real: Shops) -> None:
    store = await store_facts(real, RETAILER)
    revoke_tokens(real.world, real.store(RETAILER))

    with pytest.raises(TokenDead):
        await real.shopify.call(store.id, read_shop)
    with pytest.raises(NotConnected):
        await real.shopify.call(store.id, read_shop)

    async with real.open_uow(system_for(store.id)) as uow:
        problems = await open_exceptions(uow.session)
    assert [(each.kind, each.subject_kind) for each in problems] == [("access_lost", "store")]
    assert (await store_facts(real, RETAILER)).access_state is AccessState.DEAD


async def test_opening_the_app_brings_a_dead_store_back(real: Shops) -> None:
    store = await store_facts(real, RETAILER)
    revoke_tokens(real.world, real.store(RETAILER))
    with pytest.raises(TokenDead):
        await real.shopify.call(store.id, read_shop)

    page = await real.load(RETAILER)

    assert page.status_code == 200
    assert (await real.shopify.call(store.id, read_shop)).name == "Corner"
    async with real.open_uow(system_for(store.id)) as uow:
        assert await open_exceptions(uow.session) == []


async def test_a_frozen_store_is_unavailable_and_no_reconnect_is_asked(real: Shops) -> None:
    """A17"""
    store = await store_facts(real, RETAILER)
    freeze(real.world, real.store(RETAILER), True)

    with pytest.raises(StoreFrozen):
        await real.shopify.call(store.id, read_shop)
    frozen = await store_facts(real, RETAILER)
    freeze(real.world, real.store(RETAILER), False)
    await real.shopify.call(store.id, read_shop)

    assert frozen.access_state is AccessState.FROZEN
    assert not frozen.needs_reopening
    assert (await store_facts(real, RETAILER)).access_state is AccessState.WORKING


async def test_a_worker_that_saw_the_old_token_uses_the_new_scopes_at_once(real: Shops) -> None:
    """What the staff just permitted on a page works in a job of another process."""
    await real.post(RETAILER, "/app/role", role="retailer")
    store = await store_facts(real, RETAILER)
    await real.shopify.call(store.id, read_shop)
    real.grant(RETAILER, *OPTIONAL["retailer"], "write_payment_terms")
    await real.post(RETAILER, "/app/permissions")

    templates = await real.shopify.call(store.id, list_payment_terms_templates)
    await real.shopify.call(store.id, read_shop)
    changed = await register_topics(real.shopify, store.id)

    assert templates
    assert changed > 0


def lose_one() -> Hook:
    """Let one answer to a request for a token get lost on its way."""
    lost: list[str] = []

    async def lose(response: httpx.Response) -> None:
        if response.request.url.path.endswith("/access_token") and not lost:
            lost.append("this one")
            raise httpx.ReadTimeout("lost", request=response.request)

    return lose
