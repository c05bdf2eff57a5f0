"""The verbs of background work: ask for it, plan it, queue what is due, try a failed one again."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, case, func, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import ReturningInsert

from app.core.errors import Conflict, NotFound
from app.core.unit_of_work import UnitOfWork
from app.job_runs import repository, rules
from app.job_runs.declaration import Job, arguments_of, store_of, stored_key
from app.job_runs.errors import NotRetryable
from app.job_runs.jobs import ForgetEnded
from app.job_runs.models import JobRun, PlannedInstant
from app.job_runs.states import JobState, Missed

_RUNS = cast(Table, JobRun.__table__)
_FRESH = insert(_RUNS)
_LEAST = {name: func.least(_RUNS.c[name], _FRESH.excluded[name]) for name in ("run_at", "priority")}


def _inserting(changes: Mapping[str, Any]) -> ReturningInsert[Any]:
    """Return the statement that queues a run, or changes the one that is queued under its key."""
    return _FRESH.on_conflict_do_update(
        index_elements=["coalesce_key"],
        index_where=text("state = 'queued'"),  # a parameter here would not match the index once prepared
        set_=changes,
    ).returning(_RUNS.c.id, _RUNS.c.attempt, _RUNS.c.run_at)


_INSERT_OR_JOIN = _inserting(_LEAST | {"arguments": _FRESH.excluded.arguments})
_INSERT_OR_HASTEN = _inserting(_LEAST)


async def enqueue(uow: UnitOfWork, job: Job, *, run_at: datetime | None = None) -> None:
    """Ask for a job with this unit of work; one with the same coalesce key that still waits takes the wish over."""
    row = {
        "store_id": store_of(job),
        "name": job.name,
        "arguments": arguments_of(job),
        "coalesce_key": stored_key(job),
        "lane": job.lane,
        "priority": job.priority,
        "run_at": run_at or uow.now,
        "request_id": uow.request_id,
        "queued_at": uow.now,
    }
    uow.at_commit(_queue, row)


async def _queue(uow: UnitOfWork, wishes: Sequence[dict[str, Any]]) -> None:
    """Write what was wished for, or move the queued runs of the same keys forward.

    Doing nothing on conflict would lose a wish that meets a row being claimed: the update waits for the claim, finds
    the row no longer queued, and inserts. All in the order of their keys: two who wish for the same never wait for each
    other.
    """
    await _write(uow, _INSERT_OR_JOIN, wishes)


async def _queue_beats(uow: UnitOfWork, beats: Sequence[dict[str, Any]]) -> None:
    """Write what was planned; a wish that waits keeps its arguments, for a look that nobody asked for counts more."""
    await _write(uow, _INSERT_OR_HASTEN, beats)


async def _write(uow: UnitOfWork, statement: ReturningInsert[Any], rows: Sequence[dict[str, Any]]) -> None:
    async with uow.machinery() as session:
        queued = (await session.execute(statement, _joined(rows))).all()
    uow.due_jobs += [(run.id, run.attempt) for run in queued if run.run_at <= uow.now]


def _joined(wishes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return one wish of each key: the newest arguments, at the earliest time; those without a key each for itself."""
    joined: dict[object, dict[str, Any]] = {}
    for number, wish in enumerate(wishes):
        key = wish["coalesce_key"] or number
        known = joined.get(key, wish)
        least = {name: min(wish[name], known[name]) for name in ("run_at", "priority")}
        joined[key] = {**wish, **least}
    return sorted(joined.values(), key=lambda wish: wish["coalesce_key"] or "")


async def plan(uow: UnitOfWork, job: Job, at: datetime, key: str) -> None:
    """Have the job queued at the instant; planning again under the key moves it."""
    await _plan(uow, job, key, at=at, minutes=None, missed=Missed.ONCE)


async def every(uow: UnitOfWork, job: Job, minutes: int, key: str, missed: Missed = Missed.ONCE) -> None:
    """Have the job queued each so many minutes; a plan of the key with the same rhythm keeps its next instant."""
    await _plan(uow, job, key, at=rules.next_beat(uow.now, minutes), minutes=minutes, missed=missed)


async def _plan(uow: UnitOfWork, job: Job, key: str, *, at: datetime, minutes: int | None, missed: Missed) -> None:
    values = {
        "key": key,
        "store_id": store_of(job),
        "name": job.name,
        "arguments": arguments_of(job),
        "coalesce_key": stored_key(job),
        "lane": job.lane,
        "at": at,
        "minutes": minutes,
        "missed": missed,
    }
    fresh = insert(PlannedInstant).values(values)
    changes: dict[str, Any] = {name: fresh.excluded[name] for name in values if name != "key"}
    same_rhythm = (PlannedInstant.minutes.is_not(None)) & (PlannedInstant.minutes == fresh.excluded.minutes)
    changes["at"] = case((same_rhythm, PlannedInstant.at), else_=fresh.excluded.at)
    async with uow.machinery() as session:
        await session.execute(fresh.on_conflict_do_update(index_elements=["key"], set_=changes))


async def cancel_plan(uow: UnitOfWork, key: str) -> None:
    """Let nothing more be queued under the key."""
    async with uow.machinery() as session:
        await repository.delete_plan(session, key)


async def cancel_plans_of_store(uow: UnitOfWork, store_id: int) -> None:
    """Let nothing more be queued for the store."""
    async with uow.machinery() as session:
        await repository.delete_plans_of_store(session, store_id)


async def queue_planned(uow: UnitOfWork) -> int:
    """Queue what is planned for now or earlier, as often as its rule for missed instants says; returns how many."""
    rows: list[dict[str, Any]] = []
    async with uow.machinery() as session:
        for planned in await repository.lock_due_plans(session, uow.now):
            due = rules.due_instants(rules.Planning(planned.at, planned.minutes, Missed(planned.missed)), uow.now)
            rows += [_row_of(planned, at, uow) for at in due.instants]
            if due.next_at is None:
                await session.delete(planned)
            else:
                planned.at = due.next_at
    for row in rows:
        uow.at_commit(_queue_beats, row)
    return len(_joined(rows))


def _row_of(planned: PlannedInstant, at: datetime, uow: UnitOfWork) -> dict[str, Any]:
    copied = ("store_id", "name", "arguments", "coalesce_key", "lane")
    row = {name: getattr(planned, name) for name in copied}
    return row | {"run_at": at, "request_id": uow.request_id, "queued_at": uow.now, "priority": 1}


async def retry_job(uow: UnitOfWork, run_id: int, also_of: Collection[int] = ()) -> int | None:
    """Have a failed job queued again, as a new series of attempts; one queued under its key stands for it.

    It acts for the actor's store, or for another one the actor's works with; returns which.
    """
    async with uow.machinery() as session:
        run = await repository.lock_run(session, run_id)
        if run is None or run.store_id not in {uow.actor.store_id, *also_of}:
            raise NotFound
        if run.state != JobState.FAILED:
            raise NotRetryable
        queued_id = await repository.find_queued(session, run.coalesce_key)
        if queued_id is not None:
            run.join(queued_id, uow.now)
            return run.store_id
        run.begin_again(uow.now)
        try:
            await session.flush()
        except IntegrityError as error:  # one that nobody saw yet was being queued under the key
            raise Conflict from error
    uow.due_jobs.append((run.id, run.attempt))
    return run.store_id


async def wake_waiting(uow: UnitOfWork, note: str) -> int:
    """Let the runs go on at once that were put back with this note, since what they waited for is there; how many."""
    async with uow.machinery() as session:
        woken = await repository.bring_forward(session, note, uow.now)
    uow.due_jobs += woken
    return len(woken)


async def forget_ended(uow: UnitOfWork, keep: timedelta) -> int:
    """Remove a batch of what ended longer ago than this and needs no one, and the next one after it; returns how many.

    Failed runs stay until somebody decided.
    """
    async with uow.machinery() as session:
        gone = await repository.delete_ended(session, uow.now - keep)
    if gone == repository.MOST_FORGOTTEN:
        await enqueue(uow, ForgetEnded())
    return gone
