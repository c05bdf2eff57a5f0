"""Fulfilment orders: they appear after the order, are held and released, moved, shrunk, grown and closed."""

from collections import defaultdict

from simulator.world.changes import changed
from simulator.world.errors import Impossible, Unknown
from simulator.world.model import By
from simulator.world.order_model import (
    FulfillmentOrder,
    FulfillmentOrderLine,
    FulfillmentOrderStatus,
    Hold,
    HoldPeriod,
    Order,
    OrderLine,
)
from simulator.world.stock_flow import move_commitment
from simulator.world.store import Store
from simulator.world.world import World


def plan_routing(world: World, store: Store, order: Order) -> None:
    """Let the order's fulfilment orders appear up to 30 seconds from now."""
    count = 3 * len(order.lines)  # at worst each line has an order, a line and a hold of its own
    order.reserved_ids += [world.new_id() for _ in range(count)]
    delay = 0.0
    if world.switches.fulfillment_orders_late:
        delay = world.draws.between(store.domain, "route_order", order.name, 0, 30)
    world.later(store, delay, "route_order", order_id=order.id)


def route_order(world: World, store: Store, order_id: int) -> None:
    """Group what is to be sent by location, unless the order was cancelled meanwhile."""
    order = store.orders[order_id]
    if order.routed_at is not None or order.cancelled_at is not None:
        return
    order.routed_at = world.now
    by_place: dict[int, list[OrderLine]] = defaultdict(list)
    for line in order.lines:
        if line.unfulfilled_quantity and not line.gift_card:
            by_place[line.location_id or _main_location(store)].append(line)
    for place, lines in by_place.items():
        made = _make(world, store, order, place, [(line, line.unfulfilled_quantity) for line in lines])
        if order.is_on_hold:
            place_hold(world, store, made, Hold(id=_take_id(world, order), at=world.now))
        world.emit(store, "fulfillment_orders/order_routing_complete", made)
    world.touch(store, order)


def _main_location(store: Store) -> int:
    return next(one.id for one in store.locations.values() if one.is_active)


def _take_id(world: World, order: Order) -> int:
    return order.reserved_ids.pop(0) if order.reserved_ids else world.new_id()


def _make(world: World, store: Store, order: Order, place: int, units: list[tuple[OrderLine, int]]) -> FulfillmentOrder:
    made = FulfillmentOrder(
        id=_take_id(world, order),
        order_id=order.id,
        location_id=place,
        created_at=world.now,
        updated_at=world.now,
    )
    made.lines = [
        FulfillmentOrderLine(
            id=_take_id(world, order), line_id=line.id, total_quantity=quantity, remaining_quantity=quantity
        )
        for line, quantity in units
    ]
    world.add(store, made)
    return made


def add_units(world: World, store: Store, order: Order, line: OrderLine, quantity: int) -> None:
    """Have more units of the line sent; before the routing the line's own quantity is enough."""
    if order.routed_at is None:
        order.reserved_ids += [world.new_id(), world.new_id()]
        return
    place = line.location_id or _main_location(store)
    for one in store.fulfillment_orders_of(order.id):
        if one.is_live and one.location_id == place:
            _grow(world, one, line, quantity)
            _note(world, store, one)
            return
    _make(world, store, order, place, [(line, quantity)])


def _grow(world: World, one: FulfillmentOrder, line: OrderLine, quantity: int) -> None:
    for known in one.lines:
        if known.line_id == line.id:
            known.total_quantity += quantity
            known.remaining_quantity += quantity
            return
    one.lines.append(
        FulfillmentOrderLine(id=world.new_id(), line_id=line.id, total_quantity=quantity, remaining_quantity=quantity)
    )


def remove_units(world: World, store: Store, order: Order, line: OrderLine, quantity: int) -> None:
    """Have fewer units of the line sent."""
    for one in store.fulfillment_orders_of(order.id):
        for known in one.lines if one.is_live else ():
            if known.line_id == line.id and quantity:
                taken = min(quantity, known.remaining_quantity)
                known.remaining_quantity -= taken
                known.total_quantity -= taken
                quantity -= taken
                finish(world, store, one)


def finish(world: World, store: Store, one: FulfillmentOrder, otherwise: FulfillmentOrderStatus | None = None) -> None:
    """Close the fulfilment order if nothing remains, else give it the other status."""
    if not any(line.remaining_quantity for line in one.lines):
        one.status, one.holds = "CLOSED", []
    elif otherwise:
        one.status = otherwise
    _note(world, store, one)


def _note(world: World, store: Store, one: FulfillmentOrder) -> None:
    one.updated_at = world.now
    world.touch(store, one)


def cancel_routing(world: World, store: Store, order: Order) -> None:
    """End all fulfilment orders of a cancelled order."""
    for one in store.fulfillment_orders_of(order.id):
        if one.is_live:
            one.status, one.holds = "CANCELLED", []
            for line in one.lines:
                line.remaining_quantity = 0
            _note(world, store, one)
            world.emit(store, "fulfillment_orders/cancelled", one)


def hold_order(world: World, store: Store, order: Order, reason: str = "OTHER", notes: str | None = None) -> None:
    """Put everything that is still to be sent on hold."""
    if order.cancelled_at is not None or order.deleted_at is not None:
        raise Impossible("the order is cancelled")
    if order.is_on_hold:
        raise Impossible("the order is on hold")
    live = [one for one in store.fulfillment_orders_of(order.id) if one.is_live]
    if order.routed_at is not None and not live:
        raise Impossible("nothing of the order is still to be sent")
    for one in live:
        place_hold(world, store, one, Hold(id=world.new_id(), reason=reason, reason_notes=notes, at=world.now))
    if not live:  # its fulfilment orders will appear on hold
        order.hold_periods.append(HoldPeriod(at=world.now))
        world.touch(store, order)


def place_hold(world: World, store: Store, one: FulfillmentOrder, hold: Hold) -> None:
    """Put one fulfilment order on hold."""
    if not one.is_live:
        raise Impossible("the fulfillment order is closed")
    order = store.orders[one.order_id]
    one.holds.append(hold)
    one.status = "ON_HOLD"
    _note(world, store, one)
    if not order.is_on_hold:
        order.hold_periods.append(HoldPeriod(at=world.now))
    _hold_changed(world, store, order)
    world.emit(store, "fulfillment_orders/placed_on_hold", one, hold=hold)


def release_order(world: World, store: Store, order: Order) -> None:
    """Release every hold of the order."""
    if not order.is_on_hold:
        raise Impossible("the order is not on hold")
    held = [one for one in store.fulfillment_orders_of(order.id) if one.holds]
    for one in held:
        release_holds(world, store, one)
    if not held:
        _end_hold(world, order)
        world.touch(store, order)


def release_holds(world: World, store: Store, one: FulfillmentOrder, hold_ids: list[int] | None = None) -> None:
    """Release the holds (all without a list); when none is left the fulfilment order is open again."""
    order = store.orders[one.order_id]
    one.holds = [hold for hold in one.holds if hold_ids is not None and hold.id not in hold_ids]
    if not one.holds and one.status == "ON_HOLD":
        started = any(line.remaining_quantity < line.total_quantity for line in one.lines)
        one.status = "IN_PROGRESS" if started else "OPEN"
    _note(world, store, one)
    if not any(other.holds for other in store.fulfillment_orders_of(order.id)):
        _end_hold(world, order)
    _hold_changed(world, store, order)
    world.emit(store, "fulfillment_orders/hold_released", one)


def _end_hold(world: World, order: Order) -> None:
    for period in order.hold_periods:
        period.released_at = period.released_at or world.now


def _hold_changed(world: World, store: Store, order: Order) -> None:
    if world.switches.hold_touches_order:
        changed(world, store, order)
    else:
        world.touch(store, order)


def move_fulfillment_order(
    world: World, store: Store, one: FulfillmentOrder, location_id: int, by: By = "staff"
) -> FulfillmentOrder:
    """Have what remains sent from another location; the old fulfilment order stays, closed."""
    if not one.is_live or one.status == "ON_HOLD":
        raise Impossible("the fulfillment order cannot be moved")
    location = store.locations.get(location_id)
    if location is None:
        raise Unknown(f"no location {location_id}")
    if not location.is_active or one.location_id == location_id:
        raise Impossible("it cannot be moved to that location")
    order = store.orders[one.order_id]
    units: list[tuple[OrderLine, int]] = []
    for known in one.lines:
        line = order.line(known.line_id)
        if line is not None and known.remaining_quantity:
            units.append((line, known.remaining_quantity))
            move_commitment(world, store, order, line, known.remaining_quantity, location_id)
            known.total_quantity -= known.remaining_quantity
            known.remaining_quantity = 0
    moved = _make(world, store, order, location_id, units)
    one.status = "CLOSED"
    _note(world, store, one)
    changed(world, store, order)
    world.emit(store, "fulfillment_orders/moved", moved, original=one)
    return moved
