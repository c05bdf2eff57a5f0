"""Move the units of an order's lines to their targets in the ledger, and tell whoever follows them."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from app.core.money import Money
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.exceptions.queries import open_exceptions_of
from app.exceptions.service import Problem, open_exception, resolve_of_each
from app.orders import repository, rules
from app.orders.events import OrderDemandChanged, SentUnitsReleased
from app.orders.models import Order, OrderLine
from app.orders.naming import names_of_lines
from app.orders.rules import PaymentBooks
from app.orders.service.stranded import review_partner
from app.orders.states import Route
from app.partners.queries import PartnerFacts, partners_of
from app.units.service import hold_back, let_go_on, settle_demands
from app.units.states import DemandState
from app.units.terms import Because, Demand, OrderedUnits, Settled, Target

OVER_SHIPPED = "over_shipped"

Mover = Callable[[UnitOfWork, Sequence[Demand], Because], Awaitable[list[Settled]]]
"""A verb of the ledger that moves units of order lines."""


async def settle_order(
    uow: UnitOfWork,
    order: Order,
    changed: Collection[OrderLine],
    edits: Mapping[str, Sequence[tuple[datetime, int]]],
    books: PaymentBooks,
) -> None:
    """Bring the ledger to each partner line's target; test orders never reach it (E8). Of some it changed just now."""
    lines = _routed(order)
    if order.is_test or not lines:
        return
    released_at = await repository.last_releases(uow.session, uow.store_id, [line.id for line in lines])
    because = Because("order.read", "order", str(order.id), order.updated_there_at)
    wishes = []
    for line in lines:
        line.sent_before = min(line.sent_before, line.fulfilled)  # what was taken back is to be made after all
        ordered = rules.ordered_over_time(order.placed_at, line.quantity, edits.get(line.shopify_line_id, ()))
        wanted = rules.wanted_units(ordered, line.target, books, released_at.get(line.id))
        wishes.append((_demand_of(line), _target_of(line, rules.left_to_make(wanted, line.sent_before))))

    settled = dict(zip(lines, await settle_demands(uow, wishes, because), strict=True))
    await _list_over_shipped(uow, order, changed, settled)
    await _tell(uow, order, settled)


async def release_order(uow: UnitOfWork, order: Order) -> None:
    """Let every unit of the order go that has not left: its customer gets no more of it."""
    because = Because("order.given_up", "order", str(order.id), uow.now)
    wishes = [(_demand_of(line), Target(units=0, ordered=[])) for line in _routed(order)]
    await _tell(uow, order, dict(zip(_routed(order), await settle_demands(uow, wishes, because), strict=True)))


async def hold_order(uow: UnitOfWork, order: Order) -> None:
    """Let nothing more be ordered for the order as long as it stands so; what is ordered goes its way."""
    await _move(uow, order, "order.not_shown", _routed(order), hold_back)


async def hold_again(uow: UnitOfWork, order: Order) -> None:
    """Hold what came back to the queue of lines on hold: what was to be sent for them did not come."""
    await _move(uow, order, "order.on_hold", [line for line in _routed(order) if line.on_hold], hold_back)


async def resume_order(uow: UnitOfWork, order: Order) -> None:
    """Let what was held of the order be ordered, as from now; a hold of the retailer's admin stands."""
    await _move(uow, order, "order.vouched_for", [line for line in _routed(order) if not line.on_hold], let_go_on)


async def _move(uow: UnitOfWork, order: Order, cause: str, lines: Sequence[OrderLine], verb: Mover) -> None:
    because = Because(cause, "order", str(order.id), uow.now)
    moved = await verb(uow, [_demand_of(line) for line in lines], because)
    await _tell(uow, order, dict(zip(lines, moved, strict=True)))


def _routed(order: Order) -> list[OrderLine]:
    return [line for line in order.lines if line.route == Route.PARTNER]


def _target_of(line: OrderLine, wanted: Sequence[rules.Wanted]) -> Target:
    """Return what the ledger is to hold of a line, in the partner's units."""
    return Target(
        units=max(line.target - line.sent_before, 0) * line.units_per,
        ordered=[OrderedUnits(each.quantity * line.units_per, each.eligible_at) for each in wanted],
        held=line.on_hold,
    )


async def _list_over_shipped(
    uow: UnitOfWork, order: Order, changed: Collection[OrderLine], settled: Mapping[OrderLine, Settled]
) -> None:
    """List what was shipped and is not wanted any more; it is told once, and what was marked as done stays done."""
    right = [line.id for line, each in settled.items() if not each.over_shipped]
    await resolve_of_each(uow, "order_line", right, [OVER_SHIPPED])
    for line, each in settled.items():
        if each.over_shipped and (line in changed or await _is_listed(uow, line)):
            name = (await names_of_lines(uow.session, [line]))[line.id]
            cause = f"{order.name}: {each.over_shipped} × “{name}” more was shipped than is wanted now."
            step = "Ask the customer to return it, or leave it with them; then mark this as done."
            subject = ("order_line", str(line.id))
            problem = Problem(OVER_SHIPPED, *subject, cause, step, units=each.over_shipped, ends_by_hand=True)
            await open_exception(uow, problem)


async def _is_listed(uow: UnitOfWork, line: OrderLine) -> bool:
    return any(each.kind == OVER_SHIPPED for each in await open_exceptions_of(uow.session, "order_line", line.id))


def _demand_of(line: OrderLine) -> Demand:
    partner_id, partner_store_id, partner_variant_id = (
        line.routed_partner_id,
        line.partner_store_id,
        line.partner_variant_id,
    )
    if partner_id is None or partner_store_id is None or partner_variant_id is None:
        raise ValueError("a line on its way to a partner names the partner's variant")
    return Demand(
        line_id=line.id,
        partner_id=partner_id,
        partner_store_id=partner_store_id,
        partner_variant_id=partner_variant_id,
        unit_cost=Money(line.unit_cost_amount or Decimal(0), line.cost_currency or ""),
        units_per=line.units_per,
        note=", ".join(f"{name}: {value}" for name, value in line.properties) or None,
    )


async def _tell(uow: UnitOfWork, order: Order, settled_lines: Mapping[OrderLine, Settled]) -> None:
    moved: dict[int, list[Settled]] = defaultdict(list)
    for line, change in settled_lines.items():
        if change.changed and line.routed_partner_id is not None:
            moved[line.routed_partner_id].append(change)
    if not moved:
        return
    partners = {each.id: each for each in await partners_of(uow.session, uow.store_id)}
    stores = {line.routed_partner_id: line.partner_store_id for line in order.lines}
    for partner_id, settled in sorted(moved.items()):  # two orders of the same partners list them in one order
        partner, partner_store_id = partners[partner_id], stores[partner_id]
        assert partner_store_id is not None
        await record_event(uow, _changed(order, partner, partner_store_id, settled))
        if not partner.is_live:
            await review_partner(uow, partner_id)
        for lot in (lot for each in settled for lot in each.released):
            if lot.supply_line_id is not None:
                gone = SentUnitsReleased(order.id, partner_id, partner_store_id, lot.supply_line_id, lot.quantity)
                await record_event(uow, gone)


def _changed(
    order: Order, partner: PartnerFacts, partner_store_id: int, settled: Sequence[Settled]
) -> OrderDemandChanged:
    def placed(state: DemandState) -> int:
        return sum(each.placed.get(state, 0) for each in settled)

    return OrderDemandChanged(
        order_id=order.id,
        partner_id=partner.id,
        partner_store_id=partner_store_id,
        partner=partner.name,
        to_order=placed(DemandState.QUEUED),
        unpaid=placed(DemandState.CAPTURED),
        held=placed(DemandState.HELD),
        released=sum(each.released_count for each in settled),
    )
