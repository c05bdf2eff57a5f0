"""Close a week: know all orders up to the cut-off, freeze, write the final draft, complete it, record the order."""

from app.core.errors import HubError, Unavailable
from app.core.log import logger
from app.core.unit_of_work import Open, system_for
from app.gateways.shopify import draft_orders, partner_orders
from app.gateways.shopify.draft_orders import DraftFacts
from app.gateways.shopify.errors import Refused
from app.master_orders import repository, rules, service
from app.master_orders.errors import DraftNotReady, NotReconciled
from app.master_orders.flows.draft import adopt_order, bring_draft, sent_order
from app.master_orders.service import DraftPlan
from app.master_orders.states import CycleState
from app.orders.flows import read_orders, reconcile_orders
from app.stores.flows import ConnectedShopify

RETRY_RECONCILIATION = 60.0
READY_IN = 3.0

log = logger("master_orders.close")


async def close_cycle(open_uow: Open, shopify: ConnectedShopify, store_id: int, cycle_id: int) -> None:
    """Bring the cycle to its end, from wherever an earlier attempt left it."""
    async with open_uow(system_for(store_id)) as uow:
        cycle = await repository.get_cycle(uow.session, store_id, cycle_id)
        state, cutoff_at, early = CycleState(cycle.state), cycle.cutoff_at, uow.now < cycle.cutoff_at
    if state in (CycleState.CLOSED, CycleState.EMPTY) or early:
        return
    if state is CycleState.OPEN:
        flag = not await _orders_are_known(open_uow, shopify, store_id)
        async with open_uow(system_for(store_id)) as uow:
            if flag and not rules.patience_is_over(uow.now, cutoff_at):
                raise NotReconciled(retry_after=RETRY_RECONCILIATION)
            await service.freeze_cycle(uow, cycle_id, with_flag=flag)

    async with open_uow(system_for(store_id)) as uow:
        plan = await service.plan_draft(uow, cycle_id)
    found = await bring_draft(open_uow, shopify, plan)
    if found.order is not None:
        await adopt_order(open_uow, plan, found.order, found.draft)
    elif found.draft is not None:
        await _complete(open_uow, shopify, plan, found.draft)
    else:
        async with open_uow(system_for(store_id)) as uow:
            await service.record_nothing_sent(uow, cycle_id)


async def _orders_are_known(open_uow: Open, shopify: ConnectedShopify, store_id: int) -> bool:
    """Compare the retailer's orders now, after the cut-off; whatever keeps us from it must not keep the week open."""
    try:
        await read_orders(open_uow, shopify, store_id)
        await reconcile_orders(open_uow, shopify, store_id)
    except HubError as error:
        log.warning("master_orders.not_reconciled", store_id=store_id, why=error.sentence)
        return False
    return True


async def _complete(open_uow: Open, shopify: ConnectedShopify, plan: DraftPlan, draft: DraftFacts) -> None:
    if draft.invoice_sent:
        raise Unavailable("The partner's store has a checkout open on the draft.", retry_after=RETRY_RECONCILIATION)
    if not draft.ready:
        raise DraftNotReady(retry_after=READY_IN)
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
    order = await shopify.call(plan.partner_store_id, partner_orders.read_partner_order, order_id)
    if order is None:
        raise Unavailable("The partner's store does not show the new order yet.", retry_after=READY_IN)
    async with open_uow(system_for(plan.store_id)) as uow:
        await service.record_closed(uow, plan.cycle_id, sent_order(plan, order, draft))
