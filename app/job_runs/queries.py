"""What pages and checkers may know of background work."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text

from app.core.unit_of_work import UnitOfWork
from app.job_runs.declaration import Job, stored_key
from app.job_runs.models import JobRun
from app.job_runs.states import JobState


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A job run as a page may show it; its arguments stay in the ledger."""

    id: int
    name: str
    state: JobState
    run_at: datetime
    attempt: int
    done: int | None
    total: int | None
    note: str | None


UNFINISHED = text("(state = 'queued' OR state = 'running' OR state = 'failed')")
"""As three partial indexes of the ledger have it; parameters here would not match them once prepared."""


async def unfinished_runs(uow: UnitOfWork, jobs: Sequence[Job]) -> dict[str, RunFacts]:
    """Return the newest run of each of these very jobs by name, if it waits, runs or failed.

    A job may act for another store than the actor's: whoever asks knows its arguments.
    """
    keys = [stored_key(job) for job in jobs]
    chosen = select(JobRun).where(UNFINISHED, JobRun.coalesce_key.in_(keys)).order_by(JobRun.id)
    async with uow.machinery() as session:
        runs = (await session.scalars(chosen)).all()
    return {run.name: _facts(run) for run in runs}  # of several under one name the newest stays


async def is_unfinished(uow: UnitOfWork, kind: type[Job], store_id: int) -> bool:
    """Tell whether a job of this kind waits, runs or failed for the store."""
    found = select(JobRun.id).where(UNFINISHED, JobRun.store_id == store_id, JobRun.name == kind.name).limit(1)
    async with uow.machinery() as session:
        return await session.scalar(found) is not None


async def states_of(uow: UnitOfWork, run_ids: Collection[int]) -> dict[int, JobState]:
    """Return how these runs of the actor's store stand; what was forgotten is not among them."""
    chosen = select(JobRun.id, JobRun.state).where(JobRun.id.in_(run_ids), JobRun.store_id == uow.actor.store_id)
    async with uow.machinery() as session:
        return {run.id: JobState(run.state) for run in await session.execute(chosen)}


async def failed_runs(uow: UnitOfWork, run_ids: Collection[int], also_of: Collection[int] = ()) -> list[RunFacts]:
    """Return which of these runs failed, of the actor's store and of other stores it works with."""
    failed = (JobRun.state == JobState.FAILED.value) & JobRun.store_id.in_({uow.actor.store_id, *also_of})
    async with uow.machinery() as session:
        runs = (await session.scalars(select(JobRun).where(JobRun.id.in_(run_ids), failed))).all()
    return [_facts(run) for run in runs]


def _facts(run: JobRun) -> RunFacts:
    return RunFacts(
        id=run.id,
        name=run.name,
        state=JobState(run.state),
        run_at=run.run_at,
        attempt=run.attempt,
        done=run.progress_done,
        total=run.progress_total,
        note=run.note,
    )
