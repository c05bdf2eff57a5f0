"""Deliveries that come at the same time: one statement and one commit, and each is judged as if it had come alone."""

import asyncio
import base64
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from app.core.direct import Direct, Row
from app.core.errors import Unavailable
from app.core.local_services.postgres import Postgres
from app.core.runtime import Runtime
from tests.support.database import TestDatabase
from tests.support.hub import MONDAY_NOON, web_client

pytestmark = pytest.mark.anyio

SECRET = "client-secret-of-the-tests"
RETAILER, PARTNER = "retailer.myshopify.com", "partner.myshopify.com"
STORE = """
INSERT INTO stores (shopify_shop_id, shop_domain, name, role, currency, time_zone, granted_scopes, installed_at,
                    access_state)
VALUES (%(shop)s, %(shop)s, 'Shop', %(role)s, 'EUR', 'Europe/Berlin', '{}', %(at)s, 'working') RETURNING id
"""


@pytest.fixture
async def hub(alive: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the web application whose commits are real."""
    async with web_client(alive) as client:
        yield client


@pytest.fixture
async def stores(hub: httpx.AsyncClient, alive: Runtime) -> dict[str, int]:
    """A retailer and a partner that installed the app."""
    ids = {}
    for shop, role in ((RETAILER, "retailer"), (PARTNER, "partner")):
        ((ids[shop],),) = await alive.direct.rows(STORE, {"shop": shop, "role": role, "at": MONDAY_NOON})
    return ids


async def deliver(
    hub: httpx.AsyncClient, webhook_id: str, body: Any = None, *, topic: str = "orders/create", shop: str = RETAILER
) -> int:
    raw = json.dumps(body or {"id": 1, "tags": ""}).encode()
    signature = base64.b64encode(hmac.digest(SECRET.encode(), raw, "sha256")).decode()
    sent = {"Topic": topic, "Shop-Domain": shop, "Webhook-Id": webhook_id, "Hmac-Sha256": signature}
    answer = await hub.post(
        "/webhooks/shopify", content=raw, headers={f"X-Shopify-{name}": value for name, value in sent.items()}
    )
    return answer.status_code


async def test_concurrent_deliveries_share_a_commit(
    hub: httpx.AsyncClient, alive: Runtime, stores: dict[str, int]
) -> None:
    statuses = await asyncio.gather(*(deliver(hub, str(number)) for number in range(150)))

    assert set(statuses) == {200}
    ((rows, transactions),) = await alive.direct.rows(
        "SELECT count(*), count(DISTINCT xmin::text) FROM inbox_events", {}
    )
    assert rows == 150
    assert transactions < 15  # some come while the first is being written, and a batch is bounded
    jobs = await alive.direct.rows(
        "SELECT count(*), count(DISTINCT request_id), count(DISTINCT coalesce_key), min(store_id) FROM job_runs", {}
    )
    assert jobs == [(150, 150, 150, stores[RETAILER])]


async def test_a_delivery_twice_in_one_batch_is_stored_once(
    hub: httpx.AsyncClient, alive: Runtime, stores: dict[str, int]
) -> None:
    """E1: twice at the same instant, among others; also where the shop's name is spelt otherwise."""
    statuses = await asyncio.gather(
        *(deliver(hub, "first", {"id": 1}) for _ in range(3)),
        deliver(hub, "second", {"id": 2}),
        deliver(hub, "first", {"id": 3}, shop=RETAILER.upper()),
        deliver(hub, "first", {"id": 4}, shop="another.myshopify.com"),
    )

    assert set(statuses) == {200}
    kept = await alive.direct.rows("SELECT webhook_id, shop_domain, store_id FROM inbox_events ORDER BY 1, 2", {})
    assert kept == [
        ("first", "another.myshopify.com", None),
        ("first", RETAILER, stores[RETAILER]),
        ("second", RETAILER, stores[RETAILER]),
    ]
    assert await alive.direct.rows("SELECT count(*) FROM job_runs", {}) == [(3,)]


async def test_each_of_a_batch_is_judged_by_itself(
    hub: httpx.AsyncClient, alive: Runtime, stores: dict[str, int]
) -> None:
    """E32, INV7: a partner's own business is dropped and counted, whatever comes with it."""
    await alive.direct.rows("INSERT INTO known_resources VALUES (%(shop)s, 'order', '77')", {"shop": PARTNER})
    theirs = {"id": 5, "tags": "", "email": "anna@example.com"}

    statuses = await asyncio.gather(
        deliver(hub, "1", theirs),
        deliver(hub, "2", theirs, topic="orders/updated", shop=PARTNER),
        deliver(hub, "2", theirs, topic="orders/updated", shop=PARTNER),
        deliver(hub, "3", theirs, topic="fulfillments/create", shop=PARTNER),
        deliver(hub, "4", {"id": 77}, topic="orders/updated", shop=PARTNER),
        deliver(hub, "5", {"id": 78, "tags": "ph-3-2026-11-06-1"}, topic="orders/updated", shop=PARTNER),
        deliver(hub, "6", {"id": 5}, topic="products/update", shop=PARTNER),
        deliver(hub, "7", theirs, topic="orders/updated", shop="nobody.myshopify.com"),
    )

    assert set(statuses) == {200}
    kept = await alive.direct.rows("SELECT webhook_id FROM inbox_events ORDER BY webhook_id", {})
    assert [webhook_id for (webhook_id,) in kept] == ["1", "4", "5", "6", "7"]
    counted = await alive.direct.rows("SELECT shop_domain, topic, day, count FROM dropped_webhooks ORDER BY topic", {})
    assert counted == [
        (PARTNER, "fulfillments/create", MONDAY_NOON.date(), 1),
        (PARTNER, "orders/updated", MONDAY_NOON.date(), 2),
    ]


async def test_what_the_database_refuses_fails_alone(
    hub: httpx.AsyncClient, alive: Runtime, postgres: Postgres, fresh_database: TestDatabase, stores: dict[str, int]
) -> None:
    """A row nobody thought of: it gets its failure, its neighbours are stored."""
    with postgres.connect(fresh_database.name) as superuser:
        superuser.execute("ALTER TABLE inbox_events ADD CHECK (topic <> 'bad/topic')")

    answers = await asyncio.gather(
        *(deliver(hub, str(number), topic="bad/topic" if number == 4 else "orders/create") for number in range(9)),
        return_exceptions=True,
    )

    assert [number for number, answer in enumerate(answers) if answer != 200] == [4]
    assert type(answers[4]).__name__ == "CheckViolation"  # which Shopify reads as a 500
    kept = await alive.direct.rows("SELECT webhook_id FROM inbox_events ORDER BY 1", {})
    assert [webhook_id for (webhook_id,) in kept] == [str(number) for number in range(9) if number != 4]


@dataclass(frozen=True)
class LosesAnswers:
    """A database whose answer is lost after the commit, as when the process is killed there."""

    direct: Direct

    async def rows(self, statement: str, parameters: Mapping[str, Any]) -> list[Row]:
        """Do it, and do not say so."""
        await self.direct.rows(statement, parameters)
        raise Unavailable


async def test_a_repeat_after_a_lost_answer_is_harmless(
    hub: httpx.AsyncClient, alive: Runtime, stores: dict[str, int]
) -> None:
    """Killed between commit and answer: Shopify sends again, and it is the same row."""
    async with web_client(replace(alive, direct=LosesAnswers(alive.direct), openers=(), closers=())) as dying:
        before = await asyncio.gather(*(deliver(dying, str(number)) for number in range(5)))
    again = await asyncio.gather(*(deliver(hub, str(number)) for number in range(7)))

    assert (set(before), set(again)) == ({503}, {200})
    assert await alive.direct.rows("SELECT count(*) FROM inbox_events", {}) == [(7,)]
    assert await alive.direct.rows("SELECT count(*) FROM job_runs", {}) == [(7,)]


async def test_who_hangs_up_harms_nobody(hub: httpx.AsyncClient, alive: Runtime, stores: dict[str, int]) -> None:
    waiting = [asyncio.create_task(deliver(hub, str(number))) for number in range(40)]
    await asyncio.sleep(0)
    for leaving in waiting[::3]:
        leaving.cancel()
    answers = await asyncio.gather(*waiting, return_exceptions=True)

    stayed = [answer for number, answer in enumerate(answers) if number % 3]
    assert set(stayed) == {200}
    kept = {int(row[0]) for row in await alive.direct.rows("SELECT webhook_id FROM inbox_events", {})}
    assert kept >= {number for number in range(40) if number % 3}


async def test_six_hundred_orders_at_once_are_all_kept_and_the_queue_is_seen(
    hub: httpx.AsyncClient, alive: Runtime, stores: dict[str, int]
) -> None:
    """E24: nothing is lost, and how much waits can be read."""
    statuses = await asyncio.gather(*(deliver(hub, f"w-{number}", {"id": number}) for number in range(600)))
    bearer = {"Authorization": f"Bearer {alive.settings.internal_secret}"}
    quiet = (await hub.get("/internal/quiet", headers=bearer)).json()

    assert set(statuses) == {200}
    assert (quiet["inbox_unhandled"], quiet["jobs_due"]) == (600, 600)
