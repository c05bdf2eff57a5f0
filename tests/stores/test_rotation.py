"""Secrets rotated while everything runs: encryption keys, the client secret, tokens nobody used for long."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import anyio
import pytest
from sqlalchemy import text

from app.core.clock import FixedClock, machine_now
from app.core.crypto import Vault
from app.core.errors import Unavailable
from app.core.runtime import build_runtime
from app.core.settings import Settings
from app.core.unit_of_work import SYSTEM
from app.gateways.shopify.client import ShopifyClient
from app.gateways.shopify.shop import read_shop
from app.gateways.shopify.webhooks import sign
from app.stores import commands
from app.stores.errors import AccessLost
from app.stores.flows import ConnectedShopify, reseal_tokens, sweep_tokens
from app.stores.states import AccessState
from jobs.subscriptions import subscribers
from simulator.world.apps import freeze
from tests.support.database import TestDatabase
from tests.support.linked import store_facts
from tests.support.shops import PARTNER, RETAILER, Shops, alive_shops
from tests.support.workers import environment_of

pytestmark = pytest.mark.anyio
OLD_KEY = f"k1:{base64.b64encode(bytes(32)).decode()}"
NEW_KEY = f"k2:{base64.b64encode(bytes(range(32))).decode()}"
NEW_SECRET = "a-new-client-secret-of-more-than-32-bytes"


@pytest.fixture
async def real(fresh_database: TestDatabase, clock: FixedClock) -> AsyncIterator[Shops]:
    """Two shops whose hub commits."""
    async with alive_shops(fresh_database, clock) as opened:
        for domain in (RETAILER, PARTNER):
            opened.make_shop(domain)
            await opened.load(domain)
        await opened.work()
        yield opened


def process(shops: Shops, **changed: Any) -> ConnectedShopify:
    """The way to the stores of a process that was started with other settings."""
    settings: Settings = replace(shops.shopify.settings, **changed)
    return ConnectedShopify(shops.open_uow, shops.shopify.client, settings)


async def sealed_by(shops: Shops) -> set[str]:
    """The ids of the keys with which anything is sealed."""
    async with shops.open_uow(SYSTEM) as uow:
        rows = (await uow.session.execute(text("SELECT sealed_access, sealed_refresh FROM access_tokens"))).all()
    return {Vault.key_of(shops.shopify.vault, each) for row in rows for each in row}


async def shop_name(shopify: ConnectedShopify, store_id: int) -> str:
    return (await shopify.call(store_id, read_shop)).name


async def test_tokens_are_sealed_anew_while_everything_runs(real: Shops) -> None:
    """Processes with either order of keys go on, before, during and after; then the old key is not needed."""
    store_id = (await store_facts(real, RETAILER)).id
    before, after = (
        process(real, encryption_keys=f"{OLD_KEY},{NEW_KEY}"),
        process(real, encryption_keys=f"{NEW_KEY},{OLD_KEY}"),
    )
    only_new = process(real, encryption_keys=NEW_KEY)
    with pytest.raises(Unavailable):
        await shop_name(only_new, store_id)

    first = await reseal_tokens(real.open_uow, after.vault)
    again = await reseal_tokens(real.open_uow, after.vault)

    assert (first.stores, again.stores, first.unopened) == (2, 0, {})
    assert await sealed_by(real) == {"k2"}
    for shopify in (before, after, only_new):
        assert await shop_name(shopify, store_id) == "Corner"
    with pytest.raises(Unavailable):
        await shop_name(process(real), store_id)  # this one waits for its restart; nothing is marked or lost
    assert await shop_name(only_new, store_id) == "Corner"


async def test_a_token_that_was_refused_and_sealed_anew_meanwhile_is_still_renewed(real: Shops) -> None:
    """Sealing makes no new token: who saw the old one must not take it for renewed."""
    store = await store_facts(real, RETAILER)
    await shop_name(real.shopify, store.id)
    real.store(RETAILER).app.tokens[-1].expires_at = machine_now()

    await reseal_tokens(real.open_uow, Vault.from_text(f"{NEW_KEY},{OLD_KEY}"))

    shopify = process(real, encryption_keys=f"{OLD_KEY},{NEW_KEY}")
    assert await shop_name(shopify, store.id) == "Corner"
    assert len(real.store(RETAILER).app.tokens) == 2


async def test_an_unknown_key_is_told_and_nothing_is_touched(real: Shops) -> None:
    resealed = await reseal_tokens(real.open_uow, Vault.from_text(NEW_KEY))

    assert (resealed.stores, resealed.unopened) == (0, {"k1": 2})
    assert await sealed_by(real) == {"k1"}


@pytest.mark.usefixtures("sink_restored")
async def test_the_command_says_when_the_old_key_may_go(real: Shops) -> None:
    environment = environment_of(real.shopify.settings, TOKEN_ENCRYPTION_KEYS=f"{NEW_KEY},{OLD_KEY}")

    first = await commands.rotate_keys(environment, subscribers())
    second = await commands.rotate_keys(environment, subscribers())

    assert first[0] == "Sealed the tokens of 2 stores anew, with key k2."
    assert "run this again" in first[1]
    assert second[0] == "Sealed the tokens of 0 stores anew, with key k2."
    assert "k1" in second[1]
    assert "remove it" in second[1]


async def test_while_the_client_secret_is_rotated_both_are_good(real: Shops) -> None:
    """First we know the new one and Shopify does not; then both; in the end Shopify signs with the new one."""
    store = await store_facts(real, RETAILER)
    world, old = real.world, real.world.settings.api_secret
    ours = process(real, api_secret=NEW_SECRET, api_secret_previous=old)
    await ours.renew(store.id)
    early = await tied_to(real, store.id)

    world.settings = replace(world.settings, api_secret=NEW_SECRET, old_api_secret=old)
    swept = await sweep_tokens(ours)
    jobs = await queued(real, "stores.renew_token")
    await ours.renew(store.id)
    late = await tied_to(real, store.id)
    world.settings = replace(world.settings, old_api_secret=None)

    assert ours.settings.api_secrets == (NEW_SECRET, old)
    assert sign(b"x", old) != sign(b"x", NEW_SECRET)
    assert (swept, jobs) == (2, 2)
    assert early != late
    assert await shop_name(process(real, api_secret=NEW_SECRET), store.id) == "Corner"
    await process(real, api_secret=NEW_SECRET).renew(store.id)


async def test_a_process_with_a_wrong_client_secret_closes_no_store(real: Shops) -> None:
    """A10: Shopify refuses the process, not the store: nobody has to open the app again."""
    store = await store_facts(real, RETAILER)

    for _ in range(2):
        with pytest.raises(Unavailable) as refused:
            await process(real, api_secret=NEW_SECRET).renew(store.id)
        assert not isinstance(refused.value, AccessLost)

    assert (await store_facts(real, RETAILER)).access_state is AccessState.WORKING
    await process(real).renew(store.id)
    assert await shop_name(process(real), store.id) == "Corner"


async def tied_to(shops: Shops, store_id: int) -> str:
    async with shops.open_uow(SYSTEM) as uow:
        mark = text("SELECT minted_by FROM access_tokens WHERE store_id = :id")
        return str(await uow.session.scalar(mark, {"id": store_id}))


async def queued(shops: Shops, name: str) -> int:
    async with shops.open_uow(SYSTEM) as uow:
        waiting = text("SELECT count(*) FROM job_runs WHERE name = :name AND state = 'queued'")
        return int(await uow.session.scalar(waiting, {"name": name}) or 0)


async def test_tokens_nobody_used_for_long_are_renewed(real: Shops) -> None:
    """A daily sweep: no refresh token comes near its ninety days; a frozen store keeps its own and is tried again."""
    retailer, partner = await store_facts(real, RETAILER), await store_facts(real, PARTNER)
    assert await sweep_tokens(real.shopify) == 0
    async with real.open_uow(SYSTEM) as uow:
        soon = {"at": machine_now() + timedelta(days=59)}
        await uow.session.execute(text("UPDATE access_tokens SET refresh_expires_at = :at"), soon)
    freeze(real.world, real.store(PARTNER), True)

    assert await sweep_tokens(real.shopify) == 2
    await real.work()

    assert await sweep_tokens(real.shopify) == 0
    for domain in (RETAILER, PARTNER):
        assert len(real.store(domain).app.tokens) == 2
    assert retailer.id != partner.id


@asynccontextmanager
async def another_process(shops: Shops, clock: FixedClock) -> AsyncIterator[ConnectedShopify]:
    """A second process of the hub, with connections of its own."""
    settings = shops.shopify.settings
    async with replace(build_runtime(settings), clock=clock).running() as runtime:
        client = ShopifyClient(shops.shopify.client.http)
        yield ConnectedShopify(runtime.units_of_work(subscribers()), client, settings)


async def test_two_processes_renew_once(real: Shops, clock: FixedClock) -> None:
    """A8: at 14:00:01 two processes that know nothing of each other need the token; one asks, both use it."""
    store = await store_facts(real, RETAILER)
    async with real.open_uow(SYSTEM) as uow:
        await uow.session.execute(text("UPDATE access_tokens SET expires_at = :at"), {"at": machine_now()})
    refresh_before = real.store(RETAILER).app.tokens[-1].refresh_token
    names: list[str] = []

    async def work(shopify: ConnectedShopify) -> None:
        names.append(await shop_name(shopify, store.id))

    async with another_process(real, clock) as other, anyio.create_task_group() as group:
        for shopify in (process(real), other):
            for _ in range(3):
                group.start_soon(work, shopify)

    tokens = real.store(RETAILER).app.tokens
    assert names == ["Corner"] * 6
    assert len(tokens) == 2
    assert tokens[-1].used_at is not None
    assert tokens[-1].refresh_token != refresh_before


async def test_keys_are_rotated_while_two_processes_renew(real: Shops, clock: FixedClock) -> None:
    """Whatever meets: nobody is locked out, and nothing stays sealed with a key that is to go."""
    store = await store_facts(real, RETAILER)
    vaults = [Vault.from_text(f"{OLD_KEY},{NEW_KEY}"), Vault.from_text(f"{NEW_KEY},{OLD_KEY}")]
    both = process(real, encryption_keys=f"{NEW_KEY},{OLD_KEY}")

    async def renew(shopify: ConnectedShopify) -> None:
        for _ in range(5):
            await shopify.renew(store.id)
            assert await shop_name(shopify, store.id) == "Corner"

    async with another_process(real, clock) as other:
        other.vault = vaults[0]
        async with anyio.create_task_group() as group:
            group.start_soon(renew, both)
            group.start_soon(renew, other)
            for number in range(10):
                await reseal_tokens(real.open_uow, vaults[number % 2])
    await reseal_tokens(real.open_uow, vaults[1])

    assert await sealed_by(real) == {"k2"}
    assert await shop_name(process(real, encryption_keys=NEW_KEY), store.id) == "Corner"
