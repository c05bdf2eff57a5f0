"""Capturing orders: whatever comes twice, late, in any order or incomplete, the ledger ends at the target."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from app.core.clock import FixedClock
from app.core.money import Money
from app.core.unit_of_work import system_for
from app.orders import service
from app.orders.states import Route
from app.units import queries as units
from app.units import service as ledger
from app.units.terms import Because, Supply
from tests.factories.catalog import make_mapping
from tests.factories.orders import cancelled, edited, order_facts, routed, sold
from tests.factories.partners import make_partner
from tests.orders.desk import Desk, at

pytestmark = pytest.mark.anyio


async def test_an_order_is_captured_once_however_often_it_comes(desk: Desk) -> None:
    """E1"""
    facts = order_facts(sold(await make_mapping(desk.open_uow, desk.partner), 3))

    ids = {await desk.capture(facts) for _ in range(3)}

    assert len(ids) == 1
    assert await desk.where(ids.pop()) == [{"queued": 3}]
    assert await desk.events() == ["order.captured", "order.line.routed", "order.demand.changed"]
    assert {"master_orders.rewrite_draft", "inventory.refresh_offers"} <= await desk.jobs()


async def test_older_news_changes_nothing(desk: Desk) -> None:
    """E2, E4: whatever the order of arrival, the newest state stays."""
    placed = order_facts(sold(await make_mapping(desk.open_uow, desk.partner), 3))
    newer = edited(placed, 0, 2)

    order_id = await desk.capture(newer)
    before = await desk.events()
    await desk.capture(placed)

    assert await desk.where(order_id) == [{"queued": 2}]
    assert await desk.events() == before


async def test_of_two_readings_of_one_second_the_one_that_was_asked_for_later_stays(desk: Desk) -> None:
    """E4: Shopify's times are whole seconds, and a second can hold two changes."""
    placed = order_facts(sold(await make_mapping(desk.open_uow, desk.partner), 3))
    newer = replace(edited(placed, 0, 2), updated_at=placed.updated_at, read_at=placed.read_at + timedelta(seconds=0.1))

    order_id = await desk.capture(placed)
    await desk.capture(newer)
    await desk.capture(placed)

    assert await desk.where(order_id) == [{"queued": 2, "cancelled": 1}]


async def test_each_line_goes_its_own_way(desk: Desk) -> None:
    """E13, E14"""
    hill = await make_partner(desk.open_uow, desk.store_id, name="hill")
    beans = await make_mapping(desk.open_uow, desk.partner)
    facts = order_facts(
        sold(beans, 2),
        sold(await make_mapping(desk.open_uow, hill), 1),
        sold("OWN-1", 1),
        sold(beans, 4, custom_attributes=(("Grind", "fine"), ("Engraving", "Ada"))),
        sold(None, 1, is_gift_card=True),
    )

    order = await desk.order(await desk.capture(facts))

    assert [line.route for line in order.lines] == [*[Route.PARTNER] * 2, Route.OWN, Route.PARTNER, Route.OWN]
    assert [line.partner_id for line in order.lines] == [desk.partner.id, hill.id, None, desk.partner.id, None]
    assert await desk.where(order.id) == [{"queued": 2}, {"queued": 1}, {}, {"queued": 4}, {}]
    assert await desk.queued() == [(2, at(0)), (4, at(0))]
    assert order.lines[3].properties == (("Grind", "fine"),)
    assert await desk.problems() == []


async def test_the_cost_is_kept_as_it_was(desk: Desk) -> None:
    """The partner's retail price at capture less the accepted discount; later prices do not change it."""
    mapping = await make_mapping(desk.open_uow, desk.partner, price="14.35")
    facts = order_facts(sold(mapping, 3))
    order_id = await desk.capture(facts)
    async with desk.open_uow(system_for(desk.partner.partner_store_id)) as uow:
        await uow.session.execute(text("UPDATE partner_variants SET price_amount = 99"))

    await desk.capture(edited(facts, 0, 5))

    (line,) = (await desk.order(order_id)).lines
    assert line.unit_cost == Money(Decimal("10.05"), "USD")  # 10.045 half-up
    async with desk.open_uow(system_for(desk.store_id)) as uow:
        lots = await units.queued_demand(uow.session, desk.store_id, desk.partner.id)
    assert {lot.unit_cost for lot in lots} == {Money(Decimal("10.05"), "USD")}


async def test_packs_count_as_the_units_in_them(desk: Desk) -> None:
    """B21"""
    facts = order_facts(sold(await make_mapping(desk.open_uow, desk.partner, units_per=2), 3))

    order_id = await desk.capture(facts)
    await desk.capture(edited(facts, 0, 4))

    assert await desk.where(order_id) == [{"queued": 8}]
    assert await desk.queued() == [(6, at(0)), (2, at(1))]


async def test_an_order_without_fulfilment_orders_counts_in_full(desk: Desk) -> None:
    """E29: they appear up to half a minute later, and a list that is empty once more takes nothing away."""
    facts = order_facts(sold(await make_mapping(desk.open_uow, desk.partner), 3))

    order_id = await desk.capture(facts)
    early = await desk.where(order_id)
    await desk.capture(routed(facts))
    emptied = replace(facts, updated_at=at(2), lines=(replace(facts.lines[0], unfulfilled_quantity=0),))
    await desk.capture(emptied)

    assert early == await desk.where(order_id) == [{"queued": 3}]
    assert "order.line.changed" not in await desk.events()


async def test_a_list_that_is_empty_once_more_ends_no_hold(desk: Desk) -> None:
    """E23, E29: nobody released it, so nothing is ordered."""
    facts = order_facts(sold(await make_mapping(desk.open_uow, desk.partner), 3))
    order_id = await desk.capture(routed(facts, is_held=True))

    await desk.capture(replace(facts, updated_at=at(2)))

    assert await desk.where(order_id) == [{"held": 3}]
    assert "order.line.released" not in await desk.events()


async def test_fewer_before_the_cut_off(desk: Desk) -> None:
    """F1: queued 2, an event with before and after."""
    facts = routed(order_facts(sold(await make_mapping(desk.open_uow, desk.partner), 3)))
    order_id = await desk.capture(facts)

    await desk.capture(edited(facts, 0, 2))

    assert await desk.where(order_id) == [{"queued": 2, "cancelled": 1}]
    async with desk.open_uow(system_for(desk.store_id)) as uow:
        sentences = list(await uow.session.scalars(text("SELECT sentence FROM domain_events ORDER BY id")))
    assert "Coffee – 250 g: 3 → 2 wanted" in sentences


async def test_more_keep_their_own_time(desk: Desk) -> None:
    """F2: two more are eligible since the edit, the three before since the order; and F1 after it takes the newest."""
    facts = routed(order_facts(sold(await make_mapping(desk.open_uow, desk.partner), 3)))
    await desk.capture(facts)
    more = edited(facts, 0, 5)

    await desk.capture(more)
    grown = await desk.queued()
    await desk.capture(edited(more, 0, 4, hours=2))

    assert grown == [(3, at(0)), (2, at(1))]
    assert await desk.queued() == [(3, at(0)), (1, at(1))]


async def test_taken_away_and_added_again_is_new(desk: Desk) -> None:
    facts = routed(order_facts(sold(await make_mapping(desk.open_uow, desk.partner), 3)))
    less = edited(facts, 0, 1, hours=1)
    again = edited(less, 0, 3, hours=2)

    for each in (facts, less, again):
        await desk.capture(each)

    assert await desk.queued() == [(1, at(0)), (2, at(2))]


async def test_a_line_removed_and_another_added(desk: Desk) -> None:
    """F3: also where the first was never routed in Shopify."""
    hill = await make_partner(desk.open_uow, desk.store_id, name="hill")
    first, other = sold(await make_mapping(desk.open_uow, desk.partner), 3), sold("OWN", 1)
    placed = order_facts(first, other)
    order_id = await desk.capture(placed)
    added = sold(await make_mapping(desk.open_uow, hill), 2)
    gone = edited(placed, 0, 0)
    agreed = replace(gone.agreements[-1], lines=((first.id, -3), (added.id, 2)))
    now = replace(gone, lines=(*gone.lines, added), agreements=(*gone.agreements[:-1], agreed), fulfillment_orders=())

    await desk.capture(routed(now))

    assert await desk.where(order_id) == [{"cancelled": 3}, {}, {"queued": 2}]


async def test_cancelled_before_the_cut_off(desk: Desk) -> None:
    """F6: all queued lines are cancelled, and the draft is rewritten."""
    hill = await make_partner(desk.open_uow, desk.store_id, name="hill")
    lines = [sold(await make_mapping(desk.open_uow, desk.partner), 3), sold(await make_mapping(desk.open_uow, hill), 1)]
    facts = order_facts(*lines)
    order_id = await desk.capture(facts)

    await desk.capture(cancelled(facts))
    await desk.capture(cancelled(facts))

    assert await desk.where(order_id) == [{"cancelled": 3}, {"cancelled": 1}]
    assert (await desk.events()).count("order.cancelled") == 1
    assert (await desk.events()).count("order.demand.changed") == 4  # each partner: came, went


async def test_cancelled_after_the_master_order_was_sent(desk: Desk) -> None:
    """F7: the demand ends, its supply stays and will be surplus, and the change is told."""
    mapping = await make_mapping(desk.open_uow, desk.partner)
    facts = order_facts(sold(mapping, 3))
    order_id = await desk.capture(facts)
    supply = Supply(
        *(77, desk.partner.id, desk.partner.partner_store_id, mapping.partner_variant_id),
        Money(Decimal("9.80"), "USD"),
    )
    async with desk.open_uow(system_for(desk.store_id)) as uow:
        lots = await units.queued_demand(uow.session, desk.store_id, desk.partner.id)
        because = Because("cycle.frozen", "cycle", "1", at(0))
        await ledger.assign(uow, supply, [(lot.lot_id, lot.quantity) for lot in lots], because)
        await ledger.confirm_supply(uow, supply, 3, because)

    await desk.capture(cancelled(facts))

    assert await desk.where(order_id) == [{"cancelled": 3}]
    async with desk.open_uow(system_for(desk.store_id)) as uow:
        assert await units.supply_whereabouts(uow.session, desk.store_id, [77]) == {77: {"sent": 3}}
    assert (await desk.events()).count("order.sent_units.released") == 1
    assert "master_orders.note_release" in await desk.jobs()


async def test_unpaid_units_wait_until_they_are_paid(desk: Desk) -> None:
    mapping = await make_mapping(desk.open_uow, desk.partner)
    unpaid = order_facts(sold(mapping, 3), is_paid=False)
    order_id = await desk.capture(unpaid)
    waiting = await desk.where(order_id)
    paid = order_facts(sold(mapping, 3), at=at(5))

    await desk.capture(replace(unpaid, transactions=paid.transactions, financial_status="PAID", updated_at=at(5)))

    assert waiting == [{"captured": 3}]
    assert await desk.queued() == [(3, at(5))]


async def test_an_unpaid_edit_delays_only_what_it_added(desk: Desk) -> None:
    facts = order_facts(sold(await make_mapping(desk.open_uow, desk.partner), 3))
    order_id = await desk.capture(edited(facts, 0, 5, is_paid=False))

    assert await desk.where(order_id) == [{"queued": 3, "captured": 2}]
    assert await desk.queued() == [(3, at(0))]


@pytest.mark.parametrize(("known", "where"), [(True, "queued"), (None, "captured")])
async def test_payment_terms_need_no_payment_where_we_may_know_of_them(
    desk: Desk, known: bool | None, where: str
) -> None:
    facts = order_facts(sold(await make_mapping(desk.open_uow, desk.partner), 3), is_paid=False)

    order_id = await desk.capture(replace(facts, has_payment_terms=known))

    assert await desk.where(order_id) == [{where: 3}]


async def test_held_units_wait_and_are_eligible_since_their_release(desk: Desk, clock: FixedClock) -> None:
    """E23, D24: held units count as unseen; the release is dated as its news told."""
    mapping = await make_mapping(desk.open_uow, desk.partner)
    facts = order_facts(sold(mapping, 3))
    order_id = await desk.capture(facts)
    await desk.capture(routed(facts, is_held=True))
    held = await desk.where(order_id)
    async with desk.open_uow(system_for(desk.store_id)) as uow:
        unseen = await units.unseen_by_partner(uow, desk.partner.partner_store_id, {mapping.partner_variant_id: None})
    clock.at = at(6)

    await desk.capture(routed(facts, minutes=2), released_at=at(5.5))

    assert held == [{"held": 3}]
    assert unseen[mapping.partner_variant_id] == {desk.store_id: 3}
    assert await desk.queued() == [(3, at(5.5))]
    assert [name for name in await desk.events() if name.startswith("order.line.")] == [
        *("order.line.routed", "order.line.held", "order.line.released")
    ]


@pytest.mark.parametrize(("told", "believed"), [(None, 6), (-30, 0), (99, 6)])
async def test_a_release_is_believed_only_as_far_as_it_can_be_true(
    desk: Desk, clock: FixedClock, told: float | None, believed: float
) -> None:
    facts = order_facts(sold(await make_mapping(desk.open_uow, desk.partner), 1))
    await desk.capture(routed(facts, is_held=True))
    clock.at = at(6)

    await desk.capture(routed(facts, minutes=2), released_at=None if told is None else at(told))

    assert await desk.queued() == [(1, at(believed))]


@pytest.mark.parametrize(
    ("is_held", "told", "left"), [(False, None, None), (True, None, 5), (False, 5.5, 5.5), (True, 5.5, 5.5)]
)
async def test_a_release_that_was_read_dates_no_later_one(
    desk: Desk, is_held: bool, told: float | None, left: float | None
) -> None:
    """E23: news came while it was read; what is still held may be what the release was of, and a newer one stays."""
    gid = "gid://shopify/Order/1"
    async with desk.open_uow(system_for(desk.store_id)) as uow:
        await service.ask_for_read(uow, gid, "webhook", released_at=at(5))
        (read,) = await service.due_reads(uow, 10)

    async with desk.open_uow(system_for(desk.store_id)) as uow:
        await service.ask_for_read(uow, gid, "webhook", released_at=None if told is None else at(told))
        await service.finish_read(uow, read, is_held=is_held)

    async with desk.open_uow(system_for(desk.store_id)) as uow:
        (again,) = await service.due_reads(uow, 10)
    assert again.released_at == (None if left is None else at(left))


async def test_a_test_order_reaches_nobody(desk: Desk) -> None:
    """E8: stored and marked, no units, nothing listed."""
    lines = sold(await make_mapping(desk.open_uow, desk.partner), 3), sold("PARTNER-nobody-X", 1)

    order = await desk.order(await desk.capture(order_facts(*lines, test=True)))

    assert order.is_test
    assert await desk.where(order.id) == [{}, {}]
    assert await desk.queued() == []
    assert await desk.problems() == []
