"""Writes on a store's orders, fulfilments and draft orders: what its customers and staff do."""

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET

from simulator.control import bodies
from simulator.control.answers import Answer
from simulator.control.refs import find, number, pairs_of, tracking_of
from simulator.world import draft_orders, orders
from simulator.world.errors import Unreadable
from simulator.world.fulfillment import (
    add_fulfillment_event,
    cancel_fulfillment,
    create_fulfillment,
    parts_for,
    update_tracking,
)
from simulator.world.order_model import DraftOrder, Fulfillment, Order
from simulator.world.placing import place_order
from simulator.world.routing import hold_order, move_fulfillment_order, release_order
from simulator.world.store import Store
from simulator.world.truth import draft_truth, fulfillment_truth, order_truth
from simulator.world.world import World

Path = Mapping[str, str]


def _order(world: World, path: Path) -> tuple[Store, Order]:
    store = world.store(path["shop"])
    return store, find(store.orders, path["id"], "order")


def _told(store: Store, order: Order) -> Answer:
    return Answer(order.gid, order_truth(store, order))


def place(world: World, path: Path, body: bodies.PlaceOrder) -> Answer:
    """Let a customer buy."""
    store = world.store(path["shop"])
    fields = {
        "lines": [_bought(one) for one in body.lines],
        "payment": body.payment or ("paid" if body.paid else "pending"),
        "payment_terms": body.payment_terms,
        "test": body.test,
        "attributes": pairs_of(body.attributes),
        "tags": body.tags,
        "discount": body.discount,
        "anonymous": body.anonymous,
        "force": body.force,
    }
    return _told(store, place_order(world, store, fields))


def _bought(one: bodies.OrderLineBody) -> dict[str, Any]:
    if one.variant_id is None and one.title is None:
        raise Unreadable("a line names a variant_id or a title")
    return {
        "variant_id": None if one.variant_id is None else number(one.variant_id),
        "quantity": one.quantity,
        "title": one.title,
        "price": one.price,
        "properties": pairs_of(one.properties),
        "selling_plan": one.selling_plan,
        "requires_shipping": one.requires_shipping,
        "gift_card": one.gift_card,
    }


def pay(world: World, path: Path, body: bodies.Pay) -> Answer:
    """Let the customer pay."""
    store, order = _order(world, path)
    orders.pay_order(world, store, order, body.amount)
    return _told(store, order)


def edit(world: World, path: Path, body: bodies.EditOrder) -> Answer:
    """Edit an order."""
    store, order = _order(world, path)
    changes = [
        orders.LineChange(
            quantity=one.quantity,
            line_id=None if one.line_id is None else number(one.line_id),
            variant_id=None if one.variant_id is None else number(one.variant_id),
        )
        for one in body.lines
    ]
    wish = orders.Edit(changes=changes, restock=body.restock, paid=body.paid, force=body.force)
    orders.edit_order(world, store, order, wish)
    return _told(store, order)


def cancel(world: World, path: Path, body: bodies.CancelOrder) -> Answer:
    """Cancel an order."""
    store, order = _order(world, path)
    orders.cancel_order(world, store, order, body.reason, restock=body.restock, refund=body.refund)
    return _told(store, order)


def remove(world: World, path: Path, body: bodies.Nothing) -> Answer:
    """Delete a cancelled order."""
    store, order = _order(world, path)
    orders.delete_order(world, store, order)
    return _told(store, order)


def refund(world: World, path: Path, body: bodies.RefundOrder) -> Answer:
    """Refund units or an amount."""
    store, order = _order(world, path)
    units = [(number(one.line_id), one.quantity) for one in body.lines]
    wish = orders.Repayment(units=units, amount=body.amount, restock=body.restock, note=body.note)
    orders.refund_order(world, store, order, wish)
    return _told(store, order)


def hold(world: World, path: Path, body: bodies.HoldOrder) -> Answer:
    """Put an order on hold."""
    store, order = _order(world, path)
    hold_order(world, store, order, body.reason, body.notes)
    return _told(store, order)


def release(world: World, path: Path, body: bodies.Nothing) -> Answer:
    """Release an order's holds."""
    store, order = _order(world, path)
    release_order(world, store, order)
    return _told(store, order)


def judge_risk(world: World, path: Path, body: bodies.RiskBody) -> Answer:
    """Judge an order's risk."""
    store, order = _order(world, path)
    orders.set_risk(world, store, order, body.level, body.recommendation)
    return _told(store, order)


def fulfill(world: World, path: Path, body: bodies.Fulfill) -> Answer:
    """Send units as the store's staff does: one fulfilment for each location; the answer is the first."""
    store, order = _order(world, path)
    wanted = None if body.lines is None else [(number(one.line_id), one.quantity) for one in body.lines]
    tracking = tracking_of(body.tracking)
    made = [create_fulfillment(world, store, parts, tracking, "staff") for parts in parts_for(store, order, wanted)]
    return _sent(store, made[0])


def _sent(store: Store, one: Fulfillment) -> Answer:
    return Answer(one.gid, fulfillment_truth(store, one))


def _fulfillment(world: World, path: Path) -> tuple[Store, Fulfillment]:
    store = world.store(path["shop"])
    return store, find(store.fulfillments, path["id"], "fulfillment")


def track(world: World, path: Path, body: bodies.PatchFulfillment) -> Answer:
    """Replace a fulfilment's tracking."""
    store, one = _fulfillment(world, path)
    update_tracking(world, store, one, tracking_of(body.tracking))
    return _sent(store, one)


def undo_fulfillment(world: World, path: Path, body: bodies.Nothing) -> Answer:
    """Cancel a fulfilment."""
    store, one = _fulfillment(world, path)
    cancel_fulfillment(world, store, one)
    return _sent(store, one)


def note_event(world: World, path: Path, body: bodies.FulfillmentEventBody) -> Answer:
    """Note what the carrier says of a fulfilment."""
    store, one = _fulfillment(world, path)
    add_fulfillment_event(world, store, one, body.status, body.happened_at, body.message)
    return _sent(store, one)


def move(world: World, path: Path, body: bodies.Move) -> Answer:
    """Have a fulfilment order sent from another location."""
    store = world.store(path["shop"])
    one = find(store.fulfillment_orders, path["id"], "fulfillment order")
    move_fulfillment_order(world, store, one, number(body.location_id))
    return _told(store, store.orders[one.order_id])


def _draft(world: World, path: Path) -> tuple[Store, DraftOrder]:
    store = world.store(path["shop"])
    return store, find(store.draft_orders, path["id"], "draft order")


def edit_draft(world: World, path: Path, body: bodies.EditDraft) -> Answer:
    """Change a draft order, as the store's staff does."""
    store, draft = _draft(world, path)
    fields: dict[str, Any] = {}
    if body.note is not UNSET:
        fields["note"] = body.note
    if body.tags is not UNSET:
        fields["tags"] = body.tags
    quantities: dict[int, int] = {}
    added: list[tuple[int, int]] = []
    for one in body.lines:
        line_id = _draft_line(draft, one)
        if line_id is not None:
            quantities[line_id] = one.quantity
        elif one.variant_id is not None and one.quantity:
            added.append((number(one.variant_id), one.quantity))
        else:
            raise Unreadable("a line names a line_id or a variant_id")
    draft_orders.edit_draft(
        world, store, draft, draft_orders.DraftEdit(quantities=quantities, added=added, fields=fields)
    )
    return Answer(draft.gid, draft_truth(draft))


def _draft_line(draft: DraftOrder, one: bodies.DraftEditLine) -> int | None:
    if one.line_id is not None:
        return number(one.line_id)
    wanted = None if one.variant_id is None else number(one.variant_id)
    return next((line.id for line in draft.lines if wanted is not None and line.variant_id == wanted), None)


def finish_draft(world: World, path: Path, body: bodies.Nothing) -> Answer:
    """Complete a draft order, as the store's staff does."""
    store, draft = _draft(world, path)
    draft_orders.complete_draft(world, store, draft, by="staff")
    return Answer(draft.gid, draft_truth(draft))


def remove_draft(world: World, path: Path, body: bodies.Nothing) -> Answer:
    """Delete a draft order."""
    store, draft = _draft(world, path)
    draft_orders.delete_draft(world, store, draft)
    return Answer(draft.gid, draft_truth(draft))
