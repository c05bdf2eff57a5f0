"""Receiving's jobs and the news it listens to."""

from app.core.unit_of_work import UnitOfWork, system_for
from app.inbox.declaration import InboxEvent
from app.inbox.hints import gid_in, gid_of, part_of
from app.job_runs.service import enqueue
from app.receiving import flows, service
from app.receiving.jobs import ReadMasterOrder, ReadMasterOrders, ReviewParcels, UseSurplus
from app.stores.states import StoreRole
from jobs.context import JobContext
from jobs.registry import handles, hears


@handles(ReadMasterOrders)
async def read_master_orders(context: JobContext, job: ReadMasterOrders) -> None:
    """Look at all our orders there, and decide when to look again: a close that meets this look has its own after."""
    is_awaited = await flows.read_master_orders(context.open_uow, context.shopify, job.partner_store_id)
    await flows.review_old(context.open_uow, job.partner_store_id)
    async with context.open_last(context.actor) as uow:
        await service.keep_watch(uow, job.partner_store_id, is_awaited=is_awaited)


@handles(ReadMasterOrder)
async def read_master_order(context: JobContext, job: ReadMasterOrder) -> None:
    """Look at one of our orders there."""
    await flows.read_master_order(context.open_uow, context.shopify, job.partner_store_id, job.order_gid)


@handles(UseSurplus)
async def use_surplus(context: JobContext, job: UseSurplus) -> None:
    """Give surplus to who waits."""
    async with context.open_last(system_for(job.store_id)) as uow:
        await service.use_surplus(uow, job.partner_id)


@handles(ReviewParcels)
async def review_parcels(context: JobContext, job: ReviewParcels) -> None:
    """Look for parcels that did not come."""
    async with context.open_last(system_for(job.store_id)) as uow:
        await service.review_parcels(uow)


@hears("fulfillments/create", "fulfillments/update", role=StoreRole.PARTNER)
async def partner_fulfilled(uow: UnitOfWork, event: InboxEvent) -> None:
    """Have the order read that the partner's fulfilment belongs to."""
    await _read(uow, gid_of("Order", part_of(event.payload, "order_id")))


@hears("orders/updated", "orders/cancelled", role=StoreRole.PARTNER)
async def partner_order_changed(uow: UnitOfWork, event: InboxEvent) -> None:
    """Have our order read again."""
    await _read(uow, gid_in(event.payload, "Order"))


@hears("orders/edited", role=StoreRole.PARTNER)
async def partner_order_edited(uow: UnitOfWork, event: InboxEvent) -> None:
    """Have our edited order read again."""
    await _read(uow, gid_of("Order", part_of(event.payload, "order_edit", "order_id")))


async def _read(uow: UnitOfWork, order_gid: str) -> None:
    await enqueue(uow, ReadMasterOrder(uow.store_id, order_gid))
