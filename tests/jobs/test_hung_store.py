"""One store that does not answer never slows the others: a real worker, two stores, one of which hangs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar

import pytest

from app.core.clock import FixedClock
from app.core.runtime import Runtime
from app.core.unit_of_work import SYSTEM, system_for
from app.exceptions.queries import list_exceptions
from app.exceptions.service import NO_STORE
from app.gateways.shopify.client import ShopifyClient
from app.gateways.shopify.shop import read_shop
from app.job_runs.declaration import Job
from app.job_runs.service import enqueue
from app.stores.flows import ConnectedShopify
from jobs.context import JobContext
from jobs.registry import Handled
from jobs.worker import NearBell, Worker
from simulator.faults.faults import Faults, Rule
from tests.support.database import TestDatabase
from tests.support.linked import store_facts
from tests.support.shops import PARTNER, RETAILER, Shops, alive_shops
from tests.support.workers import Ring, make_runner, queue, rows, until

pytestmark = pytest.mark.anyio
HANGS, WORKS = PARTNER, RETAILER


@dataclass(frozen=True, slots=True)
class Look(Job):
    """A job that is one call to a store."""

    name: ClassVar[str] = "test.look"

    store_id: int
    number: int


async def look(context: JobContext, job: Look) -> None:
    await context.shopify.call(job.store_id, read_shop)


@pytest.fixture
async def real(fresh_database: TestDatabase, clock: FixedClock) -> AsyncIterator[Shops]:
    """Two shops whose hub commits; its own jobs are out of the way."""
    async with alive_shops(fresh_database, clock) as opened:
        for domain in (HANGS, WORKS):
            opened.make_shop(domain)
            await opened.load(domain)
        await opened.work()
        yield opened


@asynccontextmanager
async def working(shops: Shops) -> AsyncIterator[None]:
    """A worker with four hands, that waits half a second for an answer."""
    runtime = replace(shops.runner.runtime, settings=replace(shops.runner.runtime.settings, worker_jobs=4))
    client = ShopifyClient(shops.shopify.client.http, patience=0.5)
    shopify = ConnectedShopify(shops.open_uow, client, runtime.settings)
    bell = NearBell(runtime.bell)
    runner = replace(
        shops.runner,
        runtime=runtime,
        shopify=shopify,
        handlers={**shops.runner.handlers, Look.name: Handled(Look, look)},
        held={},
    )
    worker = Worker(runner, hands=4, bell=bell, farewell=0.5)
    serving = asyncio.create_task(worker.serve())
    try:
        yield
    finally:
        worker.stop()
        await serving


async def ask(shops: Shops, store_id: int, numbers: range) -> None:
    async with shops.open_uow(SYSTEM) as uow:
        for number in numbers:
            await enqueue(uow, Look(store_id, number))


async def count(shops: Shops, store_id: int, state: str) -> int:
    found = await rows(shops.runner.runtime, "store_id, state, name")
    return found.count((store_id, state, Look.name))


async def problems(shops: Shops, *store_ids: int) -> list[tuple[str, bool]]:
    found = []
    for store_id in store_ids:
        async with shops.open_uow(system_for(store_id)) as uow:
            found += [(each.kind, each.resolved_at is None) for each in await list_exceptions(uow.session)]
    return found


async def test_a_store_that_hangs_does_not_slow_another_one(real: Shops, clock: FixedClock) -> None:
    """D19 A10: hands stay free, the store is left alone after a few calls, one exception tells of it, it heals."""
    hangs, works = (await store_facts(real, HANGS)).id, (await store_facts(real, WORKS)).id
    real.world.faults = Faults(seed=1, profile="rules", rules=[Rule(shop=HANGS, action="delay", seconds=60)])
    await ask(real, hangs, range(12))
    await ask(real, works, range(12))

    async with working(real):
        await until(lambda: is_count(real, works, "done", 12))
        waiting_meanwhile = await count(real, hangs, "running") + await count(real, hangs, "queued")
        await until(lambda: is_count(real, hangs, "queued", 12))
        during = await problems(real, hangs, works, NO_STORE)
        silences = real.shopify.client.silences

        real.world.faults = Faults(seed=1)
        clock.at += timedelta(minutes=10)
        await until(lambda: is_count(real, hangs, "done", 12, turning=clock), seconds=20)

    assert waiting_meanwhile == 12
    assert during == [("store_silent", True)]
    assert await problems(real, hangs, works, NO_STORE) == [("store_silent", False)]
    assert not silences.are_many(HANGS)


async def test_a_worker_keeps_hands_for_other_stores(alive: Runtime) -> None:
    """Of ten hands a store gets seven, however much of it is due and whoever was first."""
    await queue(alive, *(Ring(number, store_id=1) for number in range(20)), Ring(20, store_id=2), Ring(21, store_id=3))
    runner = make_runner(alive)

    claimed = await runner.claim(10)
    more = await runner.claim(10)

    assert sorted(each.run.store_id or 0 for each in claimed) == [1] * 7 + [2, 3]
    assert more == []
    runner.held.pop(claimed[0].run.id)
    assert [each.run.store_id for each in await runner.claim(10)] == [1]


async def is_count(shops: Shops, store_id: int, state: str, wanted: int, turning: FixedClock | None = None) -> bool:
    if turning:
        turning.at += timedelta(seconds=1)
    return await count(shops, store_id, state) == wanted
