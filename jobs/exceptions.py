"""Upkeep of what is told."""

from app.exceptions.jobs import LookAtJobs
from app.exceptions.service import look_at_jobs
from jobs.context import JobContext
from jobs.registry import handles


@handles(LookAtJobs)
async def look_at(context: JobContext, _job: LookAtJobs) -> None:
    """Take off the store's list what is over of its jobs."""
    async with context.open_uow(context.actor) as uow:
        await look_at_jobs(uow)
