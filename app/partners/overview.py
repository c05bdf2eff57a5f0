"""Partners as the pages show them: with the health of their store and the dates ahead."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.core.errors import NotFound
from app.core.unit_of_work import Actor, ActorKind, Open, UnitOfWork
from app.job_runs.queries import unfinished_runs
from app.job_runs.states import JobState
from app.partners import repository
from app.partners.health import Health, awaits_check, health_of
from app.partners.jobs import CheckPartnerStore
from app.partners.queries import PartnerFacts, calendars_of, find_partner, partners_of, partnerships_of
from app.partners.rules import Calendar, CutOff, cutoffs_ahead
from app.stores.queries import StoreFacts, get_stores

DATES_AHEAD = 3
Calendars = Sequence[tuple[datetime, Calendar]]


@dataclass(frozen=True, slots=True)
class PartnerOverview:
    """A partner as its retailer sees it."""

    facts: PartnerFacts
    store: StoreFacts | None
    health: Health
    cutoffs: Sequence[CutOff]
    is_checking: bool
    link_until: datetime | None = None  # how long the link of an unanswered invitation works, or worked


@dataclass(frozen=True, slots=True)
class PartnershipOverview:
    """A partnership as the partner sees it."""

    facts: PartnerFacts
    retailer: StoreFacts
    cutoffs: Sequence[CutOff]
    is_checking: bool


async def list_partners(uow: UnitOfWork) -> list[PartnerOverview]:
    """Return the acting retailer's partners by name."""
    partners = await partners_of(uow.session, uow.store_id)
    stores = await get_stores(uow, [each.partner_store_id for each in partners if each.partner_store_id])
    calendars = await calendars_of(uow.session, uow.store_id)
    return [
        _overview(uow, each, stores.get(each.partner_store_id or 0), calendars.get(each.id, ())) for each in partners
    ]


async def read_partner(uow: UnitOfWork, partner_id: int) -> PartnerOverview:
    """Return one of the acting retailer's partners, or raise `NotFound`."""
    facts = await find_partner(uow.session, uow.store_id, partner_id)
    if facts is None:
        raise NotFound
    stores = await get_stores(uow, [facts.partner_store_id] if facts.partner_store_id else [])
    calendars = await calendars_of(uow.session, uow.store_id)
    found = _overview(uow, facts, stores.get(facts.partner_store_id or 0), calendars.get(facts.id, ()))
    if not facts.is_live:
        return replace(found, link_until=await _link_until(uow, facts))
    if found.health.is_broken:
        return replace(found, is_checking=False)  # a check would wait for the store as well
    return replace(found, is_checking=found.is_checking or await _is_check_due(uow, facts))


async def read_partnerships(open_uow: Open, actor: Actor, partner_store_id: int) -> list[PartnershipOverview]:
    """Return every live partnership of the acting partner's store."""
    async with open_uow(actor) as uow:
        partnerships = await partnerships_of(uow.session, partner_store_id)
        stores = await get_stores(uow, [partner_store_id, *(each.store_id for each in partnerships)])
    found = []
    for each in partnerships:
        async with open_uow(Actor(ActorKind.PARTNER, each.store_id, each.id, actor.staff)) as uow:
            calendars = (await calendars_of(uow.session, each.store_id)).get(each.id, ())
            ahead = _cutoffs(each, calendars, uow.now)
        is_checking = awaits_check(each, stores[partner_store_id])
        found.append(PartnershipOverview(each, stores[each.store_id], ahead, is_checking))
    return found


async def _link_until(uow: UnitOfWork, facts: PartnerFacts) -> datetime | None:
    async with uow.machinery() as session:
        invitation = await repository.find_unanswered(session, facts.store_id, facts.id)
    return invitation.expires_at if invitation else None


async def _is_check_due(uow: UnitOfWork, facts: PartnerFacts) -> bool:
    """Tell whether somebody asked for a check that is not made yet."""
    if facts.partner_store_id is None:
        return False
    runs = await unfinished_runs(uow, [CheckPartnerStore(facts.partner_store_id)])
    return any(run.state is not JobState.FAILED and run.run_at <= uow.now for run in runs.values())


def _overview(uow: UnitOfWork, facts: PartnerFacts, store: StoreFacts | None, calendars: Calendars) -> PartnerOverview:
    ahead = _cutoffs(facts, calendars, uow.now) if facts.is_live else ()
    return PartnerOverview(facts, store, health_of(facts, store), ahead, awaits_check(facts, store))


def _cutoffs(facts: PartnerFacts, calendars: Calendars, now: datetime) -> Sequence[CutOff]:
    """Return the next cut-offs; calendars from before the connection ended with the weeks they were of."""
    agreed = [each for each in calendars if facts.connected_at is None or each[0] >= facts.connected_at]
    return cutoffs_ahead(agreed, now, DATES_AHEAD)
