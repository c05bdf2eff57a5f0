"""Bring the draft on the partner's store to what is ordered, looking before anything is made twice."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.money import Money
from app.core.unit_of_work import Open, system_for
from app.gateways.shopify import draft_orders, partner_orders
from app.gateways.shopify.draft_orders import CentreAddress, DraftContent, DraftFacts, DraftLine
from app.gateways.shopify.partner_orders import PartnerOrderFacts
from app.master_orders import repository, rules, service
from app.master_orders.errors import StillLooking
from app.master_orders.rules import WrittenLine
from app.master_orders.service import DraftPlan, SentOrder
from app.stores.flows import ConnectedShopify

NOTE = "Note"


@dataclass(frozen=True, slots=True)
class Found:
    """What stands on the partner's store of a cycle: a draft, an order, or neither."""

    draft: DraftFacts | None = None
    order: PartnerOrderFacts | None = None


async def rewrite_draft(open_uow: Open, shopify: ConnectedShopify, store_id: int, partner_id: int) -> None:
    """Make the running draft say what is ordered so far; a draft the partner completed early closes its cycle (G25)."""
    async with open_uow(system_for(store_id)) as uow:
        cycle = await repository.find_open_cycle(uow.session, store_id, partner_id)
        if cycle is None:
            return
        plan = await service.plan_draft(uow, cycle.id)
    found = await bring_draft(open_uow, shopify, plan)
    if found.order is not None:
        await adopt_order(open_uow, plan, found.order, found.draft)


async def bring_draft(open_uow: Open, shopify: ConnectedShopify, plan: DraftPlan) -> Found:
    """Make the partner's draft say what the plan says, and return what stands there afterwards."""
    found = await _look(open_uow, shopify, plan)
    if found.order is not None or (found.draft is not None and found.draft.invoice_sent):
        # A checkout may be open on a draft whose invoice was sent: it is read again, never rewritten (G32).
        return found
    there = written_lines(found.draft) if found.draft else ()
    edits = list(plan.kept_edits)
    if found.draft is not None and found.draft.id == plan.draft_id:
        fresh = rules.partner_edits(plan.written, there)
        if fresh:
            async with open_uow(system_for(plan.store_id)) as uow:
                await service.record_edits(uow, plan.cycle_id, fresh)
        edits = [edit for edit in edits if not any(_same(edit, new) for new in fresh)] + fresh
    lines = rules.respecting(plan.lines, edits)
    if not lines:
        await _remove(open_uow, shopify, plan, found.draft)
        return Found()
    draft_id = await _write(open_uow, shopify, plan, found.draft, lines)
    written = await shopify.call(plan.partner_store_id, draft_orders.read_draft, draft_id)
    async with open_uow(system_for(plan.store_id)) as uow:
        await service.record_written(uow, plan.cycle_id, (draft_id, written.name if written else ""), lines)
    return Found(written)


async def adopt_order(open_uow: Open, plan: DraftPlan, order: PartnerOrderFacts, draft: DraftFacts | None) -> None:
    """Close the cycle with the order that exists: what is in it is sent, what came later goes on the next."""
    async with open_uow(system_for(plan.store_id)) as uow:
        await service.freeze_cycle(uow, plan.cycle_id)
        await service.record_closed(uow, plan.cycle_id, sent_order(plan, order, draft))


def sent_order(plan: DraftPlan, order: PartnerOrderFacts, draft: DraftFacts | None) -> SentOrder:
    """Return the order as we record it; its prices and notes are those of the draft it was made from."""
    lines = written_lines(draft) if draft and draft.lines else _lines_by_variant(plan, order)
    return SentOrder(order.id, order.name, order.financial_status, lines)


def written_lines(draft: DraftFacts) -> tuple[WrittenLine, ...]:
    """Return the draft's lines in our terms; lines without a variant are the partner's own."""
    return tuple(
        WrittenLine(line.variant_id, line.price.amount, dict(line.attributes).get(NOTE, ""), line.quantity)
        for line in draft.lines
        if line.variant_id
    )


async def _look(open_uow: Open, shopify: ConnectedShopify, plan: DraftPlan) -> Found:
    """Find what stands on the partner's store, by id when we know it, by its tag when we are not sure."""
    if plan.draft_id is not None:
        draft = await shopify.call(plan.partner_store_id, draft_orders.read_draft, plan.draft_id)
        if draft is not None and draft.order_id is not None:
            order = await shopify.call(plan.partner_store_id, partner_orders.read_partner_order, draft.order_id)
            return Found(draft, order)
        if draft is not None:
            return Found(draft)
        adopted = await _find_order(shopify, plan)
        if adopted is None:
            async with open_uow(system_for(plan.store_id)) as uow:
                await service.record_draft_missing(uow, plan.cycle_id)
        return Found(None, adopted)
    return await _look_for_uncertain(open_uow, shopify, plan) if plan.creating else Found()


async def _look_for_uncertain(open_uow: Open, shopify: ConnectedShopify, plan: DraftPlan) -> Found:
    """Look for a draft we asked for without an answer; the search lags, so «not found» counts after growing waits."""
    order = await _find_order(shopify, plan)
    drafts = await shopify.call(plan.partner_store_id, draft_orders.find_drafts_by_tag, plan.marker)
    if order is not None:
        return Found(next((draft for draft in drafts if draft.order_id == order.id), None), order)
    open_drafts = sorted((draft for draft in drafts if draft.order_id is None), key=lambda draft: draft.created_at)
    for double in open_drafts[1:]:
        await shopify.call(plan.partner_store_id, draft_orders.delete_draft, double.id)
    if open_drafts:
        return Found(open_drafts[0])
    if plan.looks < len(rules.LOOKS):
        async with open_uow(system_for(plan.store_id)) as uow:
            await service.look_again(uow, plan.cycle_id)
        raise StillLooking(retry_after=rules.LOOKS[plan.looks].total_seconds())
    return Found()


async def _find_order(shopify: ConnectedShopify, plan: DraftPlan) -> PartnerOrderFacts | None:
    orders = await shopify.call(plan.partner_store_id, partner_orders.find_orders_by_tag, plan.marker)
    return min(orders, key=lambda order: order.created_at, default=None)


async def _write(
    open_uow: Open, shopify: ConnectedShopify, plan: DraftPlan, draft: DraftFacts | None, lines: Sequence[WrittenLine]
) -> str:
    content = _content(plan, lines)
    if draft is None:
        async with open_uow(system_for(plan.store_id)) as uow:
            await service.begin_creation(uow, plan.cycle_id)
        return await shopify.call(plan.partner_store_id, draft_orders.create_draft, content)
    if rules.fingerprint(written_lines(draft)) != rules.fingerprint(lines):
        await shopify.call(plan.partner_store_id, draft_orders.update_draft, draft.id, content)
    return draft.id


async def _remove(open_uow: Open, shopify: ConnectedShopify, plan: DraftPlan, draft: DraftFacts | None) -> None:
    if draft is not None:
        await shopify.call(plan.partner_store_id, draft_orders.delete_draft, draft.id)
    async with open_uow(system_for(plan.store_id)) as uow:
        await service.record_no_draft(uow, plan.cycle_id)


def _content(plan: DraftPlan, lines: Sequence[WrittenLine]) -> DraftContent:
    return DraftContent(
        lines=tuple(
            DraftLine(
                line.variant_gid,
                line.quantity,
                Money(line.unit_cost, plan.currency),
                ((NOTE, line.note),) if line.note else (),
            )
            for line in lines
        ),
        tags=(plan.marker,),
        note=f"Weekly master order of {plan.retailer_name}, cut-off {plan.cutoff_on.isoformat()}. It changes until the "
        f"cut-off; please ship after it is completed.",
        po_number=plan.marker,
        shipping_address=_address(plan),
        payment_terms_template_id=plan.terms_template_id,
        terms_issued_at=plan.planned_at,
        marker=plan.marker,
    )


def _address(plan: DraftPlan) -> CentreAddress | None:
    """Return the centre's address and name, never a customer's (G20)."""
    if plan.centre_address is None:
        return None
    return CentreAddress(company=f"{plan.retailer_name} – {plan.centre_name}", **plan.centre_address)


def _lines_by_variant(plan: DraftPlan, order: PartnerOrderFacts) -> tuple[WrittenLine, ...]:
    """Spread the order's quantities over our lines of each variant, when its draft cannot be read any more."""
    left: dict[str, int] = {}
    for line in order.lines:
        if line.variant_id:
            left[line.variant_id] = left.get(line.variant_id, 0) + line.quantity
    lines = []
    for ours in plan.lines:
        taken = min(ours.quantity, left.get(ours.variant_gid, 0))
        left[ours.variant_gid] = left.get(ours.variant_gid, 0) - taken
        lines.append(WrittenLine(ours.variant_gid, ours.unit_cost, ours.note, taken))
    return tuple(lines)


def _same(one: rules.PartnerEdit, other: rules.PartnerEdit) -> bool:
    return (one.variant_gid, one.unit_cost, one.note) == (other.variant_gid, other.unit_cost, other.note)
