"""Fulfilment's jobs."""

from app.fulfillment import erasing, flows, service
from app.fulfillment.jobs import CorrectTracking, EraseCustomer, EraseStore, LookAtNumbers, PostShipment
from jobs.context import JobContext
from jobs.registry import handles


@handles(PostShipment)
async def post_shipment(context: JobContext, job: PostShipment) -> None:
    """Have the customer's order show the shipment."""
    await flows.post_shipment(context.open_uow, context.shopify, job.store_id, job.shipment_id)


@handles(CorrectTracking)
async def correct_tracking(context: JobContext, job: CorrectTracking) -> None:
    """Have the customer's order show the corrected tracking."""
    await flows.correct_tracking(context.open_uow, context.shopify, job.store_id, job.shipment_id)


@handles(LookAtNumbers)
async def look_at_numbers(context: JobContext, job: LookAtNumbers) -> None:
    """List the boxes that bear a partner's number."""
    async with context.open_uow(context.actor) as uow:
        await service.look_at_numbers(uow, job.parcel_id)


@handles(EraseCustomer)
async def erase_customer(context: JobContext, job: EraseCustomer) -> None:
    """Forget a customer, order by order."""
    await erasing.erase_customer(context.open_uow, job.store_id, job.request_id)


@handles(EraseStore)
async def erase_store(context: JobContext, job: EraseStore) -> None:
    """Forget the people of a store that is gone."""
    await erasing.erase_store(context.open_uow, job.store_id, job.request_id)
