"""What goes wrong with one partner or one retailer leaves the others alone; what is told late still counts in time."""

from datetime import timedelta
from urllib.parse import unquote

import pytest

from simulator.faults.faults import Faults, Rule
from simulator.world.order_model import Order
from simulator.world.orders import Edit, LineChange, edit_order
from tests.support.oak import BEANS, GRACE, QUARTER, Oak, lines_of
from tests.support.shops import PARTNER, RETAILER
from tests.support.trade import Trade
from tests.support.weeks import close_week, sell

pytestmark = pytest.mark.anyio

ELM, SQUARE = "elm.myshopify.com", "square.myshopify.com"
LEAVES = "PARTNER-elm-LEAF"


def masters_in(trade: Trade, shop: str) -> list[Order]:
    """Our orders in a partner's store."""
    return [each for each in trade.shops.store(shop).orders.values() if any(tag.startswith("ph-") for tag in each.tags)]


@pytest.mark.parametrize("action", ["user_error", "server_error"])
async def test_a_partner_whose_store_takes_nothing_keeps_no_other_from_its_order(oak: Oak, action: str) -> None:
    """G17: A is tried again and listed, with the list to hand over by other means; B has its order in time."""
    trade = oak.trade
    await trade.join(ELM, name="Elm Roastery", email="orders@elm.example.com")
    await trade.bring_in(trade.product(ELM, {"sku": "LEAF"}), partner=ELM)
    oak.fail(Rule(action=action, shop=PARTNER, operation="DraftOrderCreate"))  # type: ignore[arg-type]
    trade.buy((BEANS, 3), (LEAVES, 2))
    await trade.settle()
    cycle = await oak.running()
    await oak.reach_close(cycle)
    for _ in range(16):
        await oak.pass_time(QUARTER)
    elm, problems = masters_in(trade, ELM), await oak.problems()
    page = (await trade.shops.get(RETAILER, f"/app/master-orders/{cycle.id}")).text
    oak.fail()
    for kind in problems:
        if kind == "master_order_uncertain":
            await trade.shops.post(RETAILER, f"/app/master-orders/{cycle.id}/send-again")
    closed = await oak.close_week_of(cycle.id)

    assert [lines_of(order) for order in elm] == [[2]]
    about = [each for each in problems.values() if each.subject_kind == "master"]
    assert {each.subject_id for each in about} == {str(cycle.id)}
    assert sum(each.units for each in problems.values()) == 3
    assert all("partner" in each.next_step for each in about)
    assert "data:text/csv" in page
    assert f"{cycle.marker},BEAN,Beans,,3,9.8,USD" in unquote(page)
    assert (closed.state, lines_of(oak.order)) == ("closed", [3])
    assert await trade.problems() == []


async def test_an_edit_before_the_cutoff_that_is_told_in_the_grace_is_included(oak: Oak) -> None:
    """F22: committed half a minute before the cut-off, the webhook two minutes after it."""
    trade = oak.trade
    (placed,) = await oak.sell(3)
    await oak.gather()
    cycle = await oak.running()
    trade.set_clock(cycle.cutoff_at - timedelta(seconds=30))
    trade.shops.world.faults = Faults(
        seed=1, rules=[Rule(action="late", phase="webhook", shop=RETAILER, seconds=150, probability=1.0)]
    )
    change = LineChange(line_id=placed.lines[0].id, quantity=5)
    edit_order(trade.shops.world, trade.shops.store(RETAILER), placed, Edit(changes=[change], paid=True))
    trade.set_clock(cycle.cutoff_at + timedelta(minutes=2))
    await trade.settle()

    closed = await oak.close_week_of(cycle.id)
    if closed.state == "open":
        await oak.reach_close(cycle)
        closed = await oak.close_week_of(cycle.id)

    assert [line.quantity for line in closed.lines] == lines_of(oak.order) == [5]
    assert await oak.units() == {"sent": 5}
    assert timedelta(minutes=2) < GRACE


async def test_one_partner_of_two_retailers_has_two_separate_orders(trade: Trade) -> None:
    """A24: one store, two partnerships; each retailer sees its own, the partner sees both apart."""
    other = Trade(trade.shops, trade.clock, trade.courier, SQUARE)
    await other.join(PARTNER)
    await other.bring_in(other.product(PARTNER, {"sku": "LEAF"}, title="Leaves"))
    await sell(trade, 3)
    other.buy(("PARTNER-oak-LEAF", 2))
    await other.settle()

    first = await close_week(trade)

    orders = {order.tags[0]: lines_of(order) for order in masters_in(trade, PARTNER)}
    home = (await trade.shops.get(PARTNER, "/app")).text
    assert sorted(orders.values()) == [[2], [3]]
    assert orders[first.marker] == [3]
    assert trade.link.partner.id != other.link.partner.id
    assert trade.link.partner_store.id == other.link.partner_store.id
    for linked in (trade.link, other.link):
        assert f"/app/desk/partnerships/{linked.partner.id}" in home
    theirs = (await trade.shops.get(RETAILER, "/app/master-orders")).text
    assert first.marker.split("-20")[0] not in (await trade.shops.get(SQUARE, "/app/master-orders")).text
    assert "Leaves" not in theirs
    assert (await trade.shops.get(SQUARE, f"/app/master-orders/{first.id}")).status_code == 404
    assert await trade.problems() == await other.problems() == []
