"""What happens to an order after it was placed: paid, edited, refunded, cancelled, judged risky."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

from simulator.world import money
from simulator.world.changes import changed
from simulator.world.errors import Impossible, Unknown
from simulator.world.order_model import FinancialStatus, Order, OrderLine, Refund, RefundLine
from simulator.world.placing import agree, buyable, line_for, note_target
from simulator.world.routing import add_units, cancel_routing, remove_units
from simulator.world.stock_flow import choose_places, promise, put_back, release
from simulator.world.store import Store
from simulator.world.world import World

RiskLevel = Literal["NONE", "LOW", "MEDIUM", "HIGH", "PENDING"]
STATUSES: tuple[FinancialStatus, ...] = get_args(FinancialStatus)


@dataclass(frozen=True, kw_only=True)
class LineChange:
    """A line's new quantity still wanted; a line by its number, or a new one by its variant."""

    quantity: int
    line_id: int | None = None
    variant_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Edit:
    """An edit of an order; `paid`: the customer pays the difference at once."""

    changes: Sequence[LineChange]
    restock: bool = True
    paid: bool = False
    force: bool = False


@dataclass(frozen=True, kw_only=True)
class Repayment:
    """What is refunded: units (pairs of line number and quantity), an amount, or both."""

    units: Sequence[tuple[int, int]] = ()
    amount: Decimal | None = None
    restock: bool = True
    note: str | None = None


def _alive(order: Order) -> None:
    if order.cancelled_at is not None:
        raise Impossible("the order is cancelled")
    if order.deleted_at is not None:
        raise Impossible("the order is deleted")


def _line(order: Order, line_id: int) -> OrderLine:
    line = order.line(line_id)
    if line is None:
        raise Unknown(f"no line {line_id} on order {order.name}")
    return line


def _settle_and_tell(world: World, store: Store, order: Order) -> None:
    became_paid = money.settle(order, world.now)
    changed(world, store, order)
    if became_paid:
        world.emit(store, "orders/paid", order)


def pay_order(world: World, store: Store, order: Order, amount: Decimal | None = None) -> None:
    """Receive money for the order: what is outstanding, or the amount."""
    _alive(order)
    outstanding = order.outstanding
    if outstanding <= 0:
        raise Impossible("nothing is outstanding")
    if amount is not None and not 0 < amount <= outstanding:
        raise Impossible(f"{outstanding} is outstanding")
    authorized = any(one.kind == "AUTHORIZATION" for one in order.transactions)
    money.pay(world, order, outstanding if amount is None else amount, kind="CAPTURE" if authorized else "SALE")
    if order.payment_terms is not None and order.outstanding <= 0:
        order.payment_terms.completed_at = world.now
    _settle_and_tell(world, store, order)


def edit_order(world: World, store: Store, order: Order, edit: Edit) -> None:
    """Change quantities, add lines, remove lines (quantity 0); all or nothing."""
    _alive(order)
    _check_edit(world, store, order, edit)
    additions: list[tuple[OrderLine, int]] = []
    removals: list[tuple[OrderLine, int]] = []
    for change in edit.changes:
        line = _line(order, change.line_id) if change.line_id else _add_line(world, store, order, change)
        delta = change.quantity - (line.current_quantity if change.line_id else 0)
        if delta > 0:
            _enlarge(world, store, order, line, delta, is_new=not change.line_id)
            additions.append((line, delta))
        elif delta < 0:
            _shrink(world, store, order, line, -delta, edit.restock)
            removals.append((line, -delta))
    if not additions and not removals:
        raise Impossible("nothing would change")
    agree(world, order, "edit", [*additions, *((line, -units) for line, units in removals)])
    if edit.paid and order.outstanding > 0:
        money.pay(world, order, order.outstanding)
    world.emit(store, "orders/edited", order, additions=additions, removals=removals, edit_id=order.agreements[-1].id)
    _settle_and_tell(world, store, order)


def _check_edit(world: World, store: Store, order: Order, edit: Edit) -> None:
    for change in edit.changes:
        if change.quantity < 0:
            raise Impossible("a quantity is not negative")
        if change.line_id:
            line = _line(order, change.line_id)
            more = change.quantity - line.current_quantity
            if -more > line.unfulfilled_quantity:
                raise Impossible(f"{line.fulfilled_quantity} units of line {line.id} are sent already")
            if more > 0 and line.variant_id:
                buyable(world, store, line.variant_id, more, edit.force)
        elif change.variant_id:
            if not change.quantity:
                raise Impossible("a new line has at least one unit")
            buyable(world, store, change.variant_id, change.quantity, edit.force)
        else:
            raise Unknown("a change names a line or a variant")


def _add_line(world: World, store: Store, order: Order, change: LineChange) -> OrderLine:
    line = line_for(world, store, store.variants[change.variant_id or 0], change.quantity)
    order.lines.append(line)
    return line


def _enlarge(world: World, store: Store, order: Order, line: OrderLine, units: int, is_new: bool) -> None:
    if not is_new:
        line.quantity += units
        line.current_quantity += units
        line.unfulfilled_quantity += units
    if line.location_id is None:
        variant = store.variants.get(line.variant_id or 0)
        line.location_id = choose_places(world, store, [(variant, units)], "sale")[0]
    promise(world, store, order, line, units)
    add_units(world, store, order, line, units)
    note_target(order, line, units, "edit", world.now)


def _shrink(world: World, store: Store, order: Order, line: OrderLine, units: int, restock: bool) -> None:
    line.current_quantity -= units
    line.unfulfilled_quantity -= units
    remove_units(world, store, order, line, units)
    release(world, store, order, line, units, restock)
    note_target(order, line, -units, "edit", world.now)


def cancel_order(
    world: World,
    store: Store,
    order: Order,
    reason: str = "CUSTOMER",
    restock: bool = True,
    refund: bool = True,
) -> None:
    """Cancel an order of which nothing was sent."""
    _alive(order)
    if any(line.fulfilled_quantity for line in order.lines):
        raise Impossible("units of the order are sent already")
    units = [(line, line.unfulfilled_quantity) for line in order.lines if line.unfulfilled_quantity]
    refunded = [
        _refund_line(world, line, line.current_quantity, restock) for line in order.lines if line.current_quantity
    ]
    received = order.received
    order.cancelled_at, order.cancel_reason = world.now, reason
    order.closed_at = world.now
    for line, quantity in units:
        line.unfulfilled_quantity = 0
        release(world, store, order, line, quantity, restock)
        note_target(order, line, -quantity, "cancel", world.now)
    for line in order.lines:
        line.current_quantity = 0
    cancel_routing(world, store, order)
    if refund and received > 0:
        _give_back(world, store, order, refunded, received, None)
    for period in order.hold_periods:
        period.released_at = period.released_at or world.now
    world.emit(store, "orders/cancelled", order)
    _settle_and_tell(world, store, order)


def _refund_line(world: World, line: OrderLine, quantity: int, restock: bool, returned: bool = False) -> RefundLine:
    kind: Literal["RETURN", "CANCEL", "NO_RESTOCK"] = "NO_RESTOCK"
    if restock:
        kind = "RETURN" if returned else "CANCEL"
    return RefundLine(
        id=world.new_id(),
        line_id=line.id,
        quantity=quantity,
        restock_type=kind,
        location_id=line.location_id if restock else None,
        amount=line.worth(quantity),
    )


def _give_back(
    world: World, store: Store, order: Order, lines: list[RefundLine], amount: Decimal, note: str | None
) -> Refund:
    transaction = money.pay(world, order, amount, kind="REFUND") if amount else None
    refund = Refund(
        id=world.new_id(),
        created_at=world.now,
        note=note,
        amount=amount,
        lines=lines,
        transaction_id=transaction.id if transaction else None,
    )
    order.refunds.append(refund)
    world.emit(store, "refunds/create", order, refund=refund)
    return refund


def refund_order(world: World, store: Store, order: Order, wish: Repayment) -> Refund:
    """Give money back, for units or as a gesture; of the units those not yet sent go first."""
    if order.deleted_at is not None:
        raise Impossible("the order is deleted")
    lines = [(_line(order, line_id), quantity) for line_id, quantity in wish.units]
    for line, quantity in lines:
        if not 0 < quantity <= line.current_quantity:
            raise Impossible(f"line {line.id} has {line.current_quantity} units to refund")
    due = sum((line.worth(quantity) for line, quantity in lines), Decimal(0))
    amount = min(due, max(order.received, Decimal(0))) if wish.amount is None else wish.amount
    if not 0 <= amount <= order.received or (not lines and not amount):
        raise Impossible(f"{order.received} can be refunded")
    refunded: list[RefundLine] = []
    for line, quantity in lines:
        refunded += _take_units(world, store, order, line, quantity, wish.restock)
    if lines:
        agree(world, order, "refund", [(line, -quantity) for line, quantity in lines])
    refund = _give_back(world, store, order, refunded, amount, wish.note)
    _settle_and_tell(world, store, order)
    return refund


def _take_units(
    world: World, store: Store, order: Order, line: OrderLine, quantity: int, restock: bool
) -> list[RefundLine]:
    waiting = min(quantity, line.unfulfilled_quantity)
    sent = quantity - waiting
    line.current_quantity -= quantity
    parts: list[RefundLine] = []
    if waiting:
        parts.append(_refund_line(world, line, waiting, restock))
        if restock or world.switches.refund_without_restock_removes:
            line.unfulfilled_quantity -= waiting
            remove_units(world, store, order, line, waiting)
            release(world, store, order, line, waiting, restock)
            note_target(order, line, -waiting, "refund", world.now)
    if sent:
        parts.append(_refund_line(world, line, sent, restock, returned=True))
        if restock and line.location_id:
            put_back(world, store, order, line, sent, line.location_id)
    return parts


def delete_order(world: World, store: Store, order: Order) -> None:
    """Delete an order that was cancelled, as staff can."""
    if order.cancelled_at is None or order.deleted_at is not None:
        raise Impossible("only a cancelled order can be deleted")
    order.deleted_at = world.now
    world.touch(store, order)
    world.emit(store, "orders/delete", order)


def set_risk(world: World, store: Store, order: Order, level: RiskLevel, recommendation: str | None = None) -> None:
    """Judge how likely the order is a fraud."""
    advice = {"HIGH": "CANCEL", "MEDIUM": "INVESTIGATE", "LOW": "ACCEPT"}
    order.risk_level = level
    order.risk_recommendation = recommendation or advice.get(level, "NONE")  # type: ignore[assignment]
    changed(world, store, order)
    world.emit(store, "orders/risk_assessment_changed", order)
