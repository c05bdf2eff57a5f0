import asyncio
import json
from typing import Any

import pytest

from app.core.errors import Conflict, Unavailable
from app.core.runtime import Runtime
from app.core.unit_of_work import SYSTEM, UnitOfWork
from app.events.service import record_event
from app.exceptions.queries import open_exceptions
from app.exceptions.service import NO_STORE
from app.inbox.declaration import InboxEvent
from app.inbox.errors import NotUnderstood
from app.inbox.hints import part_of
from app.inbox.jobs import HandleInbox
from app.job_runs.ledger import Ledger
from jobs.context import JobContext
from jobs.inbox import handle_inbox
from jobs.registry import TOPIC_HANDLERS, Handled, Heard, HeardAbroad
from jobs.runner import Runner
from jobs.sweeper import sweep
from tests.support.hub import MONDAY_NOON
from tests.support.workers import Rang, effects, make_runner, queue
from webhooks.intake import Delivery, Intake

pytestmark = pytest.mark.anyio

SHOP = "retailer.myshopify.com"


@pytest.fixture
async def store_id(alive: Runtime) -> int:
    """A retailer that installed the app."""
    ((added,),) = await alive.direct.rows(
        "INSERT INTO stores (shopify_shop_id, shop_domain, name, role, currency, time_zone, granted_scopes,"
        " installed_at, access_state)"
        " VALUES ('1', %(shop)s, 'Retailer', 'retailer', 'EUR', 'Europe/Berlin', '{}', %(at)s, 'working') RETURNING id",
        {"shop": SHOP, "at": MONDAY_NOON},
    )
    return int(added)


async def arrive(runtime: Runtime, body: Any = None, topic: str = "test/rang", shop: str = SHOP) -> None:
    raw = body if isinstance(body, bytes) else json.dumps(body or {"number": 4}).encode()
    delivery = Delivery("shopify", shop, topic, "w-1", None, None, None, {}, raw, None)
    await Intake(runtime.direct, runtime.bell).take(delivery, MONDAY_NOON)


def hands(runtime: Runtime) -> Runner:
    runner = make_runner(runtime)
    runner.handlers = {HandleInbox.name: Handled(HandleInbox, handle_inbox)}
    return runner


async def run_all(runtime: Runtime) -> None:
    runner = hands(runtime)
    while claimed := await runner.claim(5):
        await asyncio.gather(*(runner.run(held) for held in claimed))


async def inbox(runtime: Runtime) -> list[tuple[Any, ...]]:
    return await runtime.direct.rows(
        "SELECT handled_at IS NOT NULL, failed_at IS NOT NULL, outcome FROM inbox_events", {}
    )


async def problems(runtime: Runtime, store_id: int) -> list[tuple[str, str, str]]:
    async with hands(runtime).units(SYSTEM.of_store(store_id)) as uow:
        return [(each.kind, each.subject_id, each.cause) for each in await open_exceptions(uow.session)]


def hear(monkeypatch: pytest.MonkeyPatch, function: Any) -> None:
    monkeypatch.setitem(TOPIC_HANDLERS, ("test/rang", None), Heard(function))


def hear_abroad(monkeypatch: pytest.MonkeyPatch, function: Any, *, without_store: bool = False) -> None:
    monkeypatch.setitem(TOPIC_HANDLERS, ("test/rang", None), HeardAbroad(function, without_store))


async def leave(uow: UnitOfWork, event: InboxEvent) -> str:
    await record_event(uow, Rang(part_of(event.payload, "number")))
    return "rang"


async def leave_abroad(context: JobContext, event: InboxEvent) -> None:
    async with context.open_uow(SYSTEM.of_store(7)) as uow:
        await record_event(uow, Rang(part_of(event.payload, "number")))


async def test_the_effect_and_the_stamp_are_one(alive: Runtime, store_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    hear(monkeypatch, leave)
    await arrive(alive)

    await run_all(alive)

    assert await effects(alive, store_id) == [4]
    assert await inbox(alive) == [(True, False, "rang")]


async def test_an_event_is_handled_once_by_however_many_jobs(
    alive: Runtime, store_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E1: twice at the same instant is one effect."""
    hear(monkeypatch, leave)
    await arrive(alive)
    ((inbox_id,),) = await alive.direct.rows("SELECT id FROM inbox_events", {})
    await alive.direct.rows("UPDATE job_runs SET coalesce_key = NULL", {})
    await queue(alive, HandleInbox(inbox_id, store_id))

    await run_all(alive)
    await queue(alive, HandleInbox(inbox_id, store_id))
    await run_all(alive)

    assert await effects(alive, store_id) == [4]
    assert await alive.direct.rows("SELECT DISTINCT state FROM job_runs", {}) == [("done",)]


async def test_what_is_heard_abroad_is_stamped_afterwards(
    alive: Runtime, store_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear_abroad(monkeypatch, leave_abroad)
    await arrive(alive)

    await run_all(alive)

    assert await effects(alive) == [4]
    assert await inbox(alive) == [(True, False, None)]


async def test_an_effect_without_its_stamp_is_undone(
    alive: Runtime, store_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M5: whoever fails after the effect leaves nothing of it."""

    async def leave_and_fail(uow: UnitOfWork, event: InboxEvent) -> None:
        await leave(uow, event)
        raise Unavailable("not now")

    hear(monkeypatch, leave_and_fail)
    await arrive(alive)

    await run_all(alive)

    assert await effects(alive, store_id) == []
    assert await inbox(alive) == [(False, False, None)]


@pytest.mark.parametrize(
    ("topic", "body", "cause"),
    [
        ("test/rang", {"x": 1}, "The payload has no “number”."),
        ("test/rang", b"[" * 200_000 + b"]" * 200_000, "The body is not JSON we can read."),
        ("test/unheard", None, "Nobody handles the topic test/unheard."),
    ],
)
async def test_what_is_not_understood_becomes_an_exception(
    alive: Runtime, store_id: int, monkeypatch: pytest.MonkeyPatch, topic: str, body: Any, cause: str
) -> None:
    """E6: stored, and an exception; the job is not failed and the inbox is empty."""
    hear(monkeypatch, leave)
    await arrive(alive, body, topic)

    await run_all(alive)

    ((inbox_id,),) = await alive.direct.rows("SELECT id FROM inbox_events", {})
    assert await problems(alive, store_id) == [("not_understood", f"inbox-{inbox_id}", cause)]
    assert await inbox(alive) == [(True, False, "not_understood")]
    assert await alive.direct.rows("SELECT state FROM job_runs", {}) == [("done",)]


async def test_an_unknown_shop_becomes_an_exception_of_no_store(
    alive: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear(monkeypatch, leave)
    await arrive(alive, shop="evil.example.com")

    await run_all(alive)

    async with hands(alive).units(SYSTEM.of_store(NO_STORE)) as uow:
        (told,) = await open_exceptions(uow.session)
    assert told.kind == "unknown_shop"
    assert "new name" in told.next_step
    assert "comparison" not in told.next_step  # nobody compares what nobody knows
    assert await effects(alive) == []


async def test_a_topic_that_needs_no_store_is_handled_without(alive: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    hear_abroad(monkeypatch, leave_abroad, without_store=True)
    await arrive(alive, shop="gone.myshopify.com")

    await run_all(alive)

    assert await effects(alive) == [4]
    assert await problems(alive, NO_STORE) == []


@pytest.mark.parametrize("is_abroad", [False, True])
@pytest.mark.parametrize(
    ("error", "row", "state"),
    [
        (Unavailable("not now"), (False, False, None), "queued"),
        (Conflict("too late"), (True, False, "too late"), "done"),
        (NotUnderstood("what?"), (True, False, "not_understood"), "done"),
        (KeyError("bug"), (False, True, None), "failed"),
    ],
)
async def test_each_kind_of_failure_has_its_end(
    alive: Runtime,
    store_id: int,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    row: tuple[Any, ...],
    state: str,
    *,
    is_abroad: bool,
) -> None:
    """M5: others proceed; nothing is handled halfway."""

    async def fail(*_given: object) -> None:
        raise error

    (hear_abroad if is_abroad else hear)(monkeypatch, fail)
    await arrive(alive)

    await run_all(alive)

    assert await inbox(alive) == [row]
    assert await alive.direct.rows("SELECT state FROM job_runs", {}) == [(state,)]


async def test_an_event_whose_job_vanished_gets_another(
    alive: Runtime, store_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear(monkeypatch, leave)
    await arrive(alive)
    await alive.direct.rows("DELETE FROM job_runs", {})
    too_early = await sweep(hands(alive).units)
    await alive.direct.rows("UPDATE inbox_events SET received_at = received_at - interval '2 minutes'", {})

    queued = [await sweep(hands(alive).units) for _ in range(2)]
    await run_all(alive)

    assert (too_early, queued) == (0, [1, 0])
    assert await effects(alive, store_id) == [4]


async def test_an_event_that_ends_its_workers_is_set_aside_for_good(alive: Runtime, store_id: int) -> None:
    """M7: its job fails and is told; no sweeper begins it anew."""
    await arrive(alive)
    for _ in range(3):
        await Ledger(alive.direct, "dying").claim(MONDAY_NOON, 1)
        await alive.direct.rows("UPDATE job_runs SET leased_until = now() - interval '1 second'", {})
    await run_all(alive)
    await alive.direct.rows("UPDATE inbox_events SET received_at = received_at - interval '2 minutes'", {})

    swept = await sweep(hands(alive).units)

    assert swept == 0
    assert await alive.direct.rows("SELECT state FROM job_runs", {}) == [("failed",)]
    assert [kind for kind, *_ in await problems(alive, store_id)] == ["job_failed"]
