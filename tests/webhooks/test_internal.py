from datetime import timedelta

import httpx
import pytest

from app.core.clock import FixedClock
from app.core.runtime import Runtime
from app.core.unit_of_work import SYSTEM, UnitsOfWork
from app.job_runs.service import enqueue, plan, queue_planned
from tests.support.hub import BEARER, MONDAY_NOON
from tests.support.workers import Ring

pytestmark = pytest.mark.anyio

NOTHING = {"jobs_due": 0, "jobs_running": 0, "jobs_failed": 0, "inbox_unhandled": 0, "next_planned_at": None}


async def quiet(hub: httpx.AsyncClient) -> dict[str, object]:
    answer = await hub.get("/internal/quiet", headers=BEARER)
    assert answer.status_code == 200
    told: dict[str, object] = answer.json()
    return told


@pytest.mark.parametrize("path", ["/internal/quiet", "/internal/drain"])
async def test_only_the_bearer_of_the_secret_is_told(hub: httpx.AsyncClient, path: str) -> None:
    refused: list[dict[str, str] | dict[bytes, bytes]] = [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer "},
        {"Authorization": BEARER["Authorization"].replace("Bearer", "Basic")},
        {"Authorization": BEARER["Authorization"] + "x"},
        {b"Authorization": b"Bearer \xe9"},
    ]

    for headers in refused:
        assert (await hub.get(path, headers=headers)).status_code == 401
    for method in ("POST", "PUT", "DELETE"):
        assert (await hub.request(method, path, headers=BEARER)).status_code == 405
    assert (await hub.get(path, headers=BEARER)).status_code == 200


async def test_nothing_to_do_is_told_as_zero(hub: httpx.AsyncClient) -> None:
    assert await quiet(hub) == {"at": "2026-11-02T12:00:00+00:00", **NOTHING}


async def test_work_is_counted_by_the_business_clock(
    hub: httpx.AsyncClient, open_uow: UnitsOfWork, clock: FixedClock
) -> None:
    async with open_uow(SYSTEM) as uow:
        await enqueue(uow, Ring(1))
        await enqueue(uow, Ring(2), run_at=MONDAY_NOON + timedelta(minutes=5))
        await plan(uow, Ring(3), MONDAY_NOON + timedelta(minutes=3), "third")

    now = await quiet(hub)
    clock.at = MONDAY_NOON + timedelta(minutes=3)
    planned_has_come = await quiet(hub)
    async with open_uow(SYSTEM) as uow:
        await queue_planned(uow)
    swept = await quiet(hub)
    clock.at = MONDAY_NOON + timedelta(minutes=5)
    at_last = await quiet(hub)

    assert (now["jobs_due"], now["next_planned_at"]) == (1, "2026-11-02T12:03:00+00:00")
    assert (planned_has_come["jobs_due"], planned_has_come["next_planned_at"]) == (2, "2026-11-02T12:05:00+00:00")
    assert swept == planned_has_come
    assert (at_last["jobs_due"], at_last["next_planned_at"]) == (3, None)


async def test_states_and_the_inbox_are_counted(hub: httpx.AsyncClient, runtime: Runtime) -> None:
    for state in ("running", "failed", "failed", "done", "cancelled"):
        await runtime.direct.rows(
            "INSERT INTO job_runs (name, arguments, state, run_at, queued_at)"
            " VALUES ('x', '{}', %(state)s, %(at)s, %(at)s)",
            {"state": state, "at": MONDAY_NOON},
        )
    for number, stamp in enumerate(("handled_at", "failed_at", "received_at")):
        await runtime.direct.rows(
            "INSERT INTO inbox_events (source, shop_domain, webhook_id, topic, headers, body, received_at)"
            " VALUES ('shopify', 'x', %(id)s, 'x', '{}', '', %(at)s)",
            {"id": str(number), "at": MONDAY_NOON},
        )
        await runtime.direct.rows(f"UPDATE inbox_events SET {stamp} = received_at WHERE webhook_id = '{number}'", {})

    told = await quiet(hub)

    assert {name: told[name] for name in NOTHING} == NOTHING | {
        "jobs_running": 1,
        "jobs_failed": 2,
        "inbox_unhandled": 1,
    }


@pytest.mark.parametrize(
    ("state", "minutes", "unhandled"), [("queued", 0, 1), ("queued", 1, 0), ("running", 0, 1), ("failed", 0, 0)]
)
async def test_an_event_that_waits_for_its_next_try_is_no_work_of_now(
    hub: httpx.AsyncClient, runtime: Runtime, state: str, minutes: int, unhandled: int
) -> None:
    """Else who turns the clock only when it is quiet would wait for ever."""
    ((event_id,),) = await runtime.direct.rows(
        "INSERT INTO inbox_events (source, shop_domain, webhook_id, topic, headers, body, received_at)"
        " VALUES ('shopify', 'x', 'w', 'x', '{}', '', %(at)s) RETURNING id",
        {"at": MONDAY_NOON},
    )
    await runtime.direct.rows(
        "INSERT INTO job_runs (name, arguments, coalesce_key, state, run_at, queued_at)"
        " VALUES ('inbox.handle', '{}', %(key)s, %(state)s, %(at)s, %(at)s)",
        {"key": f"inbox.handle|{event_id}", "state": state, "at": MONDAY_NOON + timedelta(minutes=minutes)},
    )

    told = await quiet(hub)

    assert told["inbox_unhandled"] == unhandled


async def test_health(hub: httpx.AsyncClient) -> None:
    answer = await hub.get("/health")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert len(answer.headers["X-Request-Id"]) == 32


async def test_a_host_without_workers_plans_the_regular_work(hub: httpx.AsyncClient) -> None:
    """Each process once: what repeats is planned for good."""
    await hub.get("/internal/drain", headers=BEARER)

    assert (await quiet(hub))["next_planned_at"] is not None
