"""Holds that the retailer's admin placed on an order: who may not proceed, and from when on they may again."""

from datetime import datetime

from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.gateways.shopify.order_facts import OrderFacts
from app.orders import repository
from app.orders.events import OrderHeld, OrderReleased
from app.orders.models import Order, OrderHold, OrderLine
from app.orders.naming import names_of_lines
from app.orders.rules import TO_SEND
from app.units.queries import demand_in


async def follow_holds(uow: UnitOfWork, order: Order, facts: OrderFacts, released_at: datetime | None) -> None:
    """Record new holds and ended ones.

    Shopify keeps no times of them (reference §2.7): the first reading counts, for an end the time its news told.
    Without fulfilment orders nothing is said of holds (E29).
    """
    if not facts.fulfillment_orders and facts.cancelled_at is None:
        return
    held = await _held(uow, order, facts)
    for line in order.lines:
        reason = held.get(line.shopify_line_id)
        if reason and not line.on_hold:
            await _hold(uow, line, reason)
        elif line.on_hold and not reason:
            await _release(uow, line, released_at or uow.now)
    await uow.session.flush()


async def _hold(uow: UnitOfWork, line: OrderLine, reason: str) -> None:
    line.on_hold = True
    uow.session.add(OrderHold(store_id=uow.store_id, line_id=line.id, reason=reason, placed_at=uow.now))
    names = await names_of_lines(uow.session, [line])
    await record_event(uow, OrderHeld(line.order_id, line.id, names[line.id], reason.replace("_", " ").lower()))


async def _release(uow: UnitOfWork, line: OrderLine, at: datetime) -> None:
    line.on_hold = False
    hold = await repository.find_open_hold(uow.session, uow.store_id, line.id)
    if hold is not None:
        hold.released_at = _within(at, hold.placed_at, uow.now)
    names = await names_of_lines(uow.session, [line])
    await record_event(uow, OrderReleased(line.order_id, line.id, names[line.id]))


async def _held(uow: UnitOfWork, order: Order, facts: OrderFacts) -> dict[str, str]:
    """Return the lines on hold, each with the reason.

    Of a line that is shown as sent altogether nothing remains to be held; what is to come of it all the same, since
    somebody sent it by hand beside us, waits with the rest of its fulfilment order.
    """
    on_hold = [each for each in facts.fulfillment_orders if each.status == "ON_HOLD"]
    remaining = {part.order_line_id for each in facts.fulfillment_orders for part in each.lines if part.remaining}
    by_hand = await _to_come(uow, order) - remaining if on_hold else set()
    return {
        part.order_line_id: each.holds[0].reason if each.holds else "OTHER"
        for each in on_hold
        for part in each.lines
        if part.remaining or part.order_line_id in by_hand
    }


async def _to_come(uow: UnitOfWork, order: Order) -> set[str]:
    """Return the lines of which units are still to go to the customer."""
    lots = await demand_in(uow.session, uow.store_id, [line.id for line in order.lines], TO_SEND)
    lines = {lot.line_id for lot in lots}
    return {line.shopify_line_id for line in order.lines if line.id in lines}


def _within(at: datetime, earliest: datetime, latest: datetime) -> datetime:
    # A header of a webhook is not signed: it is believed only as far as it can be true.
    return min(max(at, earliest), latest)
