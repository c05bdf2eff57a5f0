"""Compare the running drafts with what stands on the partners' stores: what a lost webhook would have told."""

from app.core.errors import HubError
from app.core.log import logger
from app.core.unit_of_work import Open, system_for
from app.gateways.shopify import draft_orders
from app.job_runs.errors import LeaseLost
from app.job_runs.service import enqueue
from app.master_orders import service
from app.master_orders.flows.content import written_lines
from app.master_orders.jobs import RewriteDraft
from app.master_orders.service import RunningDraft
from app.stores.flows import ConnectedShopify

log = logger("master_orders.following")


async def follow_drafts(open_uow: Open, shopify: ConnectedShopify, store_id: int) -> None:
    """Have every running draft written anew that is not as we left it; a store that is away has its turn next time."""
    async with open_uow(system_for(store_id)) as uow:
        drafts = await service.running_drafts(uow)
    for draft in drafts:
        try:
            await _follow(open_uow, shopify, store_id, draft)
        except LeaseLost:
            raise
        except HubError as error:
            log.info("master_orders.draft_not_seen", cycle_id=draft.cycle_id, why=error.sentence)


async def _follow(open_uow: Open, shopify: ConnectedShopify, store_id: int, draft: RunningDraft) -> None:
    if draft.draft_id is None:
        async with open_uow(system_for(store_id)) as uow:
            await enqueue(uow, RewriteDraft(store_id, draft.partner_id))
        return
    found = await shopify.call(draft.partner_store_id, draft_orders.read_draft, draft.draft_id)
    lines = written_lines(found) if found is not None and found.order_id is None else None
    async with open_uow(system_for(store_id)) as uow:
        await service.compare_draft(uow, draft, lines, found.updated_at if found else None)
