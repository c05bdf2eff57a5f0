"""What other domains and the pages may know of a partnership."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.events.queries import last_times
from app.partners import repository
from app.partners.events import PartnerDisconnected
from app.partners.models import Partner
from app.partners.preflight import Check
from app.partners.rules import Calendar
from app.partners.states import LIVE, PartnerState


@dataclass(frozen=True, slots=True)
class PartnerFacts:
    """A partnership as others may know it."""

    store_id: int
    id: int
    partner_store_id: int | None
    name: str
    contact_email: str | None
    shop_domain: str
    state: PartnerState
    discount: Decimal
    buffer: int
    location_ids: tuple[str, ...]
    calendar: Calendar
    payment_terms_template_id: str | None
    payment_terms_name: str | None
    payment_terms_due_days: int | None
    checks: tuple[Check, ...]
    checked_at: datetime | None
    connected_at: datetime | None

    @property
    def is_live(self) -> bool:
        """Whether the partnership is at work: connected or paused."""
        return self.state in LIVE


def facts_of(partner: Partner) -> PartnerFacts:
    """Return the row as plain facts."""
    return PartnerFacts(
        store_id=partner.store_id,
        id=partner.id,
        partner_store_id=partner.partner_store_id,
        name=partner.name,
        contact_email=partner.contact_email,
        shop_domain=partner.shop_domain,
        state=PartnerState(partner.state),
        discount=partner.discount,
        buffer=partner.buffer,
        location_ids=tuple(partner.location_ids),
        calendar=Calendar(partner.weekday, partner.cutoff_time, partner.time_zone, partner.grace_minutes),
        payment_terms_template_id=partner.payment_terms_template_id,
        payment_terms_name=partner.payment_terms_name,
        payment_terms_due_days=partner.payment_terms_due_days,
        checks=tuple(Check(**check) for check in partner.checks),
        checked_at=partner.checked_at,
        connected_at=partner.connected_at,
    )


async def find_partner(session: AsyncSession, store_id: int, partner_id: int) -> PartnerFacts | None:
    """Return the retailer's partner, if it is theirs."""
    partner = await repository.find_partner(session, store_id, partner_id)
    return facts_of(partner) if partner else None


async def find_partner_at(session: AsyncSession, store_id: int, shop_domain: str) -> PartnerFacts | None:
    """Return the retailer's partner at this shop domain, whatever its state."""
    partner = await repository.find_partner_at(session, store_id, shop_domain)
    return facts_of(partner) if partner else None


async def get_partner(session: AsyncSession, store_id: int, partner_id: int) -> PartnerFacts:
    """Return the retailer's partner, or raise `NotFound`."""
    partner = await find_partner(session, store_id, partner_id)
    if partner is None:
        raise NotFound
    return partner


async def ended_at(session: AsyncSession, partner: PartnerFacts) -> datetime | None:
    """Return when the partnership ended, the last time it did."""
    ended = await last_times(session, PartnerDisconnected, partner.id, "partner_id")
    return max(ended.values(), default=None)


async def calendars_of(session: AsyncSession, store_id: int) -> dict[int, list[tuple[datetime, Calendar]]]:
    """Return, for each partner of the retailer, its calendars and from when each was chosen, oldest first."""
    found: dict[int, list[tuple[datetime, Calendar]]] = defaultdict(list)
    for change in await repository.list_calendar_changes(session, store_id):
        calendar = Calendar(change.weekday, change.cutoff_time, change.time_zone, change.grace_minutes)
        found[change.partner_id].append((change.valid_from, calendar))
    return found


async def partners_of(session: AsyncSession, store_id: int) -> list[PartnerFacts]:
    """Return the retailer's partners by name, whatever their state."""
    return [facts_of(partner) for partner in await repository.list_partners(session, store_id)]


async def partners_named(session: AsyncSession, store_id: int, search: str) -> list[int]:
    """Return the retailer's partners with the text in their name, whatever their state."""
    return [partner.id for partner in await partners_of(session, store_id) if search.lower() in partner.name.lower()]


async def partnerships_of(session: AsyncSession, partner_store_id: int) -> list[PartnerFacts]:
    """Return the live partnerships of a partner's store; the unit of work acts for that store."""
    return [facts_of(partner) for partner in await repository.list_partnerships(session, partner_store_id)]


async def all_partnerships_of(session: AsyncSession, partner_store_id: int) -> list[PartnerFacts]:
    """Return the partnerships a partner's store has or had; the unit of work acts for that store."""
    return [facts_of(partner) for partner in await repository.list_all_partnerships(session, partner_store_id)]


@dataclass(frozen=True, slots=True)
class CalendarFacts:
    """What a partner's cut-off was from an instant on."""

    valid_from: datetime
    calendar: Calendar


async def calendar_changes_of(session: AsyncSession, store_id: int, partner_id: int) -> list[CalendarFacts]:
    """Return how a partner's cut-off changed over time, oldest first."""
    return [CalendarFacts(*each) for each in (await calendars_of(session, store_id)).get(partner_id, [])]
