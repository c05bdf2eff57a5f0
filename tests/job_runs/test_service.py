from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.errors import NotFound
from app.core.unit_of_work import SYSTEM, ActorKind, UnitsOfWork, system_for
from app.job_runs import service
from app.job_runs.declaration import Job, job_from
from app.job_runs.errors import NotRetryable
from app.job_runs.models import JobRun, PlannedInstant
from app.job_runs.queries import failed_runs, unfinished_runs
from app.job_runs.states import Missed
from app.stores.jobs import CheckInstallation
from tests.support.hub import MONDAY_NOON

pytestmark = pytest.mark.anyio


@dataclass(frozen=True, slots=True)
class CountStock(Job):
    name: ClassVar[str] = "beans.count_stock"
    coalesce_by: ClassVar[tuple[str, ...]] = ("store_id",)
    lane_by: ClassVar[tuple[str, str]] = ("stock", "store_id")

    store_id: int
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class GreetOwner(Job):
    name: ClassVar[str] = "beans.greet_owner"
    interactive: ClassVar[bool] = True

    owner: str


@dataclass(frozen=True, slots=True)
class Greet(Job):
    name: ClassVar[str] = "beans.greet"

    store_id: int
    owner: str


def later(minutes: float) -> datetime:
    return MONDAY_NOON + timedelta(minutes=minutes)


async def runs_in(units: UnitsOfWork) -> list[JobRun]:
    async with units(SYSTEM) as uow:
        return list((await uow.session.scalars(select(JobRun).order_by(JobRun.id))).all())


async def test_a_job_is_written_with_the_change_that_asks_for_it(open_uow: UnitsOfWork) -> None:
    retailer = replace(system_for(7), kind=ActorKind.RETAILER)

    async with open_uow(retailer) as uow:
        await service.enqueue(uow, GreetOwner("Ada"))
        await service.enqueue(uow, CountStock(7, MONDAY_NOON))
        request_id = uow.request_id
    with suppress(ZeroDivisionError):
        async with open_uow(retailer) as uow:
            await service.enqueue(uow, GreetOwner("nobody"))
            raise ZeroDivisionError

    greet, count = await runs_in(open_uow)
    assert job_from(CountStock, count.arguments) == CountStock(7, MONDAY_NOON)
    assert (count.store_id, count.lane, count.priority, count.request_id) == (7, "stock:7", 1, request_id)
    assert (greet.store_id, greet.coalesce_key, greet.priority, greet.state) == (None, None, 0, "queued")


async def test_wishes_of_one_key_join_and_the_earliest_time_counts(open_uow: UnitsOfWork) -> None:
    async with open_uow(SYSTEM) as uow:
        await service.enqueue(uow, CountStock(7), run_at=later(5))
    rung_first = list(uow.due_jobs)
    async with open_uow(SYSTEM) as uow:
        await service.enqueue(uow, CountStock(8))
        await service.enqueue(uow, CountStock(7, MONDAY_NOON), run_at=later(9))
        await service.enqueue(uow, CountStock(7))
        await service.enqueue(uow, CountStock(7), run_at=later(2))

    first, other = await runs_in(open_uow)
    assert [(run.coalesce_key, run.run_at) for run in (first, other)] == [
        ("beans.count_stock|7", MONDAY_NOON),
        ("beans.count_stock|8", MONDAY_NOON),
    ]
    assert rung_first == []
    assert uow.due_jobs == [(first.id, 0), (other.id, 0)]


async def test_a_running_job_does_not_swallow_a_new_wish(open_uow: UnitsOfWork) -> None:
    async with open_uow(SYSTEM) as uow:
        await service.enqueue(uow, CountStock(7))
    ((first, _),) = uow.due_jobs
    async with open_uow(SYSTEM) as uow:
        run = await uow.session.get_one(JobRun, first)
        run.state = "running"

    async with open_uow(SYSTEM) as uow:
        await service.enqueue(uow, CountStock(7))

    assert [run_id for run_id, _ in uow.due_jobs] != [first]


async def test_a_planned_instant_is_queued_once_and_can_be_moved_or_cancelled(
    open_uow: UnitsOfWork, clock: FixedClock
) -> None:
    async with open_uow(SYSTEM) as uow:
        await service.plan(uow, CountStock(7), later(10), "count:7")
        await service.plan(uow, CountStock(7), later(20), "count:7")
        await service.plan(uow, CountStock(8), later(20), "count:8")
        await service.cancel_plan(uow, "count:8")

    clock.at = later(19)
    async with open_uow(SYSTEM) as uow:
        assert await service.queue_planned(uow) == 0
    clock.at = later(31)
    async with open_uow(SYSTEM) as uow:
        assert await service.queue_planned(uow) == 1
        assert await service.queue_planned(uow) == 0

    assert [(run.arguments["store_id"], run.run_at) for run in await runs_in(open_uow)] == [(7, later(20))]
    assert len(uow.due_jobs) == 1


async def test_two_plans_of_one_wish_are_one_run(open_uow: UnitsOfWork, clock: FixedClock) -> None:
    async with open_uow(SYSTEM) as uow:
        await service.plan(uow, CountStock(7), later(20), "once")
        await service.every(uow, CountStock(7), 15, "again and again")

    clock.at = later(20)
    async with open_uow(SYSTEM) as uow:
        assert await service.queue_planned(uow) == 1

    assert [run.run_at for run in await runs_in(open_uow)] == [later(15)]


async def test_a_planned_look_that_joins_a_wish_stays_that_wish(open_uow: UnitsOfWork, clock: FixedClock) -> None:
    """What a look finds that nobody asked for is counted as lost; what somebody told of is not."""
    async with open_uow(SYSTEM) as uow:
        await service.enqueue(uow, CheckInstallation(7), run_at=later(20))
        await service.plan(uow, CheckInstallation(7, by_poll=True), later(10), "look")

    clock.at = later(10)
    async with open_uow(SYSTEM) as uow:
        assert await service.queue_planned(uow) == 1

    (run,) = await runs_in(open_uow)
    assert run.arguments == {"store_id": 7, "by_poll": False}
    assert run.run_at == later(10)


async def test_repeating_work_keeps_its_beat(open_uow: UnitsOfWork, clock: FixedClock) -> None:
    """M12: an hour without a worker makes one run of a sync."""
    async with open_uow(SYSTEM) as uow:
        await service.every(uow, CountStock(7), 15, "count:7")
    clock.at = later(61)
    async with open_uow(SYSTEM) as uow:
        await service.every(uow, CountStock(7), 15, "count:7")  # planning again does not skip what is due
        queued = await service.queue_planned(uow)

    async with open_uow(SYSTEM) as uow:
        planned = await uow.session.get_one(PlannedInstant, "count:7")
    assert queued == 1
    assert [run.run_at for run in await runs_in(open_uow)] == [later(60)]
    assert planned.at == later(75)


async def test_another_rhythm_replaces_the_plan(open_uow: UnitsOfWork) -> None:
    async with open_uow(SYSTEM) as uow:
        await service.every(uow, CountStock(7), 60, "count:7")
        await service.every(uow, CountStock(7), 15, "count:7", Missed.NONE)

    async with open_uow(SYSTEM) as uow:
        planned = await uow.session.get_one(PlannedInstant, "count:7")
    assert (planned.at, planned.minutes, planned.missed) == (later(15), 15, "none")


async def test_every_missed_cut_off_runs_in_order(open_uow: UnitsOfWork, clock: FixedClock) -> None:
    """M12: cut-offs are made up for one by one."""
    async with open_uow(SYSTEM) as uow:
        await service.every(uow, GreetOwner("Ada"), 15, "greet", Missed.ALL)

    clock.at = later(47)
    async with open_uow(SYSTEM) as uow:
        assert await service.queue_planned(uow) == 3

    assert [run.run_at for run in await runs_in(open_uow)] == [later(15), later(30), later(45)]


async def test_the_plans_of_a_store_end_with_it(open_uow: UnitsOfWork) -> None:
    async with open_uow(SYSTEM) as uow:
        await service.every(uow, CountStock(7), 15, "count:7")
        await service.every(uow, CountStock(8), 15, "count:8")
        await service.cancel_plans_of_store(uow, 7)

    async with open_uow(SYSTEM) as uow:
        assert [each.key for each in await uow.session.scalars(select(PlannedInstant))] == ["count:8"]


async def fail(units: UnitsOfWork, **changes: Any) -> int:
    async with units(SYSTEM) as uow:
        await service.enqueue(uow, CountStock(7))
    ((run_id, _),) = uow.due_jobs
    async with units(SYSTEM) as uow:
        run = await uow.session.get_one(JobRun, run_id)
        for name, value in ({"state": "failed", "attempt": 3, "note": "broken"} | changes).items():
            setattr(run, name, value)
    return run_id


async def test_a_failed_job_can_be_tried_again_by_its_store(open_uow: UnitsOfWork) -> None:
    """M2: a manual retry begins a new series, and the attempts are kept."""
    run_id = await fail(open_uow)

    async with open_uow(system_for(8)) as uow:
        assert await failed_runs(uow, [run_id]) == []
        with pytest.raises(NotFound):
            await service.retry_job(uow, run_id)
    async with open_uow(system_for(7)) as uow:
        assert [run.note for run in await failed_runs(uow, [run_id])] == ["broken"]
        await service.retry_job(uow, run_id)
        with pytest.raises(NotRetryable):
            await service.retry_job(uow, run_id)

    (run,) = await runs_in(open_uow)
    assert (run.state, run.attempt, run.note) == ("queued", 3, None)
    assert uow.due_jobs == [(run_id, 3)]


async def test_a_retry_joins_the_run_that_waits_already(open_uow: UnitsOfWork) -> None:
    run_id = await fail(open_uow)
    async with open_uow(system_for(7)) as uow:
        await service.enqueue(uow, CountStock(7))
    ((waiting, _),) = uow.due_jobs

    async with open_uow(system_for(7)) as uow:
        await service.retry_job(uow, run_id)

    runs = await runs_in(open_uow)
    assert [(run.id, run.state, run.note) for run in runs] == [
        (run_id, "cancelled", f"Joined run {waiting}."),
        (waiting, "queued", None),
    ]


async def test_a_retry_of_a_job_that_joins_none_stands_for_itself(open_uow: UnitsOfWork) -> None:
    """M9: what waits without a key is another wish."""
    async with open_uow(system_for(7)) as uow:
        await service.enqueue(uow, Greet(7, "Ada"))
    ((run_id, _),) = uow.due_jobs
    async with open_uow(SYSTEM) as uow:
        (await uow.session.get_one(JobRun, run_id)).state = "failed"
    async with open_uow(system_for(7)) as uow:
        await service.enqueue(uow, Greet(7, "Grace"))
    ((waiting, _),) = uow.due_jobs

    async with open_uow(system_for(7)) as uow:
        await service.retry_job(uow, run_id)

    runs = await runs_in(open_uow)
    assert [(run.id, run.state, run.note) for run in runs] == [(run_id, "queued", None), (waiting, "queued", None)]


async def test_a_page_finds_the_newest_run_of_each_job(open_uow: UnitsOfWork) -> None:
    await fail(open_uow)
    async with open_uow(system_for(7)) as uow:
        await service.enqueue(uow, CountStock(7))
    ((newest, _),) = uow.due_jobs

    async with open_uow(system_for(7)) as uow:
        found = await unfinished_runs(uow, [CountStock(7), CountStock(8)])

    assert [(run.id, run.state) for run in found.values()] == [(newest, "queued")]


async def test_what_ended_long_ago_is_forgotten(open_uow: UnitsOfWork, clock: FixedClock) -> None:
    await fail(open_uow, state="done", finished_at=MONDAY_NOON)
    await fail(open_uow, finished_at=MONDAY_NOON)
    await fail(open_uow, state="done", finished_at=later(60))

    clock.at = later(61)
    async with open_uow(SYSTEM) as uow:
        assert await service.forget_ended(uow, timedelta(hours=1)) == 1

    assert [run.state for run in await runs_in(open_uow)] == ["failed", "done"]
