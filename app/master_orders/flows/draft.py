"""Bring the draft on the partner's store to what is ordered, looking before anything is made twice."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.errors import Conflict, NotAllowed, NotFound, Unavailable
from app.core.unit_of_work import Open, system_for
from app.gateways.shopify import draft_orders, partner_orders
from app.gateways.shopify.draft_orders import DraftFacts
from app.gateways.shopify.errors import Refused
from app.gateways.shopify.partner_orders import PartnerOrderFacts
from app.master_orders import rules, service
from app.master_orders.errors import (
    DraftNotReady,
    DraftRefused,
    DraftUncertain,
    OrderGone,
    OrderNotShown,
    StillLooking,
)
from app.master_orders.flows.content import address_of, content_of, sent_order, written_lines
from app.master_orders.rules import WrittenLine
from app.master_orders.service import DraftPlan
from app.stores.flows import ConnectedShopify

SOON = 3.0


@dataclass(frozen=True, slots=True)
class Found:
    """What stands on the partner's store of a cycle: a draft, an order, or neither."""

    draft: DraftFacts | None = None
    order: PartnerOrderFacts | None = None


async def rewrite_draft(open_uow: Open, shopify: ConnectedShopify, store_id: int, partner_id: int) -> None:
    """Make the running draft say what is ordered so far; a draft the partner completed early closes its cycle (G25)."""
    async with open_uow(system_for(store_id)) as uow:
        plan = await service.plan_running_draft(uow, partner_id)
    if plan is None:
        return
    try:
        found = await bring_draft(open_uow, shopify, plan)
        if found.order is not None:
            await adopt_order(open_uow, plan, found)
    except (NotAllowed, NotFound) as refusal:
        # The store does not let us in: the close tries again, and so does every change until then.
        async with open_uow(system_for(store_id)) as uow:
            await service.record_trouble(uow, plan.cycle_id, refusal.sentence)
    except DraftUncertain:
        raise
    except Conflict as conflict:
        raise Unavailable(conflict.sentence, retry_after=SOON) from conflict


async def bring_draft(open_uow: Open, shopify: ConnectedShopify, plan: DraftPlan, seen: Found | None = None) -> Found:
    """Make the partner's draft say what the plan says, and return what stands there afterwards.

    `seen` is what was found there a moment ago, if somebody looked.
    """
    found = seen or await look(open_uow, shopify, plan)
    if found.order is not None:
        return found
    if found.draft is not None and found.draft.invoice_sent:
        # A checkout may be open on it: it is read again, never rewritten (G32).
        async with open_uow(system_for(plan.store_id)) as uow:
            why = "an invoice was sent for the draft, so it may be paid at any moment."
            await service.record_trouble(uow, plan.cycle_id, why, service.INVOICE_SENT)
        return found
    there = written_lines(found.draft) if found.draft is not None else None
    async with open_uow(system_for(plan.store_id)) as uow:
        edits = await service.follow_edits(uow, plan.cycle_id, there)
    lines = rules.respecting(plan.lines, edits)
    if not lines:
        await _remove(open_uow, shopify, plan, found.draft)
        return Found()
    draft = await _write(open_uow, shopify, plan, found.draft, lines)
    async with open_uow(system_for(plan.store_id)) as uow:
        await service.record_written(uow, plan.cycle_id, draft.name, lines, address_of(plan))
    return Found(draft)


async def adopt_order(open_uow: Open, plan: DraftPlan, found: Found) -> None:
    """Close the cycle with the order that exists."""
    assert found.order is not None
    async with open_uow(system_for(plan.store_id)) as uow:
        await service.adopt_order(uow, plan.cycle_id, sent_order(plan, found.order, found.draft))


async def look(open_uow: Open, shopify: ConnectedShopify, plan: DraftPlan) -> Found:
    """Find what stands on the partner's store, by id when we know it, by its tag when we are not sure."""
    if plan.draft_id is None:
        return await _look_for_uncertain(open_uow, shopify, plan) if plan.is_creating else Found()
    draft = await shopify.call(plan.partner_store_id, draft_orders.read_draft, plan.draft_id)
    if draft is not None and draft.order_id is not None:
        return Found(draft, await _order_of(open_uow, shopify, plan, draft, draft.order_id))
    if draft is None:
        order = await find_order(shopify, plan)
        if order is not None:
            return Found(None, order)
        async with open_uow(system_for(plan.store_id)) as uow:
            await service.record_draft_missing(uow, plan.cycle_id)
    return Found(draft)


async def find_order(shopify: ConnectedShopify, plan: DraftPlan) -> PartnerOrderFacts | None:
    """Return the order with our marker, the first if there were several."""
    orders = await shopify.call(plan.partner_store_id, partner_orders.find_orders_by_tag, plan.marker)
    return min(orders, key=lambda order: order.created_at, default=None)


async def read_order(shopify: ConnectedShopify, partner_store_id: int, order_id: str) -> PartnerOrderFacts:
    """Return an order that was just made of a draft; Unavailable while the partner's store does not show it."""
    order = await shopify.call(partner_store_id, partner_orders.read_partner_order, order_id)
    if order is None:
        raise OrderNotShown(retry_after=SOON)
    return order


async def _order_of(
    open_uow: Open, shopify: ConnectedShopify, plan: DraftPlan, draft: DraftFacts, order_id: str
) -> PartnerOrderFacts:
    """Return the order that was made of our draft; one that is not there after growing waits is gone."""
    order = await shopify.call(plan.partner_store_id, partner_orders.read_partner_order, order_id)
    if order is not None:
        return order
    async with open_uow(system_for(plan.store_id)) as uow:
        wait = await service.count_look(uow, plan.cycle_id, draft.completed_at or draft.updated_at)
        if wait is None:
            await service.record_uncertain(uow, plan.cycle_id)
    if wait is None:
        raise OrderGone
    raise OrderNotShown(retry_after=wait.total_seconds())


async def remove_doubles(shopify: ConnectedShopify, plan: DraftPlan, ours: str | None) -> list[DraftFacts]:
    """Delete every open draft with our marker but ours, or the first one found; return what is left (G33)."""
    found = await shopify.call(plan.partner_store_id, draft_orders.find_drafts_by_tag, plan.marker)
    drafts = sorted(found, key=lambda draft: (draft.id != ours, draft.created_at, draft.id))
    is_open = [draft for draft in drafts if draft.order_id is None]
    for double in is_open[1:]:
        await shopify.call(plan.partner_store_id, draft_orders.delete_draft, double.id)
    return [draft for draft in drafts if draft not in is_open[1:]]


async def _look_for_uncertain(open_uow: Open, shopify: ConnectedShopify, plan: DraftPlan) -> Found:
    """Look for a draft we asked for without an answer; the search lags, so «not found» counts after growing waits."""
    order = await find_order(shopify, plan)
    drafts = await remove_doubles(shopify, plan, None)
    if order is not None:
        for left in drafts:
            if left.order_id is None:  # never two orders (G32)
                await shopify.call(plan.partner_store_id, draft_orders.delete_draft, left.id)
        return Found(next((draft for draft in drafts if draft.order_id == order.id), None), order)
    if drafts:
        async with open_uow(system_for(plan.store_id)) as uow:
            await service.record_made(uow, plan.cycle_id, drafts[0].id)
        return Found(drafts[0])
    async with open_uow(system_for(plan.store_id)) as uow:
        wait = await service.count_look(uow, plan.cycle_id)
    if wait is not None:
        raise StillLooking(retry_after=wait.total_seconds())
    if not rules.may_send_again(plan.looks):
        async with open_uow(system_for(plan.store_id)) as uow:
            await service.record_uncertain(uow, plan.cycle_id)
        raise DraftUncertain
    return Found()


async def _write(
    open_uow: Open, shopify: ConnectedShopify, plan: DraftPlan, found: DraftFacts | None, lines: Sequence[WrittenLine]
) -> DraftFacts:
    """Write what differs, and return the draft as it then stands."""
    if found is not None and _says(found, plan, lines):
        return found
    content = content_of(plan, lines, found)
    async with open_uow(system_for(plan.store_id)) as uow:
        await service.begin_writing(uow, plan.cycle_id, lines, is_new=found is None)
    try:
        if found is None:
            draft_id = await shopify.call(plan.partner_store_id, draft_orders.create_draft, content)
            async with open_uow(system_for(plan.store_id)) as uow:
                await service.record_made(uow, plan.cycle_id, draft_id)
        else:
            draft_id = found.id
            await shopify.call(plan.partner_store_id, draft_orders.update_draft, found, content)
    except Refused as refusal:
        async with open_uow(system_for(plan.store_id)) as uow:
            await service.record_refused(uow, plan.cycle_id, refusal.sentence)
        raise DraftRefused(refusal.sentence) from refusal
    draft = await shopify.call(plan.partner_store_id, draft_orders.read_draft, draft_id)
    if draft is None or rules.fingerprint(written_lines(draft)) != rules.fingerprint(lines):
        # Somebody at the partner's was faster; the next attempt sees what they did.
        raise DraftNotReady(retry_after=SOON)
    return draft


def _says(draft: DraftFacts, plan: DraftPlan, lines: Sequence[WrittenLine]) -> bool:
    has_terms = draft.has_payment_terms or plan.terms_template_id is None
    is_same = rules.fingerprint(written_lines(draft)) == rules.fingerprint(lines)
    is_whole = all(line.variant_id or line.is_free_text for line in draft.lines)
    goes_there = plan.addressed_to == address_of(plan)
    return is_same and is_whole and has_terms and goes_there and plan.marker in draft.tags


async def _remove(open_uow: Open, shopify: ConnectedShopify, plan: DraftPlan, draft: DraftFacts | None) -> None:
    if draft is not None:
        async with open_uow(system_for(plan.store_id)) as uow:
            await service.begin_writing(uow, plan.cycle_id, (), is_new=False)
        await shopify.call(plan.partner_store_id, draft_orders.delete_draft, draft.id)
    async with open_uow(system_for(plan.store_id)) as uow:
        await service.record_no_draft(uow, plan.cycle_id)
