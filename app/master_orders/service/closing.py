"""Seal a week at its freeze, and record what the partner's store confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.catalog.queries import variants_of_store
from app.core.money import Money
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.exceptions.service import Problem, open_exception, resolve_exceptions
from app.inbox.service import remember_resource
from app.master_orders import repository
from app.master_orders.events import ChangedAfterFreeze, CycleClosedEmpty, CycleFrozen, MasterOrderClosed
from app.master_orders.models import Cycle, MasterChange, MasterLine
from app.master_orders.rules import WrittenLine
from app.master_orders.service.cycles import gather_lines, open_next_cycle
from app.master_orders.service.drafting import EDITED
from app.master_orders.states import CycleState
from app.stores.queries import get_store
from app.units.service import assign, confirm_supply, lock_open_units
from app.units.terms import Because, Supply

NOT_PENDING = "booked_as_paid"
REDUCED = "partner_reduced"
FLAGGED = "frozen_without_reconciliation"


@dataclass(frozen=True, slots=True)
class SentOrder:
    """The partner's order as its store confirmed it."""

    order_id: str
    name: str
    financial_status: str | None
    lines: tuple[WrittenLine, ...]


async def freeze_cycle(uow: UnitOfWork, cycle_id: int, *, with_flag: bool = False) -> CycleState:
    """Seal the cycle: its units are meant for its lines from now on, and the next cycle opens; once only (G9)."""
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    if cycle.state != CycleState.OPEN:
        return CycleState(cycle.state)
    await lock_open_units(uow, cycle.partner_id)
    lines = await gather_lines(uow, cycle)
    cycle.frozen_with_flag = with_flag
    if lines:
        because = Because("master_order.frozen", "master", str(cycle.id), uow.now)
        for line, units in sorted(lines.items(), key=lambda item: item[0].id):
            await assign(uow, _supply(line), [(each.lot_id, each.quantity) for each in units], because)
        cycle.move(CycleState.CLOSING, uow.now)
        total = sum(line.quantity for line in lines)
        await record_event(uow, CycleFrozen(cycle.id, cycle.partner_id, len(lines), total))
    else:
        cycle.move(CycleState.EMPTY, uow.now)
        await record_event(uow, CycleClosedEmpty(cycle.id, cycle.partner_id))
    if with_flag:
        await open_exception(uow, _flagged(cycle))
    await uow.session.flush()
    await open_next_cycle(uow, cycle.partner_id)
    return CycleState(cycle.state)


async def begin_completion(uow: UnitOfWork, cycle_id: int) -> None:
    """Record that the draft is about to be completed, so that a retry looks first."""
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    cycle.completing_at = cycle.completing_at or uow.now


async def record_closed(uow: UnitOfWork, cycle_id: int, sent: SentOrder) -> None:
    """Record the partner's order: what it says is on its way, what it lacks goes back to the queue; once only."""
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    if cycle.state == CycleState.CLOSED:
        return
    confirmed = await _confirm(uow, cycle, sent.lines)
    cycle.shopify_order_id, cycle.shopify_order_name, cycle.trouble = sent.order_id, sent.name, None
    cycle.move(CycleState.CLOSED, uow.now)
    for line in cycle.lines:
        # The order stands as the partner wanted it; what it lacks has an exception of its own.
        await resolve_exceptions(uow, "partner_variant", line.partner_variant_id, [EDITED])
    theirs = await get_store(uow, cycle.partner_store_id)
    await remember_resource(uow, theirs.shop_domain, "order", sent.order_id)
    await record_event(uow, MasterOrderClosed(cycle.id, cycle.partner_id, cycle.partner_store_id, sent.name, confirmed))
    if sent.financial_status == "PAID":
        await open_exception(uow, _booked_as_paid(cycle, sent))


async def record_nothing_sent(uow: UnitOfWork, cycle_id: int) -> None:
    """Close a frozen cycle of which the partner took every line off the draft: all units wait for the next one."""
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    if cycle.state != CycleState.CLOSING:
        return
    await _confirm(uow, cycle, ())
    cycle.move(CycleState.EMPTY, uow.now)
    await record_event(uow, CycleClosedEmpty(cycle.id, cycle.partner_id))


async def note_release(uow: UnitOfWork, master_line_id: int, order_id: int, quantity: int) -> None:
    """Write to the change ledger that units of a sealed line are not needed; the manifest stays as it is (F7)."""
    line = await repository.find_line(uow.session, uow.store_id, master_line_id)
    if line is None:
        return
    variants = await variants_of_store(uow.session, line.partner_store_id, [line.partner_variant_id])
    title = variants[line.partner_variant_id].title
    uow.session.add(
        MasterChange(
            store_id=uow.store_id,
            cycle_id=line.cycle_id,
            partner_id=line.partner_id,
            master_line_id=line.id,
            kind="released",
            quantity=quantity,
            why=f"order:{order_id}",
            at=uow.now,
        )
    )
    await record_event(uow, ChangedAfterFreeze(line.cycle_id, line.partner_id, title, quantity))


async def _confirm(uow: UnitOfWork, cycle: Cycle, found: Sequence[WrittenLine]) -> int:
    variants = await variants_of_store(
        uow.session, cycle.partner_store_id, {line.partner_variant_id for line in cycle.lines}
    )
    left = {line.key: line.quantity for line in found}
    because = Because("master_order.confirmed", "master", str(cycle.id), uow.now)
    total = 0
    for line in sorted(cycle.lines, key=lambda line: line.id):
        key = (variants[line.partner_variant_id].gid, line.unit_cost_amount.normalize(), line.note)
        there = left.pop(key, 0)
        if not line.quantity and not there:
            continue
        confirmed = await confirm_supply(uow, _supply(line), there, because)
        total += there
        if there != line.quantity:
            await _note_difference(uow, cycle, line, there, variants[line.partner_variant_id].title)
        if confirmed.requeued:
            await open_exception(uow, _reduced(cycle, line, there, variants[line.partner_variant_id].title))
    return total


async def _note_difference(uow: UnitOfWork, cycle: Cycle, line: MasterLine, there: int, title: str) -> None:
    uow.session.add(
        MasterChange(
            store_id=uow.store_id,
            cycle_id=cycle.id,
            partner_id=cycle.partner_id,
            master_line_id=line.id,
            kind="partner_changed",
            quantity=there - line.quantity,
            why=f"The partner's order has {there} × {title}, our manifest {line.quantity}.",
            at=uow.now,
        )
    )


def _supply(line: MasterLine) -> Supply:
    return Supply(
        line_id=line.id,
        partner_id=line.partner_id,
        partner_store_id=line.partner_store_id,
        partner_variant_id=line.partner_variant_id,
        unit_cost=Money(line.unit_cost_amount, line.currency),
    )


def _flagged(cycle: Cycle) -> Problem:
    return Problem(
        kind=FLAGGED,
        subject_kind="master",
        subject_id=str(cycle.id),
        cause=f"The master order of {cycle.cutoff_on} was sealed although your orders could not be compared after the "
        "cut-off for two hours.",
        next_step="Nothing is lost: units found later join the next master order, marked late.",
        partner_id=cycle.partner_id,
    )


def _booked_as_paid(cycle: Cycle, sent: SentOrder) -> Problem:
    return Problem(
        kind=NOT_PENDING,
        subject_kind="master",
        subject_id=str(cycle.id),
        cause=f"{sent.name} stands as paid in the partner's store, although nothing was paid.",
        next_step="Ask the partner to set the payment terms on the order, and check the terms on the partner's page.",
        partner_id=cycle.partner_id,
    )


def _reduced(cycle: Cycle, line: MasterLine, there: int, title: str) -> Problem:
    return Problem(
        kind=REDUCED,
        subject_kind="master_line",
        subject_id=str(line.id),
        cause=f"The partner accepted {there} of {line.quantity} × “{title}” on the master order of {cycle.cutoff_on}.",
        next_step="The rest waits for the next master order. Tell the customers, or find another source.",
        partner_id=cycle.partner_id,
    )
