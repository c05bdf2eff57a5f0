import asyncio
import base64
import hmac
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from starlette.types import Message

from app.asgi import create_app
from app.core.local_services.postgres import Postgres
from app.core.runtime import Runtime
from app.core.unit_of_work import SYSTEM, UnitsOfWork
from app.inbox.service import remember_resource
from tests.support.database import TestDatabase
from tests.support.hub import MONDAY_NOON, make_settings, web_client
from webhooks.shopify import LARGEST_BODY

pytestmark = pytest.mark.anyio

SECRET = "client-secret-of-the-tests"
RETAILER, PARTNER = "retailer.myshopify.com", "partner.myshopify.com"
ORDER = {"id": 820982911946154500, "updated_at": "2026-11-02T11:59:00Z", "tags": ""}


def signed(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


async def deliver(hub: httpx.AsyncClient, body: Any = ORDER, *, secret: str = SECRET, **headers: Any) -> httpx.Response:
    """Deliver as Shopify does; a header given as None is left out."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent: dict[str, str | None] = {
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Shop-Domain": RETAILER,
        "X-Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        "X-Shopify-Event-Id": "98880550-7158-44d4-b7cd-2c97c8a091b5",
        "X-Shopify-Triggered-At": "2026-11-02T11:59:00Z",
        "X-Shopify-API-Version": "2026-10",
        "X-Shopify-Hmac-Sha256": signed(raw, secret),
    }
    sent |= {f"X-Shopify-{name.replace('_', '-')}": value for name, value in headers.items()}
    given = [(name.encode(), value.encode("latin-1")) for name, value in sent.items() if value is not None]
    return await hub.post("/webhooks/shopify", content=raw, headers=given)


async def stored(runtime: Runtime, columns: str = "shop_domain, topic, store_id") -> list[tuple[Any, ...]]:
    return await runtime.direct.rows(f"SELECT {columns} FROM inbox_events ORDER BY id", {})


@pytest.fixture
async def stores(open_uow: UnitsOfWork) -> dict[str, int]:
    """A retailer and a partner that installed the app."""
    ids = {}
    async with open_uow(SYSTEM) as uow:
        for role, domain in (("retailer", RETAILER), ("partner", PARTNER)):
            added = await uow.session.execute(
                text(
                    "INSERT INTO stores (shopify_shop_id, shop_domain, name, role, currency, time_zone, granted_scopes,"
                    " installed_at, access_state) VALUES (:domain, :domain, :domain, :role, 'EUR', 'Europe/Berlin',"
                    " '{}', :at, 'working') RETURNING id"
                ),
                {"domain": domain, "role": role, "at": MONDAY_NOON},
            )
            ids[domain] = added.scalar_one()
    return ids


async def test_a_signed_delivery_is_stored_with_its_job(
    hub: httpx.AsyncClient, runtime: Runtime, stores: dict[str, int]
) -> None:
    body = json.dumps(ORDER).encode()

    answer = await deliver(hub, body)

    assert answer.status_code == 200
    columns = "shop_domain, topic, store_id, webhook_id, event_id, triggered_at, api_version, body, received_at"
    assert await stored(runtime, columns) == [
        (
            *(RETAILER, "orders/create", stores[RETAILER], "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043"),
            *("98880550-7158-44d4-b7cd-2c97c8a091b5", "2026-11-02T11:59:00Z", "2026-10", body, MONDAY_NOON),
        )
    ]
    ((name, arguments, store_id, run_at, request_id),) = await runtime.direct.rows(
        "SELECT name, arguments, store_id, run_at, request_id FROM job_runs", {}
    )
    assert (name, store_id, run_at) == ("inbox.handle", stores[RETAILER], MONDAY_NOON)
    assert arguments["store_id"] == stores[RETAILER]
    assert request_id == answer.headers["X-Request-Id"]


async def test_a_delivery_is_stored_once(hub: httpx.AsyncClient, runtime: Runtime, stores: dict[str, int]) -> None:
    """E1: the same delivery three times is one row and one job; another delivery is another."""
    answers = [await deliver(hub) for _ in range(3)] + [await deliver(hub, Webhook_Id="another")]

    assert {answer.status_code for answer in answers} == {200}
    assert len(await stored(runtime)) == 2
    assert await runtime.direct.rows("SELECT count(*) FROM job_runs", {}) == [(2,)]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_another_method_is_not_allowed(hub: httpx.AsyncClient, method: str) -> None:
    answer = await hub.request(method, "/webhooks/shopify")

    assert answer.status_code == 405


@pytest.mark.parametrize(
    "signature", [None, "", "x", signed(b"{}"), "\xe9", signed(json.dumps(ORDER).encode(), "other")]
)
async def test_a_bad_signature_is_refused_and_nothing_stored(
    hub: httpx.AsyncClient, runtime: Runtime, signature: str | None
) -> None:
    """E5: 401, nothing stored, whatever else is wrong."""
    for topic in ("orders/create", None):
        answer = await deliver(hub, Hmac_Sha256=signature, Topic=topic)
        assert answer.status_code == 401

    assert await stored(runtime) == []


@pytest.mark.parametrize(
    "headers",
    [{name: value} for name in ("Topic", "Shop_Domain", "Webhook_Id") for value in (None, "", "  ")]
    + [{"Webhook_Id": "x" * 256}, {"Event_Id": "x" * 256}],
)
async def test_missing_blank_and_overlong_headers_are_refused(
    hub: httpx.AsyncClient, runtime: Runtime, headers: dict[str, Any]
) -> None:
    answer = await deliver(hub, **headers)

    assert answer.status_code == 400
    assert await stored(runtime) == []


async def test_the_longest_id_is_stored(hub: httpx.AsyncClient, runtime: Runtime) -> None:
    answer = await deliver(hub, Webhook_Id="x" * 255, Event_Id=None)

    assert answer.status_code == 200
    assert await stored(runtime, "webhook_id, event_id") == [("x" * 255, None)]


@pytest.mark.parametrize("body", [b"", b"{", b'{"id": NaN}', b'{"id": "\xff"}', b"\xef\xbb\xbf{}", b"{}x", b"<html>"])
async def test_what_is_not_json_is_refused(hub: httpx.AsyncClient, runtime: Runtime, body: bytes) -> None:
    """E6: signed but not JSON is 400."""
    assert (await deliver(hub, body)).status_code == 400
    assert (await deliver(hub, body, Topic=None)).status_code == 400
    assert await stored(runtime) == []


@pytest.mark.parametrize(
    "body",
    [
        *(b"null", b"3", b"[]", b'"text"', b' {"id": 1} ', b'{"note": "\\u0000"}', b'{"note": "\\ud800"}'),
        *(b"[" * 200_000 + b"]" * 200_000, b"1" * 10_000, b'{"id": 1e999}'),
    ],
)
async def test_any_signed_json_is_stored(hub: httpx.AsyncClient, runtime: Runtime, body: bytes) -> None:
    """E6: what only our parser cannot hold is judged in the job."""
    answer = await deliver(hub, body)

    assert answer.status_code == 200
    assert await stored(runtime, "body") == [(body,)]


async def test_the_size_is_counted_while_reading(hub: httpx.AsyncClient, runtime: Runtime) -> None:
    """E6: over 5 MiB is 413, with or without Content-Length; exactly 5 MiB is not."""
    text_of = b'"' + b"x" * (LARGEST_BODY - 2) + b'"'

    async def in_parts() -> AsyncIterator[bytes]:
        yield text_of
        yield b" "

    told = await deliver(hub, text_of + b" ", secret="wrong")
    untold = await hub.post("/webhooks/shopify", content=in_parts())
    exact = await deliver(hub, text_of)

    assert (told.status_code, untold.status_code, exact.status_code) == (413, 413, 200)
    assert len(await stored(runtime)) == 1


async def test_who_hangs_up_while_sending_leaves_nothing(runtime: Runtime) -> None:
    """It is no failure of ours either."""
    head = {"method": "POST", "path": "/webhooks/shopify", "headers": [], "query_string": b"", "http_version": "1.1"}
    coming: list[Message] = [
        {"type": "http.request", "body": b'{"id": ', "more_body": True},
        {"type": "http.disconnect"},
    ]
    answered: list[Message] = []

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        answered.append(message)

    async with httpx.AsyncClient() as outside:
        await create_app(runtime.settings, runtime, outside)({"type": "http", **head}, receive, send)

    assert answered[0]["status"] == 413  # which nobody reads
    assert await stored(runtime) == []


@pytest.mark.parametrize(
    ("shop", "kept"),
    [
        ("Retailer.MyShopify.com", RETAILER),
        ("nobody.myshopify.com", "nobody.myshopify.com"),
        ("retailer.myshopify.com.example.com", "retailer.myshopify.com.example.com"),
        (" retailer.myshopify.com", " retailer.myshopify.com"),
    ],
)
async def test_a_shop_is_taken_only_by_its_name(
    hub: httpx.AsyncClient, runtime: Runtime, stores: dict[str, int], shop: str, kept: str
) -> None:
    answer = await deliver(hub, Shop_Domain=shop)

    assert answer.status_code == 200
    ((domain, _, store_id),) = await stored(runtime)
    assert (domain, store_id) == (kept, stores.get(kept))


async def test_the_previous_secret_is_still_accepted(runtime: Runtime, database_url: str) -> None:
    rotating = make_settings(database_url, SHOPIFY_API_SECRET_PREVIOUS="secret-before")

    async with web_client(replace(runtime, settings=rotating)) as hub:
        assert (await deliver(hub, secret="secret-before")).status_code == 200
    async with web_client(runtime) as hub:
        assert (await deliver(hub, secret="secret-before")).status_code == 401
        assert (await deliver(hub, secret="")).status_code == 401


STRANGERS = [
    ("orders/updated", {"id": 1, "tags": "vip, ph-neutral", "email": "anna@example.com"}),
    ("orders/edited", {"order_edit": {"id": 5, "order_id": 1}}),
    ("fulfillments/create", {"id": 9, "order_id": 1, "email": "anna@example.com"}),
    ("draft_orders/update", {"id": 1, "tags": None}),
    ("draft_orders/delete", {"id": 1}),
    ("orders/updated", [1]),
    ("orders/updated", {"id": "820982911946154508"}),
    ("customers/update", {"id": 1, "email": "anna@example.com"}),
]


@pytest.mark.parametrize(("topic", "payload"), STRANGERS)
async def test_a_partners_own_business_is_dropped_and_counted(
    hub: httpx.AsyncClient, runtime: Runtime, stores: dict[str, int], topic: str, payload: Any
) -> None:
    """E32, INV7: dropped before storage; no personal field of it anywhere."""
    answers = [await deliver(hub, payload, Topic=topic, Shop_Domain=PARTNER) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert await stored(runtime) == []
    assert await runtime.direct.rows("SELECT count(*) FROM job_runs", {}) == [(0,)]
    assert await runtime.direct.rows("SELECT shop_domain, topic, count FROM dropped_webhooks", {}) == [
        (PARTNER, topic, 2)
    ]


async def test_strange_depth_hides_nothing_of_a_partners_business(
    hub: httpx.AsyncClient, runtime: Runtime, stores: dict[str, int]
) -> None:
    """E32: what cannot be read cannot be told to be ours."""
    body = b'{"tags": "ph-3-2026-11-02-1", "x": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"

    await deliver(hub, body, Topic="orders/updated", Shop_Domain=PARTNER)

    assert await stored(runtime) == []


async def test_what_is_ours_in_a_partners_store_comes_in(
    hub: httpx.AsyncClient, runtime: Runtime, open_uow: UnitsOfWork, stores: dict[str, int]
) -> None:
    async with open_uow(SYSTEM) as uow:
        await remember_resource(uow, PARTNER, "order", "gid://shopify/Order/77")
        await remember_resource(uow, PARTNER, "order", "gid://shopify/Order/77")
        await remember_resource(uow, PARTNER, "draft_order", "gid://shopify/DraftOrder/78")

    ours = [
        ("orders/updated", {"id": 1, "tags": "wholesale, ph-12-2026-11-06-1"}),
        ("orders/updated", {"id": 77, "tags": ""}),
        ("orders/edited", {"order_edit": {"order_id": 77}}),
        ("fulfillments/update", {"id": 3, "order_id": 77}),
        ("draft_orders/delete", {"id": 78}),
        ("products/update", {"id": 5}),
        ("customers/redact", {"shop_id": 5}),
    ]
    for number, (topic, payload) in enumerate(ours):
        await deliver(hub, payload, Topic=topic, Shop_Domain=PARTNER, Webhook_Id=str(number))
    for number, (topic, payload) in enumerate([("draft_orders/delete", {"id": 77}), ("orders/updated", {"id": 78})]):
        await deliver(hub, payload, Topic=topic, Shop_Domain=PARTNER, Webhook_Id=f"other {number}")

    assert [topic for _, topic, _ in await stored(runtime)] == [topic for topic, _ in ours]


async def test_503_while_the_database_is_away_and_200_when_it_is_back(
    postgres: Postgres, fresh_database: TestDatabase, alive: Runtime
) -> None:
    async with web_client(alive) as hub:
        assert (await deliver(hub)).status_code == 200
        with away(postgres, fresh_database):
            began = time.monotonic()
            answers = await asyncio.gather(*(deliver(hub, Webhook_Id=str(number)) for number in range(20)))
            waited = time.monotonic() - began
        afterwards = await deliver(hub, Webhook_Id="afterwards")
        kept = await stored(alive, "webhook_id")

    assert {answer.status_code for answer in answers} == {503}
    assert waited < 3  # each was answered within two seconds
    assert afterwards.status_code == 200
    assert [webhook_id for (webhook_id,) in kept] == ["b54557e4-bdd9-4b37-8a5f-bf7d70bcd043", "afterwards"]


async def test_a_restart_of_the_database_costs_nothing_when_it_is_quick(
    postgres: Postgres, fresh_database: TestDatabase, alive: Runtime
) -> None:
    async with web_client(alive) as hub:
        await asyncio.gather(*(deliver(hub, Webhook_Id=str(number)) for number in range(8)))
        with away(postgres, fresh_database):
            pass
        answers = await asyncio.gather(*(deliver(hub, Webhook_Id=f"after {number}") for number in range(8)))

    assert {answer.status_code for answer in answers} == {200}


@contextmanager
def away(postgres: Postgres, database: TestDatabase) -> Iterator[None]:
    """Take the database away: every connection ends and none can be made."""
    ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
    with postgres.connect() as superuser:
        superuser.execute(f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS false")
        superuser.execute(ends, [database.name])
        yield
        superuser.execute(f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS true")
