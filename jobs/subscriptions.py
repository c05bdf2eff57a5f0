"""News goes up: what follows from which event, readable in one place."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from app.catalog.events import ProductImported, SkuChanged, SourceLost, SourceReplaced, SourcesChanged
from app.catalog.jobs import DraftProduct, TellOfSku
from app.events.declaration import Event
from app.events.service import Answer, Later, News, Subscriber
from app.exceptions.events import ExceptionMarkedDone
from app.fulfillment.jobs import EraseCustomer, EraseStore, LookAtNumbers
from app.inventory.jobs import CompareOffers, LeaveLocation, RefreshOffers, SyncStock, WriteOffers
from app.master_orders.events import CycleClosedEmpty, CycleGivenUp, CycleOpened, MasterOrderClosed
from app.master_orders.jobs import EndWeeks, NoteRelease, OpenCycle, RewriteDraft
from app.orders.events import OrderDemandChanged, SentUnitsReleased
from app.orders.jobs import GoOnWithOrder, HoldAgain, ReviewPartner, RouteUnmapped
from app.orders.service import GONE
from app.partners.events import PartnerBufferChanged, PartnerConnected, PartnerDisconnected
from app.partners.jobs import CheckPartnerStore, EndPartnerships, FollowName, TellOfAccess, TellOfWork
from app.receiving.events import (
    ParcelCorrected,
    ParcelReceived,
    ParcelSent,
    ParcelTrackingCorrected,
    UnitsShorted,
)
from app.receiving.jobs import ReadMasterOrder, ReadMasterOrders, UseSurplus
from app.stores.events import (
    CustomerErasureAsked,
    StockLocationLeft,
    StoreAccessLost,
    StoreAccessRegained,
    StoreAnswersAgain,
    StoreErased,
    StoreInstalled,
    StoreRenamed,
    StoreRoleChosen,
    StoreScopesChanged,
    StoreStoppedAnswering,
    StoreUninstalled,
)
from jobs.schedule import PlanStore

Follows = Callable[[News[Any]], Answer]

DRAFT_GATHERS = timedelta(minutes=5)
SALES_GATHER = timedelta(seconds=2)  # where it was sold Shopify has counted the sale already


def plan_store(news: News[StoreRoleChosen] | News[StoreInstalled]) -> Answer:
    """A store with a role has regular work; a partner's gets its role where it accepts, in the retailer's rows."""
    return PlanStore(news.event.store_id)


def compare_offers(news: News[StoreInstalled]) -> Answer:
    """What a store that comes back offers of its partners is looked at: while it was away nothing could be written."""
    return CompareOffers(news.store_id)


def end_partnerships(news: News[StoreUninstalled]) -> Answer:
    """A store that removed the app sells through nobody, and nobody sells through it."""
    return EndPartnerships(news.store_id)


def tell_of_access(news: News[StoreAccessLost] | News[StoreAccessRegained]) -> Answer:
    """Whoever sells a partner's products learns that its store is closed to us, or open again, and offers as much."""
    return (TellOfAccess(news.store_id), RefreshOffers(news.store_id))


def tell_of_silence(news: News[StoreStoppedAnswering] | News[StoreAnswersAgain]) -> Answer:
    """Whoever sells a partner's products learns that its store cannot be reached, or can again."""
    return TellOfAccess(news.store_id)


def check_permissions(news: News[StoreScopesChanged]) -> Answer:
    """What a partner's store permits decides what its check finds, and whoever sells its products learns of it."""
    return (CheckPartnerStore(news.store_id), TellOfAccess(news.store_id))


def follow_name(news: News[StoreRenamed]) -> Answer:
    """Whoever invited the shop meant this store, whatever it is called."""
    return FollowName(news.store_id, news.event.before, news.event.shop)


def leave_location(news: News[StockLocationLeft]) -> Answer:
    """What stands at a location that is not partners' any more is offered there no more."""
    return LeaveLocation(news.store_id, news.event.location_id)


def erase_store(news: News[StoreErased]) -> Answer:
    """Whom an erased store knew, and who of it was known, is forgotten too."""
    return EraseStore(news.store_id, news.event.request_id)


def erase_customer(news: News[CustomerErasureAsked]) -> Answer:
    """What is held of the customer's orders goes, each in its time."""
    return EraseCustomer(news.store_id, news.event.request_id)


def begin_partnership(news: News[PartnerConnected]) -> Answer:
    """A connected partner has a running week, is looked at once, and its stock is read; what waited is routed.

    How its store stands with us, and work for it, the new retailer is told as those before.
    """
    event = news.event
    store_id = event.partner_store_id
    return (
        OpenCycle(news.store_id, event.partner_id),
        CheckPartnerStore(store_id),
        SyncStock(store_id),
        ReadMasterOrders(store_id),
        RouteUnmapped(news.store_id),
        ReviewPartner(news.store_id, event.partner_id),
        TellOfAccess(store_id),
        TellOfWork(store_id),
    )


def end_partnership(news: News[PartnerDisconnected]) -> Answer:
    """Nothing more of a partner who is gone is offered, its running week ends, and what waits for it is listed."""
    event = news.event
    return (
        WriteOffers(news.store_id, event.partner_id),
        EndWeeks(news.store_id, event.partner_id),
        ReviewPartner(news.store_id, event.partner_id),
    )


def write_offers(news: News[PartnerBufferChanged] | News[ParcelReceived] | News[ParcelCorrected]) -> Answer:
    """What is offered follows the buffer and the surplus."""
    return WriteOffers(news.store_id, news.event.partner_id)


def welcome_product(news: News[ProductImported]) -> Answer:
    """Lines that waited for this mapping get their route, and the stock of the product is read."""
    return (RouteUnmapped(news.store_id), SyncStock(news.event.partner_store_id))


def refresh_offers(news: News[SourcesChanged]) -> Answer:
    """What every retailer offers of a partner follows what is on sale there."""
    return RefreshOffers(news.event.partner_store_id)


def tell_of_sku(news: News[SkuChanged]) -> Answer:
    """Whoever sells a variant learns that it has another SKU at the partner."""
    event = news.event
    return TellOfSku(news.store_id, event.variant_id, event.before, event.after, event.cause)


def draft_product(news: News[SourceLost]) -> Answer:
    """What the partner deleted altogether is taken off sale in the retailer's store."""
    return DraftProduct(news.store_id, news.event.product_gid, news.event.cause)


def follow_source(news: News[SourceReplaced]) -> Answer:
    """What is offered follows the variant that took another's place."""
    return (SyncStock(news.event.partner_store_id), WriteOffers(news.store_id, news.event.partner_id))


def follow_demand(news: News[OrderDemandChanged]) -> Answer:
    """Surplus goes first; the draft on the partner's store and every retailer's offer follow what is ordered."""
    event = news.event
    return (
        UseSurplus(news.store_id, event.partner_id),
        Later(RefreshOffers(event.partner_store_id), SALES_GATHER),
        Later(RewriteDraft(news.store_id, event.partner_id), DRAFT_GATHERS),
    )


def use_surplus(news: News[ParcelSent]) -> Answer:
    """What the partner sends and nobody waits for any more is not ordered again."""
    return UseSurplus(news.store_id, news.event.partner_id)


def look_at_numbers(news: News[ParcelSent] | News[ParcelTrackingCorrected]) -> Answer:
    """A number that turns out to be the partner's may have gone to a customer before."""
    return LookAtNumbers(news.store_id, news.event.parcel_id)


def begin_draft(news: News[CycleOpened] | News[CycleClosedEmpty] | News[CycleGivenUp]) -> Answer:
    """What waits already when a week opens, or when the one before leaves it over, stands on the running draft."""
    return Later(RewriteDraft(news.store_id, news.event.partner_id), DRAFT_GATHERS)


def follow_close(news: News[MasterOrderClosed]) -> Answer:
    """What was sent will show in the partner's stock; what they did with it before we knew of it is read at once.

    What they did not take waits, and stands on the running draft.
    """
    event = news.event
    return (
        SyncStock(event.partner_store_id),
        ReadMasterOrder(event.partner_store_id, event.order_gid),
        ReadMasterOrders(event.partner_store_id),
        Later(RewriteDraft(news.store_id, event.partner_id), DRAFT_GATHERS),
    )


def order_again(news: News[UnitsShorted] | News[ParcelCorrected]) -> Answer:
    """Units that did not come wait for the next master order, and count against the offer again.

    Of a partner who is gone they wait in vain, and are listed.
    """
    event = news.event
    return (
        ReviewPartner(news.store_id, event.partner_id),
        RefreshOffers(event.partner_store_id),
        Later(RewriteDraft(news.store_id, event.partner_id), DRAFT_GATHERS),
    )


def hold_again(
    news: News[UnitsShorted] | News[ParcelCorrected] | News[MasterOrderClosed] | News[CycleGivenUp],
) -> Answer:
    """Units that did not come, or were not taken, are back in the queue; some may be of orders that may not proceed."""
    return HoldAgain(news.store_id, news.event.partner_id)


def go_on(news: News[ExceptionMarkedDone]) -> Answer:
    """Who marks it as done that an order may be gone says that it is there."""
    event = news.event
    return GoOnWithOrder(news.store_id, int(event.about.rpartition(":")[2])) if event.kind == GONE else None


def note_release(news: News[SentUnitsReleased]) -> Answer:
    """The change ledger of a sealed master order tells what is not needed any more."""
    event = news.event
    return NoteRelease(news.store_id, event.partner_id, event.master_line_id, event.order_id, event.quantity)


EVENT_JOBS: Mapping[type[Event], tuple[Follows, ...]] = {
    StoreInstalled: (plan_store, compare_offers),
    StoreRoleChosen: (plan_store,),
    StoreRenamed: (follow_name,),
    StoreUninstalled: (end_partnerships,),
    StoreAccessLost: (tell_of_access,),
    StoreAccessRegained: (tell_of_access,),
    StoreStoppedAnswering: (tell_of_silence,),
    StoreAnswersAgain: (tell_of_silence,),
    StoreScopesChanged: (check_permissions,),
    StockLocationLeft: (leave_location,),
    StoreErased: (erase_store,),
    CustomerErasureAsked: (erase_customer,),
    PartnerConnected: (begin_partnership,),
    PartnerDisconnected: (end_partnership,),
    PartnerBufferChanged: (write_offers,),
    ProductImported: (welcome_product,),
    SourcesChanged: (refresh_offers,),
    SkuChanged: (tell_of_sku,),
    SourceLost: (draft_product,),
    SourceReplaced: (follow_source,),
    OrderDemandChanged: (follow_demand,),
    SentUnitsReleased: (note_release,),
    ExceptionMarkedDone: (go_on,),
    CycleOpened: (begin_draft,),
    CycleClosedEmpty: (begin_draft,),
    CycleGivenUp: (begin_draft, hold_again),
    MasterOrderClosed: (follow_close, hold_again),
    ParcelSent: (use_surplus, look_at_numbers),
    ParcelTrackingCorrected: (look_at_numbers,),
    ParcelReceived: (write_offers,),
    ParcelCorrected: (write_offers, order_again, hold_again),
    UnitsShorted: (order_again, hold_again),
}


def subscribers() -> dict[str, tuple[Subscriber, ...]]:
    """Return the table as units of work use it."""
    return {event.name: follows for event, follows in EVENT_JOBS.items()}
