"""Our access to a store: one refresh for many who need it, a lost reply, a revoked token, a frozen store."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

import anyio
import httpx
import pytest
from sqlalchemy import text

from app.core.clock import FixedClock, machine_now
from app.core.errors import Unavailable
from app.core.unit_of_work import system_for
from app.exceptions.queries import open_exceptions
from app.gateways.shopify.client import ShopifyClient
from app.gateways.shopify.draft_orders import list_payment_terms_templates
from app.gateways.shopify.errors import StoreFrozen
from app.gateways.shopify.shop import read_shop
from app.stores.errors import AccessLost, StoreMissing, StoreRests
from app.stores.flows import ConnectedShopify, end_installation, install_by_id_token, register_topics
from app.stores.service import uninstall_store
from app.stores.states import AccessState
from simulator.faults.faults import Faults, Rule
from simulator.oauth.id_tokens import id_token
from simulator.world.apps import expire_tokens, freeze, install, revoke_tokens, uninstall
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
    """A9 A10: neither refresh token is taken any more, so the store needs to be opened; one alert tells of it."""
    store = await store_facts(real, RETAILER)
    revoke_tokens(real.world, real.store(RETAILER))

    with pytest.raises(AccessLost):
        await real.shopify.call(store.id, read_shop)
    with pytest.raises(AccessLost):
        await real.shopify.call(store.id, read_shop)

    async with real.open_uow(system_for(store.id)) as uow:
        problems = await open_exceptions(uow.session)
    assert [(each.kind, each.subject_kind) for each in problems] == [("access_lost", "store")]
    assert (await store_facts(real, RETAILER)).access_state is AccessState.DEAD


async def test_opening_the_app_brings_a_dead_store_back(real: Shops) -> None:
    store = await store_facts(real, RETAILER)
    revoke_tokens(real.world, real.store(RETAILER))
    with pytest.raises(AccessLost):
        await real.shopify.call(store.id, read_shop)

    page = await real.load(RETAILER)

    assert page.status_code == 200
    assert (await real.shopify.call(store.id, read_shop)).name == "Corner"
    async with real.open_uow(system_for(store.id)) as uow:
        assert await open_exceptions(uow.session) == []


async def test_a_frozen_store_is_unavailable_and_no_reconnect_is_asked(real: Shops, clock: FixedClock) -> None:
    """A17: its own state; it is left alone, looked at from time to time, and told of once."""
    store = await store_facts(real, RETAILER)
    freeze(real.world, real.store(RETAILER), True)

    with pytest.raises(StoreFrozen):
        await real.shopify.call(store.id, read_shop)
    calls = len(real.world.requests)
    with pytest.raises(StoreRests):
        await real.shopify.call(store.id, read_shop)
    frozen = await store_facts(real, RETAILER)
    problems = await open_problems(real, store.id)
    freeze(real.world, real.store(RETAILER), False)
    clock.at += timedelta(seconds=31)
    await real.shopify.call(store.id, read_shop)

    assert len(real.world.requests) == calls + 1
    assert frozen.access_state is AccessState.FROZEN
    assert not frozen.needs_reopening
    assert problems == ["store_frozen"]
    assert (await store_facts(real, RETAILER)).access_state is AccessState.WORKING
    assert await open_problems(real, store.id) == []


async def test_a_store_opened_while_its_old_token_is_refused_is_not_taken_for_dead(real: Shops) -> None:
    """A7, A10: what is refused are the tokens before; those that came meanwhile let us in."""
    store = await store_facts(real, RETAILER)
    revoke_tokens(real.world, real.store(RETAILER))
    opened: list[int] = []

    async def open_meanwhile(response: httpx.Response) -> None:
        if response.request.url.path.endswith("/access_token") and not opened:
            opened.append(response.status_code)
            await install_by_id_token(real.shopify, RETAILER, id_token(real.world, real.store(RETAILER)))

    real.shopify.client.http.event_hooks["response"] = [open_meanwhile]

    name = (await real.shopify.call(store.id, read_shop)).name  # nobody waits for what stands there already

    assert opened == [400]
    assert name == "Corner"
    assert (await store_facts(real, RETAILER)).access_state is AccessState.WORKING
    async with real.open_uow(system_for(store.id)) as uow:
        assert await open_exceptions(uow.session) == []


async def test_a_store_installed_again_while_its_farewell_is_looked_at_stays(real: Shops) -> None:
    """A22: the tokens that are refused are those before; the installation that came meanwhile is another one."""
    store = await store_facts(real, RETAILER)
    revoke_tokens(real.world, real.store(RETAILER))
    opened: list[int] = []

    async def open_meanwhile(response: httpx.Response) -> None:
        if response.request.url.path.endswith("/access_token") and not opened:
            opened.append(response.status_code)
            await install_by_id_token(real.shopify, RETAILER, id_token(real.world, real.store(RETAILER)))

    real.shopify.client.http.event_hooks["response"] = [open_meanwhile]

    ended = await end_installation(real.shopify, store.id, None)

    assert opened == [400]
    assert not ended
    assert (await store_facts(real, RETAILER)).installed
    assert (await real.shopify.call(store.id, read_shop)).name == "Corner"


async def test_a_store_that_left_and_came_back_while_its_first_token_is_refused_is_not_taken_for_dead(
    real: Shops,
) -> None:
    """A10, A13: the first tokens of the new installation are other ones than the first of the one before."""
    store = await store_facts(real, RETAILER)
    uninstall(real.world, real.store(RETAILER))
    refused: list[int] = []

    async def come_back(response: httpx.Response) -> None:
        if response.request.url.path.endswith("/access_token") and not refused:
            refused.append(response.status_code)
            async with real.open_uow(system_for(store.id)) as uow:
                await uninstall_store(uow, uow.now)
            install(real.world, real.store(RETAILER))
            await install_by_id_token(real.shopify, RETAILER, id_token(real.world, real.store(RETAILER)))

    real.shopify.client.http.event_hooks["response"] = [come_back]

    name = (await real.shopify.call(store.id, read_shop)).name

    assert refused
    assert name == "Corner"
    assert (await store_facts(real, RETAILER)).access_state is AccessState.WORKING


async def test_a_store_frozen_while_its_token_is_renewed_is_not_taken_for_dead(real: Shops) -> None:
    """A17: Shopify answers 402 to the refresh itself."""
    store_id = await expired(real)
    real.shopify.client.http.event_hooks["response"] = [answer_refresh_with(402)]

    with pytest.raises(StoreFrozen):
        await real.shopify.call(store_id, read_shop)

    assert (await store_facts(real, RETAILER)).access_state is AccessState.FROZEN


async def test_a_store_that_is_not_found_while_its_token_is_renewed_is_not_taken_for_dead(real: Shops) -> None:
    """A15: it may have another name by now, and lets us in there."""
    store_id = await expired(real)
    gone = real.world.stores.pop(RETAILER)

    with pytest.raises(StoreMissing):
        await real.shopify.call(store_id, read_shop)

    assert gone.id
    assert not (await store_facts(real, RETAILER)).needs_reopening
    assert await open_problems(real, store_id) == ["store_silent"]


async def test_a_store_that_gives_no_answer_is_left_alone_and_looked_at_by_one(real: Shops, clock: FixedClock) -> None:
    """D17: five calls in a row without an answer; then none but one at growing intervals, and one exception."""
    store = await store_facts(real, RETAILER)
    real.world.faults = Faults(seed=1, profile="rules", rules=[Rule(action="server_error")])
    for _ in range(2):
        with pytest.raises(Unavailable):
            await real.shopify.call(store.id, read_shop)
    calls: list[int] = []

    for seconds in (0, 29, 2, 0, 30, 31, 61, 121):
        clock.at += timedelta(seconds=seconds)
        before = len(real.world.requests)
        with pytest.raises(Unavailable):
            await real.shopify.call(store.id, read_shop)
        calls.append(len(real.world.requests) - before)

    assert calls == [0, 0, 1, 0, 0, 1, 0, 1]
    assert (await store_facts(real, RETAILER)).access_state is AccessState.SILENT
    assert await open_problems(real, store.id) == ["store_silent"]

    real.world.faults = Faults(seed=1)
    clock.at += timedelta(minutes=10)
    assert (await real.shopify.call(store.id, read_shop)).name == "Corner"
    assert (await store_facts(real, RETAILER)).access_state is AccessState.WORKING
    assert await open_problems(real, store.id) == []


async def test_a_frozen_store_that_falls_silent_is_told_of_by_what_is_so_now(real: Shops, clock: FixedClock) -> None:
    """A17 D17: one entry at a time."""
    store = await store_facts(real, RETAILER)
    freeze(real.world, real.store(RETAILER), True)
    with pytest.raises(StoreFrozen):
        await real.shopify.call(store.id, read_shop)
    freeze(real.world, real.store(RETAILER), False)
    real.world.faults = Faults(seed=1, profile="rules", rules=[Rule(action="server_error")])

    for _ in range(2):
        clock.at += timedelta(minutes=1)
        with pytest.raises(Unavailable):
            await real.shopify.call(store.id, read_shop)

    assert await open_problems(real, store.id) == ["store_silent"]


async def test_one_missed_answer_is_no_silence_though_there_was_one_before(real: Shops, clock: FixedClock) -> None:
    """D17: the process that counted the silence is not the one that saw it end."""
    store = await store_facts(real, RETAILER)
    counted = ConnectedShopify(real.open_uow, ShopifyClient(real.shopify.client.http), real.shopify.settings)
    real.world.faults = Faults(seed=1, profile="rules", rules=[Rule(action="server_error")])
    for _ in range(2):
        with pytest.raises(Unavailable):
            await counted.call(store.id, read_shop)
    silent = (await store_facts(real, RETAILER)).access_state
    real.world.faults = Faults(seed=1)
    clock.at += timedelta(minutes=1)
    await real.shopify.call(store.id, read_shop)
    real.world.faults = Faults(seed=1, profile="rules", rules=[Rule(action="server_error", nth=1)])

    with suppress(Unavailable):
        await counted.call(store.id, read_shop)

    assert silent is AccessState.SILENT
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


async def open_problems(shops: Shops, store_id: int) -> list[str]:
    async with shops.open_uow(system_for(store_id)) as uow:
        return [each.kind for each in await open_exceptions(uow.session)]


def answer_refresh_with(status: int) -> Hook:
    """Let requests for a token be answered with this status."""

    async def answer(response: httpx.Response) -> None:
        if response.request.url.path.endswith("/access_token"):
            response.status_code = status

    return answer


def lose_one() -> Hook:
    """Let one answer to a request for a token get lost on its way."""
    lost: list[str] = []

    async def lose(response: httpx.Response) -> None:
        if response.request.url.path.endswith("/access_token") and not lost:
            lost.append("this one")
            raise httpx.ReadTimeout("lost", request=response.request)

    return lose
