"""Work of receiving with the partner's store in between: read what they did with our orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.errors import HubError, Unavailable
from app.core.log import logger
from app.core.unit_of_work import Open, system_for
from app.events.service import record_event
from app.gateways.shopify import partner_orders as gateway
from app.gateways.shopify.partner_orders import PartnerOrderFacts
from app.job_runs.errors import LeaseLost
from app.master_orders.queries import closed_markers, master_orders_by_order
from app.partners.queries import partnerships_of
from app.receiving import repository, service
from app.stores.events import FactRecovered
from app.stores.flows import ConnectedShopify
from app.units.queries import is_supply_awaited

OVERLAP = timedelta(minutes=2)
TAGS_AT_ONCE = 20
WATCHED = timedelta(days=60)
"""How long a closed master order is watched; a store shows orders of the last 60 days (reference §2.1)."""

SURELY_SHOWN = timedelta(days=50)
"""How long after we recorded it an order is shown for sure: the partner may have made it of the draft days before."""

log = logger("receiving")


@dataclass(frozen=True, slots=True)
class Watched:
    """A retailer's orders on a partner's store, from when on their changes are asked for, and when that began."""

    store_id: int
    partner_id: int
    since: datetime
    began_at: datetime
    markers: list[str]
    is_awaited: bool  # something of them is still to arrive


async def read_master_orders(open_uow: Open, shopify: ConnectedShopify, partner_store_id: int) -> bool:
    """Read each of our orders on the partner's store that changed since we asked before; tell if any is awaited."""
    orders = await _watched(open_uow, partner_store_id)
    for watched in orders:
        recorded: list[bool] = []
        for start in range(0, len(watched.markers), TAGS_AT_ONCE):
            markers = watched.markers[start : start + TAGS_AT_ONCE]
            recorded += await _read_changed(open_uow, shopify, partner_store_id, watched, markers)
        # While nothing changes, asking again from the same instant is as good; what could not be taken in needs it.
        if recorded and all(recorded):
            async with open_uow(system_for(watched.store_id)) as uow:
                await service.finish_poll(uow, watched.partner_id, watched.began_at)
    return any(watched.is_awaited for watched in orders)


async def review_old(open_uow: Open, partner_store_id: int) -> None:
    """Have each retailer know which of its orders on the partner's store will soon be out of reach."""
    async with open_uow(system_for(partner_store_id)) as uow:
        partnerships = await partnerships_of(uow.session, partner_store_id)
    for partner in partnerships:
        async with open_uow(system_for(partner.store_id)) as uow:
            await service.review_old(uow, partner.id, SURELY_SHOWN)


async def _read_changed(
    open_uow: Open, shopify: ConnectedShopify, partner_store_id: int, watched: Watched, markers: list[str]
) -> list[bool]:
    """Record what changed of these orders; tell of each whether it could be taken in."""
    recorded: list[bool] = []
    after: str | None = None
    while True:
        page = await shopify.call(
            partner_store_id, gateway.list_partner_orders_updated, watched.since - OVERLAP, markers, after
        )
        recorded += [await _record(open_uow, watched.store_id, facts, by_poll=True) for facts in page.items]
        if not page.has_next:
            return recorded
        after = page.end_cursor


async def read_master_order(open_uow: Open, shopify: ConnectedShopify, partner_store_id: int, order_gid: str) -> None:
    """Read one of our orders on the partner's store, for whichever retailer it is."""
    facts = await shopify.call(partner_store_id, gateway.read_partner_order, order_gid)
    async with open_uow(system_for(partner_store_id)) as uow:
        retailers = {partner.store_id for partner in await partnerships_of(uow.session, partner_store_id)}
    for store_id in sorted(retailers):
        if facts is not None:
            await _record(open_uow, store_id, facts)
            continue
        async with open_uow(system_for(store_id)) as uow:
            await service.record_order_gone(uow, order_gid, SURELY_SHOWN)


async def _watched(open_uow: Open, partner_store_id: int) -> Sequence[Watched]:
    async with open_uow(system_for(partner_store_id)) as uow:
        partnerships = await partnerships_of(uow.session, partner_store_id)
    watched = []
    for partner in partnerships:
        async with open_uow(system_for(partner.store_id)) as uow:
            recent = await closed_markers(uow.session, partner.store_id, partner.id, uow.now - WATCHED)
            if not recent:
                continue
            since = await repository.polled_since(uow.session, partner.store_id, partner.id) or min(recent.values())
            is_awaited = await is_supply_awaited(uow.session, partner.store_id, partner.id)
            watched.append(Watched(partner.store_id, partner.id, since, uow.now, list(recent), is_awaited))
    return watched


async def _record(open_uow: Open, store_id: int, facts: PartnerOrderFacts, *, by_poll: bool = False) -> bool:
    """Record what the partner did with an order; if that fails it is listed, and the others have their turn."""
    try:
        async with open_uow(system_for(store_id)) as uow:
            masters = await master_orders_by_order(uow.session, store_id, [facts.id])
            if facts.id in masters:
                if by_poll and await service.is_news(uow, masters[facts.id].id, facts):
                    what = f"A change of the partner's order {facts.name}"
                    await record_event(uow, FactRecovered(store_id, what, f"{facts.id}@{facts.updated_at.isoformat()}"))
                await service.record_partner_order(uow, masters[facts.id].id, facts)
        return True
    except (Unavailable, LeaseLost):
        raise
    except Exception as error:
        why = error.sentence if isinstance(error, HubError) else f"A fault in the hub ({type(error).__name__})."
        log.error("receiving.not_followed", store=store_id, why=why, exc_info=error)
        async with open_uow(system_for(store_id)) as uow:
            await service.list_unfollowed(uow, facts.id, why)
        return False
