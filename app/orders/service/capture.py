"""Capture an order, and move every line to what is wanted now; doing it again with the same facts changes nothing."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.gateways.shopify.order_facts import LineFacts, OrderFacts
from app.orders import repository, rules
from app.orders.events import OrderCancelled, OrderCaptured, OrderLineChanged
from app.orders.models import Order, OrderLine
from app.orders.rules import OpenQuantity
from app.orders.service import holds, routing, settling
from app.orders.states import Route

RECEIVED = frozenset({"SALE", "CAPTURE"})


async def capture_order(uow: UnitOfWork, facts: OrderFacts, seen_by: str) -> bool:
    """Move our order to what Shopify shows; return whether anything could be newer than what we know.

    Older news than ours is ignored, so webhooks may come twice, late and in any order (E1, E2, E4).
    """
    is_new = await repository.insert_order(uow.session, _first_values(uow, facts, seen_by))
    order = await repository.lock_by_gid(uow.session, uow.store_id, facts.id)
    assert order is not None
    if not is_new and facts.updated_at < order.updated_there_at:
        return False

    cancelled_now = facts.cancelled_at is not None and order.cancelled_at is None
    order.updated_there_at, order.cancelled_at = facts.updated_at, facts.cancelled_at
    order.financial_status, order.name = facts.financial_status or "", facts.name
    order.fulfillment_order_ids = [each.id for each in facts.fulfillment_orders]
    added = await _add_lines(uow, order, facts)
    changes = _move_targets(order, facts)
    await uow.session.flush()

    if is_new:
        partner_lines = sum(line.route == Route.PARTNER for line in order.lines)
        await record_event(uow, OrderCaptured(order.id, len(order.lines), partner_lines, seen_by == "poll"))
    if cancelled_now:
        await record_event(uow, OrderCancelled(order.id))
    for line, before in changes:
        if line not in added:
            await record_event(uow, OrderLineChanged(order.id, line.id, line.title, before, line.target))
    await routing.tell_of_routes(uow, order, added)
    await holds.follow_holds(uow, order, facts)
    await settling.settle_order(uow, order, additions_of(facts), books_of(facts))
    return True


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
    fresh = [line for line in facts.lines if line.id not in known]
    lines = [_new_line(uow, order, line) for line in fresh]
    await routing.choose_routes(uow, order, lines)
    order.lines.extend(lines)
    await uow.session.flush()
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
        on_hold=False,
        properties=[list(pair) for pair in rules.carried_properties(facts.custom_attributes)],
        route=Route.OWN,
        units_per=1,
    )


def _move_targets(order: Order, facts: OrderFacts) -> list[tuple[OrderLine, int]]:
    """Set each line's quantity and target; return the lines whose target moved, with what it was."""
    open_quantities: dict[str, list[OpenQuantity]] = defaultdict(list)
    for fulfillment_order in facts.fulfillment_orders:
        for part in fulfillment_order.lines:
            open_quantities[part.order_line_id].append(OpenQuantity(fulfillment_order.status, part.remaining))
    fulfilled: dict[str, int] = defaultdict(int)
    for fulfillment in facts.fulfillments:
        if fulfillment.status == "SUCCESS":
            for sent in fulfillment.lines:
                fulfilled[sent.order_line_id] += sent.quantity
    shown = {line.id: line for line in facts.lines}
    changes = []
    for line in order.lines:
        now = shown.get(line.shopify_line_id)
        before = line.target
        line.quantity = now.quantity if now else line.quantity
        line.target = rules.target_of(
            open_quantities[line.shopify_line_id],
            fulfilled[line.shopify_line_id],
            now.unfulfilled_quantity if now else 0,
            cancelled=facts.cancelled_at is not None,
            known_target=before,
        )
        if line.target != before:
            changes.append((line, before))
    return changes


def additions_of(facts: OrderFacts) -> dict[str, list[tuple[datetime, int]]]:
    """Return the units that edits added, by line: when and how many."""
    additions: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    for agreement in facts.agreements:
        for line_id, quantity in agreement.lines:
            if quantity > 0:
                additions[line_id].append((agreement.happened_at, quantity))
    return additions


def books_of(facts: OrderFacts) -> rules.PaymentBooks:
    """Return what was sold and what came in."""
    return rules.PaymentBooks(
        status=facts.financial_status or "",
        needs_payment=not facts.has_payment_terms,
        sold=[(each.happened_at, each.total.amount) for each in facts.agreements if each.total.amount > 0],
        received=[
            (each.processed_at, each.amount.amount)
            for each in facts.transactions
            if each.kind in RECEIVED and each.status == "SUCCESS" and each.processed_at
        ],
    )


def lines_with_open_routing(order: Order, facts: OrderFacts) -> Sequence[OrderLine]:
    """Return the partner lines for which Shopify shows no fulfilment order yet."""
    routed = {part.order_line_id for each in facts.fulfillment_orders for part in each.lines}
    return [
        line
        for line in order.lines
        if line.route == Route.PARTNER and line.target and line.shopify_line_id not in routed
    ]
