"""An order that Shopify does not show, or not any more: somebody looks, and says whether it is gone."""

from datetime import timedelta

from app.core.unit_of_work import UnitOfWork
from app.core.words import plural
from app.events.service import record_event
from app.exceptions.queries import open_exceptions, open_exceptions_of, subjects_ever
from app.exceptions.service import Problem, open_exception, resolve_exceptions, resolve_of_each
from app.orders import repository
from app.orders.errors import OrderStands
from app.orders.events import OrderGivenUp
from app.orders.models import Order
from app.orders.rules import SHOWN_FOR, TO_SEND, is_shown_at
from app.orders.service import settling
from app.orders.service.reading import NOT_READABLE, DueRead, ask_for_read, finish_read, number_of
from app.orders.service.routing import EARLIER, UNMAPPED
from app.orders.service.sending import NOT_SHOWN, SENT_BY_HAND
from app.orders.states import Route
from app.units.queries import demand_in, queued_demand
from app.units.states import DemandState

GONE = "order_gone"
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
UNSENT_A_MINUTE = 20
"""How many are read of those nobody told of anything; an order that is placed meanwhile waits behind few of them."""
ENDED = (UNMAPPED, EARLIER, SENT_BY_HAND, NOT_SHOWN)
"""What is told of lines that are still to be made, or read by their customer."""


async def give_up_read(uow: UnitOfWork, read: DueRead) -> None:
    """List an order that Shopify told us of and does not show, unless nothing of it is left to do.

    Until somebody answers nothing more is ordered for it, unless it is so old that Shopify shows none of its age: it
    then goes on as it was last read (E25).
    """
    known = await repository.lock_by_gid(uow.session, uow.store_id, read.order_gid)
    if known is None:
        await open_exception(uow, _not_readable(number_of(read.order_gid)))
    elif known.cancelled_at is None and await _is_unfinished(uow, known):
        await _ask_about(uow, known)
    await finish_read(uow, read)


async def look_for_unsent(uow: UnitOfWork) -> None:
    """Have every order read of which something is still to be sent: one that was deleted is in no comparison.

    Of one that somebody was asked about before, their word counts until there is news of it.
    """
    asked = await subjects_ever(uow.session, GONE)
    # One that is shown no more before it is read would be taken for gone.
    unsent = await repository.gids_of_unsent(uow.session, uow.store_id, uow.now - SHOWN_FOR + DAY)
    looked_for = [order_gid for order_id, order_gid in unsent.items() if str(order_id) not in asked]
    for number, order_gid in enumerate(looked_for):
        await ask_for_read(uow, order_gid, "daily", delay=MINUTE * (number // UNSENT_A_MINUTE))


async def end_gone(uow: UnitOfWork, order_id: int) -> None:
    """End what was asked about an order that is there after all."""
    await resolve_exceptions(uow, "order", order_id, [GONE])


async def go_on_with(uow: UnitOfWork, order_id: int) -> None:
    """Take somebody's word that an order which Shopify does not show is there: its units go on."""
    order = await _lock(uow, order_id)
    if order.cancelled_at is None and not await _is_asked_about(uow, order_id):
        await settling.resume_order(uow, order)


async def give_up_order(uow: UnitOfWork, order_id: int) -> None:
    """Take somebody's word that the order is gone from their store: nothing more is made for it."""
    order = await _lock(uow, order_id)
    if not await resolve_exceptions(uow, "order", order_id, [GONE]):
        raise OrderStands
    order.cancelled_at = uow.now  # should it be read again after all, what is read counts
    for line in order.lines:
        line.target = line.fulfilled
    await resolve_of_each(uow, "order_line", [line.id for line in order.lines], ENDED)
    await settling.release_order(uow, order)
    await record_event(uow, OrderGivenUp(order.id))


async def hold_again(uow: UnitOfWork, partner_id: int) -> None:
    """Hold what came back to the partner's queue though its line is on hold, or its order may be gone."""
    lots = await queued_demand(uow.session, uow.store_id, partner_id)
    lines = await repository.list_lines(uow.session, uow.store_id, {lot.line_id for lot in lots})
    in_question = {int(each.subject_id) for each in await open_exceptions(uow.session, GONE)}
    stopped = sorted({line.order_id for line in lines if line.on_hold or line.order_id in in_question})
    # All orders before the first units, of which two orders may wait for the same.
    for order in [await _lock(uow, order_id) for order_id in stopped]:
        await settling.hold_again(uow, order)
        if await _is_asked_about(uow, order.id):
            await _ask_about(uow, order)


async def _lock(uow: UnitOfWork, order_id: int) -> Order:
    order_gid = (await repository.get_order(uow.session, uow.store_id, order_id)).shopify_order_id
    order = await repository.lock_by_gid(uow.session, uow.store_id, order_gid)
    assert order is not None
    return order


async def _ask_about(uow: UnitOfWork, order: Order) -> None:
    if is_shown_at(order.placed_at, uow.now):
        await settling.hold_order(uow, order)
    lots = await demand_in(uow.session, uow.store_id, [line.id for line in order.lines], [DemandState.HELD])
    await open_exception(uow, _gone(order, sum(lot.quantity for lot in lots)))


async def _is_asked_about(uow: UnitOfWork, order_id: int) -> bool:
    return any(each.kind == GONE for each in await open_exceptions_of(uow.session, "order", order_id))


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


def _gone(order: Order, held: int) -> Problem:
    cause = f"{order.name} cannot be read in Shopify any more; it may have been deleted or be older than 60 days."
    waits = f"Until then {plural(held, 'unit')} of it {'is' if held == 1 else 'are'} not ordered. " if held else ""
    step = (
        f"Look it up in your admin. {waits}If it is gone, say so: nothing more is made for it, and what is ordered "
        "becomes surplus. If it is there, mark this as done; its units go on."
    )
    return Problem(GONE, "order", str(order.id), cause, step, units=held, ends_by_hand=True)
