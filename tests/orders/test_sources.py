"""Where an order comes from makes no difference: a subscription, a draft of the retailer's own."""

from datetime import timedelta
from decimal import Decimal

import pytest

from simulator.world.draft_orders import complete_draft, create_draft
from simulator.world.products import upsert_product
from tests.support.oak import BEANS, Oak
from tests.support.shops import PARTNER

pytestmark = pytest.mark.anyio

PLAN = "gid://shopify/SellingPlan/4711"


async def test_bags_of_a_subscription_are_routed_like_others_and_keep_their_plan(oak: Oak) -> None:
    """E20: three bags, one of them bought with a selling plan."""
    bean = oak.trade.sold_variant(BEANS)
    oak.trade.buy({"variant_id": bean.id, "quantity": 1, "selling_plan": PLAN}, {"variant_id": bean.id, "quantity": 2})

    await oak.trade.settle()

    order = await oak.trade.order()
    assert [(line.quantity, line.selling_plan_id, line.is_for_partner) for line in order.lines] == [
        (1, PLAN, True),
        (2, None, True),
    ]
    assert await oak.units() == {"queued": 3}


async def test_a_draft_of_the_retailer_becomes_one_order(oak: Oak) -> None:
    """E9: nothing while it is a draft; completed, its units are ordered once, whatever news of drafts arrives."""
    trade = oak.trade
    store = trade.shops.store(trade.retailer)
    bean = trade.sold_variant(BEANS)
    draft = create_draft(trade.shops.world, store, {"lines": [{"variant_id": bean.id, "quantity": 3}]}, by="staff")
    await trade.settle()
    before = await trade.orders()
    complete_draft(trade.shops.world, store, draft, by="staff")
    await trade.settle()
    number = str(draft.id).encode()
    for topic in ("draft_orders/update", "draft_orders/delete"):
        await trade.send(trade.retailer, topic, b'{"id": %s}' % number)
    await trade.settle()

    assert before == []
    assert [[line.quantity for line in each.lines] for each in await trade.orders()] == [[3]]
    assert await oak.units() == {"queued": 3}


async def test_what_the_partner_shows_without_a_price_is_ordered_at_the_last_one(oak: Oak) -> None:
    """C6: 14.00, then 0.00, then 20.00, at 30 % off; nothing is ordered for nothing, and it is told till then."""
    (product,) = [each for each in oak.store.products.values() if each.title == "Beans"]
    (variant,) = oak.trade.variants(PARTNER, product)
    told = []
    for price in ("0.00", "20.00"):
        await oak.sell(1)
        changed = {"variants": [{"id": variant.id, "price": Decimal(price)}]}
        upsert_product(oak.trade.shops.world, oak.store, changed, product, by="staff")
        await oak.pass_time(timedelta(hours=1, minutes=5))
        told.append([(each.kind, each.cause.rpartition(", ")[2]) for each in (await oak.problems()).values()])
    await oak.sell(1)

    costs = [lot.unit_cost.amount for lot in await oak.trade.queued()]

    assert told == [[("price_missing", "14.00 USD.")], []]
    assert costs == [Decimal("9.80"), Decimal("9.80"), Decimal("14.00")]
