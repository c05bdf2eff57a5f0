"""The centre's pages: parcels counted, orders packed, boxes handed over, each once."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import text

from app.fulfillment.rules import CARRIERS
from app.fulfillment.states import ShipmentState
from embedded_ui.carriers import TRACKING_PAGES
from embedded_ui.views.receiving import MOST_AWAITED
from simulator.world.fulfillment import cancel_fulfillment, create_fulfillment, parts_for
from tests.support.shops import PARTNER, Shops
from tests.support.trade import Trade
from tests.support.weeks import NUMBER, close_week, receive, sell, send_parcel, shipments, stock_centre

pytestmark = pytest.mark.anyio


async def test_nothing_to_receive_pack_or_ship_says_what_to_do(trade: Trade) -> None:
    pages = [
        await trade.shops.get(trade.retailer, path) for path in ("/app/receiving", "/app/packing", "/app/shipments")
    ]

    words = ("No parcel is on the way", "Nothing to pack", "Nothing was shipped yet")
    assert all(word in page.text for word, page in zip(words, pages, strict=True))


async def test_a_parcel_is_counted_beside_what_was_announced(trade: Trade) -> None:
    await sell(trade, 3)
    await close_week(trade)
    parcel = await send_parcel(trade)

    listed = (await trade.shops.get(trade.retailer, "/app/receiving")).text
    page = (await trade.shops.get(trade.retailer, f"/app/receiving/{parcel.id}")).text

    assert "From Oak Roastery" in listed
    assert NUMBER in listed
    assert f'name="line_{parcel.lines[0].master_line_id}"' in page
    assert 'value=""' in page
    assert 'data-compared-with="3"' in page


async def test_what_was_ordered_keeps_its_name_when_the_partner_goes(trade: Trade) -> None:
    """A11: the parcel can be counted, and everybody sees of what and for whom it is."""
    await sell(trade, 3)
    order = await trade.order()
    master = await close_week(trade)
    parcel = await send_parcel(trade)
    await trade.shops.post(trade.retailer, f"/app/partners/{trade.link.partner.id}/disconnect")
    await trade.settle()

    pages = [
        (await trade.shops.get(trade.retailer, path)).text
        for path in (
            f"/app/receiving/{parcel.id}",
            f"/app/master-orders/{master.id}",
            f"/app/orders/{order.id}",
        )
    ]

    assert all("Beans" in page and "the partner removed" not in page for page in pages)
    assert f"/app/master-orders/{master.id}" in pages[0]
    assert order.name in pages[1]
    assert f"/app/master-orders/{master.id}" in pages[2]


async def test_a_parcel_is_received_once(trade: Trade) -> None:
    """H4: what is short shows as short, and a second count gets the first one's result."""
    await sell(trade, 3)
    await close_week(trade)
    parcel = await send_parcel(trade)
    path, count = f"/app/receiving/{parcel.id}", {f"line_{parcel.lines[0].master_line_id}": 2}

    first = await trade.shops.post(trade.retailer, path, **count)
    second = await trade.shops.post(trade.retailer, path, **count)

    assert (first.status_code, second.status_code) == (303, 409)
    assert "received in the meantime" in second.text
    assert "1 short" in second.text
    assert "count-form" not in second.text


async def test_a_wrong_count_is_corrected_on_its_page(trade: Trade) -> None:
    """H11, H12: who received it and when stands there, and what was corrected, by whom and why."""
    await sell(trade, 3)
    await close_week(trade)
    parcel = await send_parcel(trade)
    path, name = f"/app/receiving/{parcel.id}", f"line_{parcel.lines[0].master_line_id}"
    early = await trade.shops.get(trade.retailer, f"{path}/correct")
    await trade.shops.post(trade.retailer, path, **{name: 2})
    await trade.settle()

    second = (await trade.shops.post(trade.retailer, path, **{name: 3})).text
    form = (await trade.shops.get(trade.retailer, f"{path}/correct")).text
    refused = await trade.shops.post(trade.retailer, f"{path}/correct", **{name: "", "seen": 0})
    corrected = await trade.shops.post(trade.retailer, f"{path}/correct", **{name: 3, "why": "On a shelf", "seen": 0})
    late = await trade.shops.post(trade.retailer, f"{path}/correct", **{name: 1, "why": "Miscounted", "seen": 0})
    page = (await trade.shops.get(trade.retailer, path)).text

    assert early.status_code == 409
    assert re.search(r"Received</s-text>\s*<s-text>[^<]+, by you<", second)
    assert f'href="{path}/correct"' in second
    assert 'value="2"' in form
    assert (refused.status_code, refused.text.count('error="')) == (422, 2)
    assert (corrected.status_code, late.status_code) == (303, 409)
    assert "3 counted" in late.text
    assert "Beans: 3 instead of 2. On a shelf" in page
    assert "as announced" in page
    assert "Corrected what was found in a parcel: 3 units instead of 2" in page


async def test_a_received_parcel_tells_whose_its_units_are_and_what_nobody_waits_for(trade: Trade) -> None:
    """H6: surplus is said apart, on the master order's page too; the partner reads that it arrived."""
    await sell(trade, 2, 1)
    master = await close_week(trade)
    parcel = await send_parcel(trade)
    path = f"/app/receiving/{parcel.id}"
    await receive(trade, parcel, **{f"line_{parcel.lines[0].master_line_id}": 4})

    page = (await trade.shops.get(trade.retailer, path)).text
    of_master = (await trade.shops.get(trade.retailer, f"/app/master-orders/{master.id}")).text
    desk = f"/app/desk/partnerships/{trade.link.partner.id}/orders/{master.id}"
    of_partner = (await trade.shops.get(PARTNER, desk)).text

    for order, units in zip(await trade.orders(), ("2 units", "1 unit"), strict=True):
        assert f'<s-link href="/app/orders/{order.id}">{order.name}</s-link> ({units})' in page
    assert "1 unit surplus" in page
    assert "Received 4 of 3 units announced, 1 more than ordered" in page
    assert "3 arrived, 1 arrived as surplus" in of_master
    assert "4 arrived<" in of_partner


async def test_who_counts_a_parcel_that_was_taken_back_is_told_so(trade: Trade) -> None:
    """H15: their page had been open; nobody received it."""
    await sell(trade, 3)
    await close_week(trade)
    parcel = await send_parcel(trade)
    store = trade.shops.store(PARTNER)
    (fulfillment,) = store.fulfillments.values()
    cancel_fulfillment(trade.shops.world, store, fulfillment)
    await trade.settle()

    answer = await trade.shops.post(
        trade.retailer, f"/app/receiving/{parcel.id}", **{f"line_{parcel.lines[0].master_line_id}": 3}
    )

    assert answer.status_code == 409
    assert "received in the meantime" not in answer.text
    assert "The partner cancelled this parcel" in answer.text


async def test_a_parcel_that_does_not_come_is_told_on_its_page_and_counted_as_lost_there(trade: Trade) -> None:
    """H13, H3"""
    await sell(trade, 3)
    await close_week(trade)
    parcel = await send_parcel(trade, tracked=False)
    path = f"/app/receiving/{parcel.id}"
    trade.set_clock(trade.clock.at + timedelta(days=7, hours=7))
    await trade.settle()

    listed = (await trade.shops.get(trade.retailer, "/app/receiving")).text
    told = (await trade.shops.get(trade.retailer, "/app/exceptions")).text
    page = (await trade.shops.get(trade.retailer, path)).text
    lost = dict(re.findall(r'<input type="hidden" name="(line_\d+)" value="(0)">', page))
    answer = await trade.shops.post(trade.retailer, path, None, **lost)
    after = (await trade.shops.get(trade.retailer, path)).text

    assert "No number yet" in listed
    assert f'href="{path}"' in told
    assert "The partner sent a parcel without a number more than 7 days ago" in page
    assert "The partner gave no tracking number yet" in page
    assert (answer.status_code, len(lost)) == (303, 1)
    assert "3 short" in after
    assert "more than 7 days ago" not in after


MANY_PARCELS = text("""
    INSERT INTO inbound_parcels
        (store_id, partner_id, cycle_id, shopify_fulfillment_id, state, tracking_number, earlier_numbers, sent_at)
    SELECT store_id, partner_id, cycle_id, 'later-' || n, state, 'LATER' || n, '[]', sent_at
    FROM inbound_parcels, generate_series(1, :count) AS n
""")


async def test_of_many_parcels_those_that_travel_longest_are_shown(trade: Trade) -> None:
    """H13, promise 5: the one that does not arrive must not be pushed off the list by those that were sent since."""
    await sell(trade, 3)
    await close_week(trade)
    await send_parcel(trade)
    async with trade.uow() as uow:
        await uow.session.execute(MANY_PARCELS, {"count": MOST_AWAITED})

    page = (await trade.shops.get(trade.retailer, "/app/receiving")).text

    assert NUMBER in page
    assert f"LATER{MOST_AWAITED}<" not in page


@pytest.mark.parametrize("typed", ["", "-1", "two", "1.5", "٣"])
async def test_what_is_no_count_is_said_at_its_field(trade: Trade, typed: str) -> None:
    await sell(trade, 1)
    await close_week(trade)
    parcel = await send_parcel(trade)
    name = f"line_{parcel.lines[0].master_line_id}"

    answer = await trade.shops.post(trade.retailer, f"/app/receiving/{parcel.id}", **{name: typed})

    assert answer.status_code == 422
    assert 'error="Enter a whole number, 0 or more."' in answer.text


async def test_what_arrived_is_packed_and_handed_over(trade: Trade) -> None:
    """I2: exactly what is in the box is fulfilled, with its tracking."""
    await stock_centre(trade, 2)
    order = await trade.order()
    line = order.lines[0]
    ready = (await trade.shops.get(trade.retailer, "/app/packing")).text

    packed = await trade.shops.post(trade.retailer, f"/app/packing/{order.id}", **{f"line_{line.id}": 2})
    box = packed.headers["Location"].partition("?")[0]
    handed = await trade.shops.post(trade.retailer, f"{box}/hand-over", carrier="USPS", number="9400", url="")
    during = (await trade.shops.get(trade.retailer, box)).text
    meanwhile = (await trade.shops.get(trade.retailer, "/app/shipments")).text
    await trade.settle()
    after = (await trade.shops.get(trade.retailer, box)).text

    assert order.name in ready
    assert "Complete" in ready
    assert (packed.status_code, handed.status_code) == (303, 303)
    assert "Telling your store" in during
    assert "data-refresh" in during
    assert ("Telling your store" in meanwhile, "Needs you" in meanwhile) == (True, False)
    assert "The customer sees it" in after
    assert 'href="https://tools.usps.com/go/TrackConfirmAction?tLabels=9400"' in after
    assert "data-refresh" not in after
    (fulfillment,) = trade.shops.store(trade.retailer).fulfillments.values()
    assert [one.number for one in fulfillment.tracking] == ["9400"]


async def test_more_than_is_there_is_not_packed(trade: Trade) -> None:
    await stock_centre(trade, 2)
    order = await trade.order()

    answer = await trade.shops.post(trade.retailer, f"/app/packing/{order.id}", **{f"line_{order.lines[0].id}": 3})

    assert answer.status_code == 422
    assert "Enter at most 2; more is not here." in answer.text
    assert not await shipments(trade)


async def test_a_link_of_its_own_belongs_to_another_carrier_only(trade: Trade) -> None:
    await stock_centre(trade, 2)
    order = await trade.order()
    boxes = []
    for carrier in ("UPS", "other"):
        packed = await trade.shops.post(trade.retailer, f"/app/packing/{order.id}", **{f"line_{order.lines[0].id}": 1})
        box = packed.headers["Location"].partition("?")[0]
        typed = {"carrier": carrier, "other_carrier": "Cycle Couriers", "url": "https://cycle.example.com/7"}
        await trade.shops.post(trade.retailer, f"{box}/hand-over", number="7 7", **typed)
        boxes.append((await trade.shops.get(trade.retailer, box)).text)

    known, other = boxes

    assert 'href="https://www.ups.com/track?tracknum=7%207"' in known
    assert "cycle" not in known.lower()
    assert "Cycle Couriers" in other
    assert 'href="https://cycle.example.com/7"' in other


@pytest.mark.parametrize("url", ["https://[", "javascript:alert(1)", "cycle.example.com"])
async def test_a_link_that_is_none_is_refused_where_it_is_typed(trade: Trade, url: str) -> None:
    await stock_centre(trade, 1)
    order = await trade.order()
    packed = await trade.shops.post(trade.retailer, f"/app/packing/{order.id}", **{f"line_{order.lines[0].id}": 1})
    box = packed.headers["Location"].partition("?")[0]

    typed = {"carrier": "other", "other_carrier": "Cycle Couriers", "url": url}
    answer = await trade.shops.post(trade.retailer, f"{box}/hand-over", number="7", **typed)

    assert answer.status_code == 422
    assert "Enter a link that begins with https://" in answer.text


def test_every_carrier_that_can_be_chosen_has_a_page() -> None:
    assert set(CARRIERS) == set(TRACKING_PAGES)


async def test_a_stuck_box_comes_first_and_says_what_to_do(trade: Trade) -> None:
    """More than what is in its box was fulfilled by hand in the store while the box was packed here."""
    await stock_centre(trade, 1, 2)
    store, boxes = trade.shops.store(trade.retailer), []
    for order in await trade.orders():
        packed = await trade.shops.post(trade.retailer, f"/app/packing/{order.id}", **{f"line_{order.lines[0].id}": 1})
        boxes.append(packed.headers["Location"].partition("?")[0])
    for parts in parts_for(store, max(store.orders.values(), key=lambda each: each.id), None):
        create_fulfillment(trade.shops.world, store, parts, [], "staff")

    await trade.shops.post(trade.retailer, f"{boxes[1]}/hand-over", carrier="UPS", number="1Z1", url="")
    await trade.settle()
    listed = (await trade.shops.get(trade.retailer, "/app/shipments")).text
    page = (await trade.shops.get(trade.retailer, boxes[1])).text
    told = (await trade.shops.get(trade.retailer, "/app/exceptions")).text

    assert 0 < listed.index(boxes[1]) < listed.index(boxes[0])
    assert "Then post it again, or unpack the box." in page
    assert told.count("A shipment could not be posted") == 1
    assert f'href="{boxes[1]}"' in told


async def test_a_partners_tracking_number_is_refused_at_its_field(trade: Trade) -> None:
    """J2"""
    await stock_centre(trade, 1)
    order = await trade.order()
    packed = await trade.shops.post(trade.retailer, f"/app/packing/{order.id}", **{f"line_{order.lines[0].id}": 1})
    box = packed.headers["Location"].partition("?")[0]

    answer = await trade.shops.post(trade.retailer, f"{box}/hand-over", carrier="UPS", number=NUMBER, url="")

    assert answer.status_code == 422
    assert re.search(rf'name="number"[^>]*value="{NUMBER}"[^>]*error="', answer.text)
    assert [each.state for each in await shipments(trade)] == [ShipmentState.PACKED]


async def test_a_box_is_unpacked(trade: Trade) -> None:
    await stock_centre(trade, 1)
    order = await trade.order()
    packed = await trade.shops.post(trade.retailer, f"/app/packing/{order.id}", **{f"line_{order.lines[0].id}": 1})
    box = packed.headers["Location"].partition("?")[0]

    await trade.shops.post(trade.retailer, f"{box}/unpack")

    assert "The goods went back on the shelf" in (await trade.shops.get(trade.retailer, box)).text
    assert order.name in (await trade.shops.get(trade.retailer, "/app/packing")).text


@pytest.mark.parametrize("path", ["receiving", "packing", "shipments"])
async def test_what_is_not_there_is_not_found_and_a_partner_has_no_centre(trade: Trade, path: str) -> None:
    shops: Shops = trade.shops

    answers = [await shops.get(trade.retailer, f"/app/{path}/{2**50}"), await shops.get(PARTNER, f"/app/{path}/1")]

    assert [answer.status_code for answer in answers] == [404, 404]


async def test_parcels_are_found_by_number_partner_and_master_order(trade: Trade) -> None:
    await sell(trade, 3)
    master = await close_week(trade)
    await send_parcel(trade)

    searched = ("z 999", "oak roast", master.order_name or "", master.marker, "%", "%23", "nobody")
    pages = [(await trade.shops.get(trade.retailer, f"/app/receiving?search={quote(each)}")).text for each in searched]

    found = ["From Oak Roastery" in page for page in pages]
    assert found == [True, True, True, True, False, False, False]
    assert "No parcels found" in pages[-1]
    assert 'value="nobody"' in pages[-1]


async def test_shipments_are_found_by_order_number_and_partner(trade: Trade) -> None:
    await stock_centre(trade, 1, 1)
    boxes = []
    for order, number in zip(await trade.orders(), ("1Z 77", "9400"), strict=True):
        packed = await trade.shops.post(trade.retailer, f"/app/packing/{order.id}", **{f"line_{order.lines[0].id}": 1})
        boxes.append(packed.headers["Location"].partition("?")[0])
        await trade.shops.post(trade.retailer, f"{boxes[-1]}/hand-over", carrier="UPS", number=number, url="")
    first = (await trade.orders())[0]

    searched = ("1z77", "#9400", first.name, "roastery", "nobody")
    pages = [(await trade.shops.get(trade.retailer, f"/app/shipments?search={quote(each)}")).text for each in searched]

    assert [[box in page for box in boxes] for page in pages] == [
        [True, False],
        [False, True],
        [True, False],
        [True, True],
        [False, False],
    ]
    assert all("Needs you" not in page for page in pages)
    assert "No shipments found" in pages[-1]


async def test_the_tracking_of_a_sent_box_is_corrected_on_its_page(trade: Trade) -> None:
    """J2 too: a partner's number is refused at its field, and the box that was unticked stays so."""
    await stock_centre(trade, 1)
    order = await trade.order()
    packed = await trade.shops.post(trade.retailer, f"/app/packing/{order.id}", **{f"line_{order.lines[0].id}": 1})
    box = packed.headers["Location"].partition("?")[0]
    early = await trade.shops.post(trade.retailer, f"{box}/tracking", carrier="UPS", number="1Z2", notify="yes")
    await trade.shops.post(trade.retailer, f"{box}/hand-over", carrier="UPS", number="1Z1", url="")
    await trade.settle()
    before = (await trade.shops.get(trade.retailer, box)).text

    refused = await trade.shops.post(trade.retailer, f"{box}/tracking", carrier="UPS", number=NUMBER)
    answer = await trade.shops.post(trade.retailer, f"{box}/tracking", carrier="UPS", number="1Z2", notify="yes")
    during = (await trade.shops.get(trade.retailer, box)).text
    await trade.settle()
    after = (await trade.shops.get(trade.retailer, box)).text

    assert (early.status_code, refused.status_code, answer.status_code) == (409, 422, 303)
    assert re.search(r'<s-checkbox name="notify"[^>]* checked>', before)
    assert not re.search(r'<s-checkbox name="notify"[^>]* checked>', refused.text)
    assert re.search(rf'name="number"[^>]*value="{NUMBER}"[^>]*error="', refused.text)
    assert "number 1Z2. Until then the customer reads the old one." in during
    assert "data-refresh" in during
    assert "tracknum=1Z2" in after
    assert "data-refresh" not in after
    told = (await trade.shops.get(trade.retailer, f"/app/orders/{order.id}")).text
    assert "Tracking to be corrected to UPS, number 1Z2" in told
