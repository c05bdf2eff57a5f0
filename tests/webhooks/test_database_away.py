"""Receiver and pages while the database is killed or frozen: 503 in time, nothing acknowledged is lost."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import anyio
import httpx
import pytest

from app.core.clock import FixedClock
from app.core.runtime import Runtime, build_runtime
from tests.support.hub import make_settings, web_client
from tests.support.workers import real_runtime
from tests.webhooks.conftest import OwnServer
from tests.webhooks.test_intake import deliver

pytestmark = pytest.mark.anyio

SHOPIFY_WAITS = 5.0  # we promise two seconds; the rest is for a busy machine
PEOPLE_WAIT = 15.0  # ten, likewise


@pytest.fixture
async def standing(own_server: OwnServer, clock: FixedClock) -> AsyncIterator[Runtime]:
    """A runtime on the server of the test's own."""
    async with real_runtime(own_server.database, clock) as runtime:
        yield runtime


@pytest.fixture
async def hub(standing: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    """The web application on it."""
    async with web_client(standing) as client:
        yield client


async def until_answered(hub: httpx.AsyncClient, webhook_id: str, seconds: float = 15) -> None:
    """Deliver again and again, as Shopify does, until it is taken."""
    with anyio.fail_after(seconds):
        while await deliver(hub, webhook_id) != 200:
            await anyio.sleep(0.02)


async def kept(runtime: Runtime) -> set[str]:
    return {row[0] for row in await runtime.direct.rows("SELECT webhook_id FROM inbox_events", {})}


async def test_nothing_acknowledged_is_lost_when_the_database_is_killed(
    hub: httpx.AsyncClient, standing: Runtime, own_server: OwnServer
) -> None:
    """Killed amid deliveries, started again; who was answered 200 is there, and it goes on by itself."""
    answers: dict[str, int] = {}
    stop = asyncio.Event()

    async def keep_delivering(line: int) -> None:
        number = 0
        while not stop.is_set():
            webhook_id = f"{line}-{number}"
            answers[webhook_id] = await deliver(hub, webhook_id)
            number += 1

    lines = [asyncio.create_task(keep_delivering(line)) for line in range(8)]
    for _ in range(2):
        before = len(answers)
        with anyio.fail_after(15):
            while len(answers) < before + 100 or 200 not in list(answers.values())[-8:]:
                await anyio.sleep(0.01)
        own_server.kill()
        await asyncio.to_thread(own_server.server.start)
    await until_answered(hub, "afterwards")
    stop.set()
    await asyncio.gather(*lines)

    assert set(answers.values()) <= {200, 503}
    acknowledged = {webhook_id for webhook_id, status in answers.items() if status == 200}
    assert acknowledged <= await kept(standing)


async def test_a_frozen_database_is_answered_for_in_time_and_found_again(
    hub: httpx.AsyncClient, standing: Runtime, own_server: OwnServer
) -> None:
    """It takes connections and says nothing; each delivery has its 503, however many came before it."""
    await until_answered(hub, "before")
    waits = []

    async def deliver_and_time(webhook_id: str) -> int:
        began = time.monotonic()
        status = await deliver(hub, webhook_id)
        waits.append(time.monotonic() - began)
        return status

    with own_server.frozen():
        rounds = []
        for number in range(6):
            rounds += [asyncio.create_task(deliver_and_time(f"{number}-{each}")) for each in range(10)]
            await anyio.sleep(0.4)
        statuses = await asyncio.gather(*rounds)
    await until_answered(hub, "afterwards")

    assert set(statuses) == {503}
    assert max(waits) < SHOPIFY_WAITS
    assert {"before", "afterwards"} <= await kept(standing)


async def test_a_page_of_a_frozen_database_asks_to_try_again(own_server: OwnServer, clock: FixedClock) -> None:
    """On connections that were in use before and on new ones; none is kept, and afterwards all is as it was."""
    runtime = replace(build_runtime(make_settings(own_server.database.url), for_pages=True), clock=clock)

    path, sentence = "/invitations/nobodys", "The database is not answering."
    async with runtime.running(), web_client(runtime) as hub:
        known = (await hub.get(path)).status_code
        with own_server.frozen(), anyio.fail_after(PEOPLE_WAIT):
            answers = await asyncio.gather(*(hub.get(path) for _ in range(4)))
        with anyio.fail_after(PEOPLE_WAIT):
            while (await hub.get(path)).status_code != known:
                await anyio.sleep(0.1)

    assert {(answer.status_code, sentence in answer.text) for answer in answers} == {(503, True)}
    assert known != 503
