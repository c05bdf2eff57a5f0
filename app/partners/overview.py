"""Partners as the pages show them: with the health of their store and the dates ahead."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.errors import NotFound
from app.core.unit_of_work import Actor, Open, UnitOfWork
from app.partners.health import Health, health_of
from app.partners.queries import PartnerFacts, find_partner, partners_of, partnerships_of
from app.partners.rules import CutOff, cutoffs_after
from app.stores.queries import StoreFacts, get_stores

DATES_AHEAD = 3


@dataclass(frozen=True, slots=True)
class PartnerOverview:
    """A partner as its retailer sees it."""

    facts: PartnerFacts
    store: StoreFacts | None
    health: Health
    cutoffs: Sequence[CutOff]


@dataclass(frozen=True, slots=True)
class PartnershipOverview:
    """A partnership as the partner sees it."""

    facts: PartnerFacts
    retailer: StoreFacts
    cutoffs: Sequence[CutOff]


async def list_partners(uow: UnitOfWork) -> list[PartnerOverview]:
    """Return the acting retailer's partners by name."""
    partners = await partners_of(uow.session, uow.store_id)
    stores = await get_stores(uow, [each.partner_store_id for each in partners if each.partner_store_id])
    return [_overview(uow, each, stores.get(each.partner_store_id or 0)) for each in partners]


async def read_partner(uow: UnitOfWork, partner_id: int) -> PartnerOverview:
    """Return one of the acting retailer's partners, or raise `NotFound`."""
    facts = await find_partner(uow.session, uow.store_id, partner_id)
    if facts is None:
        raise NotFound
    stores = await get_stores(uow, [facts.partner_store_id] if facts.partner_store_id else [])
    return _overview(uow, facts, stores.get(facts.partner_store_id or 0))


async def read_partnerships(open_uow: Open, actor: Actor, partner_store_id: int) -> list[PartnershipOverview]:
    """Return every live partnership of the acting partner's store."""
    async with open_uow(actor) as uow:
        partnerships = await partnerships_of(uow.session, partner_store_id)
        retailers = await get_stores(uow, [each.store_id for each in partnerships])
        return [
            PartnershipOverview(each, retailers[each.store_id], cutoffs_after(each.calendar, uow.now, DATES_AHEAD))
            for each in partnerships
        ]


def _overview(uow: UnitOfWork, facts: PartnerFacts, store: StoreFacts | None) -> PartnerOverview:
    ahead = cutoffs_after(facts.calendar, uow.now, DATES_AHEAD) if facts.is_live else ()
    return PartnerOverview(facts, store, health_of(facts, store), ahead)
