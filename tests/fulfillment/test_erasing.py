"""What is erased for people's sake, and what is kept without them: shops, customers, requests for data."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.core.unit_of_work import SYSTEM, system_for
from app.exceptions.service import Problem, open_exception
from app.fulfillment import erasing, service
from app.fulfillment.erasing import erasable_at
from app.fulfillment.service import Handover
from app.fulfillment.service.correcting import NOT_CORRECTED
from app.master_orders.queries import list_master_orders
from app.stores.errors import RequestNotFound
from app.stores.service import RequestFacts, list_requests
from jobs.schedule import plan_standing
from simulator.faults.faults import Faults, Rule
from simulator.world.apps import install, uninstall
from simulator.world.routing import hold_order
from tests.support.linked import partners_now
from tests.support.oak import Oak
from tests.support.shops import PARTNER, RETAILER
from tests.support.trade import Trade
from tests.support.weeks import stock_centre

pytestmark = pytest.mark.anyio
EMAIL, PHONE = "ada-quendrix@example.com", "+15550100"
NUMBER = "1ZOURS"
ASKED, DUE = datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC)


async def send(trade: Trade, shop: str, topic: str, **body: Any) -> int:
    """Have Shopify ask, with the person's data as it sends them, and let it be done."""
    store = trade.shops.world.stores.get(shop)
    person = {"customer": {"id": 191167, "email": EMAIL, "phone": PHONE}} if topic.startswith("customers") else {}
    content = {"shop_id": store.id if store else 5, "shop_domain": shop, **person, **body}
    status = await trade.send(shop, topic, json.dumps(content).encode())
    await trade.settle()
    return status


async def everything(trade: Trade) -> str:
    """Everything the database holds, whoever may see it."""
    link = trade.link
    found: list[str] = []
    for store_id in (link.retailer.id, link.partner_store.id):
        async with trade.shops.open_uow(system_for(store_id)) as uow:
            names = await uow.session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
            for name in set(names) - {"alembic_version"}:
                found += (await uow.session.scalars(text(f"SELECT t::text FROM {name} t"))).all()
    return "\n".join(found)


async def requests(trade: Trade) -> list[RequestFacts]:
    async with trade.shops.open_uow(SYSTEM) as uow:
        return await list_requests(uow)


async def units_and_money(trade: Trade) -> tuple[Any, ...]:
    """Everything that must stay: units, prices, the partner's master orders."""
    async with trade.uow() as uow:
        masters = await list_master_orders(uow.session, trade.retailer_id)
        moves = await uow.session.scalar(text("SELECT count(*) FROM unit_moves"))
        costs = (await uow.session.scalars(text("SELECT unit_cost_amount::text FROM order_lines ORDER BY id"))).all()
    return [(each.id, each.state, each.lines) for each in masters if each.lines], moves, list(costs)


async def ship(trade: Trade) -> None:
    """A box with everything of the first order leaves the centre."""
    order = (await trade.orders())[0]
    line = order.partner_lines[0]
    answer = await trade.shops.post(RETAILER, f"/app/packing/{order.id}", **{f"line_{line.id}": line.quantity})
    assert answer.status_code == 303
    async with trade.uow() as uow:
        shipment_id = await uow.session.scalar(text("SELECT max(id) FROM shipments"))
        await service.hand_over(uow, int(shipment_id or 0), Handover("UPS", NUMBER, ""))
    await trade.settle()


async def test_a_partner_that_left_is_erased_and_the_books_stay(trade: Trade) -> None:
    """A14: tokens and contacts go, with a receipt; what is owed to them is still there. Asked again: harmless."""
    await stock_centre(trade, 2)
    before = await units_and_money(trade)
    uninstall(trade.shops.world, trade.shops.store(PARTNER))
    await trade.settle()

    statuses = [await send(trade, PARTNER, "shop/redact") for _ in range(2)]

    first, second = await requests(trade)
    (partner,) = await partners_now(trade.shops)
    assert statuses == [200, 200]
    assert first.kind == "shop"
    assert first.done_at is not None
    assert first.receipt["contacts"] == 1
    assert second.receipt["contacts"] == 0
    assert (partner.name, partner.state) == ("Oak Roastery", "disconnected")
    assert "orders@oak.example.com" not in await everything(trade)
    assert await units_and_money(trade) == before
    tokens = text("SELECT count(*) FROM access_tokens WHERE store_id = :id")
    async with trade.shops.open_uow(SYSTEM) as uow:
        assert await uow.session.scalar(tokens, {"id": trade.link.partner_store.id}) == 0
    assert await trade.failed_jobs() == []


async def test_a_retailer_that_left_is_erased_and_its_units_stay(trade: Trade) -> None:
    """A21: numbers of customers' parcels, addresses, staff; money, units and the partner's master order stay."""
    await stock_centre(trade, 2)
    await ship(trade)
    oak = Oak(trade)
    await oak.correct((await oak.parcels())[0], 3)
    before = await units_and_money(trade)
    assert {NUMBER, "Miscounted"} <= set(re.findall(r"\w+", await everything(trade)))
    uninstall(trade.shops.world, trade.shops.store(RETAILER))
    await trade.settle()

    await send(trade, RETAILER, "shop/redact")

    dump = await everything(trade)
    (request,) = await requests(trade)
    assert request.done_at is not None
    assert request.receipt["parcels"] == 1
    assert request.receipt["events"] == 1
    assert request.receipt["staff"] > 0
    assert NUMBER not in dump
    assert "Mill Lane" not in dump
    assert "Miscounted" not in dump
    assert await units_and_money(trade) == before
    assert await trade.failed_jobs() == []


async def test_nobody_waits_for_a_number_that_was_erased_however_long_ago_its_box_left(trade: Trade) -> None:
    """A21: the oldest of a thousand and one boxes, whose tracking could not be corrected."""
    await stock_centre(trade, 2)
    await ship(trade)
    async with trade.uow() as uow:
        oldest = await uow.session.scalar(text("SELECT max(id) FROM shipments"))
        more = "INSERT INTO shipments (store_id, order_id, state, fulfillment_ids, packed_at, sends)"
        copied = "SELECT store_id, order_id, state, fulfillment_ids, packed_at, sends FROM shipments"
        await uow.session.execute(text(f"{more} {copied}, generate_series(1, 1000) WHERE id = :id"), {"id": oldest})
        await open_exception(uow, Problem(NOT_CORRECTED, "shipment", str(oldest), "Not taken.", "Enter it again."))
    before = [each.kind for each in await trade.problems()]
    uninstall(trade.shops.world, trade.shops.store(RETAILER))
    await trade.settle()

    await send(trade, RETAILER, "shop/redact")

    assert NOT_CORRECTED in before
    assert NOT_CORRECTED not in [each.kind for each in await trade.problems()]
    assert await trade.failed_jobs() == []


async def test_a_shop_whose_farewell_was_lost_is_looked_at_before_it_is_erased(trade: Trade) -> None:
    """A14 A22: one that still lets us in is left alone; one that does not has left."""
    await send(trade, PARTNER, "shop/redact")
    still_there = await partners_now(trade.shops)
    uninstall(trade.shops.world, trade.shops.store(PARTNER))
    await trade.lose_webhooks()

    await send(trade, PARTNER, "shop/redact")

    assert [each.state for each in still_there] == ["connected"]
    assert [each.state for each in await partners_now(trade.shops)] == ["disconnected"]
    assert [each.receipt["contacts"] for each in await requests(trade)] == [1]


async def test_a_shop_that_changed_its_name_after_it_left_is_erased(trade: Trade) -> None:
    """A14, A15: nobody told us the new name; the shop's id says whose it is."""
    stores, renamed = trade.shops.world.stores, "oak-and-sons.myshopify.com"
    uninstall(trade.shops.world, trade.shops.store(PARTNER))
    await trade.settle()
    store = stores[renamed] = stores.pop(PARTNER)
    store.profile.domain = renamed

    await send(trade, renamed, "shop/redact")

    (request,) = await requests(trade)
    assert (request.store_id, request.receipt["contacts"]) == (trade.link.partner_store.id, 1)
    assert "orders@oak.example.com" not in await everything(trade)


async def test_a_shop_that_came_back_before_it_was_erased_stays(trade: Trade) -> None:
    """A13"""
    partner = trade.shops.store(PARTNER)
    uninstall(trade.shops.world, partner)
    await trade.settle()
    install(trade.shops.world, partner)
    await trade.shops.load(PARTNER)

    await send(trade, PARTNER, "shop/redact")

    assert await requests(trade) == []
    assert "orders@oak.example.com" in await everything(trade)


@pytest.mark.parametrize("topic", ["customers/redact", "customers/data_request", "shop/redact"])
async def test_a_shop_nobody_knows_is_answered_and_noted(trade: Trade, topic: str) -> None:
    assert await send(trade, "nobody.myshopify.com", topic, orders_to_redact=[1], orders_requested=[1]) == 200

    (request,) = await requests(trade)
    assert (request.store_id, request.done_at is not None) == (None, True)
    assert EMAIL not in await everything(trade)
    assert await trade.failed_jobs() == []


@pytest.mark.parametrize(
    ("closed_at", "erased_at"),
    [
        (None, DUE),
        (ASKED - timedelta(days=3), ASKED),
        (ASKED, ASKED),
        (ASKED + timedelta(days=5), ASKED + timedelta(days=15)),
        (ASKED + timedelta(days=25), DUE),
    ],
)
def test_when_a_customers_order_is_erased(closed_at: datetime | None, erased_at: datetime) -> None:
    """N1"""
    assert erasable_at(closed_at, ASKED, DUE) == erased_at


async def test_a_customer_is_forgotten_ten_days_after_the_order_ended(trade: Trade) -> None:
    """N1: while the order is open its shipping data are kept; of another customer nothing goes."""
    await stock_centre(trade, 2, 1)
    mine, other = (each.shopify_order_id.rsplit("/", 1)[-1] for each in await trade.orders())
    await send(trade, RETAILER, "customers/redact", orders_to_redact=[int(mine), 999])
    await trade.turn(minutes=1)
    await ship(trade)
    kept = await everything(trade)
    shipped_at = trade.clock.at

    for days in (1, 9, 10):
        trade.set_clock(shipped_at + timedelta(days=days, minutes=5))
        await trade.settle()
        if days < 10:
            assert NUMBER in await everything(trade)

    dump = await everything(trade)
    (request,) = await requests(trade)
    assert NUMBER in kept
    assert EMAIL not in kept
    assert PHONE not in kept
    assert NUMBER not in dump
    assert request.done_at is not None
    assert (request.receipt["orders"], request.receipt["parcels"]) == (1, 1)
    assert len(await trade.orders()) == 2
    assert other in dump


@pytest.mark.parametrize("answers", [True, False])
async def test_what_is_shipped_after_a_customer_was_forgotten_is_forgotten_too(trade: Trade, answers: bool) -> None:
    """N1: the order was open for longer than the law allows; where the store does not answer, as soon as it did."""
    await stock_centre(trade, 2)
    mine = (await trade.order()).shopify_order_id.rsplit("/", 1)[-1]
    await send(trade, RETAILER, "customers/redact", orders_to_redact=[int(mine)])
    trade.set_clock(trade.clock.at + timedelta(days=31))
    await trade.settle()
    (before,) = await requests(trade)
    if not answers:
        rules = [Rule(action="drop", phase="before", operation="FulfillmentCreate")]
        trade.shops.world.faults = Faults(seed=1, profile="rules", rules=rules)

    await ship(trade)
    kept = await everything(trade)
    for _ in range(3):
        trade.set_clock(trade.clock.at + timedelta(days=1, minutes=1))
        await trade.settle()
        (during,) = await requests(trade)
        if not answers:
            assert (NUMBER in await everything(trade), during.done_at) == (True, None)
            trade.shops.world.faults = Faults(seed=1, profile="none")
            answers = True

    (after,) = await requests(trade)
    assert before.done_at is not None
    assert NUMBER in kept
    assert NUMBER not in await everything(trade)
    assert after.done_at is not None
    assert (after.receipt["orders"], after.receipt["parcels"]) == (1, 1)


async def test_a_customer_of_a_shop_that_changed_its_name_is_forgotten(trade: Trade) -> None:
    """N1, A15: before we learned of the new name; the shop's id says whose customer it is."""
    await stock_centre(trade, 2)
    await ship(trade)
    mine = (await trade.order()).shopify_order_id.rsplit("/", 1)[-1]
    stores, renamed = trade.shops.world.stores, "corner-and-sons.myshopify.com"
    store = stores[renamed] = stores.pop(RETAILER)
    store.profile.domain = renamed

    await send(trade, renamed, "customers/redact", shop_domain=RETAILER, orders_to_redact=[int(mine)])

    (request,) = await requests(trade)
    assert (request.store_id, request.receipt["parcels"]) == (trade.link.retailer.id, 1)
    assert NUMBER not in await everything(trade)


@pytest.mark.parametrize(
    ("topic", "body"),
    [
        ("customers/redact", {"orders_requested": [1]}),
        ("customers/data_request", {"orders_to_redact": [1]}),
        ("customers/redact", {"orders_to_redact": 1}),
        ("customers/redact", {"orders_to_redact": [1], "shop_id": None, "shop_domain": "other.myshopify.com"}),
    ],
)
async def test_a_wish_that_is_not_understood_erases_nothing_and_keeps_nobody(
    trade: Trade, topic: str, body: dict[str, Any]
) -> None:
    """N1 N2 E6: a body of the other topic under this one's name is not signed as such; who it names goes at once."""
    await stock_centre(trade, 2)
    await ship(trade)
    mine = int((await trade.order()).shopify_order_id.rsplit("/", 1)[-1])
    named = {name: [mine] if value == [1] else value for name, value in body.items()}

    await send(trade, RETAILER, topic, **named)

    dump = await everything(trade)
    (problem,) = await trade.problems()
    assert problem.kind == "not_understood"
    assert "have it sent again" in problem.next_step
    assert await requests(trade) == []
    assert NUMBER in dump
    assert EMAIL.encode().hex() not in dump


@pytest.mark.parametrize("comes_back", [False, True])
async def test_a_customer_is_forgotten_in_time_though_the_shop_went_away(trade: Trade, comes_back: bool) -> None:
    """N1: the look that was planned ends with the installation; the law's thirty days do not."""
    await plan_standing(trade.shops.runner.units)
    await stock_centre(trade, 2)
    await trade.turn(minutes=1)
    mine = (await trade.order()).shopify_order_id.rsplit("/", 1)[-1]
    await send(trade, RETAILER, "customers/redact", orders_to_redact=[int(mine)])
    await ship(trade)
    retailer = trade.shops.store(RETAILER)
    uninstall(trade.shops.world, retailer)
    await trade.settle()
    if comes_back:
        install(trade.shops.world, retailer)
        await trade.shops.load(RETAILER)
        await trade.settle()

    for days in (1, 10):
        trade.set_clock(trade.clock.at + timedelta(days=days))
        await trade.settle()

    request, *_ = await requests(trade)  # and that of a shop that stays away
    assert request.done_at is not None
    assert request.done_at < request.due_at
    assert NUMBER not in await everything(trade)


async def test_a_customers_data_are_handed_over_and_nobody_elses(oak: Oak) -> None:
    """N2: the package of the orders asked for; nothing of a person, nothing of other customers."""
    trade = oak.trade
    await stock_centre(trade, 2, 1)
    await ship(trade)
    mine = (await trade.orders())[0]

    await send(
        trade, RETAILER, "customers/data_request", orders_requested=[int(mine.shopify_order_id.rsplit("/", 1)[-1])]
    )

    (request,) = await requests(trade)
    (package,) = await erasing.package_of(trade.shops.open_uow, request.id)
    assert request.done_at is not None
    assert request.done_at < request.due_at
    assert package["order"] == mine.name
    assert package["parcels"][0]["number"] == NUMBER
    assert [line["quantity"] for line in package["lines"]] == [2]
    assert "store.customer_data_asked" in await trade.events("store")
    assert EMAIL not in await everything(trade)


async def test_nobody_asked_under_the_number(trade: Trade) -> None:
    """N2: what `hub package` tells in a sentence."""
    with pytest.raises(RequestNotFound):
        await erasing.package_of(trade.shops.open_uow, 999)


async def test_a_number_that_was_to_be_corrected_is_forgotten_too(trade: Trade) -> None:
    """N1: with the correction that the store was not told yet, and what was listed of it."""
    await stock_centre(trade, 2)
    await ship(trade)
    order = await trade.order()
    async with trade.uow() as uow:
        shipment_id = int(await uow.session.scalar(text("SELECT max(id) FROM shipments")) or 0)
        await service.correct_tracking(uow, shipment_id, Handover("UPS", "1ZRIGHT", ""), notify=False)
        told = {"carrier": "UPS", "number": "1ZRIGHT", "url": "", "notify": False}
        await service.record_not_corrected(uow, shipment_id, told, "The store would not.")
    before = await everything(trade)

    await send(trade, RETAILER, "customers/redact", orders_to_redact=[int(order.shopify_order_id.rsplit("/", 1)[-1])])

    dump = await everything(trade)
    assert "1ZRIGHT" in before
    assert "1ZRIGHT" not in dump
    assert NUMBER not in dump
    assert await trade.problems() == []


async def test_of_a_partners_customers_nothing_is_held(trade: Trade) -> None:
    """N2 INV7"""
    await send(trade, PARTNER, "customers/data_request", orders_requested=[7])
    await send(trade, PARTNER, "customers/redact", orders_to_redact=[7])

    assert [each.receipt for each in await requests(trade)] == [{"orders": 0}, {"orders": 0}]
    assert EMAIL not in await everything(trade)


@pytest.mark.parametrize("topic", ["customers/redact", "shop/redact"])
async def test_a_box_the_store_refused_keeps_no_number(trade: Trade, topic: str) -> None:
    """N1, A21: whoever posts it after that enters the number anew."""
    await stock_centre(trade, 2)
    store = trade.shops.store(RETAILER)
    (placed,) = store.orders.values()
    hold_order(trade.shops.world, store, placed)
    await ship(trade)
    stuck = await everything(trade)
    if topic == "shop/redact":
        uninstall(trade.shops.world, store)
        await trade.settle()
        await send(trade, RETAILER, topic)
    else:
        await send(trade, RETAILER, topic, orders_to_redact=[placed.id])

    for days in (10, 21):
        trade.set_clock(trade.clock.at + timedelta(days=days))
        await trade.settle()

    assert all(each.done_at is not None for each in await requests(trade))
    assert NUMBER in stuck
    assert NUMBER not in await everything(trade)
