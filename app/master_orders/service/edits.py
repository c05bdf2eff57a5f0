"""What the partner changed on our draft: it stays as they left it until somebody decides (contract §5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.catalog.queries import VariantFacts, variants_by_gid, variants_of_store
from app.core.errors import NotFound
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.exceptions.service import Problem, open_exception, resolve_exceptions
from app.job_runs.service import enqueue
from app.master_orders import repository, rules
from app.master_orders.errors import WrongPhase
from app.master_orders.events import DraftChangedByPartner, DraftChangeKept
from app.master_orders.jobs import RewriteDraft
from app.master_orders.models import Cycle
from app.master_orders.rules import PartnerEdit, WrittenLine
from app.master_orders.service.drafting import edit_of, note_found, states_left, stored_edit, wanted_lines
from app.master_orders.states import CycleState
from app.stores.events import FactRecovered

EDITED = "partner_changed_draft"


@dataclass(frozen=True, slots=True)
class RunningDraft:
    """Our draft of a running week; without an id we do not know whether it was made."""

    cycle_id: int
    partner_id: int
    partner_store_id: int
    draft_id: str | None


async def follow_edits(uow: UnitOfWork, cycle_id: int, found: Sequence[WrittenLine] | None) -> list[PartnerEdit]:
    """Compare the draft with what we wrote; return what is left as the partner wants it, one exception for each.

    Where both want the same again, nothing is left to decide. What somebody decided to keep is no exception, until the
    partner changes it again, or customers want another number of it: that was not what was decided about.

    A change outlives the draft it was made on (`found`: None), as far as anything of its variant is still wanted.
    """
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    fresh = {edit.variant_gid: edit for edit in rules.partner_edits(states_left(cycle), found or ())}
    known = {edit.variant_gid: edit for edit in map(edit_of, cycle.partner_edits)}
    if not fresh and not known:
        return []
    note_found(cycle, list(fresh.values()))

    kept = {each["variant"]: each.get("kept") for each in cycle.partner_edits if each["variant"] not in fresh}
    wanted = await wanted_lines(uow, cycle)
    variants = await variants_by_gid(uow.session, cycle.partner_store_id, known.keys() | fresh.keys())
    subjects = {gid: _subject(gid, variants) for gid in known | fresh} | _subjects(cycle)
    standing = []
    for edit in (known | fresh).values():
        ours = [line for line in wanted if line.variant_gid == edit.variant_gid]
        units = sum(line.quantity for line in ours)
        if edit.variant_gid in fresh:
            title = _title(variants.get(edit.variant_gid))
            await record_event(uow, DraftChangedByPartner(cycle.id, cycle.partner_id, title, units, edit.found))
        is_unwanted = found is None and not ours
        if is_unwanted or rules.fingerprint(ours) == rules.fingerprint(edit.lines):
            await _resolve(uow, subjects[edit.variant_gid])
        else:
            is_kept, subject = kept.get(edit.variant_gid) == units, subjects[edit.variant_gid]
            standing.append({**stored_edit(edit, units), "kept": units if is_kept else None, "subject": subject})
            if not is_kept:
                title = _title(variants.get(edit.variant_gid))
                await open_exception(uow, _problem(cycle, edit, units, subject, title))
    cycle.partner_edits = standing
    return [edit_of(each) for each in standing]


async def running_drafts(uow: UnitOfWork) -> list[RunningDraft]:
    """Return the drafts to compare with what stands on the partners' stores."""
    return [
        RunningDraft(cycle.id, cycle.partner_id, cycle.partner_store_id, cycle.shopify_draft_id)
        for cycle in await repository.list_running_drafts(uow.session, uow.store_id)
    ]


async def compare_draft(
    uow: UnitOfWork, draft: RunningDraft, found: Sequence[WrittenLine] | None, updated_at: datetime | None
) -> None:
    """Have a draft looked at that is gone, became an order or was changed (`found`: its lines while it is a draft)."""
    cycle = await repository.lock_cycle(uow.session, uow.store_id, draft.cycle_id)
    if cycle.state != CycleState.OPEN or cycle.shopify_draft_id != draft.draft_id:
        return
    if found is not None and not rules.partner_edits(states_left(cycle), found):
        return
    cause = f"{draft.draft_id}@{updated_at.isoformat() if updated_at else 'gone'}"
    what = f"What became of the draft {cycle.shopify_draft_name or cycle.marker}"
    await record_event(uow, FactRecovered(uow.store_id, what, cause))
    await enqueue(uow, RewriteDraft(uow.store_id, cycle.partner_id))


async def restore_line(uow: UnitOfWork, cycle_id: int, partner_variant_id: int) -> None:
    """Write our quantity again where the partner had changed it."""
    cycle, variant = await _lock_edited(uow, cycle_id, partner_variant_id)
    await _resolve(uow, _subjects(cycle).get(variant.gid, str(partner_variant_id)))
    # What stands there counts as written by us already, so the next rewrite puts our quantity in its place.
    cycle.partner_edits = [each for each in cycle.partner_edits if each["variant"] != variant.gid]
    await enqueue(uow, RewriteDraft(uow.store_id, cycle.partner_id))


async def keep_line(uow: UnitOfWork, cycle_id: int, partner_variant_id: int) -> None:
    """Let the partner's quantity stand; what it lacks goes back to the queue at the close, and is not asked again."""
    cycle, variant = await _lock_edited(uow, cycle_id, partner_variant_id)
    (edit,) = [each for each in cycle.partner_edits if each["variant"] == variant.gid]
    if edit.get("kept") is not None:
        raise WrongPhase
    others = [each for each in cycle.partner_edits if each["variant"] != variant.gid]
    cycle.partner_edits = [*others, {**edit, "kept": edit["wanted"]}]
    await _resolve(uow, edit.get("subject", str(partner_variant_id)))
    kept = DraftChangeKept(cycle.id, cycle.partner_id, variant.title, edit["wanted"], edit["found"])
    await record_event(uow, kept)


async def _lock_edited(uow: UnitOfWork, cycle_id: int, partner_variant_id: int) -> tuple[Cycle, VariantFacts]:
    """Return the running cycle and the variant that the partner changed on its draft."""
    cycle = await repository.lock_cycle(uow.session, uow.store_id, cycle_id)
    variants = await variants_of_store(uow.session, cycle.partner_store_id, [partner_variant_id])
    variant = variants.get(partner_variant_id)
    is_edited = variant is not None and variant.gid in {each["variant"] for each in cycle.partner_edits}
    if not is_edited and partner_variant_id not in {line.partner_variant_id for line in cycle.lines}:
        raise NotFound  # what only other retailers buy of this partner is nobody's here
    if cycle.state != CycleState.OPEN or variant is None or not is_edited:
        raise WrongPhase
    return cycle, variant


async def settle_edits(uow: UnitOfWork, cycle: Cycle) -> None:
    """End what was to be decided about the draft: it is an order now, or will never be one."""
    gids = {each["variant"] for each in cycle.partner_edits}
    variants = await variants_by_gid(uow.session, cycle.partner_store_id, gids)
    for subject in ({gid: _subject(gid, variants) for gid in gids} | _subjects(cycle)).values():
        await _resolve(uow, subject)
    cycle.partner_edits = []


async def _resolve(uow: UnitOfWork, subject: str) -> None:
    await resolve_exceptions(uow, "partner_variant", subject, [EDITED])


def _subjects(cycle: Cycle) -> dict[str, str]:
    # What an exception was opened about stays its name, also when we may not read that variant any more.
    return {each["variant"]: each["subject"] for each in cycle.partner_edits if "subject" in each}


def _subject(gid: str, variants: Mapping[str, VariantFacts]) -> str:
    return str(variants[gid].id) if gid in variants else gid


def _title(variant: VariantFacts | None) -> str:
    return variant.title if variant else "a product of their own"


def _problem(cycle: Cycle, edit: PartnerEdit, wanted: int, subject: str, title: str) -> Problem:
    prices = "" if wanted != edit.found else " at another price"
    return Problem(
        kind=EDITED,
        subject_kind="partner_variant",
        subject_id=subject,
        cause=f"The partner changed “{title}” on the running master order: you want {wanted}, "
        f"their draft has {edit.found}{prices}.",
        next_step="Keep theirs, or write yours again, on the master order's page.",
        units=max(wanted - edit.found, 0),
        partner_id=cycle.partner_id,
    )
