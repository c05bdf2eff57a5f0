"""Verbs of a partnership at work: its contact, its calendar, its buffer, its check, its end."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import time

from app.core.errors import Conflict, Invalid, NotFound
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.exceptions.service import TROUBLED, Problem, open_exception, resolve_exceptions, resolve_of_partner
from app.job_runs.service import enqueue
from app.partners import repository
from app.partners.events import (
    PartnerBufferChanged,
    PartnerCalendarChanged,
    PartnerChecked,
    PartnerContactChanged,
    PartnerDisconnected,
)
from app.partners.jobs import CheckPartnerStore
from app.partners.models import CalendarChange, Partner
from app.partners.preflight import Check, result_of
from app.partners.service.invitation import withdraw_invitation
from app.partners.states import LIVE, PartnerState
from app.partners.terms import MOST_BUFFER, NO_BUFFER, contact_faults, weekly

ACCESS_LOST = "partner_access_lost"
SILENT = "partner_silent"
LIMITED = "partner_permission_missing"
SHOWS_NOTHING = "partner_shows_nothing"
TARGET_MISSING = "target_missing"
RECREATED = "variant_recreated"
VARIANT_GONE = "variant_gone"
UNPRICED = "price_missing"
UNREACHABLE = frozenset({ACCESS_LOST, SILENT, LIMITED})
"""Kinds of exceptions that say already why a partner's stock is not read."""


@dataclass(frozen=True, slots=True)
class PreFlight:
    """What the check of a partner's store found for one retailer."""

    checks: Sequence[Check]
    location_ids: Sequence[str]
    payment_terms: tuple[str, str, int | None] | None  # template id, name, days


async def change_calendar(uow: UnitOfWork, partner_id: int, weekday: int, cutoff_time: time) -> None:
    """Let the partner's week end at another time, from the next cycle on; the open one keeps its cut-off."""
    if not 1 <= weekday <= 7:
        raise Invalid(fields={"weekday": "Choose a day."})
    partner = await _lock_live(uow, partner_id)
    if (partner.weekday, partner.cutoff_time) == (weekday, cutoff_time):
        return
    partner.weekday, partner.cutoff_time = weekday, cutoff_time
    uow.session.add(
        CalendarChange(
            store_id=partner.store_id,
            partner_id=partner.id,
            valid_from=uow.now,
            weekday=weekday,
            cutoff_time=cutoff_time,
            time_zone=partner.time_zone,
            grace_minutes=partner.grace_minutes,
        )
    )
    await record_event(uow, PartnerCalendarChanged(partner.id, partner.name, weekly(weekday, cutoff_time)))


async def change_contact(uow: UnitOfWork, partner_id: int, name: str, contact_email: str) -> None:
    """Call the partner otherwise, or write to another address; what was imported keeps its vendor."""
    if faults := contact_faults(name, contact_email):
        raise Invalid(fields=faults)
    partner = await _lock(uow, partner_id)
    partner.take_contact(name, contact_email)
    await record_event(uow, PartnerContactChanged(partner.id, partner.name))


async def change_buffer(uow: UnitOfWork, partner_id: int, buffer: int) -> None:
    """Leave this many units of each variant to the partner."""
    if not 0 <= buffer <= MOST_BUFFER:
        raise Invalid(fields={"buffer": NO_BUFFER})
    partner = await _lock(uow, partner_id)
    if partner.buffer == buffer:
        return
    partner.buffer = buffer
    await record_event(uow, PartnerBufferChanged(partner.id, partner.name, buffer))


async def ask_for_check(uow: UnitOfWork, partner_id: int) -> None:
    """Have the partner's store checked again."""
    partner = await _lock_live(uow, partner_id)
    assert partner.partner_store_id is not None
    await enqueue(uow, CheckPartnerStore(partner.partner_store_id))


async def disconnect_partner(uow: UnitOfWork, partner_id: int) -> None:
    """End the partnership; nothing more of the partner is read, sold or ordered."""
    partner = await _lock(uow, partner_id)
    partner.move_to(PartnerState.DISCONNECTED)
    await uow.session.flush()
    assert partner.partner_store_id is not None
    await resolve_of_partner(uow, partner_id, _ENDING)  # nobody wants in any more, nor imports, nor works
    await record_event(uow, PartnerDisconnected(partner.id, partner.partner_store_id, partner.name))


async def end_partnership(uow: UnitOfWork, partner_id: int) -> None:
    """Leave nothing open with a partner: a partnership ends, an invitation is taken back; what ended is left alone."""
    partner = await _lock(uow, partner_id)
    if partner.state in LIVE:
        await disconnect_partner(uow, partner_id)
    elif partner.state == PartnerState.INVITED:
        await withdraw_invitation(uow, partner_id)


async def erase_contacts(uow: UnitOfWork, partner_id: int | None = None) -> int:
    """Forget the e-mail addresses kept by the store, of all its partners or of one; return how many."""
    partners = await repository.list_partners(uow.session, uow.store_id)
    known = [each for each in partners if each.contact_email and partner_id in (None, each.id)]
    for partner in known:
        partner.contact_email = None
    return len(known)


async def record_checks(uow: UnitOfWork, partner_id: int, found: PreFlight) -> None:
    """Keep what the pre-flight check found; locations and terms that were chosen stay chosen."""
    partner = await _lock(uow, partner_id)
    if partner.state not in LIVE:
        return
    partner.checks, partner.checked_at = [asdict(check) for check in found.checks], uow.now
    partner.location_ids = partner.location_ids or list(found.location_ids)
    if found.payment_terms and partner.payment_terms_template_id is None:
        template_id, name, due_days = found.payment_terms
        partner.payment_terms_template_id, partner.payment_terms_name = template_id, name
        partner.payment_terms_due_days = due_days
    await record_event(uow, PartnerChecked(partner.id, partner.name, result_of(found.checks)))


async def note_access(
    uow: UnitOfWork, partner_id: int, *, lost: bool, silent: bool = False, lacking: Sequence[str] = ()
) -> None:
    """List a partner whose store no longer lets us in, cannot be reached or took permissions back, once; or take it
    off the list again. `lacking`: what we are not permitted to do.
    """
    partner = await _lock(uow, partner_id)
    standing = {ACCESS_LOST: lost, SILENT: silent and not lost, LIMITED: bool(lacking) and not lost}
    over = [kind for kind, stands in standing.items() if not stands or partner.state not in LIVE]
    await resolve_exceptions(uow, "partner", partner_id, over)
    for kind in standing.keys() - set(over):
        cause, step = (words.format(name=partner.name, lacking="; ".join(lacking)) for words in _ACCESS[kind])
        await open_exception(uow, Problem(kind, "partner", str(partner_id), cause, step, partner_id=partner_id))


# What waits for a partner who is gone is listed as that alone: a unit counts in one exception.
_ENDING = (ACCESS_LOST, SILENT, LIMITED, SHOWS_NOTHING, TARGET_MISSING, RECREATED, VARIANT_GONE, UNPRICED, *TROUBLED)
_ACCESS = {
    ACCESS_LOST: (
        "{name}'s store no longer lets Partner Hub in: stock is not read, nothing is sent to it.",
        "Ask {name} to open Partner Hub once in their Shopify admin; everything then continues.",
    ),
    LIMITED: (
        "{name} has not permitted Partner Hub to: {lacking}.",
        "Ask {name} to open Partner Hub in their Shopify admin and permit it by one click; everything then continues.",
    ),
    SILENT: (
        "{name}'s store cannot be reached at the moment: nothing is sent to it, and after two hours less is offered.",
        "It is looked at again from time to time and goes on by itself. If it lasts, ask {name} about their store.",
    ),
}


async def _lock(uow: UnitOfWork, partner_id: int) -> Partner:
    partner = await repository.lock_partner(uow.session, uow.store_id, partner_id)
    if partner is None:
        raise NotFound
    return partner


async def _lock_live(uow: UnitOfWork, partner_id: int) -> Partner:
    """Return a partner at work; what was proposed to one who has not answered stays as it was proposed."""
    partner = await _lock(uow, partner_id)
    if partner.state not in LIVE:
        raise Conflict(f"{partner.name} is not connected.")
    return partner
