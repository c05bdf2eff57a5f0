"""An order that Shopify does not show, or not any more: somebody looks, and says whether it is gone."""

from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.exceptions.service import Problem, open_exception, resolve_exceptions, resolve_of_each
from app.orders import repository
from app.orders.errors import OrderStands
from app.orders.events import OrderGivenUp
from app.orders.models import Order
from app.orders.rules import TO_SEND
from app.orders.service.reading import NOT_READABLE, DueRead, finish_read, number_of
from app.orders.service.routing import EARLIER, UNMAPPED
from app.orders.service.sending import NOT_SHOWN, SENT_BY_HAND
from app.orders.service.settling import release_order
from app.orders.states import Route
from app.units.queries import demand_in
from app.units.states import DemandState

GONE = "order_gone"
ENDED = (UNMAPPED, EARLIER, SENT_BY_HAND, NOT_SHOWN)
"""What is told of lines that are still to be made, or read by their customer."""


async def give_up_read(uow: UnitOfWork, read: DueRead) -> None:
    """List an order that Shopify told us of and does not show, unless nothing of it is left to do."""
    known = await repository.lock_by_gid(uow.session, uow.store_id, read.order_gid)
    if known is None:
        await open_exception(uow, _not_readable(number_of(read.order_gid)))
    elif known.cancelled_at is None and await _is_unfinished(uow, known):
        await open_exception(uow, _gone(known))
    await finish_read(uow, read)


async def end_gone(uow: UnitOfWork, order_id: int) -> None:
    """End what was asked about an order that is there after all."""
    await resolve_exceptions(uow, "order", order_id, [GONE])


async def give_up_order(uow: UnitOfWork, order_id: int) -> None:
    """Take somebody's word that the order is gone from their store: nothing more is made for it."""
    order_gid = (await repository.get_order(uow.session, uow.store_id, order_id)).shopify_order_id
    order = await repository.lock_by_gid(uow.session, uow.store_id, order_gid)
    if order is None or not await resolve_exceptions(uow, "order", order_id, [GONE]):
        raise OrderStands
    order.cancelled_at = uow.now  # should it be read again after all, what is read counts
    for line in order.lines:
        line.target = line.fulfilled
    await resolve_of_each(uow, "order_line", [line.id for line in order.lines], ENDED)
    await release_order(uow, order)
    await record_event(uow, OrderGivenUp(order.id))


async def _is_unfinished(uow: UnitOfWork, order: Order) -> bool:
    """Tell whether units of the order are still to go to their customer, or wait for a route or its first reading."""
    if order.is_test:
        return False  # nothing of it is ever made
    lots = await demand_in(uow.session, uow.store_id, [line.id for line in order.lines], DemandState)
    in_ledger = {lot.line_id for lot in lots}
    unplaced = [line for line in order.lines if line.route != Route.OWN and line.id not in in_ledger]
    return any(line.target > line.fulfilled for line in unplaced) or any(lot.state in TO_SEND for lot in lots)


def _not_readable(number: str) -> Problem:
    cause = (
        "Shopify announced an order that cannot be read; it may have been deleted or be older than 60 days. "
        f"Its number is {number}."
    )
    step = "Look the order up in your admin. If it is there, fulfil it by hand."
    return Problem(NOT_READABLE, "job", f"order-{number}", cause, step, ends_by_hand=True)


def _gone(order: Order) -> Problem:
    # Until somebody decides all goes on as it was last read, so it counts no units.
    cause = f"{order.name} cannot be read in Shopify any more; it may have been deleted or be older than 60 days."
    step = (
        "Look it up in your admin. If it is gone, say so: what is not ordered for it yet is then not ordered, and what "
        "is becomes surplus. If it is there, mark this as done; its units go on as they stood."
    )
    return Problem(GONE, "order", str(order.id), cause, step, ends_by_hand=True)
