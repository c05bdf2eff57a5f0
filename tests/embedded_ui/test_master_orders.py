"""Master orders on the retailer's pages and on the partner's desk: running, sent, changed by the partner."""

import re
from datetime import timedelta

import pytest

from app.core.clock import FixedClock
from simulator.world.apps import uninstall
from simulator.world.draft_orders import DraftEdit, edit_draft
from simulator.world.orders import cancel_order
from tests.support.linked import make_retailer
from tests.support.shops import PARTNER, RETAILER, Shops
from tests.support.trade import Trade, open_trade
from tests.support.weeks import NUMBER, close_week, running, sell, send_parcel

pytestmark = pytest.mark.anyio


def desk(trade: Trade, *rest: object) -> str:
    return "/".join(map(str, ("/app/desk/partnerships", trade.link.partner.id, "orders", *rest)))


async def test_the_running_one_counts_down_in_both_zones(trade: Trade) -> None:
    """G1"""
    await sell(trade, 2)
    await trade.turn(minutes=6)
    master = await running(trade)

    page = (await trade.shops.get(trade.retailer, "/app/master-orders")).text
    detail = (await trade.shops.get(trade.retailer, f"/app/master-orders/{master.id}")).text

    assert "Cut-off in 3 days" in page
    assert "18:00 (Denver time)" in page
    assert "New York time" in page
    assert "2 units in 1 line" in page
    assert "$19.60" in detail


async def test_the_partners_zone_decides_and_both_are_shown(shops: Shops, clock: FixedClock) -> None:
    """G6: the server in UTC, the partner in Auckland, the retailer in Los Angeles; on its pages and on the desk."""
    await make_retailer(shops, time_zone="America/Los_Angeles")
    shops.make_shop(PARTNER, time_zone="Pacific/Auckland")
    async with open_trade(shops, clock) as trade:
        master = await running(trade)
        pages = [
            (await shops.get(RETAILER, "/app/master-orders")).text,
            (await shops.get(RETAILER, f"/app/master-orders/{master.id}")).text,
            (await shops.get(RETAILER, f"/app/partners/{trade.link.partner.id}")).text,
        ]
        at_desk = (await shops.get(PARTNER, desk(trade))).text

    assert master.cutoff_at.isoformat() == "2026-11-05T05:00:00+00:00"  # Thursday 18:00 in Auckland
    for page in pages:
        assert "Thu 5 Nov 2026, 18:00 (Auckland time)" in page
        assert "Wed 4 Nov 2026, 21:00 (Los Angeles time)" in page
    assert "Thu 5 Nov 2026, 18:00 (Auckland time)" in at_desk


async def test_a_sent_one_shows_its_lines_parcels_and_where_the_units_are(trade: Trade) -> None:
    await sell(trade, 2)
    master = await close_week(trade)
    await send_parcel(trade)

    listed = (await trade.shops.get(trade.retailer, "/app/master-orders")).text
    page = (await trade.shops.get(trade.retailer, f"/app/master-orders/{master.id}")).text

    assert f"Oak Roastery {master.order_name}" in listed
    assert "2 on the way" in page
    assert NUMBER in page
    assert master.marker in page
    assert "What was sealed still stands" in page


async def test_one_that_was_given_up_claims_neither_that_it_was_sent_nor_that_nothing_was_sold(trade: Trade) -> None:
    """A13: the partner left in the middle of the week."""
    await sell(trade, 2)
    await trade.turn(minutes=6)
    master = await running(trade)
    uninstall(trade.shops.world, trade.shops.store(PARTNER))
    await trade.settle()

    page = (await trade.shops.get(trade.retailer, f"/app/master-orders/{master.id}")).text

    assert "No order went to the partner." in page
    assert "Ended before its cut-off" in page
    assert ("Cut-off was" in page, "Sent" in page, "Sealed" in page) == (False, False, False)
    assert ("Nothing was sold" in page, "Nothing was ordered" in page, "No parcel" in page) == (False, False, False)
    assert "Ended without a master order: the partner was disconnected" in page


async def test_of_a_week_without_an_order_the_partner_reads_that_there_is_nothing_to_ship(trade: Trade) -> None:
    master = await running(trade)
    trade.set_clock(master.cutoff_at + timedelta(minutes=16))
    await trade.turn(minutes=2)

    page = (await trade.shops.get(PARTNER, desk(trade, master.id))).text

    assert "There is nothing to ship." in page
    assert ("It is being completed" in page, "No parcel" in page) == (False, False)


async def test_the_partners_desk_shows_the_same_without_any_customer(trade: Trade) -> None:
    """N1: the partner sees products, units, costs and parcels, and nothing of who bought."""
    await sell(trade, 2)
    await trade.turn(minutes=6)
    before = (await trade.shops.get(PARTNER, desk(trade))).text
    master = await close_week(trade)
    unsent = (await trade.shops.get(PARTNER, desk(trade))).text + (
        await trade.shops.get(PARTNER, desk(trade, master.id))
    ).text
    await send_parcel(trade)
    (order,) = await trade.orders()

    after = (await trade.shops.get(PARTNER, desk(trade))).text
    page = (await trade.shops.get(PARTNER, desk(trade, master.id))).text

    assert "2 units, $19.60" in before
    assert "2 with you" in unsent
    assert "the partner" not in unsent
    assert str(master.order_name) in after
    assert "2 on the way" in page
    assert NUMBER in page
    assert order.shopify_order_id.rpartition("/")[2] not in before + after + page
    assert "quendrix" not in before + after + page


async def test_what_changed_since_it_was_sealed_is_told_with_its_sign(trade: Trade) -> None:
    """F7"""
    await sell(trade)
    bought = trade.buy(("PARTNER-oak-BEAN", 2))
    await trade.settle()
    master = await close_week(trade)
    cancel_order(trade.shops.world, trade.shops.store(trade.retailer), bought)
    await trade.settle()

    page = (await trade.shops.get(trade.retailer, f"/app/master-orders/{master.id}")).text

    assert "−2 × Beans" in page
    assert "-2 ×" not in page


async def test_what_the_partner_has_stands_beside_what_was_ordered_and_is_what_is_added_up(trade: Trade) -> None:
    """G27: on the retailer's pages and on the desk."""
    await sell(trade, 3)
    await trade.turn(minutes=6)
    store = trade.shops.store(PARTNER)
    (draft,) = store.draft_orders.values()
    edit_draft(trade.shops.world, store, draft, DraftEdit(quantities={draft.lines[0].id: 1}))
    await trade.settle()
    running_page = (await trade.shops.get(trade.retailer, f"/app/master-orders/{(await running(trade)).id}")).text
    running_desk = (await trade.shops.get(PARTNER, desk(trade))).text
    master = await close_week(trade)

    listed = (await trade.shops.get(trade.retailer, "/app/master-orders")).text
    page = (await trade.shops.get(trade.retailer, f"/app/master-orders/{master.id}")).text
    at_desk = (await trade.shops.get(PARTNER, desk(trade, master.id))).text

    assert f"Draft {draft.name} in the partner’s store has 1 unit" in running_page
    assert "You changed the draft: it has 1 unit." in running_desk
    assert f"1 unit, $9.80 on the partner’s order {master.order_name}" in page
    assert "You ordered 3 units, $29.40." in page
    assert ("You ordered</s-table-header>" in page, "Their order has</s-table-header>" in page) == (True, True)
    assert "of 3 ordered" in listed
    assert ("$9.80" in listed, "$29.40" in listed) == (True, False)
    assert "had ordered 3 units, $29.40." in at_desk


async def test_the_payment_terms_stand_in_the_part_that_is_read_again_after_a_check(trade: Trade) -> None:
    part = re.compile(r'<turbo-frame id="partnership-(.*?)</turbo-frame>', re.S)

    found = part.search((await trade.shops.get(PARTNER, "/app/desk")).text)

    assert found
    assert "Payment terms" in found[1]
    assert "<form" not in found[1]


async def test_what_the_partner_changed_is_decided_on_the_page(trade: Trade) -> None:
    await sell(trade, 3)
    await trade.turn(minutes=6)
    master = await running(trade)
    store = trade.shops.store(PARTNER)
    (draft,) = store.draft_orders.values()
    edit_draft(trade.shops.world, store, draft, DraftEdit(quantities={draft.lines[0].id: 1}))
    trade.buy(("PARTNER-oak-BEAN", 1))
    await trade.settle()
    await trade.turn(minutes=6)
    page = (await trade.shops.get(trade.retailer, f"/app/master-orders/{master.id}")).text
    (mapping,) = await trade.mappings()

    path = f"/app/master-orders/{master.id}/lines/{mapping.partner_variant_id}"

    kept = await trade.shops.post(trade.retailer, f"{path}/keep")
    twice = await trade.shops.post(trade.retailer, f"{path}/keep")
    after = (await trade.shops.get(trade.retailer, f"/app/master-orders/{master.id}")).text
    answer = await trade.shops.post(trade.retailer, f"{path}/restore")
    await trade.settle()

    assert "the partner changed it to 1. If you keep theirs, 3 units wait for the next master order." in page
    assert (kept.status_code, twice.status_code) == (303, 409)
    assert "You keep the partner’s 1; 3 units wait for the next master order." in after
    assert ("Keep theirs" in page, "Keep theirs" in after) == (True, False)
    assert answer.status_code == 303
    assert [line.quantity for line in draft.lines] == [4]


async def test_nobody_elses_master_order_is_found(trade: Trade) -> None:
    shops: Shops = trade.shops
    master = await running(trade)
    other = "elm.myshopify.com"
    await trade.join(other)

    answers = [
        await shops.get(RETAILER, f"/app/master-orders/{2**50}"),
        await shops.get(PARTNER, f"/app/master-orders/{master.id}"),
        await shops.get(other, desk(trade)),
        await shops.get(other, desk(trade, master.id)),
        await shops.get(other, f"/app/desk/partnerships/{trade.links[other].partner.id}/orders/{master.id}"),
        await shops.post(RETAILER, f"/app/master-orders/{2**50}/lines/1/restore"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 6
