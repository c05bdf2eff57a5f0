"""Keeping what was read of a partner's stock, and noticing when there is something to read or to write."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.catalog.queries import mapping_of_item, mappings_of_store, variants_by_item
from app.core.errors import Conflict
from app.core.unit_of_work import UnitOfWork
from app.exceptions.service import Problem, open_exception, resolve_exceptions
from app.inventory import repository
from app.inventory.jobs import LeaveLocation, ReadStock, SyncStock, WriteOffers
from app.job_runs.service import enqueue
from app.partners.queries import get_partner, partners_of, partnerships_of
from app.stores.queries import get_settings, get_store

CLOSED = "stock_location_closed"
GATHERING = timedelta(seconds=1)
LOOKING_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a partner has of one variant at one location; None: not tracked."""

    variant_id: int
    location_id: str
    available: int | None


async def announce_change(uow: UnitOfWork, item_gid: str) -> None:
    """Have an item of the partner's store read if anybody sells it; the unit of work acts for that store."""
    if not await variants_by_item(uow.session, uow.store_id, [item_gid]):
        return
    await repository.want_read(uow.session, uow.store_id, item_gid)
    await enqueue(uow, ReadStock(uow.store_id), run_at=uow.now + GATHERING)


async def sync_now(uow: UnitOfWork, partner_id: int) -> None:
    """Have a partner's stock read and written at once, as somebody asked for it."""
    partner = await get_partner(uow.session, uow.store_id, partner_id)
    if partner.partner_store_id is None or not partner.is_live:
        raise Conflict("This partner is not connected, so there is no stock to read.")
    await enqueue(uow, SyncStock(partner.partner_store_id))


async def record_stock(uow: UnitOfWork, readings: Sequence[Reading], snapshot_at: datetime) -> None:
    """Keep readings of the partner's store, and have every retailer compute anew."""
    rows: list[dict[str, object]] = [
        {
            "partner_store_id": uow.store_id,
            "variant_id": each.variant_id,
            "location_id": each.location_id,
            "available": each.available,
            "snapshot_at": snapshot_at,
        }
        for each in readings
    ]
    if rows:
        await repository.put_stock(uow.session, rows)
    await ask_every_retailer(uow)


async def count_unannounced(uow: UnitOfWork, readings: Sequence[Reading]) -> int:
    """Return how many readings differ from what we knew, though no message waits to be read that told of it."""
    stock = await repository.list_stock(uow.session, uow.store_id, {each.variant_id for each in readings})
    known = {(row.variant_id, row.location_id): row.available for row in stock}
    places = [(each, (each.variant_id, each.location_id)) for each in readings]
    changed = [each for each, place in places if place in known and known[place] != each.available]
    if not changed:
        return 0
    announced = {gid for gid, _ in await repository.list_reads(uow.session, uow.store_id)}
    items = await variants_by_item(uow.session, uow.store_id)
    told_of = {variant_id for gid, variant_id in items.items() if gid in announced}
    return sum(each.variant_id not in told_of for each in changed)


async def note_closed(uow: UnitOfWork, partner_id: int, *, is_closed: bool) -> None:
    """List a partner who closed a location whose stock this retailer sells, or take it off the list (D9)."""
    if not is_closed:
        await resolve_exceptions(uow, "partner", partner_id, [CLOSED])
        return
    partner = await get_partner(uow.session, uow.store_id, partner_id)
    cause = (
        f"{partner.name} closed or deleted a location whose stock you sell. What they have there cannot be read: half "
        "of it is offered after two hours, and after six hours nothing."
    )
    step = f"Ask {partner.name} to open the location again; its stock is then read by itself."
    await open_exception(uow, Problem(CLOSED, "partner", str(partner_id), cause, step, partner_id=partner_id))


async def ask_every_retailer(uow: UnitOfWork) -> None:
    """Have each retailer of the partner's store write what it offers; the unit of work acts for that store."""
    for partner in await partnerships_of(uow.session, uow.store_id):
        await enqueue(uow, WriteOffers(partner.store_id, partner.id))


async def is_shelf(uow: UnitOfWork, location_gid: str) -> bool:
    """Tell whether partner stock is kept at this location of the retailer now."""
    return (await get_settings(uow.session, uow.store_id)).stock_location_id == location_gid


async def shelved_items(uow: UnitOfWork) -> list[str]:
    """Return the retailer's items whose stock is partners'."""
    return sorted({each.inventory_item_gid for each in await mappings_of_store(uow.session, uow.store_id)})


async def ask_to_leave(uow: UnitOfWork, location_gid: str) -> None:
    """Have everything of partners taken away from a location where none of it is kept now."""
    await enqueue(uow, LeaveLocation(uow.store_id, location_gid))


async def begin_shelf(uow: UnitOfWork) -> None:
    """Have the retailer's store written anew, as one that was never seen: its stock is kept elsewhere now."""
    await repository.forget_written(uow.session, uow.store_id)
    await ask_for_every_partner(uow)


async def ask_for_every_partner(uow: UnitOfWork) -> None:
    """Have the retailer's store compared with what is offered of each partner, also of those who are gone."""
    for partner in await partners_of(uow.session, uow.store_id):
        await enqueue(uow, WriteOffers(uow.store_id, partner.id))


async def ask_for_lost_partners(uow: UnitOfWork) -> None:
    """Have the retailer's store compared with what is offered of those partners whose stock is not read any more."""
    for partner in await partners_of(uow.session, uow.store_id):
        if partner.partner_store_id is None:
            continue  # nothing of theirs was ever sold
        if not partner.is_live or (await get_store(uow, partner.partner_store_id)).needs_reopening:
            await enqueue(uow, WriteOffers(uow.store_id, partner.id))


async def notice_change(uow: UnitOfWork, item_gid: str, location_gid: str, available: object) -> bool:
    """Have the retailer's store looked at when a partner's item shows another quantity than ours there (D13)."""
    settings = await get_settings(uow.session, uow.store_id)
    mapping = await mapping_of_item(uow.session, uow.store_id, item_gid)
    if mapping is None or location_gid != settings.stock_location_id:
        return False
    (offer,) = await repository.list_offers(uow.session, uow.store_id, mapping.partner_id, [mapping.id]) or (None,)
    if offer is None or offer.written == available:
        return False
    await enqueue(uow, WriteOffers(uow.store_id, mapping.partner_id), run_at=uow.now + LOOKING_AGAIN)
    return True
