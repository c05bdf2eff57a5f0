"""Follow the draft on the partner's store: what it should say, what was written, what the partner changed on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.catalog.queries import variants_of_store
from app.core.errors import NotFound
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.exceptions.service import Problem, open_exception, resolve_exceptions
from app.inbox.service import remember_resource
from app.job_runs.service import enqueue
from app.master_orders import repository, rules
from app.master_orders.events import DraftChangedByPartner, DraftMissing, DraftWritten
from app.master_orders.jobs import RewriteDraft
from app.master_orders.models import Cycle
from app.master_orders.rules import PartnerEdit, WrittenLine
from app.master_orders.service.cycles import gather_lines
from app.master_orders.states import CycleState
from app.partners.queries import get_partner
from app.stores.queries import get_settings, get_store

EDITED = "partner_changed_draft"


@dataclass(frozen=True, slots=True)
class DraftPlan:
    """Everything a flow needs to bring a draft to what it should say."""

    store_id: int
    partner_id: int
    partner_store_id: int
    cycle_id: int
    state: CycleState
    marker: str
    cutoff_on: date
    cutoff_at: datetime
    retailer_name: str
    currency: str
    lines: tuple[WrittenLine, ...]
    written: tuple[WrittenLine, ...]
    kept_edits: tuple[PartnerEdit, ...]
    draft_id: str | None
    fingerprint: str | None
    creating: bool
    looks: int
    completing: bool
    terms_template_id: str | None
    centre_name: str | None
    centre_address: dict[str, Any] | None
    planned_at: datetime


async def plan_draft(uow: UnitOfWork, cycle_id: int) -> DraftPlan:
    """Return what the cycle's draft should say now; an open cycle gathers its units first."""
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    if cycle.state == CycleState.OPEN:
        await gather_lines(uow, cycle)
    partner = await get_partner(uow.session, uow.store_id, cycle.partner_id)
    settings = await get_settings(uow.session, uow.store_id)
    retailer = await get_store(uow, uow.store_id)
    theirs = await get_store(uow, cycle.partner_store_id)
    variants = await variants_of_store(
        uow.session, cycle.partner_store_id, {line.partner_variant_id for line in cycle.lines}
    )
    return DraftPlan(
        store_id=uow.store_id,
        partner_id=cycle.partner_id,
        partner_store_id=cycle.partner_store_id,
        cycle_id=cycle.id,
        state=CycleState(cycle.state),
        marker=cycle.marker,
        cutoff_on=cycle.cutoff_on,
        cutoff_at=cycle.cutoff_at,
        retailer_name=retailer.name,
        currency=theirs.currency,
        lines=tuple(
            WrittenLine(variants[line.partner_variant_id].gid, line.unit_cost_amount, line.note, line.quantity)
            for line in cycle.lines
            if line.quantity > 0
        ),
        written=tuple(_line(each) for each in cycle.written),
        kept_edits=tuple(_edit(each) for each in cycle.partner_edits),
        draft_id=cycle.shopify_draft_id,
        fingerprint=cycle.fingerprint,
        creating=cycle.creating_since is not None,
        looks=cycle.looks,
        completing=cycle.completing_at is not None,
        terms_template_id=partner.payment_terms_template_id,
        centre_name=settings.centre_name,
        centre_address=settings.centre_address,
        planned_at=uow.now,
    )


async def begin_creation(uow: UnitOfWork, cycle_id: int) -> None:
    """Record that a draft is about to be asked for, so that a retry looks for it first."""
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    cycle.creating_since, cycle.looks = uow.now, 0


async def look_again(uow: UnitOfWork, cycle_id: int) -> None:
    """Record that a draft whose making is uncertain was looked for and not found."""
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    cycle.looks += 1
    cycle.trouble = "Looking for a draft that the partner's store did not confirm."


async def record_written(uow: UnitOfWork, cycle_id: int, draft: tuple[str, str], lines: Sequence[WrittenLine]) -> None:
    """Record what the draft (id, name) says now; webhooks about it are ours from here on."""
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    draft_id, draft_name = draft
    is_changed = cycle.fingerprint != rules.fingerprint(lines) or cycle.shopify_draft_id != draft_id
    cycle.shopify_draft_id, cycle.shopify_draft_name = draft_id, draft_name
    cycle.fingerprint, cycle.creating_since, cycle.looks, cycle.trouble = rules.fingerprint(lines), None, 0, None
    cycle.written = [_stored(line) for line in lines]
    theirs = await get_store(uow, cycle.partner_store_id)
    await remember_resource(uow, theirs.shop_domain, "draft_order", draft_id)
    if is_changed:
        units = sum(line.quantity for line in lines)
        await record_event(uow, DraftWritten(cycle.id, cycle.partner_id, draft_name, len(lines), units))


async def record_no_draft(uow: UnitOfWork, cycle_id: int) -> None:
    """Record that no draft stands on the partner's store, because nothing is ordered."""
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    cycle.shopify_draft_id = cycle.shopify_draft_name = cycle.fingerprint = cycle.creating_since = None
    cycle.written, cycle.looks, cycle.trouble = [], 0, None


async def record_draft_missing(uow: UnitOfWork, cycle_id: int) -> None:
    """Record that the partner deleted our draft; a new one is made."""
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    if cycle.shopify_draft_id is None:
        return
    await record_no_draft(uow, cycle_id)
    await record_event(uow, DraftMissing(cycle.id, cycle.partner_id))


async def record_edits(uow: UnitOfWork, cycle_id: int, edits: Sequence[PartnerEdit]) -> None:
    """Keep what the partner changed on our draft as they left it, and list each difference for a decision."""
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    kept = {(edit.variant_gid, edit.unit_cost.normalize(), edit.note): edit for edit in map(_edit, cycle.partner_edits)}
    for edit in edits:
        kept[edit.variant_gid, edit.unit_cost.normalize(), edit.note] = edit
        title, variant_id = await _name_of(uow, cycle, edit.variant_gid)
        await record_event(uow, DraftChangedByPartner(cycle.id, cycle.partner_id, title, edit.wanted, edit.found))
        await open_exception(
            uow,
            Problem(
                kind=EDITED,
                subject_kind="partner_variant",
                subject_id=str(variant_id or edit.variant_gid),
                cause=f"The partner changed “{title}” on the running master order: we wrote {edit.wanted}, "
                f"it says {edit.found}.",
                next_step="Leave it as the partner wants it, or write our quantity again on the master order's page.",
                units=max(edit.wanted - edit.found, 0),
                partner_id=cycle.partner_id,
            ),
        )
    cycle.partner_edits = [_stored_edit(edit) for edit in kept.values()]


async def restore_line(uow: UnitOfWork, cycle_id: int, partner_variant_id: int) -> None:
    """Write our quantity again where the partner had changed it."""
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    variants = await variants_of_store(uow.session, cycle.partner_store_id, [partner_variant_id])
    if partner_variant_id not in variants:
        raise NotFound
    gid = variants[partner_variant_id].gid
    found = {(each["cost"], each["note"]): each["found"] for each in cycle.partner_edits if each["variant"] == gid}
    cycle.partner_edits = [each for each in cycle.partner_edits if each["variant"] != gid]
    # What stands there counts as written by us, so that the next rewrite puts our quantity in its place.
    kept = [each for each in cycle.written if each["variant"] != gid or (each["cost"], each["note"]) not in found]
    there = [
        {"variant": gid, "cost": cost, "note": note, "quantity": quantity}
        for (cost, note), quantity in found.items()
        if quantity
    ]
    cycle.written, cycle.fingerprint = [*kept, *there], None
    await resolve_exceptions(uow, "partner_variant", str(partner_variant_id), [EDITED])
    await enqueue(uow, RewriteDraft(uow.store_id, cycle.partner_id))


async def _name_of(uow: UnitOfWork, cycle: Cycle, variant_gid: str) -> tuple[str, int | None]:
    variants = await variants_of_store(
        uow.session, cycle.partner_store_id, {line.partner_variant_id for line in cycle.lines}
    )
    return next(((each.title, each.id) for each in variants.values() if each.gid == variant_gid), ("a line", None))


def _stored(line: WrittenLine) -> dict[str, Any]:
    return {"variant": line.variant_gid, "cost": str(line.unit_cost), "note": line.note, "quantity": line.quantity}


def _line(stored: dict[str, Any]) -> WrittenLine:
    return WrittenLine(stored["variant"], Decimal(stored["cost"]), stored["note"], stored["quantity"])


def _stored_edit(edit: PartnerEdit) -> dict[str, Any]:
    return {
        "variant": edit.variant_gid,
        "cost": str(edit.unit_cost),
        "note": edit.note,
        "wanted": edit.wanted,
        "found": edit.found,
    }


def _edit(stored: dict[str, Any]) -> PartnerEdit:
    return PartnerEdit(stored["variant"], Decimal(stored["cost"]), stored["note"], stored["wanted"], stored["found"])
