"""Lines that nobody can make yet: listed with their units, routed when it becomes possible, never asked for twice."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from app.core.clock import FixedClock
from app.core.unit_of_work import system_for
from app.gateways.shopify.fulfillment import FulfillmentFacts, FulfillmentLine
from app.gateways.shopify.order_facts import OrderFacts
from app.orders import service
from tests.factories.catalog import make_mapping
from tests.factories.orders import cancelled, edited, order_facts, routed, sold
from tests.factories.stores import make_store
from tests.orders.desk import Desk, at

pytestmark = pytest.mark.anyio


async def test_an_unknown_partner_sku_is_listed_and_ends_with_the_order(desk: Desk) -> None:
    """E17: parked with its units; when nothing is wanted any more nothing is listed."""
    facts = order_facts(sold("PARTNER-nobody-X", 3))
    order_id = await desk.capture(facts)
    (listed,) = await desk.problems()
    await desk.capture(edited(facts, 0, 2))
    (fewer,) = await desk.problems()

    await desk.capture(cancelled(facts, hours=2))

    assert (listed.kind, listed.subject_kind, listed.units) == ("unmapped", "order_line", 3)
    assert (fewer.id, fewer.units) == (listed.id, 2)
    assert await desk.where(order_id) == [{}]
    assert await desk.problems() == []


async def test_a_line_that_was_mapped_late_keeps_its_time(desk: Desk, clock: FixedClock) -> None:
    """E17"""
    known = await make_mapping(desk.open_uow, desk.partner, "KNOWN")
    facts = order_facts(sold(known.sku.replace("KNOWN", "LATE"), 3))
    order_id = await desk.capture(facts)
    clock.at = at(50)
    await make_mapping(desk.open_uow, desk.partner, "LATE")

    async with desk.open_uow(system_for(desk.store_id)) as uow:
        routed_count = await service.route_unmapped(uow)
        due = await service.due_reads(uow, 5)
    await desk.capture(facts)

    assert routed_count == 1
    assert [each.order_gid for each in due] == [facts.id]
    assert await desk.problems() == []
    assert await desk.where(order_id) == [{"queued": 3}]
    assert await desk.queued() == [(3, at(0))]


async def test_what_was_sent_before_it_had_a_route_is_not_made_again(desk: Desk) -> None:
    known = await make_mapping(desk.open_uow, desk.partner, "KNOWN")
    facts = order_facts(sold(known.sku.replace("KNOWN", "LATE"), 3))
    order_id = await desk.capture(facts)
    sent = _sent(facts, 1)
    await desk.capture(sent)
    (listed,) = await desk.problems()
    await make_mapping(desk.open_uow, desk.partner, "LATE")

    async with desk.open_uow(system_for(desk.store_id)) as uow:
        await service.route_unmapped(uow)
    await desk.capture(sent)

    assert listed.units == 2
    assert await desk.where(order_id) == [{"queued": 2}]


async def test_of_what_was_sent_before_it_had_a_route_the_oldest_were_sent(desk: Desk) -> None:
    """F2, E17: what an edit added keeps the edit's time, however much was sent by hand before."""
    known = await make_mapping(desk.open_uow, desk.partner, "KNOWN")
    facts = order_facts(sold(known.sku.replace("KNOWN", "LATE"), 3))
    sent = _sent(edited(facts, 0, 5), 2)
    await desk.capture(sent)
    await make_mapping(desk.open_uow, desk.partner, "LATE")

    async with desk.open_uow(system_for(desk.store_id)) as uow:
        await service.route_unmapped(uow)
    await desk.capture(sent)

    assert await desk.queued() == [(1, at(0)), (2, at(1))]


def _sent(facts: OrderFacts, quantity: int) -> OrderFacts:
    (line,) = facts.lines
    fulfillment = FulfillmentFacts(
        id="gid://shopify/Fulfillment/1",
        status="SUCCESS",
        created_at=at(1),
        updated_at=at(1),
        tracking=(),
        lines=(FulfillmentLine(line.id, None, quantity),),
    )
    left = replace(line, unfulfilled_quantity=line.quantity - quantity)
    return routed(replace(facts, lines=(left,), fulfillments=(fulfillment,)))


async def test_an_order_from_before_the_mapping_is_a_question(desk: Desk, clock: FixedClock) -> None:
    """E31: listed for a decision, nothing queued by itself; what an edit adds later is an order like any other."""
    clock.at = at(10)
    mapping = await make_mapping(desk.open_uow, desk.partner)
    other = await make_mapping(desk.open_uow, desk.partner)
    placed = order_facts(sold(replace(mapping, sku="OWN-1"), 3))  # as it was sold before: under the retailer's SKU
    order_id = await desk.capture(placed)
    (listed,) = await desk.problems()
    added = replace(sold(other, 2), sku="OWN-2")
    clock.at = at(12)
    grown = edited(placed, 0, 3, hours=12)
    agreed = replace(grown.agreements[-1], lines=((added.id, 2),))

    await desk.capture(
        replace(grown, lines=(*grown.lines, added), agreements=(*grown.agreements[:-1], agreed), fulfillment_orders=())
    )

    assert (listed.kind, listed.units) == ("ordered_before_import", 3)
    assert await desk.where(order_id) == [{}, {"queued": 2}]
    assert await desk.queued() == [(2, at(12))]


async def test_what_is_added_to_an_order_from_before_the_mapping_is_a_question_again(
    desk: Desk, clock: FixedClock
) -> None:
    """E31: the first units were sent from the retailer's own stock; an edit wants two more of the line."""
    clock.at = at(10)
    mapping = await make_mapping(desk.open_uow, desk.partner)
    placed = order_facts(sold(replace(mapping, sku="OWN-1"), 3))
    await desk.capture(placed)
    sent = _sent(placed, 3)
    await desk.capture(sent)
    answered = await desk.problems()
    clock.at = at(12)
    grown = edited(placed, 0, 5, hours=12)
    left = replace(grown.lines[0], unfulfilled_quantity=2)

    await desk.capture(routed(replace(grown, lines=(left,), fulfillments=sent.fulfillments), minutes=1))

    assert answered == []
    assert [(each.kind, each.units) for each in await desk.problems()] == [("ordered_before_import", 2)]
    assert await desk.queued() == []


async def test_what_was_sold_of_a_partner_who_is_gone_is_listed(desk: Desk) -> None:
    """E28: captured, listed with its units, and ordered when the partner is back."""
    mapping = await make_mapping(desk.open_uow, desk.partner)
    await _set_state(desk, "disconnected")
    facts = order_facts(sold(mapping, 3))

    order_id = await desk.capture(facts)
    (listed,) = await desk.problems()
    waiting = await desk.where(order_id)
    await desk.capture(edited(facts, 0, 2))
    (fewer,) = await desk.problems()
    await _set_state(desk, "connected")
    await _review(desk)

    assert (listed.kind, listed.units, fewer.units) == ("partner_gone", 3, 2)
    assert waiting == [{"queued": 3}]
    assert await desk.problems() == []
    assert await desk.where(order_id) == [{"queued": 2, "cancelled": 1}]


async def test_what_waited_for_a_partner_who_goes_is_listed(desk: Desk) -> None:
    """A11, W3: the units keep their place, and their number is on the list until they are not wanted or he is back."""
    facts = order_facts(sold(await make_mapping(desk.open_uow, desk.partner), 3))
    order_id = await desk.capture(facts)
    await _set_state(desk, "disconnected")

    await _review(desk)
    (listed,) = await desk.problems()
    await desk.capture(edited(facts, 0, 2))
    await _review(desk)
    (fewer,) = await desk.problems()
    await _set_state(desk, "connected")
    await _review(desk)

    assert (listed.kind, listed.subject_kind, listed.units, fewer.units) == ("partner_gone", "partner", 3, 2)
    assert await desk.problems() == []
    assert await desk.where(order_id) == [{"queued": 2, "cancelled": 1}]


async def _review(desk: Desk) -> None:
    async with desk.open_uow(system_for(desk.store_id)) as uow:
        await service.review_partner(uow, desk.partner.id)


async def _set_state(desk: Desk, state: str) -> None:
    async with desk.open_uow(system_for(desk.store_id)) as uow:
        await uow.session.execute(text("UPDATE partners SET state = :state"), {"state": state})


async def test_another_retailer_sees_nothing_of_it(desk: Desk) -> None:
    """N3: the same Shopify ids mean nothing in another store."""
    facts = order_facts(sold(await make_mapping(desk.open_uow, desk.partner), 3))
    await desk.capture(facts)
    other = await make_store(desk.open_uow)

    async with desk.open_uow(system_for(other)) as uow:
        found = await uow.session.scalars(text("SELECT count(*) FROM orders"))
        known = await service.seen_until(uow, facts.id)

    assert found.one() == 0
    assert not known
