"""The budget that all processes share: the database decides as the rule does, and nobody is throttled."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import anyio
import pytest

from app.core.clock import FixedClock
from app.core.direct import DirectPool
from app.core.runtime import Runtime
from app.gateways.shopify.budget import JOBS, PAGES, Budget, Cost, OverBudget, Seen, Urgency, Wish, grant, until_news
from app.gateways.shopify.client import ShopifyClient
from app.gateways.shopify.products import list_products
from app.gateways.shopify.shop import read_shop
from app.stores.budgets import SharedBudgets
from app.stores.flows import ConnectedShopify
from tests.support.database import TestDatabase
from tests.support.linked import store_facts
from tests.support.shops import RETAILER, Shops, alive_shops

pytestmark = pytest.mark.anyio
SHOP = "oak.myshopify.com"


@pytest.mark.parametrize("points", [10, 100, 480, 900, 1900])
@pytest.mark.parametrize("reserve", [0.0, 0.25])
@pytest.mark.parametrize("available", [0, 90, 500, 1000, 1130, 1999, 2000])
async def test_the_database_decides_as_the_rule_does(
    runtime: Runtime, points: float, reserve: float, available: float
) -> None:
    budgets = SharedBudgets(runtime.direct)
    seen = Seen(Cost(points, available, 2000, 1e-9), age=0.0)
    wish = Wish(points, max(points, 125), reserve, 0.0, seen)

    drawn = await budgets.draw(SHOP, wish)

    assert drawn.free == pytest.approx(available)
    assert drawn.points == grant(wish, drawn.free, 2000)


async def test_what_was_promised_counts_until_it_is_told(runtime: Runtime) -> None:
    budgets = SharedBudgets(runtime.direct)
    dear = Wish(900, 900, 0.0, 0.0, Seen(Cost(900, 2000, 2000, 1e-9), 0.0))

    first = await budgets.draw(SHOP, dear)
    second = await budgets.draw(SHOP, replace(dear, seen=None))
    third = await budgets.draw(SHOP, replace(dear, seen=None))
    told = await budgets.draw(SHOP, replace(dear, seen=None, settled=1800))

    assert [each.points for each in (first, second, third, told)] == [900, 900, 0, 900]


async def test_promises_of_a_dead_process_are_forgotten(runtime: Runtime) -> None:
    budgets = SharedBudgets(runtime.direct)
    dear = Wish(1900, 1900, 0.0, 0.0, None)
    await budgets.draw(SHOP, dear)
    waiting = await budgets.draw(SHOP, dear)

    await runtime.direct.rows("UPDATE api_budgets SET promised_until = promised_until - interval '16 seconds'", {})

    assert waiting.points == 0
    assert (await budgets.draw(SHOP, dear)).points == 1900


async def test_an_older_look_at_the_bucket_does_not_count(runtime: Runtime) -> None:
    budgets = SharedBudgets(runtime.direct)
    await budgets.draw(SHOP, Wish(1, 1, 0.0, 0.0, Seen(Cost(1, 100, 2000, 1e-9), 0.0)))

    drawn = await budgets.draw(SHOP, Wish(1, 1, 0.0, 0.0, Seen(Cost(1, 2000, 2000, 1e-9), 5.0)))

    assert drawn.free == pytest.approx(99)


@pytest.fixture
async def real(fresh_database: TestDatabase, clock: FixedClock) -> AsyncIterator[Shops]:
    """Shops whose hub commits."""
    async with alive_shops(fresh_database, clock) as opened:
        opened.make_shop(RETAILER)
        await opened.load(RETAILER)
        yield opened


@asynccontextmanager
async def process(shops: Shops, url: str, urgency: Urgency) -> AsyncIterator[tuple[ConnectedShopify, list[float]]]:
    """Another process of the hub, which knows nothing of the others, and how long its calls waited for points."""
    waits: list[float] = []

    async def pause(seconds: float, news: anyio.Event) -> None:
        waits.append(seconds)
        await until_news(seconds, news)

    pool = DirectPool(url, 4)
    await pool.open()
    client = ShopifyClient(shops.shopify.client.http, budget=Budget(SharedBudgets(pool), urgency, pause))
    yield ConnectedShopify(shops.open_uow, client, shops.shopify.settings), waits
    await pool.close()


async def test_a_burst_by_two_workers_and_a_page_is_never_throttled(real: Shops, fresh_database: TestDatabase) -> None:
    """D19: more than the bucket holds, by processes that know nothing of each other; the page goes first."""
    store_id, before = (await store_facts(real, RETAILER)).id, len(real.world.requests)

    async def work(shopify: ConnectedShopify) -> None:
        done = 0
        while done < 6:
            try:
                await shopify.call(store_id, list_products, after=None)
                done += 1
            except OverBudget as busy:  # a job that waited for long is put back and comes again
                await anyio.sleep(busy.retry_after or 1)

    async with AsyncExitStack() as stack:
        one, waits = await stack.enter_async_context(process(real, fresh_database.url, JOBS))
        other, _ = await stack.enter_async_context(process(real, fresh_database.url, JOBS))
        page, waits_of_page = await stack.enter_async_context(process(real, fresh_database.url, PAGES))
        async with anyio.create_task_group() as group:
            for shopify in (one, other) * 4:
                group.start_soon(work, shopify)
            for _ in range(10):
                await page.call(store_id, read_shop)

    calls = real.world.requests[before:]
    assert {call.outcome for call in calls} == {"ok"}
    assert len(calls) == 58
    assert waits
    assert waits_of_page == []
