"""Follow the draft on the partner's store: what it should say, what was sent to it, what stands there now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.catalog.jobs import ReadProducts
from app.catalog.queries import variants_of_store
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.exceptions.service import resolve_exceptions
from app.inbox.service import remember_resource
from app.job_runs.service import enqueue
from app.master_orders import repository, rules
from app.master_orders.events import DraftMissing, DraftWritten
from app.master_orders.models import Cycle
from app.master_orders.rules import PartnerEdit, WrittenLine
from app.master_orders.service.cycles import gather_lines
from app.master_orders.service.trouble import INVOICE_SENT, REFUSED, UNCERTAIN, WAITING, tell_trouble
from app.master_orders.states import CycleState
from app.partners.queries import get_partner
from app.stores.queries import get_settings, get_store

Stored = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DraftPlan:
    """Everything a flow needs to bring a draft to what it should say."""

    store_id: int
    partner_store_id: int
    cycle_id: int
    state: CycleState
    marker: str
    cutoff_on: date
    retailer_name: str
    currency: str
    lines: tuple[WrittenLine, ...]
    draft_id: str | None
    is_creating: bool
    looks: int
    terms_template_id: str | None
    centre_name: str | None
    centre_address: dict[str, Any] | None
    addressed_to: str | None
    planned_at: datetime


async def plan_running_draft(uow: UnitOfWork, partner_id: int) -> DraftPlan | None:
    """Return what the running draft of a partner should say now; None when there is none to write."""
    cycle = await repository.find_open_cycle(uow.session, uow.store_id, partner_id)
    partner = await get_partner(uow.session, uow.store_id, partner_id)
    return await plan_draft(uow, cycle.id) if cycle and partner.is_live else None


async def plan_draft(uow: UnitOfWork, cycle_id: int) -> DraftPlan:
    """Return what the cycle's draft should say now; an open cycle gathers its units first."""
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    if cycle.state == CycleState.OPEN:
        await gather_lines(uow, cycle)
    partner = await get_partner(uow.session, uow.store_id, cycle.partner_id)
    settings = await get_settings(uow.session, uow.store_id)
    retailer = await get_store(uow, uow.store_id)
    theirs = await get_store(uow, cycle.partner_store_id)
    return DraftPlan(
        store_id=uow.store_id,
        partner_store_id=cycle.partner_store_id,
        cycle_id=cycle.id,
        state=CycleState(cycle.state),
        marker=cycle.marker,
        cutoff_on=cycle.cutoff_on,
        retailer_name=retailer.name,
        currency=theirs.currency,
        lines=await wanted_lines(uow, cycle),
        draft_id=cycle.shopify_draft_id,
        is_creating=cycle.creating_since is not None,
        looks=cycle.looks,
        terms_template_id=partner.payment_terms_template_id,
        centre_name=settings.centre_name,
        centre_address=settings.centre_address,
        addressed_to=cycle.addressed_to,
        planned_at=uow.now,
    )


async def wanted_lines(uow: UnitOfWork, cycle: Cycle) -> tuple[WrittenLine, ...]:
    """Return the cycle's lines as they are to stand on a draft; what the partner deleted cannot stand there."""
    variants = await variants_of_store(
        uow.session, cycle.partner_store_id, {line.partner_variant_id for line in cycle.lines}
    )
    return tuple(
        WrittenLine(variants[line.partner_variant_id].gid, line.unit_cost_amount, line.note, line.quantity)
        for line in cycle.lines
        if line.quantity > 0 and not variants[line.partner_variant_id].is_deleted
    )


async def begin_writing(uow: UnitOfWork, cycle_id: int, lines: Sequence[WrittenLine], *, is_new: bool) -> None:
    """Record what is about to be sent: a retry then knows its own words, and looks for a new draft first.

    No lines: the draft is about to be deleted.
    """
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    cycle.writing = [*cycle.writing, [_stored(line) for line in lines]]
    if is_new:
        # One more without an answer: what was looked for before counts on.
        cycle.looks = cycle.looks + 1 if cycle.creating_since else 0
        cycle.creating_since = uow.now


async def record_made(uow: UnitOfWork, cycle_id: int, draft_id: str) -> None:
    """Record that this draft is ours; webhooks about it are for us from here on."""
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    cycle.shopify_draft_id, cycle.creating_since, cycle.looks = draft_id, None, 0
    theirs = await get_store(uow, cycle.partner_store_id)
    await remember_resource(uow, theirs.shop_domain, "draft_order", draft_id)


async def count_look(uow: UnitOfWork, cycle_id: int, completed_at: datetime | None = None) -> timedelta | None:
    """Record that a draft whose making is uncertain was looked for and not found; return after what time to look again.

    None: «not found» counts now. A look before its time, whatever it was for, does not count. Of a draft that was
    completed (`completed_at`) it is the order that was looked for.
    """
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    since = completed_at or cycle.creating_since
    if since is None:
        return None
    early = rules.look_counts_from(since, cycle.looks) - uow.now
    if early > timedelta():
        return early
    wait = rules.wait_before_look(cycle.looks)
    if wait is not None:
        cycle.looks += 1
        what = "the order of a completed draft" if completed_at else "a draft that the partner's store did not confirm"
        cycle.trouble = f"Looking for {what}."
    return wait


async def record_written(
    uow: UnitOfWork, cycle_id: int, draft_name: str, lines: Sequence[WrittenLine], address: str
) -> None:
    """Record what the draft says now, by its own answer, and where it goes."""
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    is_changed = cycle.fingerprint != rules.fingerprint(lines)
    cycle.shopify_draft_name, cycle.fingerprint, cycle.trouble = draft_name, rules.fingerprint(lines), None
    cycle.written, cycle.writing, cycle.addressed_to = [_stored(line) for line in lines], [], address
    await resolve_exceptions(uow, "master", cycle.id, [REFUSED, WAITING, INVOICE_SENT, UNCERTAIN])
    if is_changed:
        units = sum(line.quantity for line in lines)
        await record_event(uow, DraftWritten(cycle.id, cycle.partner_id, draft_name, len(lines), units))


async def record_refused(uow: UnitOfWork, cycle_id: int, why: str) -> None:
    """Record that the partner's store took nothing of what we sent, and have its products read again.

    A variant that was deleted there is the likeliest reason: once known, it is left out (G18).
    """
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    cycle.writing = cycle.writing[:-1]
    if cycle.shopify_draft_id is None:
        cycle.creating_since = None
    await tell_trouble(uow, cycle, why, REFUSED)
    await enqueue(uow, ReadProducts(cycle.partner_store_id))


async def record_no_draft(uow: UnitOfWork, cycle_id: int) -> None:
    """Record that no draft stands on the partner's store, because nothing is ordered."""
    forget_draft(await repository.lock_cycle(uow.session, uow.store_id, cycle_id))
    await resolve_exceptions(uow, "master", cycle_id, [REFUSED, WAITING, INVOICE_SENT])


async def record_draft_missing(uow: UnitOfWork, cycle_id: int) -> None:
    """Record that our draft is gone; a new one is made, and it is told if the partner deleted the one before (G24)."""
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    if cycle.shopify_draft_id is None:
        return
    is_our_deed = [] in cycle.writing
    forget_draft(cycle)
    if not is_our_deed:
        await record_event(uow, DraftMissing(cycle.id, cycle.partner_id))


def forget_draft(cycle: Cycle) -> None:
    """Let the cycle have no draft; what the partner changed on it stays known."""
    cycle.shopify_draft_id = cycle.shopify_draft_name = cycle.fingerprint = cycle.creating_since = None
    cycle.written, cycle.writing, cycle.addressed_to = [], [], None
    cycle.looks, cycle.trouble = 0, None


def states_left(cycle: Cycle) -> list[list[WrittenLine]]:
    """Return every state in which we may have left the draft."""
    return [[_line(each) for each in lines] for lines in (cycle.written, *cycle.writing)]


def note_found(cycle: Cycle, edits: Sequence[PartnerEdit]) -> None:
    """Let what the partner wrote count as what stands there, so that it is news once."""
    changed = {edit.variant_gid for edit in edits}
    kept = [[each for each in lines if each["variant"] not in changed] for lines in (cycle.written, *cycle.writing)]
    found = [_stored(line) for edit in edits for line in edit.lines]
    cycle.written, *cycle.writing = [[*lines, *found] for lines in kept]
    cycle.fingerprint = None


def stored_edit(edit: PartnerEdit, wanted: int) -> Stored:
    """Return an edit as the cycle keeps it."""
    lines = [_stored(line) for line in edit.lines]
    return {"variant": edit.variant_gid, "wanted": wanted, "found": edit.found, "lines": lines}


def edit_of(stored: Stored) -> PartnerEdit:
    """Return a kept edit."""
    return PartnerEdit(stored["variant"], tuple(_line(each) for each in stored["lines"]))


def _stored(line: WrittenLine) -> Stored:
    return {"variant": line.variant_gid, "cost": str(line.unit_cost), "note": line.note, "quantity": line.quantity}


def _line(stored: Stored) -> WrittenLine:
    return WrittenLine(stored["variant"], Decimal(stored["cost"]), stored["note"], stored["quantity"])
