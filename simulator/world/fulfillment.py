"""Fulfilments: what was sent, its tracking, its events, and what is taken back when one is cancelled."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from simulator.world.carriers import link_of
from simulator.world.changes import changed
from simulator.world.errors import Impossible, Unknown
from simulator.world.model import By
from simulator.world.order_model import (
    Fulfillment,
    FulfillmentEvent,
    FulfillmentLine,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Order,
    Tracking,
)
from simulator.world.routing import add_units, finish
from simulator.world.stock_flow import send_out, take_back
from simulator.world.store import Store
from simulator.world.world import World


@dataclass(frozen=True, kw_only=True)
class Part:
    """Units to send of one fulfilment order; no units: all that remain."""

    fulfillment_order: FulfillmentOrder
    units: Sequence[tuple[int, int]] = ()  # fulfilment order line, quantity


def create_fulfillment(
    world: World, store: Store, parts: Sequence[Part], tracking: Sequence[Tracking], by: By
) -> Fulfillment:
    """Send units of fulfilment orders of one order at one location."""
    order, chosen = _check(store, parts)
    location_id = parts[0].fulfillment_order.location_id
    fulfillment = Fulfillment(
        id=world.new_id(),
        order_id=order.id,
        name=f"{order.name}.{len(store.fulfillments_of(order.id)) + 1}",
        location_id=location_id,
        created_at=world.now,
        updated_at=world.now,
        by=by,
    )
    for known, quantity in chosen:
        line = order.line(known.line_id)
        assert line is not None
        known.remaining_quantity -= quantity
        line.unfulfilled_quantity = max(0, line.unfulfilled_quantity - quantity)
        line.fulfilled_quantity += quantity
        send_out(world, store, order, line, quantity, location_id)
        fulfillment.lines.append(
            FulfillmentLine(id=world.new_id(), line_id=line.id, fulfillment_order_line_id=known.id, quantity=quantity)
        )
    _track(fulfillment, tracking)
    world.add(store, fulfillment)
    for part in parts:
        finish(world, store, part.fulfillment_order, otherwise="IN_PROGRESS")
    world.emit(store, "fulfillments/create", fulfillment)
    changed(world, store, order)
    is_all = order.fulfillment_status == "FULFILLED"
    world.emit(store, "orders/fulfilled" if is_all else "orders/partially_fulfilled", order)
    return fulfillment


def _check(store: Store, parts: Sequence[Part]) -> tuple[Order, list[tuple[FulfillmentOrderLine, int]]]:
    if not parts:
        raise Impossible("nothing to fulfill")
    if len({part.fulfillment_order.order_id for part in parts}) > 1:
        raise Impossible("all fulfillment orders must belong to the same order")
    if len({part.fulfillment_order.location_id for part in parts}) > 1:
        raise Impossible("all fulfillment orders must be assigned to the same location")
    chosen: dict[int, tuple[FulfillmentOrderLine, int]] = {}
    for part in parts:
        for known, quantity in _chosen(part):
            before = chosen.get(known.id, (known, 0))[1]
            chosen[known.id] = (known, before + quantity)
    if any(quantity > known.remaining_quantity for known, quantity in chosen.values()):
        raise Impossible("invalid fulfillment order line item quantity requested")
    if not chosen:
        raise Impossible("nothing to fulfill")
    return store.orders[parts[0].fulfillment_order.order_id], list(chosen.values())


def _chosen(part: Part) -> list[tuple[FulfillmentOrderLine, int]]:
    one = part.fulfillment_order
    if one.status not in ("OPEN", "IN_PROGRESS"):
        raise Impossible(f"fulfillment order {one.id} has an unfulfillable status: {one.status.lower()}")
    if not part.units:
        return [(known, known.remaining_quantity) for known in one.lines if known.remaining_quantity]
    by_id = {known.id: known for known in one.lines}
    if any(number not in by_id for number, _ in part.units):
        raise Unknown(f"no such line on fulfillment order {one.id}")
    if any(quantity <= 0 for _, quantity in part.units):
        raise Impossible("a quantity is positive")
    return [(by_id[number], quantity) for number, quantity in part.units]


def parts_for(store: Store, order: Order, wanted: Sequence[tuple[int, int]] | None) -> list[list[Part]]:
    """The parts that send units of order lines (all remaining without a list), grouped by location."""
    left = None if wanted is None else dict(wanted)
    by_place: dict[int, list[Part]] = {}
    for one in store.fulfillment_orders_of(order.id):
        if one.status not in ("OPEN", "IN_PROGRESS"):
            continue
        units: list[tuple[int, int]] = []
        for known in one.lines:
            taken = (
                known.remaining_quantity if left is None else min(known.remaining_quantity, left.get(known.line_id, 0))
            )
            if taken:
                units.append((known.id, taken))
                if left is not None:
                    left[known.line_id] -= taken
        if units:
            by_place.setdefault(one.location_id, []).append(Part(fulfillment_order=one, units=units))
    if (left is not None and any(left.values())) or not by_place:
        raise Impossible("that many units of the order are not open to be fulfilled now")
    return list(by_place.values())


def _track(fulfillment: Fulfillment, tracking: Sequence[Tracking]) -> None:
    fulfillment.tracking = [replace(one, url=one.url or link_of(one.company, one.number)) for one in tracking]
    for one in tracking:
        if one.number and one.number not in fulfillment.tracking_numbers:
            fulfillment.tracking_numbers.append(one.number)


def update_tracking(world: World, store: Store, fulfillment: Fulfillment, tracking: Sequence[Tracking]) -> None:
    """Replace the tracking of a fulfilment."""
    if fulfillment.status == "CANCELLED":
        raise Impossible("the fulfillment is cancelled")
    _track(fulfillment, tracking)
    changed(world, store, fulfillment)
    changed(world, store, store.orders[fulfillment.order_id])


def cancel_fulfillment(world: World, store: Store, fulfillment: Fulfillment) -> None:
    """Undo a fulfilment: its units are to be sent again."""
    if fulfillment.status == "CANCELLED":
        raise Impossible("the fulfillment is cancelled")
    order = store.orders[fulfillment.order_id]
    fulfillment.status = "CANCELLED"
    for sent in fulfillment.lines:
        line = order.line(sent.line_id)
        assert line is not None
        line.fulfilled_quantity -= sent.quantity
        line.unfulfilled_quantity += sent.quantity
        take_back(world, store, order, line, sent.quantity, fulfillment.location_id)
        add_units(world, store, order, line, sent.quantity)
    changed(world, store, fulfillment)
    changed(world, store, order)


def add_fulfillment_event(
    world: World, store: Store, fulfillment: Fulfillment, status: str, happened_at: datetime | None, message: str | None
) -> FulfillmentEvent:
    """Note what the carrier says of the parcel."""
    event = FulfillmentEvent(
        id=world.new_id(), status=status, happened_at=happened_at or world.now, message=message, created_at=world.now
    )
    fulfillment.events.append(event)
    fulfillment.updated_at = world.now
    world.touch(store, fulfillment)
    world.emit(store, "fulfillment_events/create", fulfillment, event=event)
    return event
