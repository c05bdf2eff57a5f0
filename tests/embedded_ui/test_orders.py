"""The orders' pages: found, and each unit where it is."""

import re
from datetime import timedelta

import pytest

from app.exceptions.service import Problem, open_exception
from app.orders.states import Standing
from app.units.states import SupplyState
from embedded_ui.views.journey import to_centre, to_customer
from simulator.world.orders import cancel_order, pay_order
from tests.support.shops import PARTNER
from tests.support.trade import Trade
from tests.support.weeks import close_week, receive, sell, send_parcel, stock_centre

pytestmark = pytest.mark.anyio


def test_what_was_withdrawn_is_called_what_is_true_of_all_of_it() -> None:
    """The partner agreed not to send it, it was sent back, or it was counted by mistake."""
    journey = to_centre({SupplyState.WITHDRAWN: 2, SupplyState.ALLOCATED: 1})

    assert journey.sentence == "1 arrived, 2 no longer counted"


async def test_without_orders_the_page_says_what_will_come(trade: Trade) -> None:
    assert "No orders yet" in (await trade.shops.get(trade.retailer, "/app/orders")).text


async def test_orders_are_listed_with_where_their_units_are_and_found_by_name(trade: Trade) -> None:
    await sell(trade, 2, 3)
    first, second = await trade.orders()

    listed = (await trade.shops.get(trade.retailer, "/app/orders")).text
    found = (await trade.shops.get(trade.retailer, f"/app/orders?search={second.name.removeprefix('#')}")).text
    nothing = (await trade.shops.get(trade.retailer, "/app/orders?search=nobody")).text

    assert "3 joining the next master order" in listed
    assert (first.name in listed, first.name in found, second.name in found) == (True, False, True)
    assert "No orders found" in nothing


@pytest.mark.parametrize("place", ["older_than=1", "newer_than=999999999"])
async def test_beyond_its_end_the_list_begins_anew(trade: Trade, place: str) -> None:
    """An address somebody kept never says that there is nothing."""
    await sell(trade, 2)

    page = (await trade.shops.get(trade.retailer, f"/app/orders?{place}")).text

    assert (await trade.order()).name in page


async def test_an_order_shows_its_way_and_its_story_and_leads_to_shopify(trade: Trade) -> None:
    await stock_centre(trade, 2)
    order = await trade.order()

    page = (await trade.shops.get(trade.retailer, f"/app/orders/{order.id}")).text

    assert "2 ready to pack" in page
    assert re.search(r'Ordered with <s-link href="/app/master-orders/\d+">Oak Roastery #', page)
    assert "Pack what is here" in page
    assert "Captured; " in page
    assert f"shopify://admin/orders/{order.shopify_order_id.rpartition('/')[2]}" in page


async def test_what_did_not_come_is_told_and_what_left_makes_the_order_partly_shipped(trade: Trade) -> None:
    """H4: one of two is missing in the parcel; it is ordered again, the other one is sent."""
    await sell(trade, 2)
    await close_week(trade)
    parcel = await send_parcel(trade)
    await receive(trade, parcel, **{f"line_{parcel.lines[0].master_line_id}": 1})
    order = await trade.order()
    path = f"/app/orders/{order.id}"
    before = (await trade.shops.get(trade.retailer, path)).text

    packed = await trade.shops.post(trade.retailer, f"/app/packing/{order.id}", **{f"line_{order.lines[0].id}": 1})
    box = packed.headers["Location"].partition("?")[0]
    await trade.shops.post(trade.retailer, f"{box}/hand-over", carrier="UPS", number="1Z1", url="")
    await trade.settle()
    after = [(await trade.shops.get(trade.retailer, each)).text for each in (path, "/app/orders")]

    assert "1 item was packed" in after[0]
    assert "your staff" in after[0]
    assert "1 unit from Oak Roastery did not come; it is ordered again with the next master order" in before
    assert "Partly shipped" not in before
    assert all("Partly shipped" in page for page in after)


async def test_a_cancelled_order_says_so(trade: Trade) -> None:
    await sell(trade)
    bought = trade.buy(("PARTNER-oak-BEAN", 1))
    await trade.settle()
    cancel_order(trade.shops.world, trade.shops.store(trade.retailer), bought)
    await trade.settle()
    order = await trade.order()

    page = (await trade.shops.get(trade.retailer, f"/app/orders/{order.id}")).text

    assert "Cancelled in your store" in page
    assert "1 cancelled" in page


async def test_orders_are_turned_page_by_page(trade: Trade) -> None:
    await sell(trade, 1, 1, 1)
    newest = (await trade.orders())[-1]

    older = (await trade.shops.get(trade.retailer, f"/app/orders?older_than={newest.id}")).text

    assert f"newer_than={newest.id - 1}" in older
    assert newest.name not in older


@pytest.mark.parametrize(
    ("places", "badge"),
    [
        ({"queued": 1, "allocated": 1}, "Ready to pack"),
        ({"allocated": 3, "outbound": 1}, "Ready to pack"),
        ({"packed": 1, "outbound": 1}, "Packed"),
        ({"queued": 1, "outbound": 1}, "Partly shipped"),
        ({"queued": 1, "inbound": 1}, "Next master order"),
    ],
)
def test_an_order_is_called_by_what_can_be_done_about_it(places: dict[str, int], badge: str) -> None:
    """I1: what is at the centre hides neither behind what left already nor behind what is still to come."""
    assert to_customer(places).badge == badge


async def test_the_story_of_an_order_names_the_variant(trade: Trade) -> None:
    size = [{"name": "Size", "values": ["250 g"]}]
    made = trade.product(PARTNER, {"sku": "SMALL", "option_values": ["250 g"]}, title="Ethiopia", options=size)
    await trade.bring_in(made)
    placed = trade.buy(("PARTNER-oak-SMALL", 2))
    await trade.settle()
    cancel_order(trade.shops.world, trade.shops.store(trade.retailer), placed)
    await trade.settle()

    page = (await trade.shops.get(trade.retailer, f"/app/orders/{(await trade.order()).id}")).text

    assert "2 × Ethiopia – 250 g comes from Oak Roastery" in page
    assert "Ethiopia – 250 g: 2 → 0 wanted" in page


async def test_the_story_of_an_unpaid_order_says_what_may_be_ordered_and_what_may_not(trade: Trade) -> None:
    """E10"""
    await sell(trade)
    placed = trade.buy(("PARTNER-oak-BEAN", 2), payment="pending")
    await trade.settle()
    order = await trade.order()
    before = (await trade.shops.get(trade.retailer, f"/app/orders/{order.id}")).text

    pay_order(trade.shops.world, trade.shops.store(trade.retailer), placed)
    await trade.settle()
    after = (await trade.shops.get(trade.retailer, f"/app/orders/{order.id}")).text

    assert "Oak Roastery: 2 units not to be ordered before the payment" in before
    assert ("Oak Roastery: 2 units to order" in before, "Oak Roastery: 2 units to order" in after) == (False, True)


async def test_an_order_that_is_not_ours_is_not_found_and_the_way_on_stays(trade: Trade) -> None:
    answers = [
        await trade.shops.get(trade.retailer, f"/app/orders/{2**50}"),
        await trade.shops.get(PARTNER, "/app/orders"),
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert ['<s-link href="/app/orders">Orders</s-link>' in answer.text for answer in answers] == [True, False]
    assert all('<s-link href="/app" rel="home">Home</s-link>' in answer.text for answer in answers)


async def found_by(trade: Trade, standing: str, names: list[str]) -> list[str]:
    page = (await trade.shops.get(trade.retailer, f"/app/orders?standing={standing}")).text
    return [name for name in names if f">{name}<" in page]


async def test_orders_are_narrowed_to_how_they_stand(trade: Trade) -> None:
    """One was sent, one is to be packed in part, one waits for its partner, one for its payment, one for a person."""
    await stock_centre(trade, 1, 2)
    sent, short = await trade.orders()
    for order in (sent, short):
        packed = await trade.shops.post(trade.retailer, f"/app/packing/{order.id}", **{f"line_{order.lines[0].id}": 1})
        box = packed.headers["Location"].partition("?")[0]
        await trade.shops.post(trade.retailer, f"{box}/hand-over", carrier="UPS", number=f"1Z{order.id}", url="")
    await trade.settle()
    await sell(trade, 1)
    trade.buy(("PARTNER-oak-BEAN", 1), payment="pending")
    await trade.settle()
    await trade.turn(minutes=1)
    names = [each.name for each in await trade.orders()]
    _, _, waiting, unpaid = names
    async with trade.uow() as uow:
        await open_exception(uow, Problem("variant_gone", "order_line", str(short.lines[0].id), "Gone.", "Decide."))

    found = {each: await found_by(trade, each, names) for each in [*Standing, "nothing"]}

    assert found == {
        "needs_you": [short.name],
        "kept": [unpaid],
        "awaited": [waiting],
        "to_pack": [short.name],
        "shipped": [sent.name],
        "nothing": names,
    }


async def test_what_was_chosen_of_the_orders_is_kept_by_search_and_pages(trade: Trade) -> None:
    await sell(trade, 1, 1, 1)
    newest = (await trade.orders())[-1]

    page = (await trade.shops.get(trade.retailer, f"/app/orders?standing=awaited&older_than={newest.id}")).text
    nothing = (await trade.shops.get(trade.retailer, "/app/orders?standing=to_pack")).text

    assert f"standing=awaited&amp;newer_than={newest.id - 1}" in page
    assert '<input type="hidden" name="standing" value="awaited">' in page
    assert newest.name not in page
    assert "No orders found" in nothing
    assert "Show everything" in nothing


async def test_the_order_captured_last_comes_first(trade: Trade) -> None:
    """E3: one that the comparison found is the newest here, however long ago it was placed."""
    await sell(trade)
    trade.buy(("PARTNER-oak-BEAN", 1))
    await trade.lose_webhooks()
    trade.set_clock(trade.clock.at + timedelta(minutes=1))
    trade.buy(("PARTNER-oak-BEAN", 1))
    await trade.settle()
    await trade.turn(minutes=35)
    known, recovered = await trade.orders()

    page = (await trade.shops.get(trade.retailer, "/app/orders")).text

    assert recovered.placed_at < known.placed_at
    assert page.index(f">{recovered.name}<") < page.index(f">{known.name}<")
