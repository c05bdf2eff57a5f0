"""From the shop to the ledger: webhooks that come twice, in any order or never, and what they leave."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.orders.flows import reconcile_orders
from app.orders.queries import last_comparison
from app.orders.repository import find_gid_by_fulfillment_order
from app.orders.service import ask_for_read
from app.orders.states import Route
from simulator.world.importing import import_order
from simulator.world.order_model import Order
from simulator.world.orders import Edit, LineChange, Repayment, cancel_order, edit_order, pay_order, refund_order
from simulator.world.people import MARKS
from simulator.world.placing import place_order
from simulator.world.routing import hold_order, release_order
from simulator.world.store import Store
from simulator.world.world import World
from tests.support.oak import Killed, killed_at
from tests.support.shops import PARTNER, RETAILER
from tests.support.trade import Trade

pytestmark = pytest.mark.anyio

BEAN = "PARTNER-oak-BEAN"


@pytest.fixture
async def stocked(trade: Trade) -> Trade:
    """Oak's beans are imported."""
    await trade.bring_in(trade.product())
    return trade


async def test_a_webhook_that_comes_three_times(stocked: Trade) -> None:
    """E1: under the same id and under another; one order, each event once."""
    stocked.buy((BEAN, 3))
    (sent,) = [each for each in stocked.shops.world.outbox.log if each.topic == "orders/create"]
    headers = stocked.courier.headers(sent, sent.body.encode())
    for webhook_id in (sent.id, sent.id, "another-delivery"):
        answer = await stocked.shops.hub.post(
            "/webhooks/shopify", content=sent.body.encode(), headers=headers | {"X-Shopify-Webhook-Id": webhook_id}
        )
        assert answer.status_code == 200

    await stocked.settle()

    order = await stocked.order()
    assert await stocked.where(order.lines[0].id) == {"queued": 3}
    assert await stocked.events("order") == ["order.captured", "order.line.routed", "order.demand.changed"]


async def test_the_change_arrives_before_the_order(stocked: Trade) -> None:
    """E2: orders/paid and orders/updated come first; the order is built from what Shopify shows."""
    placed = stocked.buy((BEAN, 3), payment="pending")
    await stocked.lose_webhooks()
    pay_order(stocked.shops.world, stocked.shops.store(RETAILER), placed)
    await stocked.settle()
    first = await stocked.events("order")
    (create,) = [each for each in stocked.shops.world.outbox.log if each.topic == "orders/create"]

    stocked.shops.world.outbox.schedule(stocked.shops.world, create, 0)
    await stocked.settle()

    order = await stocked.order()
    assert await stocked.where(order.lines[0].id) == {"queued": 3}
    assert await stocked.events("order") == first


async def test_no_webhook_ever_arrives(stocked: Trade) -> None:
    """E3: the comparison finds it within 15 minutes, with its own eligible time, and it counts as recovered."""
    placed_at = stocked.clock.at
    stocked.buy((BEAN, 3))
    await stocked.lose_webhooks()
    for _ in range(3):
        await stocked.turn(minutes=6)
        await stocked.lose_webhooks()

    order = await stocked.order()
    async with stocked.uow() as uow:
        compared_at, recovered = await last_comparison(uow.session, stocked.retailer_id)
    assert order.is_recovered
    assert [(lot.quantity, lot.eligible_at) for lot in await stocked.queued()] == [(3, placed_at)]
    assert compared_at is not None
    assert compared_at >= placed_at
    assert recovered == 1


async def test_what_a_webhook_told_of_is_not_counted_as_found_though_the_comparison_is_first(stocked: Trade) -> None:
    """E3: a long comparison reads what was announced meanwhile, too; of none of it the message was lost."""
    placed, changed = stocked.buy((BEAN, 3)), stocked.buy((BEAN, 1))
    async with stocked.uow() as uow:
        await ask_for_read(uow, placed.gid, "webhook")
        await ask_for_read(uow, changed.gid, "webhook")

    found = await reconcile_orders(stocked.shops.open_uow, stocked.shops.shopify, stocked.retailer_id)

    async with stocked.uow() as uow:
        _, recovered = await last_comparison(uow.session, stocked.retailer_id)
    assert [order.is_recovered for order in await stocked.orders()] == [False, False]
    assert (found, recovered) == ([], 0)
    assert "store.fact.recovered" not in await stocked.events("store")


async def test_a_comparison_that_was_killed_goes_on_where_it_was(stocked: Trade) -> None:
    """E3, promise 1: else a store in which more changed than one run can read would never be compared to its end."""
    stocked.product(RETAILER, {"sku": "MUG"})
    for _ in range(102):
        stocked.set_clock(stocked.clock.at + timedelta(seconds=10))
        stocked.buy(("MUG", 1))
        await stocked.lose_webhooks()
    stocked.set_clock(stocked.clock.at + timedelta(seconds=40))
    await stocked.lose_webhooks()
    units, shopify, requests = stocked.shops.open_uow, stocked.shops.shopify, stocked.shops.world.requests
    with pytest.raises(Killed):
        await reconcile_orders(killed_at(units, 103), shopify, stocked.retailer_id)
    asked = len(requests)

    await reconcile_orders(units, shopify, stocked.retailer_id)

    assert sum(each.operation == "OrdersById" for each in requests[:asked]) == 26
    assert sum(each.operation == "OrdersById" for each in requests[asked:]) < 10
    async with stocked.uow() as uow:
        assert await uow.session.scalar(text("SELECT count(*) FROM orders")) == 102


async def test_three_makers_of_one_order(stocked: Trade) -> None:
    """E13, A19: two partners whose names begin alike, and the retailer's own item."""
    await stocked.join("oak-hill.myshopify.com", name="Hill")
    await stocked.bring_in(stocked.product("oak-hill.myshopify.com", {"sku": "X1"}), partner="oak-hill.myshopify.com")
    stocked.product(RETAILER, {"sku": "MUG"}, title="Mug")

    stocked.buy((BEAN, 2), ("PARTNER-oak-hill-X1", 1), ("MUG", 1))
    await stocked.settle()

    order = await stocked.order()
    partners = {each.partner.id: shop for shop, each in stocked.links.items()}
    assert [(line.route, partners.get(line.partner_id or 0)) for line in order.lines] == [
        (Route.PARTNER, PARTNER),
        (Route.PARTNER, "oak-hill.myshopify.com"),
        (Route.OWN, None),
    ]
    assert [lot.quantity for lot in await stocked.queued()] == [2]
    assert [lot.quantity for lot in await stocked.queued("oak-hill.myshopify.com")] == [1]


async def test_an_order_of_an_unmapped_sku_is_listed_and_routed_when_mapped(stocked: Trade) -> None:
    """E17: with its own eligible time."""
    placed_at = stocked.clock.at
    product = stocked.product(PARTNER, {"sku": "NEW"}, title="New")
    line = {"sku": "PARTNER-oak-NEW", "title": "New", "quantity": 2, "price": "10.00"}
    import_order(stocked.shops.world, stocked.shops.store(RETAILER), {"line_items": [line]})
    await stocked.settle()
    listed = await stocked.problems()
    await stocked.turn(minutes=3)

    await stocked.bring_in(product)

    assert [(each.kind, each.units) for each in listed] == [("unmapped", 2)]
    assert await stocked.problems() == []
    assert [(lot.quantity, lot.eligible_at) for lot in await stocked.queued()] == [(2, placed_at)]


async def test_late_fulfilment_orders(stocked: Trade) -> None:
    """E29: captured in full before they exist, and read again once they do."""
    world = stocked.shops.world
    world.switches = replace(world.switches, fulfillment_orders_late=True)
    placed = stocked.buy((BEAN, 3))
    await stocked.settle()
    order = await stocked.order()
    early = await stocked.where(order.lines[0].id)

    await stocked.turn(minutes=2)

    held = stocked.shops.store(RETAILER).fulfillment_orders_of(placed.id)
    async with stocked.uow() as uow:
        known = await find_gid_by_fulfillment_order(uow.session, stocked.retailer_id, held[0].gid)
    assert early == await stocked.where(order.lines[0].id) == {"queued": 3}
    assert known == placed.gid


async def test_orders_of_the_partners_own_customers_leave_no_trace(stocked: Trade) -> None:
    """E32, INV7: dropped before they are stored; nothing of a person is anywhere."""
    stocked.buy(("BEAN", 2), shop=PARTNER)
    store = stocked.shops.store(PARTNER)
    placed = place_order(stocked.shops.world, store, {"lines": [{"title": "Tasting", "quantity": 1}]})
    cancel_order(stocked.shops.world, store, placed)
    sent = {each.topic for each in stocked.shops.world.outbox.log if each.shop == PARTNER}
    await stocked.settle()

    stored = await stocked.shops.dump()

    assert {"orders/updated", "orders/cancelled"} <= sent
    assert not any(mark in stored for mark in MARKS.values())
    assert placed.name not in stored
    assert await stocked.orders() == []


async def test_a_retailers_customer_leaves_no_trace_either(stocked: Trade) -> None:
    """INV5: lines, quantities and times are kept, never who bought."""
    line = {"variant_id": stocked.sold_variant(BEAN).id, "quantity": 1, "properties": {"Grind": "fine", "To": "Ada"}}
    stocked.buy(line)
    await stocked.settle()

    stored = await stocked.shops.dump()

    assert (await stocked.order()).lines[0].properties == (("Grind", "fine"),)
    assert not any(mark in stored for mark in (*MARKS.values(), "Ada"))


async def test_edits_refunds_and_cancellation(stocked: Trade) -> None:
    """F1, F2, F6, F12: each read again, each counted once."""
    world, store = stocked.shops.world, stocked.shops.store(RETAILER)
    placed = stocked.buy((BEAN, 3))
    await stocked.settle()
    order = await stocked.order()
    wheres = []
    for quantity in (2, 5):
        stocked.set_clock(stocked.clock.at + timedelta(minutes=10))
        change = LineChange(quantity=quantity, line_id=placed.lines[0].id)
        edit_order(world, store, placed, Edit(changes=[change], paid=True, force=True))
        await stocked.settle()
        wheres.append((await stocked.where(order.lines[0].id))["queued"])
    times = [(lot.quantity, lot.eligible_at) for lot in await stocked.queued()]
    refund_order(world, store, placed, Repayment(units=[(placed.lines[0].id, 1)]))
    await stocked.settle()
    wheres.append((await stocked.where(order.lines[0].id))["queued"])
    cancel_order(world, store, placed)
    await stocked.settle()

    assert wheres == [2, 5, 4]
    assert times == [(2, order.placed_at), (3, order.placed_at + timedelta(minutes=20))]
    assert (await stocked.where(order.lines[0].id)).keys() == {"cancelled"}
    assert await stocked.queued() == []


async def buy_what_a_hold_leaves_untouched(stocked: Trade) -> tuple[World, Store, Order, int]:
    """An order of three beans whose own time a hold does not change; with its line."""
    world, store = stocked.shops.world, stocked.shops.store(RETAILER)
    world.switches = replace(world.switches, hold_touches_order=False)
    placed = stocked.buy((BEAN, 3))
    await stocked.settle()
    return world, store, placed, (await stocked.order()).lines[0].id


async def test_a_hold_and_its_release(stocked: Trade) -> None:
    """E23: also where neither changes the order's own time of change."""
    world, store, placed, line_id = await buy_what_a_hold_leaves_untouched(stocked)
    hold_order(world, store, placed)
    await stocked.settle()
    held = await stocked.where(line_id), stocked.shown(BEAN)
    stocked.set_clock(stocked.clock.at + timedelta(minutes=30))
    await stocked.settle()
    released_at = stocked.clock.at
    release_order(world, store, placed)
    stocked.set_clock(stocked.clock.at + timedelta(minutes=2))

    await stocked.settle()

    assert held == ({"held": 3}, 17)
    assert [(lot.quantity, lot.eligible_at) for lot in await stocked.queued()] == [(3, released_at)]


async def test_a_hold_that_no_webhook_tells_of(stocked: Trade) -> None:
    """E23: the comparison finds it, also where a hold does not change the order's time."""
    world, store, placed, line_id = await buy_what_a_hold_leaves_untouched(stocked)
    stocked.set_clock(stocked.clock.at + timedelta(hours=2))
    await stocked.settle()
    hold_order(world, store, placed)
    await stocked.lose_webhooks()
    stocked.set_clock(stocked.clock.at + timedelta(minutes=16))

    await stocked.settle()

    assert await stocked.where(line_id) == {"held": 3}


async def test_the_end_of_a_hold_that_no_webhook_tells_of(stocked: Trade) -> None:
    """E23: also where a release does not change the order's time."""
    world, store, placed, line_id = await buy_what_a_hold_leaves_untouched(stocked)
    hold_order(world, store, placed)
    await stocked.settle()
    held = await stocked.where(line_id)
    stocked.set_clock(stocked.clock.at + timedelta(hours=2))
    await stocked.settle()
    release_order(world, store, placed)
    await stocked.lose_webhooks()
    stocked.set_clock(stocked.clock.at + timedelta(minutes=16))

    await stocked.settle()

    assert held == {"held": 3}
    assert [(lot.quantity, lot.eligible_at) for lot in await stocked.queued()] == [(3, stocked.clock.at)]


async def test_one_order_that_cannot_be_taken_in_holds_up_no_other(stocked: Trade) -> None:
    """It is listed with the reason, and struck off once it can be taken in."""
    world, store = stocked.shops.world, stocked.shops.store(RETAILER)
    broken = stocked.buy((BEAN, 1))
    broken.lines.append(broken.lines[0])  # no line can be there twice
    stocked.buy((BEAN, 2))
    await stocked.settle()
    listed = await stocked.problems()
    taken = [order.lines[0].quantity for order in await stocked.orders()]

    broken.lines.pop()
    edit_order(world, store, broken, Edit(changes=[LineChange(quantity=3, line_id=broken.lines[0].id)], force=True))
    await stocked.settle()

    assert taken == [2]
    assert [(each.kind, each.subject_id) for each in listed] == [("order_not_captured", f"order-{broken.id}")]
    assert len(await stocked.orders()) == 2
    assert await stocked.problems() == []
    assert await stocked.failed_jobs() == []


async def test_an_order_that_cannot_be_taken_in_and_was_fulfilled_by_hand_is_done_when_somebody_says_so(
    stocked: Trade,
) -> None:
    """Promise 5: that is what its entry asks for, and nothing else would ever end it."""
    broken = stocked.buy((BEAN, 1))
    broken.lines.append(broken.lines[0])
    await stocked.settle()
    (listed,) = await stocked.problems()

    answer = await stocked.shops.post(RETAILER, f"/app/exceptions/{listed.id}/done")

    assert answer.status_code == 303
    assert await stocked.problems() == []


async def test_a_change_that_could_not_be_taken_in_is_struck_off_with_the_next(stocked: Trade) -> None:
    """Promise 5: also of an order that was known before; what is mended is listed no more."""
    world, store = stocked.shops.world, stocked.shops.store(RETAILER)
    placed = stocked.buy((BEAN, 1))
    await stocked.settle()
    line_id = placed.lines[0].id
    placed.lines += 2 * [replace(placed.lines[0], id=world.new_id())]  # no line can be there twice
    edit_order(world, store, placed, Edit(changes=[LineChange(quantity=2, line_id=line_id)], force=True))
    await stocked.settle()
    listed = [each.kind for each in await stocked.problems()]

    placed.lines.pop()
    edit_order(world, store, placed, Edit(changes=[LineChange(quantity=3, line_id=line_id)], force=True))
    await stocked.settle()

    assert listed == ["order_not_captured"]
    assert (await stocked.order()).lines[0].target == 3
    assert await stocked.problems() == []
