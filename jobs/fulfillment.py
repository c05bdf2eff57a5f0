"""Fulfilment's jobs."""

from app.fulfillment import flows
from app.fulfillment.jobs import PostShipment
from jobs.context import JobContext
from jobs.registry import handles


@handles(PostShipment)
async def post_shipment(context: JobContext, job: PostShipment) -> None:
    """Have the customer's order show the shipment."""
    await flows.post_shipment(context.open_uow, context.shopify, job.store_id, job.shipment_id)
