"""Capture an order, and move every line to what is wanted now; doing it again with the same facts changes nothing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.gateways.shopify.order_facts import LineFacts, OrderFacts
from app.orders import repository, rules
from app.orders.events import OrderCancelled, OrderCaptured, OrderLineChanged
from app.orders.models import Order, OrderLine
from app.orders.naming import names_of_lines
from app.orders.rules import OpenQuantity, Routing, ShownLine
from app.orders.service import gone, holds, reading, routing, sending, settling
from app.orders.service.unpaid import end_unpaid
from app.orders.states import PAID, Route

PAYMENTS = {"SALE": 1, "CAPTURE": 1, "REFUND": -1}
WHEN_PLACED = "ORDER"


async def capture_order(uow: UnitOfWork, facts: OrderFacts, seen_by: str, released_at: datetime | None = None) -> Order:
    """Move our order to what Shopify shows, and return it.

    Older news than ours is ignored, so webhooks may come twice, late and in any order (E1, E2, E4). `released_at` is
    when a hold ended, if the news told.
    """
    is_new = await repository.insert_order(uow.session, _first_values(uow, facts, seen_by))
    order = await repository.lock_by_gid(uow.session, uow.store_id, facts.id)
    assert order is not None
    if not is_new and _is_older(facts, order):
        return order

    paid_now = not is_new and order.financial_status not in PAID and facts.financial_status in PAID
    cancelled_now = facts.cancelled_at is not None and order.cancelled_at is None
    order.updated_there_at, order.read_at, order.cancelled_at = facts.updated_at, facts.read_at, facts.cancelled_at
    order.financial_status, order.name = facts.financial_status or "", facts.name
    added = await _add_lines(uow, order, facts)
    changes = _move_targets(order, facts)
    added_ids = {line.shopify_line_id for line in added}
    with uow.session.no_autoflush:  # new lines are written once, with their routes
        routed = await routing.choose_routes(uow, order, added, ordered_since(facts))
    await uow.session.flush()

    if is_new:
        partner_lines = sum(line.route == Route.PARTNER for line in order.lines)
        await record_event(uow, OrderCaptured(order.id, len(order.lines), partner_lines, seen_by == "poll"))
    await reading.strike_from_lists(uow, facts.id)
    if not is_new:
        await gone.end_gone(uow, order.id)
    if paid_now:
        await end_unpaid(uow, order.id)
    if cancelled_now:
        await record_event(uow, OrderCancelled(order.id))
    moved = {line: before for line, before in changes if line.shopify_line_id not in added_ids}
    names = await names_of_lines(uow.session, moved)
    for line, before in moved.items():
        await record_event(uow, OrderLineChanged(order.id, line.id, names[line.id], before, line.target))
    await routing.tell_of_routes(uow, order, routed)
    await routing.list_unrouted(uow, order)
    await holds.follow_holds(uow, order, facts, released_at)
    changed = [line for line, _ in changes]
    await settling.settle_order(uow, order, changed, edits_of(facts), books_of(facts))
    await sending.compare_sent(uow, order, facts)
    return order


def _is_older(facts: OrderFacts, order: Order) -> bool:
    if facts.updated_at != order.updated_there_at:
        return facts.updated_at < order.updated_there_at
    return order.read_at is not None and facts.read_at < order.read_at


def _first_values(uow: UnitOfWork, facts: OrderFacts, seen_by: str) -> dict[str, object]:
    return {
        "store_id": uow.store_id,
        "shopify_order_id": facts.id,
        "name": facts.name,
        "placed_at": facts.created_at,
        "updated_there_at": facts.updated_at,
        "is_test": facts.test,
        "financial_status": facts.financial_status or "",
        "currency": facts.currency,
        "captured_at": uow.now,
        "captured_by": seen_by,
        "fulfillment_order_ids": [],
    }


async def _add_lines(uow: UnitOfWork, order: Order, facts: OrderFacts) -> list[OrderLine]:
    known = {line.shopify_line_id for line in order.lines}
    lines = [_new_line(uow, order, line) for line in facts.lines if line.id not in known]
    order.lines.extend(lines)
    return lines


def _new_line(uow: UnitOfWork, order: Order, facts: LineFacts) -> OrderLine:
    return OrderLine(
        store_id=uow.store_id,
        order_id=order.id,
        shopify_line_id=facts.id,
        title=facts.title,
        sku=facts.sku or None,
        shopify_variant_id=facts.variant_id,
        quantity=facts.quantity,
        target=0,
        fulfilled=0,
        sent_before=0,
        on_hold=False,
        selling_plan_id=facts.selling_plan_id,
        properties=[list(pair) for pair in rules.carried_properties(facts.custom_attributes)],
        route=Route.OWN,
        units_per=1,
    )


def _move_targets(order: Order, facts: OrderFacts) -> list[tuple[OrderLine, int]]:
    """Set each line's quantity and target; return the lines whose target moved, with what it was."""
    state = Routing(
        is_shown=bool(facts.fulfillment_orders),
        was_shown=bool(order.fulfillment_order_ids),
        is_cancelled=facts.cancelled_at is not None,
    )
    order.fulfillment_order_ids = [each.id for each in facts.fulfillment_orders] or order.fulfillment_order_ids
    shown = _shown_lines(facts)
    ordered = {line.id: line.quantity for line in facts.lines}
    changes = []
    for line in order.lines:
        now, before = shown[line.shopify_line_id], line.target
        line.quantity = ordered.get(line.shopify_line_id, line.quantity)
        line.fulfilled = now.fulfilled
        line.target = rules.target_of(now, state, before)
        if line.target != before:
            changes.append((line, before))
    return changes


def _shown_lines(facts: OrderFacts) -> Mapping[str, ShownLine]:
    """Return what Shopify shows of each line; nothing of a line that it does not name."""
    open_quantities: dict[str, list[OpenQuantity]] = defaultdict(list)
    for fulfillment_order in facts.fulfillment_orders:
        for part in fulfillment_order.lines:
            open_quantities[part.order_line_id].append(OpenQuantity(fulfillment_order.status, part.remaining))
    fulfilled: dict[str, int] = defaultdict(int)
    for fulfillment in facts.fulfillments:
        if fulfillment.status == "SUCCESS":
            for sent in fulfillment.lines:
                fulfilled[sent.order_line_id] += sent.quantity
    unfulfilled = {line.id: line.unfulfilled_quantity for line in facts.lines}
    shown: dict[str, ShownLine] = defaultdict(lambda: ShownLine((), 0, 0))
    for line_id in {*open_quantities, *fulfilled, *unfulfilled}:
        shown[line_id] = ShownLine(open_quantities[line_id], fulfilled[line_id], unfulfilled.get(line_id, 0))
    return shown


def edits_of(facts: OrderFacts) -> dict[str, list[tuple[datetime, int]]]:
    """Return what edits and refunds added to each line and took back: when and how many."""
    edits: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    for agreement in facts.agreements:
        if agreement.reason != WHEN_PLACED:
            for line_id, quantity in agreement.lines:
                edits[line_id].append((agreement.happened_at, quantity))
    return edits


def ordered_since(facts: OrderFacts) -> dict[str, datetime]:
    """Return when each line that an edit added was ordered; all others came with the order."""
    with_order = {line_id for each in facts.agreements if each.reason == WHEN_PLACED for line_id, _ in each.lines}
    return {
        line_id: min(at for at, _ in edits) for line_id, edits in edits_of(facts).items() if line_id not in with_order
    }


def books_of(facts: OrderFacts) -> rules.PaymentBooks:
    """Return what was sold and what came in."""
    later = [(each.happened_at, each.total.amount) for each in facts.agreements if each.reason != WHEN_PLACED]
    return rules.PaymentBooks(
        status=facts.financial_status or "",
        needs_payment=not facts.has_payment_terms,
        sold=[(facts.created_at, facts.total.amount), *later],
        received=[
            (each.processed_at, PAYMENTS[each.kind] * each.amount.amount)
            for each in facts.transactions
            if each.kind in PAYMENTS and each.status == "SUCCESS" and each.processed_at
        ],
    )


def waits_for_routing(order: Order, facts: OrderFacts) -> bool:
    """Tell whether Shopify is still to show fulfilment orders of lines for partners."""
    routed = {part.order_line_id for each in facts.fulfillment_orders for part in each.lines}
    lines: Sequence[OrderLine] = [line for line in order.lines if line.route == Route.PARTNER and line.target]
    return facts.cancelled_at is None and any(line.shopify_line_id not in routed for line in lines)
