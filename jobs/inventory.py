"""The stock's jobs and the news it listens to."""

from app.catalog.flows import follow_recreated
from app.core.unit_of_work import UnitOfWork, system_for
from app.core.words import plural
from app.inbox.declaration import InboxEvent
from app.inbox.hints import gid_of, part_of
from app.inventory import flows, service
from app.inventory.jobs import CompareOffers, LeaveLocation, ReadStock, RefreshOffers, SyncStock, WriteOffers
from app.partners.flows import tell_of_recovery
from app.stores.states import StoreRole
from jobs.context import JobContext
from jobs.registry import handles, hears


@handles(SyncStock)
async def sync_stock(context: JobContext, job: SyncStock) -> None:
    """Read everything of a partner; what was made anew there is followed when its stock is known (B14)."""
    seen = await flows.sync_stock(context.open_uow, context.shopify, job.partner_store_id)
    if job.by_poll and seen.unannounced:
        what = f"A change of {plural(seen.unannounced, 'stock level')}"
        await tell_of_recovery(context.open_uow, job.partner_store_id, what, f"stock@{context.now.isoformat()}")
    await follow_recreated(context.open_uow, job.partner_store_id, seen.variants)


@handles(ReadStock)
async def read_stock(context: JobContext, job: ReadStock) -> None:
    """Read what was announced."""
    await flows.read_stock(context.open_uow, context.shopify, job.partner_store_id)


@handles(RefreshOffers)
async def refresh_offers(context: JobContext, job: RefreshOffers) -> None:
    """Reach every retailer of the partner."""
    async with context.open_last(system_for(job.partner_store_id)) as uow:
        await service.ask_every_retailer(uow)


@handles(WriteOffers)
async def write_offers(context: JobContext, job: WriteOffers) -> None:
    """Write one retailer's numbers."""
    await flows.write_offers(context.open_uow, context.shopify, job.store_id, job.partner_id)


@handles(CompareOffers)
async def compare_offers(context: JobContext, job: CompareOffers) -> None:
    """Reach every partner of the retailer, or those who are out of reach themselves."""
    async with context.open_last(context.actor) as uow:
        await (service.ask_for_lost_partners if job.by_poll else service.ask_for_every_partner)(uow)


@handles(LeaveLocation)
async def leave_location(context: JobContext, job: LeaveLocation) -> None:
    """Move partner stock."""
    await flows.leave_location(context.open_uow, context.shopify, job.store_id, job.location_id)


@hears("inventory_levels/update", role=StoreRole.PARTNER)
async def partner_stock_changed(uow: UnitOfWork, event: InboxEvent) -> None:
    """Have the item read; what the payload says may be old."""
    await service.announce_change(uow, gid_of("InventoryItem", part_of(event.payload, "inventory_item_id")))


@hears("inventory_levels/update")
async def own_stock_changed(uow: UnitOfWork, event: InboxEvent) -> str | None:
    """Our own writes come back here; another number is looked at, as a sale or a count of the retailer's (D13)."""
    item_gid = gid_of("InventoryItem", part_of(event.payload, "inventory_item_id"))
    location_gid = gid_of("Location", part_of(event.payload, "location_id"))
    is_news = await service.notice_change(uow, item_gid, location_gid, event.payload.get("available"))
    return None if is_news else "what the hub offers"
