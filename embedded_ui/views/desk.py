"""The partner's desk: master orders and parcels of one retailer, and nothing of any customer."""

from dataclasses import dataclass
from datetime import datetime

from app.core.errors import NotFound
from app.core.pagination import Page
from app.core.unit_of_work import Actor, Open
from app.master_orders.queries import MasterOrder, running_orders
from app.partners.overview import PartnershipOverview, read_partnerships
from app.partners.queries import PartnerFacts
from embedded_ui.forms.listing import Listing
from embedded_ui.views.journey import to_centre
from embedded_ui.views.master_orders import MasterPage, MasterShown, list_past, read_master


@dataclass(frozen=True, slots=True)
class Unsent:
    """A master order of which something is still with the partner."""

    master: MasterOrder
    units: int


@dataclass(frozen=True, slots=True)
class DeskPartnership:
    """A partnership on the desk's first page, with what is to be shipped to the retailer."""

    overview: PartnershipOverview
    unsent: tuple[Unsent, ...]


@dataclass(frozen=True, slots=True)
class DeskOrders:
    """The master orders a partner has from one retailer."""

    partnership: PartnershipOverview
    running: tuple[MasterShown, ...]
    past: Page[MasterShown]
    now: datetime


@dataclass(frozen=True, slots=True)
class DeskOrder:
    """One master order as the partner sees it."""

    partnership: PartnershipOverview
    page: MasterPage
    now: datetime


async def read_partnership_desks(open_uow: Open, actor: Actor, store_id: int) -> list[DeskPartnership]:
    """Return the live partnerships of the acting partner's store, each with what is to be shipped."""
    return [
        DeskPartnership(each, await _read_unsent(open_uow, actor, each.facts))
        for each in await read_partnerships(open_uow, actor, store_id)
    ]


async def _read_unsent(open_uow: Open, actor: Actor, partner: PartnerFacts) -> tuple[Unsent, ...]:
    """Return what is to be shipped of the latest master orders, the oldest first."""
    async with open_uow(actor.of_store(partner.store_id, partner.id)) as uow:
        past = await list_past(uow.session, partner.store_id, Listing("", partner_id=partner.id), for_partner=True)
    unsent = [Unsent(each.master, each.journey.stages[0].units) for each in reversed(past.rows)]
    return tuple(each for each in unsent if each.units)


async def get_partnership(open_uow: Open, actor: Actor, store_id: int, partner_id: int) -> PartnershipOverview:
    """Return one live partnership of the acting partner's store, or raise `NotFound`."""
    for partnership in await read_partnerships(open_uow, actor, store_id):
        if partnership.facts.id == partner_id:
            return partnership
    raise NotFound


async def read_orders(open_uow: Open, actor: Actor, partnership: PartnershipOverview, listing: Listing) -> DeskOrders:
    """Return the master orders of the partnership."""
    partner = partnership.facts
    async with open_uow(actor.of_store(partner.store_id, partner.id)) as uow:
        masters = await running_orders(uow.session, partner.store_id, partner.id)
        past = await list_past(uow.session, partner.store_id, listing.of_partner(partner.id), for_partner=True)
        running = tuple(MasterShown(master, master, partner, to_centre({})) for master in masters)
        return DeskOrders(partnership, running, past, uow.now)


async def read_order(open_uow: Open, actor: Actor, partnership: PartnershipOverview, cycle_id: int) -> DeskOrder:
    """Return one master order of the partnership."""
    partner = partnership.facts
    async with open_uow(actor.of_store(partner.store_id, partner.id)) as uow:
        page = await read_master(uow.session, partner.store_id, cycle_id, for_partner=True)
        return DeskOrder(partnership, page, uow.now)
