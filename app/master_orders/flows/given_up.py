"""Take back what a week that was given up left on the partner's store, and tell of what became of it meanwhile."""

from collections.abc import Sequence

from app.core.errors import NotAllowed, NotFound
from app.core.log import logger
from app.core.unit_of_work import Open, system_for
from app.gateways.shopify import draft_orders, partner_orders
from app.gateways.shopify.draft_orders import DraftFacts
from app.gateways.shopify.errors import Refused, StoreFrozen
from app.gateways.shopify.partner_orders import PartnerOrderFacts
from app.master_orders import service
from app.master_orders.errors import StillLooking
from app.master_orders.service import Closing, LeftBehind
from app.stores.flows import ConnectedShopify

log = logger("master_orders.given_up")


async def take_back(open_uow: Open, shopify: ConnectedShopify, store_id: int, cycle_id: int, closing: Closing) -> None:
    """Delete what is left of a week that ended without the partner, and tell of an order they made of it meanwhile.

    If their store does not let us any more it stays known, to be taken back should the partner come again.
    """
    left, partner_store_id = closing.left, closing.partner_store_id
    if left is None:
        return
    try:
        drafts = await _find_left(shopify, partner_store_id, left)
        made = await _find_made(shopify, partner_store_id, left, await _delete(shopify, partner_store_id, drafts))
    except (NotAllowed, NotFound, Refused, StoreFrozen) as refusal:
        log.info("master_orders.draft_left_behind", marker=left.marker, why=refusal.sentence)
        return
    async with open_uow(system_for(store_id)) as uow:
        is_known = drafts or made or left.draft_id
        wait = None if is_known else await service.count_look(uow, cycle_id)
        if wait is None:
            await service.record_taken_back(uow, cycle_id, made)
    if wait is not None:
        raise StillLooking(retry_after=wait.total_seconds())


async def _find_left(shopify: ConnectedShopify, partner_store_id: int, left: LeftBehind) -> Sequence[DraftFacts]:
    """Return the drafts of the week, also those of which an order was made."""
    if left.draft_id is None:
        return await shopify.call(partner_store_id, draft_orders.find_drafts_by_tag, left.marker)
    draft = await shopify.call(partner_store_id, draft_orders.read_draft, left.draft_id)
    return [] if draft is None else [draft]


async def _delete(shopify: ConnectedShopify, partner_store_id: int, drafts: Sequence[DraftFacts]) -> list[DraftFacts]:
    """Delete the drafts; return those of which an order was made, perhaps just now."""
    completed = [draft for draft in drafts if draft.order_id]
    for draft in [draft for draft in drafts if not draft.order_id]:
        try:
            await shopify.call(partner_store_id, draft_orders.delete_draft, draft.id)
        except Refused:
            there = await shopify.call(partner_store_id, draft_orders.read_draft, draft.id)
            if there is not None and not there.order_id:
                raise
            completed += [there] if there is not None else []
    return completed


async def _find_made(
    shopify: ConnectedShopify, partner_store_id: int, left: LeftBehind, completed: Sequence[DraftFacts]
) -> list[str]:
    """Return the names of the orders that the partner made of the week's drafts and did not cancel since.

    Of one that we are not shown (it may be older than sixty days) its draft is named.
    """
    found = await shopify.call(partner_store_id, partner_orders.find_orders_by_tag, left.marker)
    orders: dict[str, PartnerOrderFacts | None] = {order.id: order for order in found}
    names = {draft.order_id: f"the order of {draft.name}" for draft in completed if draft.order_id}
    for order_id in names.keys() - orders.keys():
        orders[order_id] = await shopify.call(partner_store_id, partner_orders.read_partner_order, order_id)
    names |= {order.id: order.name for order in orders.values() if order is not None}
    return [names[each] for each, order in sorted(orders.items()) if order is None or order.cancelled_at is None]
