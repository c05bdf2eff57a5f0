"""Work of fulfilment with the retailer's store in between: post a shipment so that the customer can follow it."""

from app.core.errors import Conflict, HubError, Unavailable
from app.core.unit_of_work import Open, system_for
from app.fulfillment import rules, service
from app.fulfillment.rules import ToFulfill
from app.fulfillment.service import PostingPlan
from app.gateways.shopify import fulfillment as gateway
from app.gateways.shopify.fulfillment import FulfillmentFacts, FulfillmentOrderFacts, Tracking
from app.stores.flows import ConnectedShopify

SOON = 1.0


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
    except Unavailable:
        raise
    except HubError as refusal:
        async with open_uow(system_for(store_id)) as uow:
            await service.record_stuck(uow, shipment_id, refusal.sentence)
        return
    try:
        async with open_uow(system_for(store_id)) as uow:
            await service.record_posted(uow, shipment_id, posted)
    except Conflict as conflict:
        # Its units were moved at this very moment; the store has the fulfilment, so it is found and recorded again.
        raise Unavailable(conflict.sentence, retry_after=SOON) from conflict


async def _post(open_uow: Open, shopify: ConnectedShopify, store_id: int, plan: PostingPlan) -> list[str]:
    ours = _ours(await shopify.call(store_id, gateway.read_fulfillments, plan.shopify_order_id), plan)
    left = dict(plan.wanted)
    for fulfillment in ours:
        for line in fulfillment.lines:
            left[line.order_line_id] = left.get(line.order_line_id, 0) - line.quantity
    left = {gid: quantity for gid, quantity in left.items() if quantity > 0}
    posted = [fulfillment.id for fulfillment in ours]
    if left:
        orders = await shopify.call(store_id, gateway.read_fulfillment_orders, plan.shopify_order_id)
        tracking = Tracking(plan.carrier, plan.number, plan.url)
        for group in rules.choose_lines(left, _open_lines(orders)):
            made = await shopify.call(store_id, gateway.create_fulfillment, group, tracking)
            posted.append(made.id)
            async with open_uow(system_for(store_id)) as uow:
                await service.record_part(uow, plan.shipment_id, made.id)
    return posted


def _ours(fulfillments: tuple[FulfillmentFacts, ...], plan: PostingPlan) -> list[FulfillmentFacts]:
    """Return the fulfilments an earlier attempt made: with our number, and nothing that is not in the box."""
    return [
        each
        for each in fulfillments
        if each.status == "SUCCESS"
        and each.id not in plan.taken
        and (each.id in plan.posted or plan.number in each.tracking_numbers)
        and all(line.quantity <= plan.wanted.get(line.order_line_id, 0) for line in each.lines)
    ]


def _open_lines(orders: tuple[FulfillmentOrderFacts, ...]) -> list[ToFulfill]:
    return [
        ToFulfill(order.id, order.status, order.location_id, line.id, line.order_line_id, line.remaining)
        for order in orders
        for line in order.lines
    ]
