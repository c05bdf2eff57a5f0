"""Work on orders with Shopify in between: read what is waiting, compare what changed."""

from collections.abc import Sequence
from datetime import timedelta

from app.core.unit_of_work import Open, system_for
from app.gateways.shopify import orders as gateway
from app.gateways.shopify.order_facts import OrderFacts
from app.orders import repository, rules, service
from app.orders.service.capture import lines_with_open_routing
from app.orders.service.reading import DueRead
from app.stores.flows import ConnectedShopify
from app.stores.queries import get_settings

READ_AT_ONCE = 20
ROUTING_TIME = timedelta(seconds=45)
"""Fulfilment orders appear within half a minute of the order (reference §2.7); then it is read once more."""

ROUTING_PATIENCE = timedelta(minutes=10)


async def read_orders(open_uow: Open, shopify: ConnectedShopify, store_id: int) -> None:
    """Read every order that waits to be read, several in a call, and capture each in its own transaction."""
    while True:
        async with open_uow(system_for(store_id)) as uow:
            due = await service.due_reads(uow, READ_AT_ONCE)
        if not due:
            return
        wanted = [each.order_gid for each in due]
        found = await shopify.call(store_id, gateway.read_orders, wanted, rules.CARRIED_PROPERTIES)
        for read in due:
            await _capture_read(open_uow, store_id, read, found.get(read.order_gid))


async def reconcile_orders(open_uow: Open, shopify: ConnectedShopify, store_id: int) -> Sequence[str]:
    """Capture every order that changed since the last comparison; return those no webhook had told of (E3)."""
    async with open_uow(system_for(store_id)) as uow:
        settings = await get_settings(uow.session, store_id)
        if settings.went_live_at is None:
            return []
        began_at = uow.now
        since = await service.begin_poll(uow, settings.went_live_at)
    recovered: list[str] = []
    after: str | None = None
    while True:
        page = await shopify.call(store_id, gateway.list_orders_updated, since, after, rules.CARRIED_PROPERTIES)
        for facts in page.items:
            async with open_uow(system_for(store_id)) as uow:
                known = await repository.lock_by_gid(uow.session, store_id, facts.id)
                if facts.created_at < settings.went_live_at and known is None:
                    continue
                if known is None or known.updated_there_at < facts.updated_at:
                    recovered += [facts.id] if known is None else []
                    await service.capture_order(uow, facts, "poll")
        if not page.has_next:
            break
        after = page.end_cursor
    async with open_uow(system_for(store_id)) as uow:
        await service.finish_poll(uow, began_at, recovered)
    return recovered


async def _capture_read(open_uow: Open, store_id: int, read: DueRead, facts: OrderFacts | None) -> None:
    async with open_uow(system_for(store_id)) as uow:
        if facts is None:
            await service.give_up_read(uow, read)
            return
        await service.capture_order(uow, facts, read.wanted_by)
        if read.hinted_at is not None and facts.updated_at < read.hinted_at:
            await service.postpone_read(uow, read)
            return
        await service.finish_read(uow, read)
        order = await repository.lock_by_gid(uow.session, store_id, facts.id)
        is_young = uow.now - facts.created_at < ROUTING_PATIENCE
        if order and is_young and facts.cancelled_at is None and lines_with_open_routing(order, facts):
            await service.ask_for_read(uow, facts.id, None, "routing", ROUTING_TIME)
