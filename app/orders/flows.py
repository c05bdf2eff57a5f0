"""Work on orders with Shopify in between: read what is waiting, compare what changed."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from app.core.errors import HubError, Unavailable
from app.core.log import logger
from app.core.unit_of_work import Open, UnitOfWork, system_for
from app.events.service import record_event
from app.gateways.shopify import orders as gateway
from app.gateways.shopify.order_facts import OrderFacts
from app.job_runs.errors import LeaseLost
from app.orders import rules, service
from app.orders.service.reading import DueRead
from app.stores.events import FactRecovered
from app.stores.flows import ConnectedShopify
from app.stores.queries import get_settings, get_store
from app.stores.scopes import PAYMENT_TERMS, expanded

READ_AT_ONCE = 20
MOST_ROUNDS = 10
"""Then the next run goes on, so that the comparison has its turn in a peak."""

ROUTING_TIME = timedelta(seconds=45)
"""Fulfilment orders appear within half a minute of the order (reference §2.7); then it is read once more."""

ROUTING_PATIENCE = timedelta(minutes=10)

log = logger("orders")


async def read_orders(open_uow: Open, shopify: ConnectedShopify, store_id: int) -> None:
    """Read every order that waits to be read, several in a call, and capture each in its own transaction."""
    for _ in range(MOST_ROUNDS):
        async with open_uow(system_for(store_id)) as uow:
            due = await service.due_reads(uow, READ_AT_ONCE)
            with_terms = await _may_read_terms(uow)
        found = await _read(shopify, store_id, [each.order_gid for each in due], with_terms) if due else {}
        for read in due:
            await _capture_read(open_uow, store_id, read, found.get(read.order_gid))
        if len(due) < READ_AT_ONCE:
            break
    async with open_uow(system_for(store_id)) as uow:
        await service.plan_next_read(uow)


async def reconcile_orders(open_uow: Open, shopify: ConnectedShopify, store_id: int) -> Sequence[str]:
    """Capture every order that changed since the last comparison; return those no webhook had told of (E3).

    One that is stopped half-way is gone on with from the last page it read to its end. The first of a day has what is
    still to be sent read, too: a deleted order is among no changes.
    """
    async with open_uow(system_for(store_id)) as uow:
        settings = await get_settings(uow.session, store_id)
        if settings.went_live_at is None:
            return []
        began_at = uow.now
        since = await service.begin_poll(uow, settings.went_live_at)
        with_terms = await _may_read_terms(uow)
    recovered: list[str] = []
    compared: set[str] = set()
    place: gateway.Place | None = gateway.BEGINNING
    while place is not None:
        changed, place = await shopify.call(store_id, gateway.list_orders_updated, since, place)
        fresh = [each for each in changed if each not in compared]
        compared.update(fresh)
        for order_gid, facts in (await _read(shopify, store_id, fresh, with_terms)).items():
            if await _capture_compared(open_uow, store_id, facts, facts.created_at >= settings.went_live_at):
                recovered.append(order_gid)
        if place is not None and place.listed_until is not None:
            async with open_uow(system_for(store_id)) as uow:
                await service.note_compared(uow, place.listed_until)
    async with open_uow(system_for(store_id)) as uow:
        if await service.finish_poll(uow, began_at, recovered):
            await service.look_for_unsent(uow)
        await service.review_unpaid(uow, may_read_terms=with_terms)
        await service.review_old(uow)
    return recovered


async def _read(
    shopify: ConnectedShopify, store_id: int, order_gids: Sequence[str], with_terms: bool
) -> dict[str, OrderFacts]:
    return await shopify.call(
        store_id, gateway.read_orders, order_gids, kept=rules.CARRIED_PROPERTIES, with_terms=with_terms
    )


async def _may_read_terms(uow: UnitOfWork) -> bool:
    return expanded((await get_store(uow, uow.store_id)).scopes) >= PAYMENT_TERMS


async def _capture_read(open_uow: Open, store_id: int, read: DueRead, facts: OrderFacts | None) -> None:
    async def capture(uow: UnitOfWork) -> None:
        if facts is None:
            await service.give_up_read(uow, read)
            return
        order = await service.capture_order(uow, facts, read.wanted_by, read.released_at)
        if read.hinted_at is not None and facts.updated_at < read.hinted_at:
            await service.postpone_read(uow, read)
            return
        await service.finish_read(uow, read, is_held=order.is_held)
        if uow.now - facts.created_at < ROUTING_PATIENCE and service.waits_for_routing(order, facts):
            await service.ask_for_read(uow, facts.id, "routing", delay=ROUTING_TIME)

    async def set_aside(uow: UnitOfWork, why: str) -> None:
        await service.list_uncaptured(uow, read.order_gid, why)
        await service.finish_read(uow, read)

    await _attempt(open_uow, store_id, capture, set_aside)


async def _capture_compared(open_uow: Open, store_id: int, facts: OrderFacts, is_since_go_live: bool) -> bool:
    """Capture what the comparison showed; tell whether it is new to us, and no webhook told of it."""
    is_recovered = False

    async def capture(uow: UnitOfWork) -> None:
        nonlocal is_recovered
        seen_until = await service.seen_until(uow, facts.id)
        is_new, is_announced = seen_until is None, await service.is_announced(uow, facts.id)
        is_news = is_since_go_live if seen_until is None else seen_until < facts.updated_at
        if is_news and not is_announced:
            is_recovered = is_new
            what = f"Order {facts.name}" if is_new else f"A change of order {facts.name}"
            await record_event(uow, FactRecovered(store_id, what, f"{facts.id}@{facts.updated_at.isoformat()}"))
        # Also what seems unchanged: Shopify's times are whole seconds, and a second can hold two changes.
        if is_since_go_live or not is_new:
            await service.capture_order(uow, facts, "webhook" if is_announced else "poll")

    async def set_aside(uow: UnitOfWork, why: str) -> None:
        await service.list_uncaptured(uow, facts.id, why)

    done = await _attempt(open_uow, store_id, capture, set_aside)
    return done and is_recovered


async def _attempt(
    open_uow: Open,
    store_id: int,
    capture: Callable[[UnitOfWork], Awaitable[None]],
    set_aside: Callable[[UnitOfWork, str], Awaitable[None]],
) -> bool:
    """Capture one order; if that fails it is listed with the reason, and the orders after it have their turn."""
    try:
        async with open_uow(system_for(store_id)) as uow:
            await capture(uow)
        return True
    except (Unavailable, LeaseLost):
        raise
    except Exception as error:
        why = error.sentence if isinstance(error, HubError) else f"A fault in the hub ({type(error).__name__})."
        log.error("orders.not_captured", store=store_id, why=why, exc_info=error)
        async with open_uow(system_for(store_id)) as uow:
            await set_aside(uow, why)
        return False
