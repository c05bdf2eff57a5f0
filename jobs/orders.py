"""The orders' jobs and the news they listen to."""

from app.core.unit_of_work import UnitOfWork, system_for
from app.inbox.declaration import InboxEvent
from app.inbox.errors import NotUnderstood
from app.inbox.hints import gid_in, gid_of, part_of, time_in
from app.job_runs.service import enqueue
from app.orders import flows, service
from app.orders.jobs import GoOnWithOrder, HoldAgain, ReadOrders, ReconcileOrders, ReviewPartner, RouteUnmapped
from app.stores.states import StoreRole
from jobs.context import JobContext
from jobs.registry import handles, hears

FULFILLMENT_ORDER_KEYS = ("fulfillment_order", "original_fulfillment_order", "moved_fulfillment_order")


@handles(ReadOrders)
async def read_orders(context: JobContext, job: ReadOrders) -> None:
    """Read what waits to be read."""
    await flows.read_orders(context.open_uow, context.shopify, job.store_id)


@handles(ReconcileOrders)
async def reconcile_orders(context: JobContext, job: ReconcileOrders) -> None:
    """Compare what changed."""
    await flows.reconcile_orders(context.open_uow, context.shopify, job.store_id)


@handles(RouteUnmapped)
async def route_unmapped(context: JobContext, job: RouteUnmapped) -> None:
    """Route what was mapped meanwhile."""
    async with context.open_last(system_for(job.store_id)) as uow:
        await service.route_unmapped(uow)


@handles(ReviewPartner)
async def review_partner(context: JobContext, job: ReviewPartner) -> None:
    """List or strike what waits for a partner."""
    async with context.open_last(system_for(job.store_id)) as uow:
        await service.review_partner(uow, job.partner_id)


@handles(HoldAgain)
async def hold_again(context: JobContext, job: HoldAgain) -> None:
    """Hold what came back."""
    async with context.open_last(system_for(job.store_id)) as uow:
        await service.hold_again(uow, job.partner_id)


@handles(GoOnWithOrder)
async def go_on_with_order(context: JobContext, job: GoOnWithOrder) -> None:
    """Take the word of staff that the order is there."""
    async with context.open_last(system_for(job.store_id)) as uow:
        await service.go_on_with(uow, job.order_id)


@hears("orders/create", "orders/updated", "orders/cancelled", role=StoreRole.RETAILER)
async def order_changed(uow: UnitOfWork, event: InboxEvent) -> None:
    """Have the order read, at least as new as the news."""
    order_gid, hinted_at = gid_in(event.payload, "Order"), time_in(event.payload, "updated_at")
    await service.ask_for_read(uow, order_gid, "webhook", hinted_at=hinted_at)


@hears("orders/edited", role=StoreRole.RETAILER)
async def order_edited(uow: UnitOfWork, event: InboxEvent) -> None:
    """Have the edited order read; the payload is the edit, not the order (reference §5.5)."""
    await _read_numbered(uow, part_of(event.payload, "order_edit", "order_id"))


@hears("refunds/create", role=StoreRole.RETAILER)
async def order_refunded(uow: UnitOfWork, event: InboxEvent) -> None:
    """Have the refunded order read."""
    await _read_numbered(uow, part_of(event.payload, "order_id"))


@hears(
    "fulfillment_orders/moved",
    "fulfillment_orders/split",
    "fulfillment_orders/placed_on_hold",
    "fulfillment_orders/hold_released",
    "fulfillment_orders/cancelled",
    role=StoreRole.RETAILER,
)
async def fulfillment_order_changed(uow: UnitOfWork, event: InboxEvent) -> None:
    """Have the order read to which the fulfilment order belongs; one we do not know is found by comparing."""
    named = [_gid_under(event.payload, key) for key in FULFILLMENT_ORDER_KEYS if _is_given(event.payload, key)]
    if not named:
        raise NotUnderstood("The payload names no fulfilment order.")
    is_release = event.topic == "fulfillment_orders/hold_released"
    released_at = time_in({"triggered_at": event.triggered_at}, "triggered_at") if is_release else None
    known = [await service.ask_for_read_of_fulfillment_order(uow, gid, released_at) for gid in named]
    if not any(known):
        await enqueue(uow, ReconcileOrders(uow.store_id))


def _is_given(payload: object, key: str) -> bool:
    """Tell whether the payload has something under the key."""
    return isinstance(payload, dict) and payload.get(key) is not None


def _gid_under(payload: object, key: str) -> str:
    return gid_of("FulfillmentOrder", str(part_of(payload, key, "id")).rpartition("/")[2])


async def _read_numbered(uow: UnitOfWork, number: object) -> None:
    await service.ask_for_read(uow, gid_of("Order", number), "webhook")
