"""Seal a week at its freeze, and record what the partner's store confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.catalog.queries import variants_of_store
from app.core.dates import in_words
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.exceptions.service import Problem, open_exception, resolve_exceptions
from app.inbox.service import remember_resource
from app.job_runs.service import enqueue
from app.master_orders import repository, rules
from app.master_orders.events import CycleClosedEmpty, CycleFrozen, CycleGivenUp, MasterOrderClosed
from app.master_orders.models import Cycle, MasterLine
from app.master_orders.rules import QueuedUnits, WrittenLine
from app.master_orders.service.confirming import confirm_lines, end_reduced, supply_of
from app.master_orders.service.cycles import follow_cycle, gather_lines, plan_close
from app.master_orders.service.drafting import record_no_draft
from app.master_orders.service.edits import settle_edits
from app.master_orders.service.ledger import note_change
from app.master_orders.service.trouble import INVOICE_SENT, NO_CENTRE, REFUSED, UNCERTAIN, WAITING, tell_trouble
from app.master_orders.states import CycleState
from app.orders.jobs import ReviewPartner, RouteUnmapped
from app.orders.queries import last_comparison, lines_on_route
from app.orders.states import Route
from app.partners.queries import get_partner
from app.stores.queries import get_store
from app.units.service import assign, lock_open_units, unassign
from app.units.terms import Because

NOT_PENDING = "booked_as_paid"
FLAGGED = "frozen_without_reconciliation"
EARLY = "completed_early"
NOT_ASKED_FOR = "order_not_asked_for"


@dataclass(frozen=True, slots=True)
class SentOrder:
    """The partner's order as its store confirmed it."""

    order_id: str
    name: str
    financial_status: str | None
    lines: tuple[WrittenLine, ...]


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """What a week that ended without the partner has on their store: a draft, or one that may have been made."""

    draft_id: str | None
    marker: str


@dataclass(frozen=True, slots=True)
class Closing:
    """A cycle whose end is due: where it stands, and what is left of it on the partner's store if it is over."""

    state: CycleState
    cutoff_at: datetime
    partner_store_id: int
    left: LeftBehind | None = None


async def begin_close(uow: UnitOfWork, cycle_id: int) -> Closing | None:
    """Return where a due cycle stands; None when there is nothing to do, or not yet.

    Without a connected partner the week is over at once and nothing is ordered: the units stay in the queue, and
    somebody is told. What an empty week left on the partner's store is still to be taken back.
    """
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    if cycle.state == CycleState.CLOSED:
        return None
    partner = await get_partner(uow.session, uow.store_id, cycle.partner_id)
    if cycle.state == CycleState.EMPTY or not partner.is_live:
        await _end_without_partner(uow, cycle)
    elif uow.now < cycle.cutoff_at + timedelta(minutes=partner.calendar.grace_minutes):
        await plan_close(uow, cycle, partner)
        return None
    elif cycle.state == CycleState.UNCERTAIN:
        cycle.move(CycleState.CLOSING, uow.now)
    left = None
    if cycle.state == CycleState.EMPTY and (cycle.shopify_draft_id or cycle.creating_since):
        left = LeftBehind(cycle.shopify_draft_id, cycle.marker)
    return Closing(CycleState(cycle.state), cycle.cutoff_at, cycle.partner_store_id, left)


async def _end_without_partner(uow: UnitOfWork, cycle: Cycle) -> None:
    if cycle.state in (CycleState.UNCERTAIN, CycleState.EMPTY):
        return
    if cycle.completing_at is not None:
        cycle.move(CycleState.UNCERTAIN, uow.now)
        why = "the partner was disconnected while the order was being made."
        await tell_trouble(uow, cycle, why, UNCERTAIN)
        return
    because = Because("master_order.given_up", "master", str(cycle.id), uow.now)
    for line in cycle.lines:
        if cycle.state == CycleState.OPEN:
            line.quantity = 0
        elif line.quantity:
            await unassign(uow, line.id, because)
            await note_change(uow, line, "not_sent", -line.quantity, "The partner was disconnected before it was sent.")
    await _end_empty(uow, cycle, CycleGivenUp)
    await enqueue(uow, ReviewPartner(uow.store_id, cycle.partner_id))


async def is_reconciled(uow: UnitOfWork, cutoff_at: datetime) -> bool:
    """Tell whether the orders were compared since the cut-off, by whomever."""
    began_at, _ = await last_comparison(uow.session, uow.store_id)
    return rules.is_reconciled(cutoff_at, began_at)


async def route_mapped_meanwhile(uow: UnitOfWork) -> None:
    """Have lines that were captured without a route looked at again, if there are any.

    A close captures orders beside the job that routes what an import mapped, so each may miss what the other did (E17).
    """
    if await lines_on_route(uow.session, uow.store_id, Route.UNMAPPED):
        await enqueue(uow, RouteUnmapped(uow.store_id))


async def freeze_cycle(uow: UnitOfWork, cycle_id: int, *, with_flag: bool = False) -> CycleState:
    """Seal the cycle: its units are meant for its lines from now on, and the next cycle opens; once only (G9)."""
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    if cycle.state != CycleState.OPEN:
        return CycleState(cycle.state)
    await lock_open_units(uow, cycle.partner_id)
    lines = await gather_lines(uow, cycle)
    cycle.frozen_with_flag = with_flag
    if lines or cycle.shopify_draft_id or cycle.creating_since:
        await _seal(uow, cycle, lines)
    else:
        await _end_empty(uow, cycle, CycleClosedEmpty)
    if with_flag:
        await open_exception(uow, _flagged(cycle))
    await uow.session.flush()
    await follow_cycle(uow, cycle)
    return CycleState(cycle.state)


async def begin_completion(uow: UnitOfWork, cycle_id: int) -> None:
    """Record that the draft is about to be completed, so that a retry looks first."""
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    cycle.completing_at = cycle.completing_at or uow.now


async def adopt_order(uow: UnitOfWork, cycle_id: int, sent: SentOrder) -> None:
    """Close the cycle with an order that exists already: what is in it is sent, the rest goes on the next (G25)."""
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    if cycle.state != CycleState.OPEN:
        await record_closed(uow, cycle_id, sent)
        return
    await lock_open_units(uow, cycle.partner_id)
    gathered = await gather_lines(uow, cycle)
    shares = await _shares(uow, cycle, sent.lines)
    lines: dict[MasterLine, list[QueuedUnits]] = {}
    for line, there in shares.items():
        line.quantity = there
        if there:
            lines[line] = rules.oldest(gathered.get(line, []), there)
    await _seal(uow, cycle, lines)
    await record_closed(uow, cycle_id, sent)
    await open_exception(uow, _completed_early(cycle, sent))
    await follow_cycle(uow, cycle)


async def record_closed(uow: UnitOfWork, cycle_id: int, sent: SentOrder) -> None:
    """Record the partner's order: what it says is on its way, what it lacks goes back to the queue; once only."""
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    if cycle.state == CycleState.CLOSED:
        return
    cycle.move(CycleState.CLOSED, uow.now)
    cycle.shopify_order_id, cycle.shopify_order_name, cycle.trouble = sent.order_id, sent.name, None
    confirmed = await confirm_lines(uow, cycle, await _shares(uow, cycle, sent.lines), sent.lines)
    await _settle_problems(uow, cycle)
    theirs = await get_store(uow, cycle.partner_store_id)
    await remember_resource(uow, theirs.shop_domain, "order", sent.order_id)
    theirs_id = cycle.partner_store_id
    await record_event(
        uow, MasterOrderClosed(cycle.id, cycle.partner_id, theirs_id, sent.name, sent.order_id, confirmed)
    )
    if sent.financial_status == "PAID":
        await open_exception(uow, _booked_as_paid(cycle, sent))


async def record_nothing_sent(uow: UnitOfWork, cycle_id: int) -> None:
    """Close a frozen cycle of which nothing stands on the partner's draft: all units wait for the next one."""
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    if cycle.state != CycleState.CLOSING:
        return
    await confirm_lines(uow, cycle, dict.fromkeys(cycle.lines, 0), ())
    await _end_empty(uow, cycle, CycleClosedEmpty)


async def record_taken_back(uow: UnitOfWork, cycle_id: int, made: Sequence[str]) -> None:
    """Record that no draft of a given-up week stands any more; orders the partner made of it are told, by name."""
    await record_no_draft(uow, cycle_id)
    if made:
        cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
        await open_exception(uow, _not_asked_for(cycle, " and ".join(made)))


async def _seal(uow: UnitOfWork, cycle: Cycle, lines: dict[MasterLine, list[QueuedUnits]]) -> None:
    because = Because("master_order.frozen", "master", str(cycle.id), uow.now)
    for line, units in sorted(lines.items(), key=lambda item: item[0].id):
        if units:
            await assign(uow, supply_of(line), [(each.lot_id, each.quantity) for each in units], because)
    cycle.move(CycleState.CLOSING, uow.now)
    await record_event(
        uow, CycleFrozen(cycle.id, cycle.partner_id, len(lines), sum(line.quantity for line in cycle.lines))
    )


async def _end_empty(uow: UnitOfWork, cycle: Cycle, fact: type[CycleClosedEmpty | CycleGivenUp]) -> None:
    cycle.move(CycleState.EMPTY, uow.now)
    cycle.trouble = None
    await _settle_problems(uow, cycle)
    await record_event(uow, fact(cycle.id, cycle.partner_id))


async def _shares(uow: UnitOfWork, cycle: Cycle, found: Sequence[WrittenLine]) -> dict[MasterLine, int]:
    """Return how many units the partner's order has of each of our lines."""
    variants = await variants_of_store(
        uow.session, cycle.partner_store_id, {line.partner_variant_id for line in cycle.lines}
    )
    ours = [
        WrittenLine(variants[line.partner_variant_id].gid, line.unit_cost_amount, line.note, line.quantity)
        for line in cycle.lines
    ]
    return dict(zip(cycle.lines, rules.share_out(ours, found), strict=True))


async def _settle_problems(uow: UnitOfWork, cycle: Cycle) -> None:
    await settle_edits(uow, cycle)
    await end_reduced(uow, cycle.partner_id)
    await resolve_exceptions(uow, "master", cycle.id, [REFUSED, WAITING, UNCERTAIN, INVOICE_SENT, NO_CENTRE])


def _flagged(cycle: Cycle) -> Problem:
    return Problem(
        kind=FLAGGED,
        subject_kind="master",
        subject_id=str(cycle.id),
        cause=f"The master order of {in_words(cycle.cutoff_on)} was sealed although your orders could not be compared "
        "after the cut-off for two hours.",
        next_step="Nothing is lost: units found later join the next master order, marked late.",
        ends_by_hand=True,
        partner_id=cycle.partner_id,
    )


def _completed_early(cycle: Cycle, sent: SentOrder) -> Problem:
    return Problem(
        kind=EARLY,
        subject_kind="master",
        subject_id=str(cycle.id),
        cause=f"The partner made {sent.name} of the running draft before the cut-off of {in_words(cycle.cutoff_on)}.",
        next_step="Nothing is lost: what is sold until the cut-off goes on a second order of this week.",
        ends_by_hand=True,
        partner_id=cycle.partner_id,
    )


def _not_asked_for(cycle: Cycle, names: str) -> Problem:
    return Problem(
        kind=NOT_ASKED_FOR,
        subject_kind="master",
        subject_id=str(cycle.id),
        cause=f"The partner made {names} of the draft of {in_words(cycle.cutoff_on)} after that week had been given "
        "up. Its units went back to the queue, and the next master order asks for them again.",
        next_step=f"Ask the partner to cancel {names}. If the goods are on their way, set them aside when they arrive.",
        ends_by_hand=True,
        partner_id=cycle.partner_id,
    )


def _booked_as_paid(cycle: Cycle, sent: SentOrder) -> Problem:
    return Problem(
        kind=NOT_PENDING,
        subject_kind="master",
        subject_id=str(cycle.id),
        cause=f"{sent.name} stands as paid in the partner's store, although nothing was paid.",
        next_step="Ask the partner to set the payment terms on the order, and check the terms on the partner's page.",
        ends_by_hand=True,
        partner_id=cycle.partner_id,
    )
