"""News goes up: what follows from which event, readable in one place."""

from collections.abc import Callable, Mapping
from typing import Any

from app.catalog.events import ProductImported
from app.events.declaration import Event
from app.events.service import Answer, Later, News, Subscriber
from app.master_orders.jobs import NoteRelease, OpenCycle, RewriteDraft
from app.orders.events import OrderDemandChanged, SentUnitsReleased
from app.orders.jobs import RouteUnmapped
from app.partners.events import PartnerConnected
from app.partners.jobs import CheckPartnerStore, EndPartnerships, EraseContacts
from app.stores.events import StoreErased, StoreInstalled, StoreRoleChosen, StoreScopesChanged, StoreUninstalled
from jobs.schedule import PlanStore

Follows = Callable[[News[Any]], Answer]

GATHERING_MINUTES = 5


def plan_store(news: News[StoreRoleChosen] | News[StoreInstalled]) -> Answer:
    """A store with a role has regular work."""
    return PlanStore(news.store_id)


def end_partnerships(news: News[StoreUninstalled]) -> Answer:
    """A partner that removed the app sells through nobody."""
    return EndPartnerships(news.store_id)


def check_permissions(news: News[StoreScopesChanged]) -> Answer:
    """What a partner's store permits decides what its check finds."""
    return CheckPartnerStore(news.store_id)


def erase_contacts(news: News[StoreErased]) -> Answer:
    """Whom an erased store knew is forgotten too."""
    return EraseContacts(news.store_id)


def begin_partnership(news: News[PartnerConnected]) -> Answer:
    """A connected partner has a running week and is looked at once."""
    event = news.event
    return (OpenCycle(news.store_id, event.partner_id), CheckPartnerStore(event.partner_store_id))


def route_unmapped(news: News[ProductImported]) -> Answer:
    """Lines that waited for this mapping get their route."""
    return RouteUnmapped(news.store_id)


def follow_demand(news: News[OrderDemandChanged]) -> Answer:
    """The draft on the partner's store follows what is ordered."""
    return Later(RewriteDraft(news.store_id, news.event.partner_id), GATHERING_MINUTES)


def note_release(news: News[SentUnitsReleased]) -> Answer:
    """The change ledger of a sealed master order tells what is not needed any more."""
    event = news.event
    return NoteRelease(news.store_id, event.partner_id, event.master_line_id, event.order_id, event.quantity)


EVENT_JOBS: Mapping[type[Event], tuple[Follows, ...]] = {
    StoreInstalled: (plan_store,),
    StoreRoleChosen: (plan_store,),
    StoreUninstalled: (end_partnerships,),
    StoreScopesChanged: (check_permissions,),
    StoreErased: (erase_contacts,),
    PartnerConnected: (begin_partnership,),
    ProductImported: (route_unmapped,),
    OrderDemandChanged: (follow_demand,),
    SentUnitsReleased: (note_release,),
}


def subscribers() -> dict[str, tuple[Subscriber, ...]]:
    """Return the table as units of work use it."""
    return {event.name: follows for event, follows in EVENT_JOBS.items()}
