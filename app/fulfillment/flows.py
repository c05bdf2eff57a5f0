"""Work of fulfilment with the retailer's store in between: post a shipment, correct what its customer reads."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from app.core.errors import Conflict, HubError, Unavailable
from app.core.unit_of_work import Open, system_for
from app.fulfillment import rules, service
from app.fulfillment.errors import NotShownAsSent, OrderNotShown, PartnersNumber, PostingUncertain, StillLooking
from app.fulfillment.rules import CannotFulfill, ToFulfill
from app.fulfillment.service import CorrectionPlan, PostingPlan
from app.gateways.shopify import fulfillment as gateway
from app.gateways.shopify.errors import Refused
from app.gateways.shopify.fulfillment import FulfillmentFacts, FulfillmentOrderFacts, Tracking
from app.stores.errors import PermissionMissing
from app.stores.flows import ConnectedShopify

SOON = 1.0
CANCELLED = "The customer cancelled what is in this box. Have the carrier bring it back if it left, and unpack it."


@dataclass(frozen=True, slots=True)
class Posted:
    """The fulfilments that tell of the box, and those among them that somebody else made."""

    ids: list[str]
    by_hand: Sequence[FulfillmentFacts] = ()


async def post_shipment(open_uow: Open, shopify: ConnectedShopify, store_id: int, shipment_id: int) -> None:
    """Make the retailer's order show the shipment with its tracking, exactly once.

    Creating a fulfilment has no idempotency, so each attempt looks first: a fulfilment with our number is ours.
    """
    async with open_uow(system_for(store_id)) as uow:
        plan = await service.plan_posting(uow, shipment_id)
    if plan is None:
        return
    try:
        posted = await _post(open_uow, shopify, store_id, plan)
    except (Unavailable, PermissionMissing, PostingUncertain):
        raise
    except HubError as refusal:
        # Where the store was not looked at, what was asked for before may stand there all the same.
        is_known = isinstance(refusal, (Refused, CannotFulfill, OrderNotShown, PartnersNumber))
        async with open_uow(system_for(store_id)) as uow:
            await service.record_stuck(uow, shipment_id, refusal.sentence, is_known=is_known)
        return
    try:
        async with open_uow(system_for(store_id)) as uow:
            await service.record_posted(uow, shipment_id, posted.ids, posted.by_hand)
    except Conflict as conflict:
        # Its units were moved at this very moment; the store has the fulfilment, so it is found and recorded again.
        raise Unavailable(conflict.sentence, retry_after=SOON) from conflict


async def _post(open_uow: Open, shopify: ConnectedShopify, store_id: int, plan: PostingPlan) -> Posted:
    shown = await _read_shown(shopify, store_id, plan.shopify_order_id)
    ours = _ours(shown, plan)
    left = dict(plan.wanted)
    for fulfillment in ours:
        for line in fulfillment.lines:
            left[line.order_line_id] = left.get(line.order_line_id, 0) - line.quantity
    left = {gid: quantity for gid, quantity in left.items() if quantity > 0}
    posted = [fulfillment.id for fulfillment in ours]
    if not left and not posted:
        _await_answer(plan)
        raise CannotFulfill(CANCELLED)
    if not left:
        return Posted(posted)
    plan = await _keep_found(open_uow, store_id, plan, posted)
    orders = await shopify.call(store_id, gateway.read_fulfillment_orders, plan.shopify_order_id)
    try:
        groups = rules.choose_lines(left, _open_lines(orders))
    except CannotFulfill:
        # What somebody fulfilled by hand is recognised, and never done a second time.
        by_hand = rules.covering(left, _by_others(shown, plan, posted), plan.packed_at)
        if not by_hand:
            _await_answer(plan)  # what is gone from the order may be what we asked for a moment ago
            raise
        return Posted([*posted, *by_hand], [each for each in shown if each.id in by_hand])
    await _look_before_asking(open_uow, store_id, plan)
    tracking = Tracking(plan.carrier, plan.number, plan.url)
    for group in groups:
        async with open_uow(system_for(store_id)) as uow:
            await service.begin_asking(uow, plan.shipment_id, plan.number, plan.url)
        made = await shopify.call(store_id, gateway.create_fulfillment, group, tracking)
        posted.append(made.id)
        async with open_uow(system_for(store_id)) as uow:
            await service.record_part(uow, plan.shipment_id, made.id)
    return Posted(posted)


async def _read_shown(shopify: ConnectedShopify, store_id: int, order_gid: str) -> tuple[FulfillmentFacts, ...]:
    """Return what the store shows of the order as sent; what we are not shown any more nobody can be told of (E25)."""
    shown = await shopify.call(store_id, gateway.read_fulfillments, order_gid)
    if shown is None:
        raise OrderNotShown
    return shown


async def _keep_found(open_uow: Open, store_id: int, plan: PostingPlan, found: Sequence[str]) -> PostingPlan:
    """Keep the parts that an earlier attempt made without an answer: their box is not opened any more.

    What was asked for is there then, so the rest need not wait.
    """
    fresh = [each for each in found if each not in plan.posted]
    for fulfillment_id in fresh:
        async with open_uow(system_for(store_id)) as uow:
            await service.record_part(uow, plan.shipment_id, fulfillment_id)
    return replace(plan, asked_at=None, sends=0) if fresh else plan


async def correct_tracking(open_uow: Open, shopify: ConnectedShopify, store_id: int, shipment_id: int) -> None:
    """Make the retailer's order show the corrected tracking, and the customer be told of it once.

    Each attempt looks first: what the order shows already is not sent again, so no second mail leaves.
    """
    async with open_uow(system_for(store_id)) as uow:
        plan = await service.plan_correction(uow, shipment_id)
    if plan is None:
        return
    try:
        await _correct(open_uow, shopify, store_id, plan)
    except (Unavailable, PermissionMissing):
        raise
    except HubError as refusal:
        async with open_uow(system_for(store_id)) as uow:
            await service.record_not_corrected(uow, shipment_id, plan.correction, refusal.sentence)
        return
    async with open_uow(system_for(store_id)) as uow:
        await service.record_corrected(uow, shipment_id, plan.correction)


async def _correct(open_uow: Open, shopify: ConnectedShopify, store_id: int, plan: CorrectionPlan) -> None:
    shown = await _read_shown(shopify, store_id, plan.shopify_order_id)
    ours = [each for each in shown if each.id in plan.fulfillment_ids and each.status == "SUCCESS"]
    if not ours and not plan.is_taken_back:
        raise NotShownAsSent
    wanted = Tracking(plan.handover.carrier, plan.handover.number, plan.handover.url or None)
    left = [each for each in ours if not _shows(each, wanted, plan.link_before)]
    if left and plan.asked_at is not None:
        # The order is read by its id, which does not lag: what it does not show after a while was not done.
        wait = plan.asked_at + rules.wait_after_asking(min(plan.sends, rules.MOST_SENDS)) - plan.now
        if wait > timedelta():
            raise StillLooking(retry_after=wait.total_seconds())
    for each in left:
        async with open_uow(system_for(store_id)) as uow:
            await service.begin_asking(uow, plan.shipment_id, wanted.number or "", wanted.url)
        await shopify.call(store_id, gateway.update_tracking_info, each.id, wanted, plan.correction["notify"])
        async with open_uow(system_for(store_id)) as uow:
            await service.record_part(uow, plan.shipment_id, each.id)


def _shows(fulfillment: FulfillmentFacts, wanted: Tracking, link_before: str | None) -> bool:
    """Tell whether a fulfilment shows this tracking alone.

    Where we give no link Shopify makes one of the carrier's name or of the number, if it can; so any will do but the
    one that we gave before.
    """
    if [(each.company, each.number) for each in fulfillment.tracking] != [(wanted.company, wanted.number)]:
        return False
    link = fulfillment.tracking[0].url
    return link == wanted.url if wanted.url else not link or link != link_before


async def _look_before_asking(open_uow: Open, store_id: int, plan: PostingPlan) -> None:
    """Let «not there» count only after growing waits; after several askings people are told of each further one.

    The order is read by its id, which does not lag, and takes no more than what remains of it.
    """
    _await_answer(plan)
    if plan.asked_at is None or plan.sends < rules.MOST_SENDS:
        return
    async with open_uow(system_for(store_id)) as uow:
        await service.record_uncertain(uow, plan.shipment_id)
    if not plan.is_uncertain or plan.now < plan.asked_at + rules.LOOKED_FOR_EACH:
        raise PostingUncertain


def _await_answer(plan: PostingPlan) -> None:
    """Let what was asked for and not answered have its time to be seen."""
    if plan.asked_at is None:
        return
    wait = plan.asked_at + rules.wait_after_asking(plan.sends) - plan.now
    if wait > timedelta():
        raise StillLooking(retry_after=wait.total_seconds())


def _by_others(shown: tuple[FulfillmentFacts, ...], plan: PostingPlan, posted: Sequence[str]) -> list[rules.Shown]:
    return [
        rules.Shown(each.id, each.created_at, [(line.order_line_id, line.quantity) for line in each.lines])
        for each in shown
        if each.status == "SUCCESS" and each.id not in plan.taken and each.id not in posted
    ]


def _ours(fulfillments: tuple[FulfillmentFacts, ...], plan: PostingPlan) -> list[FulfillmentFacts]:
    """Return the fulfilments an earlier attempt made: with our number, and nothing that is not in the box."""
    return [
        each
        for each in fulfillments
        if each.status == "SUCCESS"
        and each.id not in plan.taken
        and (each.id in plan.posted or plan.number in each.tracking_numbers)
        and all(line.quantity <= plan.contents.get(line.order_line_id, 0) for line in each.lines)
    ]


def _open_lines(orders: tuple[FulfillmentOrderFacts, ...]) -> list[ToFulfill]:
    return [
        ToFulfill(order.id, order.status, order.location_id, line.id, line.order_line_id, line.remaining)
        for order in orders
        for line in order.lines
    ]
