"""Upkeep of the ledger."""

from datetime import timedelta

from app.job_runs import service
from app.job_runs.jobs import ForgetEnded
from jobs.context import JobContext
from jobs.registry import handles

RUNS_KEPT = timedelta(days=14)


@handles(ForgetEnded)
async def forget_ended(context: JobContext, _job: ForgetEnded) -> None:
    """Remove runs that ended long ago."""
    async with context.open_last(context.actor) as uow:
        await service.forget_ended(uow, RUNS_KEPT)
