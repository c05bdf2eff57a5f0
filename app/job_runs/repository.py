"""Every SELECT and lock on the ledger's tables; machinery rows, so the caller stands inside `uow.machinery()`."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.job_runs.models import JobRun, PlannedInstant
from app.job_runs.states import JobState

BATCH = 500
MOST_FORGOTTEN = 5000


async def lock_run(session: AsyncSession, run_id: int) -> JobRun | None:
    """Return the run with its row locked."""
    return await session.get(JobRun, run_id, with_for_update=True, populate_existing=True)


async def find_queued(session: AsyncSession, coalesce_key: str | None) -> int | None:
    """Return the id of the run queued under the key, if there is one; without a key none stands for another."""
    if coalesce_key is None:
        return None
    queued = (JobRun.coalesce_key == coalesce_key) & (JobRun.state == JobState.QUEUED.value)
    found: int | None = await session.scalar(select(JobRun.id).where(queued).with_for_update())
    return found


async def lock_due_plans(session: AsyncSession, now: datetime) -> Sequence[PlannedInstant]:
    """Return what is planned for now or earlier, earliest first, locked; what another sweeper holds is left to it."""
    chosen = (
        select(PlannedInstant)
        .where(PlannedInstant.at <= now)
        .order_by(PlannedInstant.at, PlannedInstant.key)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(chosen)).all()


async def delete_plan(session: AsyncSession, key: str) -> None:
    """Remove a planned instant, if there is one."""
    await session.execute(delete(PlannedInstant).where(PlannedInstant.key == key))


async def delete_plans_of_store(session: AsyncSession, store_id: int) -> None:
    """Remove every planned instant of a store."""
    await session.execute(delete(PlannedInstant).where(PlannedInstant.store_id == store_id))


async def bring_forward(session: AsyncSession, note: str, now: datetime) -> list[tuple[int, int]]:
    """Let the queued runs with this note be due now; returns id and attempt of each."""
    waiting = (JobRun.state == JobState.QUEUED.value) & (JobRun.note == note) & (JobRun.run_at > now)
    # What another one holds is being claimed, or woken by somebody else.
    found = select(JobRun.id).where(waiting).order_by(JobRun.id).with_for_update(skip_locked=True)
    moved = update(JobRun).where(JobRun.id.in_(found)).values(run_at=now).returning(JobRun.id, JobRun.attempt)
    return [(row.id, row.attempt) for row in await session.execute(moved)]


async def delete_ended(session: AsyncSession, before: datetime) -> int:
    """Remove a batch of runs that were done or cancelled before the instant; returns how many."""
    ended = (JobRun.state.in_((JobState.DONE, JobState.CANCELLED))) & (JobRun.finished_at < before)
    oldest = select(JobRun.id).where(ended).order_by(JobRun.finished_at).limit(MOST_FORGOTTEN)
    gone = await session.execute(delete(JobRun).where(JobRun.id.in_(oldest)).returning(JobRun.id))
    return len(gone.all())
