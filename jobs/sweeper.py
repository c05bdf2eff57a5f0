"""What a worker looks after each second, one worker at a time: planned instants, and events no job stands for."""

from datetime import timedelta

from sqlalchemy import text

from app.core.unit_of_work import SYSTEM, UnitsOfWork
from app.inbox.service import requeue_orphans
from app.job_runs.service import queue_planned

ONE_AT_A_TIME = 7_301_552
ORPHANED_AFTER = timedelta(minutes=1)
_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(:key)")


async def sweep(units: UnitsOfWork) -> int:
    """Queue what is planned for now and what was left lying; returns how many runs."""
    async with units(SYSTEM) as uow:
        if not (await uow.session.execute(_TRY_LOCK, {"key": ONE_AT_A_TIME})).scalar_one():
            return 0
        return await queue_planned(uow) + await requeue_orphans(uow, ORPHANED_AFTER)
