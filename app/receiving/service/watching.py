"""How often we look at our orders on a partner's store."""

from app.core.unit_of_work import UnitOfWork
from app.job_runs.service import cancel_plan, every
from app.receiving.jobs import ReadMasterOrders

QUARTER = 15


async def keep_watch(uow: UnitOfWork, partner_store_id: int, *, is_awaited: bool) -> None:
    """Look again each quarter of an hour while goods are to come; without any, the nightly look is enough."""
    job = ReadMasterOrders(partner_store_id)
    key = f"{job.name}:{partner_store_id}:awaited"
    if is_awaited:
        await every(uow, job, QUARTER, key)
    else:
        await cancel_plan(uow, key)
