"""Regular work: which job each store of a role needs how often, and what the product does for itself."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from app.catalog.jobs import ReadProducts
from app.core.unit_of_work import SYSTEM, UnitOfWork, UnitsOfWork
from app.exceptions.jobs import LookAtJobs
from app.fulfillment.jobs import EraseCustomer
from app.inbox.jobs import ForgetBodies
from app.inventory.jobs import CompareOffers, SyncStock
from app.job_runs.declaration import Job
from app.job_runs.jobs import ForgetEnded
from app.job_runs.service import enqueue, every
from app.job_runs.states import Missed
from app.master_orders.jobs import FollowDrafts
from app.orders.jobs import ReconcileOrders
from app.partners.jobs import TellOfWork
from app.receiving.jobs import ReadMasterOrders, ReviewParcels
from app.stores.jobs import ForgetAuthorizations, SweepTokens
from app.stores.queries import StoreFacts, get_store, stores_with_role
from app.stores.service import list_open_erasures
from app.stores.states import StoreRole
from jobs.context import JobContext
from jobs.registry import handles

HOUR, DAY = 60, 24 * 60


@dataclass(frozen=True, slots=True)
class Standing:
    """A job each store of a role gets every so many minutes, and what is done about those missed while we were down.

    These read what is true now: one makes up for all that were missed. A cut-off is planned by itself, each once.
    """

    role: StoreRole
    minutes: int
    job: Callable[[int], Job]
    missed: Missed = Missed.ONCE


STANDING: tuple[Standing, ...] = (
    Standing(StoreRole.RETAILER, 15, ReconcileOrders),
    Standing(StoreRole.RETAILER, HOUR, FollowDrafts),
    Standing(StoreRole.RETAILER, HOUR, partial(CompareOffers, by_poll=True)),
    Standing(StoreRole.RETAILER, DAY // 4, ReviewParcels),
    Standing(StoreRole.PARTNER, DAY, ReadMasterOrders),  # more often while goods are awaited
    Standing(StoreRole.PARTNER, HOUR, partial(ReadProducts, by_poll=True)),
    Standing(StoreRole.PARTNER, HOUR, partial(SyncStock, by_poll=True)),
    # A worker that died once its job was done said nothing of what is over with it.
    Standing(StoreRole.RETAILER, DAY, LookAtJobs),
    Standing(StoreRole.PARTNER, DAY, TellOfWork),
)


@dataclass(frozen=True, slots=True)
class FollowErasures(Job):
    """Have every customer's erasure that is not done looked at: what was planned for a store ends when it leaves."""

    name: ClassVar[str] = "schedule.follow_erasures"
    coalesce_by: ClassVar[tuple[str, ...]] = ()  # there is one list of them


UPKEEP: tuple[Job, ...] = (ForgetBodies(), ForgetEnded(), ForgetAuthorizations(), SweepTokens(), FollowErasures())


@dataclass(frozen=True, slots=True)
class PlanStore(Job):
    """Plan the regular work of a store."""

    name: ClassVar[str] = "schedule.plan_store"
    coalesce_by: ClassVar[tuple[str, ...]] = ("store_id",)  # once is enough

    store_id: int


@handles(PlanStore)
async def plan_store(context: JobContext, job: PlanStore) -> None:
    """Plan what the store's role needs."""
    async with context.open_last(context.actor) as uow:
        await _plan_for(uow, await get_store(uow, job.store_id))


@handles(FollowErasures)
async def follow_erasures(context: JobContext, _job: FollowErasures) -> None:
    """Ask for a look at each, whether its store is here or away."""
    async with context.open_last(context.actor) as uow:
        for request in await list_open_erasures(uow):
            if request.store_id is not None:
                await enqueue(uow, EraseCustomer(request.store_id, request.id))


async def plan_standing(units: UnitsOfWork) -> None:
    """Plan the regular work of every store, and the product's own; what is planned already keeps its next instant."""
    async with units(SYSTEM) as uow:
        for job in UPKEEP:
            await every(uow, job, DAY, job.name)
        await enqueue(uow, SweepTokens())  # a worker that starts may know another client secret
        for role in StoreRole:
            for store in await stores_with_role(uow, role):
                await _plan_for(uow, store)


async def _plan_for(uow: UnitOfWork, store: StoreFacts) -> None:
    for standing in STANDING:
        if store.installed and standing.role is store.role:
            job = standing.job(store.id)
            await every(uow, job, standing.minutes, f"{job.name}:{store.id}", standing.missed)
