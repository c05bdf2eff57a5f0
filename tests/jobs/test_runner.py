import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.core.clock import FixedClock
from app.core.direct import Direct, Row
from app.core.errors import Conflict, Unavailable
from app.core.runtime import Runtime
from app.core.unit_of_work import SYSTEM
from app.events.service import record_event
from app.exceptions.queries import ExceptionFacts, open_exceptions
from app.exceptions.service import retry_failed
from app.job_runs.ledger import Ledger
from jobs.context import JobContext
from jobs.runner import REPORTED_FROM, Runner
from tests.support.hub import MONDAY_NOON
from tests.support.workers import Rang, Ring, effects, lapse, leave_effect, make_runner, queue, rows

pytestmark = pytest.mark.anyio

Handler = Callable[[JobContext, Ring], Awaitable[None]]


def failing(*errors: Exception) -> Handler:
    """A handler that raises these, one an attempt, and then succeeds."""
    left = list(errors)

    async def handler(context: JobContext, job: Ring) -> None:
        if left:
            raise left.pop(0)
        await leave_effect(context, job)

    return handler


async def run_due(runner: Runner, limit: int = 10) -> int:
    ran = 0
    while claimed := await runner.claim(limit):
        await asyncio.gather(*(runner.run(held) for held in claimed))
        ran += len(claimed)
    return ran


async def problems(runner: Runner) -> list[ExceptionFacts]:
    async with runner.units(SYSTEM.of_store(7)) as uow:
        return await open_exceptions(uow.session)


async def test_a_job_leaves_its_effect_and_is_done(alive: Runtime) -> None:
    await queue(alive, Ring(1), Ring(2))

    assert await run_due(make_runner(alive)) == 2

    assert sorted(await effects(alive)) == [1, 2]
    assert await rows(alive, "state, attempt, note, finished_at") == [("done", 1, None, MONDAY_NOON)] * 2


@dataclass
class Away:
    """A database that does not answer the next few statements."""

    direct: Direct
    silent: int = 0

    async def rows(self, statement: str, parameters: Mapping[str, Any]) -> list[Row]:
        if self.silent:
            self.silent -= 1
            raise Unavailable("The database is not answering.")
        return await self.direct.rows(statement, parameters)


@pytest.mark.parametrize("outcome", [(), (Conflict("Somebody was first."),), (Unavailable("Not now."),)], ids=str)
async def test_an_end_is_recorded_as_soon_as_the_database_answers(alive: Runtime, outcome: tuple[Exception]) -> None:
    """No lease has to run out for that: the run is ours meanwhile."""
    away = Away(alive.direct)
    runner = make_runner(alive, failing(*outcome))
    runner.ledger = Ledger(away, "one")
    await queue(alive, Ring(1))
    (held,) = await runner.claim(1)

    away.silent = 2
    await runner.run(held)

    ((state, lapses),) = await rows(alive, "state, lapses")
    assert (state, lapses, away.silent) == ("queued" if "Not now" in str(outcome) else "done", 0, 0)


async def test_a_conflict_is_done_with_a_note(alive: Runtime) -> None:
    await queue(alive, Ring(1))

    await run_due(make_runner(alive, failing(Conflict("Somebody was first."))))

    assert await rows(alive, "state, note") == [("done", "Somebody was first.")]


async def test_what_is_unavailable_is_tried_again_later(alive: Runtime, clock: FixedClock) -> None:
    """M1: two failures, a success at the third attempt, one effect."""
    await queue(alive, Ring(1))
    runner = make_runner(alive, failing(Unavailable("Shopify did not answer."), Unavailable(retry_after=90)))

    await run_due(runner)
    ((state, note, run_at),) = await rows(alive, "state, note, run_at")
    assert (state, note) == ("queued", "Shopify did not answer.")
    assert timedelta(seconds=0.7) < run_at - MONDAY_NOON < timedelta(seconds=1.3)

    clock.at = run_at
    await run_due(runner)
    ((again,),) = await rows(alive, "run_at")
    assert again - run_at == timedelta(seconds=90)

    clock.at = again
    await run_due(runner)
    assert await rows(alive, "state, attempt") == [("done", 3)]
    assert await effects(alive) == [1]
    assert await problems(runner) == []


async def test_long_waiting_is_told_and_resolved_by_success(alive: Runtime, clock: FixedClock) -> None:
    await queue(alive, Ring(1))
    await alive.direct.rows("UPDATE job_runs SET attempt = %(n)s", {"n": REPORTED_FROM - 1})
    runner = make_runner(alive, failing(Unavailable("Shopify did not answer.")))

    await run_due(runner)
    (told,) = await problems(runner)
    clock.at = MONDAY_NOON + timedelta(hours=1)
    await run_due(runner)

    assert (told.kind, told.subject_kind, told.cause) == (
        "job_waiting",
        "job",
        "test.ring: Shopify did not answer.",
    )
    assert await problems(runner) == []


async def test_what_was_told_of_a_run_ends_with_it_when_it_joins_a_later_wish(
    alive: Runtime, clock: FixedClock
) -> None:
    await queue(alive, Ring(1, key="same"))
    await alive.direct.rows("UPDATE job_runs SET attempt = %(n)s", {"n": REPORTED_FROM - 1})
    runner = make_runner(alive, failing(Unavailable("Frozen."), Unavailable("Frozen.")))
    await run_due(runner)
    told = await problems(runner)
    clock.at = MONDAY_NOON + timedelta(hours=1)
    (held,) = await runner.claim(1)
    await queue(alive, Ring(2, key="same"))

    await runner.run(held)

    assert [each.kind for each in told] == ["job_waiting"]
    assert await problems(runner) == []
    assert await rows(alive, "state") == [("cancelled",), ("queued",)]


async def test_a_fault_fails_the_job_and_opens_an_exception_without_quoting_it(alive: Runtime) -> None:
    """M7: the queue moves on."""
    first, _ = await queue(alive, Ring(1), Ring(2))
    runner = make_runner(alive, failing(ValueError("anna@example.com")))

    await run_due(runner, limit=1)

    (told,) = await problems(runner)
    assert await rows(alive, "state, note") == [("failed", "A fault in the hub (ValueError)."), ("done", None)]
    assert (told.kind, told.subject_id, told.cause) == (
        "job_failed",
        str(first),
        "test.ring: A fault in the hub (ValueError).",
    )


async def test_a_fault_that_lasts_stands_on_the_list_once_since_it_began(alive: Runtime) -> None:
    """M7: with its newest cause; tried again, the first run stands for all of them."""
    runner = make_runner(alive, failing(ValueError(), TypeError(), TypeError()))
    (first,) = await queue(alive, Ring(1, key="hourly"))
    await run_due(runner)
    (began,) = await problems(runner)
    for number in (2, 3):
        await queue(alive, Ring(number, key="hourly"))
        await run_due(runner)

    (told,) = await problems(runner)
    async with runner.units(SYSTEM.of_store(7)) as uow:
        await retry_failed(uow, first)
    await run_due(runner)

    assert (told.id, told.subject_id, told.opened_at) == (began.id, str(first), began.opened_at)
    assert told.cause == "test.ring: A fault in the hub (TypeError)."
    assert await rows(alive, "state") == [("done",), ("cancelled",), ("cancelled",)]
    assert (await effects(alive), await problems(runner)) == ([1], [])


@pytest.mark.parametrize("is_last", [False, True])
async def test_what_failed_is_over_when_a_later_run_of_its_key_succeeds(alive: Runtime, is_last: bool) -> None:
    """M7: hourly work that is well again leaves nothing on the list; another key, or none, keeps its entry."""
    fails = [True, True, True, False]

    async def handler(context: JobContext, _job: Ring) -> None:
        if fails.pop(0):
            raise ValueError
        if is_last:
            async with context.open_last(context.actor):
                pass

    runner = make_runner(alive, handler)
    for key in ("hourly", "other", None):
        await queue(alive, Ring(1, key=key))
        await run_due(runner)
    before = len(await problems(runner))

    await queue(alive, Ring(2, key="hourly"))
    await run_due(runner)

    assert (before, len(await problems(runner))) == (3, 2)
    assert await rows(alive, "state") == [("cancelled",), ("failed",), ("failed",), ("done",)]
    assert (await rows(alive, "note"))[0] == ("A later run succeeded.",)


async def test_what_failed_stays_while_no_later_run_did_its_work(alive: Runtime, clock: FixedClock) -> None:
    """M7: neither one that was not needed, nor one that had begun before, did what the failed one was asked to do."""
    outcomes: list[Exception | None] = [ValueError(), Conflict()]

    async def handler(_context: JobContext, job: Ring) -> None:
        if job.number == 0:  # slow: meanwhile another wish comes, and fails
            clock.at += timedelta(minutes=1)
            await queue(alive, Ring(1, key="same"))
            await run_due(make_runner(alive, handler, name="other"))
        elif outcome := outcomes.pop(0):
            raise outcome

    runner = make_runner(alive, handler)
    await queue(alive, Ring(0, key="same"))
    await run_due(runner)
    await queue(alive, Ring(2, key="same"))
    await run_due(runner)

    assert await rows(alive, "state") == [("done",), ("failed",), ("done",)]
    assert len(await problems(runner)) == 1


async def test_a_job_nobody_knows_fails(alive: Runtime) -> None:
    await queue(alive, Ring(1))
    await alive.direct.rows("UPDATE job_runs SET name = 'test.of_yesterday'", {})

    await run_due(make_runner(alive))

    assert await rows(alive, "state, note") == [("failed", "Nobody knows how to do this job.")]


async def test_a_job_that_keeps_ending_its_workers_is_set_aside(alive: Runtime) -> None:
    """M7: quarantined after three workers went down with it."""
    (run_id,) = await queue(alive, Ring(1))
    runner = make_runner(alive)
    for _ in range(3):
        await Ledger(alive.direct, "dying").claim(MONDAY_NOON, 1)
        await lapse(alive, run_id)

    await run_due(runner)

    assert await effects(alive) == []
    assert [told.cause for told in await problems(runner)] == [
        "test.ring: The job stopped its worker several times and was set aside."
    ]


async def test_a_job_that_waits_is_not_set_aside_for_crashes_long_ago(alive: Runtime, clock: FixedClock) -> None:
    """M7: a handler that came to its end in between took nobody down."""
    (run_id,) = await queue(alive, Ring(1))
    runner = make_runner(alive, failing(*[Unavailable()] * 3))
    for _ in range(3):
        clock.at += timedelta(hours=1)
        await Ledger(alive.direct, "dying").claim(clock.at, 1)
        await lapse(alive, run_id)
        await run_due(runner)

    clock.at += timedelta(hours=1)
    await run_due(runner)

    assert await effects(alive) == [1]


async def test_a_worker_that_slept_through_its_lease_leaves_nothing(alive: Runtime) -> None:
    """M3: the fence refuses the sleeper's commit; the effect is there once, from the worker who took over."""
    (run_id,) = await queue(alive, Ring(1))

    async def sleep_long(context: JobContext, job: Ring) -> None:
        await lapse(alive, run_id)
        assert await run_due(make_runner(alive, name="awake")) == 1
        await leave_effect(context, job)

    await run_due(make_runner(alive, sleep_long, name="sleeper"))

    assert await effects(alive) == [1]
    assert await rows(alive, "state, attempt, worker") == [("done", 2, "awake")]


async def test_the_last_unit_of_work_ends_the_job_with_its_effect(alive: Runtime) -> None:
    await queue(alive, Ring(1))
    seen: list[tuple[Any, ...]] = []

    async def at_once(context: JobContext, job: Ring) -> None:
        async with context.open_last(context.actor) as uow:
            await record_event(uow, Rang(job.number))
        seen.extend(await rows(alive, "state"))

    await run_due(make_runner(alive, at_once))

    assert seen == [("done",)]
    assert await effects(alive) == [1]


async def test_a_conflict_at_the_last_commit_is_done_with_a_note(alive: Runtime) -> None:
    """The end of the run was in what was not committed."""
    await queue(alive, Ring(1))

    def refuse(_session: Session) -> None:
        raise Conflict

    async def refused(context: JobContext, job: Ring) -> None:
        async with context.open_last(context.actor) as uow:
            event.listen(uow.session.sync_session, "before_commit", refuse)

    await run_due(make_runner(alive, refused))

    assert await rows(alive, "state, note") == [("done", Conflict.sentence)]


async def test_a_failing_last_unit_of_work_ends_nothing(alive: Runtime) -> None:
    await queue(alive, Ring(1))

    async def refuse(context: JobContext, job: Ring) -> None:
        async with context.open_last(context.actor) as uow:
            await record_event(uow, Rang(job.number))
            raise Unavailable("not now")

    await run_due(make_runner(alive, refuse))

    assert await rows(alive, "state, note") == [("queued", "not now")]
    assert await effects(alive) == []


async def test_progress_shows_while_the_job_runs(alive: Runtime) -> None:
    await queue(alive, Ring(1))
    seen: list[tuple[Any, ...]] = []

    async def slowly(context: JobContext, _job: Ring) -> None:
        await context.progress(3, 8)
        seen.extend(await rows(alive, "progress_done, progress_total"))

    await run_due(make_runner(alive, slowly))

    assert seen == [(3, 8)]


async def test_the_request_follows_into_the_jobs_it_caused(alive: Runtime) -> None:
    with structlog.contextvars.bound_contextvars(request_id="request-1"):
        await queue(alive, Ring(1))

    async def pass_on(context: JobContext, job: Ring) -> None:
        assert structlog.contextvars.get_contextvars()["job"] == "test.ring"
        if job.number < 3:
            await queue(alive, Ring(job.number + 1))

    await run_due(make_runner(alive, pass_on))

    assert await rows(alive, "request_id, state") == [("request-1", "done")] * 3


async def test_a_cancelled_hand_gives_its_run_back(alive: Runtime) -> None:
    await queue(alive, Ring(1))
    began = asyncio.Event()

    async def wait_for_ever(_context: JobContext, _job: Ring) -> None:
        began.set()
        await asyncio.Event().wait()

    runner = make_runner(alive, wait_for_ever)
    (held,) = await runner.claim(1)
    hand = asyncio.create_task(runner.run(held))
    await began.wait()

    hand.cancel()
    await asyncio.gather(hand, return_exceptions=True)

    assert await rows(alive, "state, note") == [("queued", "The worker stopped.")]
    assert runner.held == {}


async def test_a_call_outside_starts_only_while_the_lease_outlasts_it(alive: Runtime) -> None:
    await queue(alive, Ring(1))

    async def call_late(context: JobContext, _job: Ring) -> None:
        (held,) = runner.held.values()
        held.until -= 20
        await context.shopify.client.http.get("https://example.com")

    runner = make_runner(alive, call_late)
    await run_due(runner)

    assert await rows(alive, "state, note") == [("queued", "The job's lease was too short for another call.")]
