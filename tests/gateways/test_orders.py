"""Customers' orders read whole and nothing of the person, against the simulator."""

from dataclasses import asdict, replace
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from app.core.money import Money
from app.gateways.shopify.errors import Refused, ScopeMissing
from app.gateways.shopify.fulfillment import (
    Tracking,
    create_fulfillment,
    read_fulfillment_orders,
    read_fulfillments,
    update_tracking_info,
)
from app.gateways.shopify.order_facts import OrderFacts
from app.gateways.shopify.orders import list_orders_updated, read_orders
from simulator.world.fulfillment import create_fulfillment as make_fulfillment
from simulator.world.fulfillment import parts_for
from simulator.world.order_model import Order
from simulator.world.orders import Edit, LineChange, edit_order, pay_order
from simulator.world.people import MARKS
from simulator.world.placing import place_order
from simulator.world.routing import hold_order
from tests.gateways.connected import SEARCH_LAG, Connected, retailer

pytestmark = pytest.mark.anyio

ROUTED = 60


async def read(store: Connected, order: Order, *, with_terms: bool = False) -> OrderFacts:
    found = await read_orders(store.shopify, store.access, [order.gid], kept={"grind"}, with_terms=with_terms)
    return found[order.gid]


async def test_reads_an_order_before_and_after_it_is_routed() -> None:
    store = retailer()
    variant = store.make_variant()
    order = store.host.place((variant.id, 3))

    early = await read(store, order)
    await store.host.turn(ROUTED)
    late = await read(store, order)

    (line,) = early.lines
    assert (line.variant_id, line.sku, line.quantity, line.unfulfilled_quantity) == (variant.gid, "BEAN-1", 3, 3)
    assert line.unit_price == Money(Decimal("18.00"), "USD")
    assert early.fulfillment_orders == ()
    (to_send,) = late.fulfillment_orders
    assert [(each.order_line_id, each.remaining, each.total) for each in to_send.lines] == [(line.id, 3, 3)]
    assert (to_send.status, to_send.location_id) == ("OPEN", store.location_id)
    assert (late.financial_status, late.has_payment_terms, late.test) == ("PAID", None, False)


async def test_tells_when_it_was_paid_and_what_was_agreed_when() -> None:
    store = retailer()
    variant = store.make_variant()
    order = store.host.place((variant.id, 1), paid=False, payment="pending")
    await store.host.turn(600)
    pay_order(store.host.world, store.host.store, order)
    paid_at = store.host.world.now
    await store.host.turn(600)
    edit_order(
        store.host.world, store.host.store, order, Edit(changes=[LineChange(quantity=4, line_id=order.lines[0].id)])
    )

    facts = await read(store, order)

    (payment,) = [each for each in facts.transactions if each.status == "SUCCESS"]
    first, second = facts.agreements
    assert (payment.kind, payment.processed_at) == ("SALE", paid_at)
    assert payment.amount == first.total == Money(Decimal("18.00"), "USD")
    assert (first.happened_at, first.lines) == (facts.created_at, ((facts.lines[0].id, 1),))
    assert sum(units for _, units in (*first.lines, *second.lines)) == 4
    assert second.happened_at == store.host.world.now
    assert second.total == Money(Decimal("54.00"), "USD")


async def test_knows_orders_that_are_paid_later_where_the_store_lets_us() -> None:
    store = retailer("read_payment_terms")
    order = store.host.place((store.make_variant().id, 1), payment_terms=True)

    facts = await read(store, order, with_terms=True)

    assert facts.has_payment_terms
    assert facts.financial_status == "PENDING"


async def test_does_not_ask_for_payment_terms_where_the_store_does_not_let_us() -> None:
    store = retailer()
    order = store.host.place((store.make_variant().id, 1), payment_terms=True)

    facts = await read(store, order)

    assert facts.has_payment_terms is None
    with pytest.raises(ScopeMissing):
        await read(store, order, with_terms=True)


async def test_keeps_of_a_customers_words_only_what_is_on_the_list() -> None:
    store = retailer()
    words = {"Grind": "French press", "Gift message": "Dear Ada"}
    line = {"variant_id": store.make_variant().id, "quantity": 1, "properties": words}
    order = place_order(store.host.world, store.host.store, {"lines": [line], "attributes": {"Gift note": "for Ada"}})

    facts = await read(store, order)

    assert facts.lines[0].custom_attributes == (("Grind", "French press"),)
    assert not any(mark in str(asdict(facts)) for mark in (*MARKS.values(), "Ada"))


async def test_reads_every_part_of_a_large_order() -> None:
    store = retailer()
    variants = [store.make_variant() for _ in range(70)]
    order = store.host.place(*((variant.id, 2) for variant in variants))
    for _ in range(7):
        edit = Edit(changes=[LineChange(quantity=order.lines[0].current_quantity + 1, line_id=order.lines[0].id)])
        edit_order(store.host.world, store.host.store, order, edit)
        await store.host.turn(ROUTED)
    to_send = (await read_fulfillment_orders(store.shopify, store.access, order.gid))[0]
    for line in to_send.lines[:7]:
        await create_fulfillment(store.shopify, store.access, {to_send.id: [(line.id, 1)]}, None, notify=False)

    facts = await read(store, order)

    assert len(facts.lines) == 70
    assert len(facts.fulfillment_orders[0].lines) == 70
    assert len(facts.fulfillments) == 7
    assert len(facts.agreements) == 8
    assert len(facts.agreements[0].lines) == 70


@pytest.mark.parametrize("operation", ["FulfillmentOrderLines", "OrderLines", "OrderAgreements"])
async def test_reads_a_large_order_anew_that_changes_in_between(operation: str) -> None:
    """E29, I1: what somebody sends while we read is neither lost nor counted twice."""
    store = retailer()
    order = store.host.place(*((store.make_variant().id, 2) for _ in range(70)))
    await store.host.turn(ROUTED)
    sent: list[int] = []

    async def send_just_before(request: httpx.Request) -> None:
        if f'"{operation}"'.encode() in request.content and not sent:
            sent.append(1)
            await store.host.turn(5)
            (parts,) = parts_for(store.host.store, order, [(order.lines[-1].id, 2)])
            make_fulfillment(store.host.world, store.host.store, parts, [], "staff")

    store.host.client.event_hooks["request"].append(send_just_before)

    facts = await read(store, order)

    assert sent == [1]
    (to_send,) = facts.fulfillment_orders
    fulfilled = {line.order_line_id: line.quantity for each in facts.fulfillments for line in each.lines}
    assert {fulfilled.get(line.order_line_id, 0) + line.remaining for line in to_send.lines} == {2}
    assert fulfilled == {facts.lines[-1].id: 2}


async def test_lists_what_changed_since_page_by_page() -> None:
    store = retailer()
    variant = store.make_variant()
    store.host.place((variant.id, 1))
    await store.host.turn(3600)
    since = store.host.world.now
    orders = [store.host.place((variant.id, 1), force=True) for _ in range(102)]
    await store.host.turn(ROUTED + SEARCH_LAG)

    first, place = await list_orders_updated(store.shopify, store.access, since)
    assert place is not None
    second, end = await list_orders_updated(store.shopify, store.access, since, place)

    assert {*first, *second} == {order.gid for order in orders}
    assert 2 <= len(second) < len(orders)
    assert end is None


async def test_lists_an_order_of_which_only_a_part_changed() -> None:
    """E23: Shopify need not give the order a new time when a part of it is held."""
    store = retailer()
    store.host.world.switches = replace(store.host.world.switches, hold_touches_order=False)
    placed = [store.host.place((store.make_variant().id, 1)) for _ in range(2)]
    await store.host.turn(3600)
    since = store.host.world.now
    hold_order(store.host.world, store.host.store, placed[0])
    await store.host.turn(SEARCH_LAG)

    assert await list_orders_updated(store.shopify, store.access, since) == ([placed[0].gid], None)


async def test_reads_many_by_id_and_leaves_out_what_is_gone() -> None:
    store = retailer()
    variant = store.make_variant()
    ids = [store.host.place((variant.id, 1)).gid for _ in range(9)]

    found = await read_orders(store.shopify, store.access, [*ids, "gid://shopify/Order/1"], kept=(), with_terms=False)

    assert list(found) == ids


async def test_ships_units_with_their_tracking() -> None:
    store = retailer()
    order = store.host.place((store.make_variant().id, 3))
    await store.host.turn(ROUTED)
    (to_send,) = await read_fulfillment_orders(store.shopify, store.access, order.gid)
    tracking = Tracking("UPS", "1Z001", "https://www.ups.com/track?tracknum=1Z001")

    made = await create_fulfillment(store.shopify, store.access, {to_send.id: [(to_send.lines[0].id, 2)]}, tracking)

    assert (made.status, made.tracking_numbers) == ("SUCCESS", ("1Z001",))
    assert [(line.order_line_id, line.quantity) for line in made.lines] == [(to_send.lines[0].order_line_id, 2)]
    assert await read_fulfillments(store.shopify, store.access, order.gid) == (made,)
    (left,) = await read_fulfillment_orders(store.shopify, store.access, order.gid)
    assert left.lines[0].remaining == 1
    assert made.created_at - (await read(store, order)).created_at == timedelta(seconds=ROUTED)


async def test_corrects_the_tracking_of_what_was_sent() -> None:
    store = retailer()
    order = store.host.place((store.make_variant().id, 1))
    await store.host.turn(ROUTED)
    (to_send,) = await read_fulfillment_orders(store.shopify, store.access, order.gid)
    sent = await create_fulfillment(
        store.shopify, store.access, {to_send.id: [(to_send.lines[0].id, 1)]}, Tracking("UPS", "1Z001")
    )

    for _ in range(2):
        await update_tracking_info(store.shopify, store.access, sent.id, Tracking("Van", "7", None), notify=False)

    (found,) = await read_fulfillments(store.shopify, store.access, order.gid) or ()
    assert found.tracking == (Tracking("Van", "7", None),)
    with pytest.raises(Refused):
        await update_tracking_info(
            store.shopify, store.access, "gid://shopify/Fulfillment/1", Tracking("Van", "7"), notify=True
        )
