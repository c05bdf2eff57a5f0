"""Close a week: know all orders up to the cut-off, freeze, write the final draft, complete it, record the order."""

from app.core.errors import HubError, Unavailable
from app.core.log import logger
from app.core.unit_of_work import Open, system_for
from app.gateways.shopify import draft_orders
from app.gateways.shopify.draft_orders import DraftFacts
from app.gateways.shopify.errors import Refused
from app.master_orders import rules, service
from app.master_orders.errors import DraftNotReady, DraftUncertain, NoCentre, NotReconciled
from app.master_orders.flows.content import sent_order
from app.master_orders.flows.draft import (
    SOON,
    Found,
    adopt_order,
    bring_draft,
    find_order,
    look,
    read_order,
    remove_doubles,
)
from app.master_orders.flows.given_up import take_back
from app.master_orders.service import Closing, DraftPlan
from app.master_orders.states import CycleState
from app.orders.flows import read_orders, reconcile_orders
from app.stores.flows import ConnectedShopify

RETRY = 60.0

log = logger("master_orders.close")


async def close_cycle(open_uow: Open, shopify: ConnectedShopify, store_id: int, cycle_id: int) -> None:
    """Bring the cycle to its end, from wherever an earlier attempt left it.

    Whatever keeps it open is listed and tried again: no refusal ends this work before the cycle is at its end.
    """
    async with open_uow(system_for(store_id)) as uow:
        closing = await service.begin_close(uow, cycle_id)
    if closing is None:
        return
    try:
        await _close(open_uow, shopify, store_id, cycle_id, closing)
    except DraftUncertain:
        raise
    except Unavailable as waiting:
        async with open_uow(system_for(store_id)) as uow:
            await service.record_wait(uow, cycle_id, waiting.sentence)
        raise
    except HubError as trouble:
        async with open_uow(system_for(store_id)) as uow:
            await service.record_trouble(uow, cycle_id, trouble.sentence)
        raise Unavailable(trouble.sentence, retry_after=RETRY) from trouble


async def _close(open_uow: Open, shopify: ConnectedShopify, store_id: int, cycle_id: int, closing: Closing) -> None:
    if closing.state in (CycleState.EMPTY, CycleState.UNCERTAIN):
        await take_back(open_uow, shopify, store_id, cycle_id, closing)
        return
    seen: Found | None = None
    if closing.state is CycleState.OPEN:
        is_known = await _orders_are_known(open_uow, shopify, store_id)
        async with open_uow(system_for(store_id)) as uow:
            is_known = is_known or await service.is_reconciled(uow, closing.cutoff_at)
            if not is_known and not rules.patience_is_over(uow.now, closing.cutoff_at):
                raise NotReconciled(retry_after=RETRY)
            await service.route_mapped_meanwhile(uow)
        seen = await _look_before(open_uow, shopify, cycle_id, store_id)
        if seen is not None and seen.order is not None:
            return
        async with open_uow(system_for(store_id)) as uow:
            if await service.freeze_cycle(uow, cycle_id, with_flag=not is_known) is not CycleState.CLOSING:
                return
    async with open_uow(system_for(store_id)) as uow:
        plan = await service.plan_draft(uow, cycle_id)
    await _send(open_uow, shopify, plan, seen)


async def _send(open_uow: Open, shopify: ConnectedShopify, plan: DraftPlan, seen: Found | None) -> None:
    found = await bring_draft(open_uow, shopify, plan, seen)
    if found.order is not None:
        await adopt_order(open_uow, plan, found)
    elif found.draft is not None:
        await _complete(open_uow, shopify, plan, found.draft)
    else:
        async with open_uow(system_for(plan.store_id)) as uow:
            await service.record_nothing_sent(uow, plan.cycle_id)


async def _orders_are_known(open_uow: Open, shopify: ConnectedShopify, store_id: int) -> bool:
    """Compare the retailer's orders now, after the cut-off; whatever keeps us from it must not keep the week open."""
    try:
        await read_orders(open_uow, shopify, store_id)
        await reconcile_orders(open_uow, shopify, store_id)
    except HubError as error:
        log.warning("master_orders.not_reconciled", store_id=store_id, why=error.sentence)
        return False
    return True


async def _look_before(open_uow: Open, shopify: ConnectedShopify, cycle_id: int, store_id: int) -> Found | None:
    """Return what stands on the partner's store, and take over an order the partner made of the draft.

    None: the store does not answer, which must not keep the week open.
    """
    try:
        async with open_uow(system_for(store_id)) as uow:
            plan = await service.plan_draft(uow, cycle_id)
        seen = await look(open_uow, shopify, plan)
    except HubError as error:
        log.info("master_orders.draft_not_seen", cycle_id=cycle_id, why=error.sentence)
        return None
    if seen.order is not None:
        await adopt_order(open_uow, plan, seen)
    return seen


async def _complete(open_uow: Open, shopify: ConnectedShopify, plan: DraftPlan, draft: DraftFacts) -> None:
    if draft.invoice_sent:
        raise Unavailable("The partner's store has a checkout open on the draft.", retry_after=RETRY)
    if plan.centre_address is None:
        async with open_uow(system_for(plan.store_id)) as uow:
            await service.record_trouble(uow, plan.cycle_id, NoCentre.why, service.NO_CENTRE)
        raise NoCentre(retry_after=RETRY)
    if not draft.ready:
        raise DraftNotReady(retry_after=SOON)
    if await _made_elsewhere(open_uow, shopify, plan, draft):
        return
    async with open_uow(system_for(plan.store_id)) as uow:
        await service.begin_completion(uow, plan.cycle_id)
    try:
        order_id = await shopify.call(plan.partner_store_id, draft_orders.complete_draft, draft.id)
    except Refused:
        # The answer of an earlier attempt may have been lost: what stands there decides.
        read = await shopify.call(plan.partner_store_id, draft_orders.read_draft, draft.id)
        if read is None or read.order_id is None:
            raise
        order_id = read.order_id
    order = await read_order(shopify, plan.partner_store_id, order_id)
    completed = await shopify.call(plan.partner_store_id, draft_orders.read_draft, draft.id)
    async with open_uow(system_for(plan.store_id)) as uow:
        await service.record_closed(uow, plan.cycle_id, sent_order(plan, order, completed))


async def _made_elsewhere(open_uow: Open, shopify: ConnectedShopify, plan: DraftPlan, draft: DraftFacts) -> bool:
    """Take over an order with our marker that was not made of our draft: never two orders (G32, G33)."""
    if await shopify.call(plan.partner_store_id, draft_orders.find_marked, plan.marker) <= {draft.id}:
        return False
    drafts = await remove_doubles(shopify, plan, draft.id)
    order = await find_order(shopify, plan)
    if order is None:
        return False
    made_of = next((each for each in drafts if each.order_id == order.id), None)
    if made_of is None or made_of.id != draft.id:
        await shopify.call(plan.partner_store_id, draft_orders.delete_draft, draft.id)
    await adopt_order(open_uow, plan, Found(made_of, order))
    return True
