"""Everything a webhook tells is found without it too: the table is complete, planned, and true."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.job_runs.states import Missed
from app.stores.queries import get_settings, get_store
from app.stores.states import StoreRole
from app.stores.topics import TOPICS, TopicKind
from jobs.polls import POLLS
from jobs.schedule import STANDING, UPKEEP
from simulator.faults.faults import Rule
from simulator.world.apps import set_scopes, uninstall, unsubscribe
from simulator.world.inventory import set_inventory
from simulator.world.orders import cancel_order, delete_order
from simulator.world.products import delete_product
from simulator.world.routing import hold_order, release_order
from tests.support.oak import BEANS, Oak, lines_of
from tests.support.shops import PARTNER
from tests.support.trade import Trade

pytestmark = pytest.mark.anyio

MISSED = {
    "catalog.read_products": Missed.ONCE,
    "exceptions.look_at_jobs": Missed.ONCE,
    "inbox.forget_bodies": Missed.ONCE,
    "inventory.compare_offers": Missed.ONCE,
    "inventory.sync_stock": Missed.ONCE,
    "job_runs.forget_ended": Missed.ONCE,
    "master_orders.follow_drafts": Missed.ONCE,
    "orders.reconcile_orders": Missed.ONCE,
    "partners.tell_of_work": Missed.ONCE,
    "receiving.read_master_orders": Missed.ONCE,
    "receiving.review_parcels": Missed.ONCE,
    "schedule.follow_erasures": Missed.ONCE,
    "stores.forget_authorizations": Missed.ONCE,
    "stores.sweep_tokens": Missed.ONCE,
}


def roles(role: StoreRole | None) -> Sequence[StoreRole]:
    """The role, or all of them."""
    return tuple(StoreRole) if role is None else (role,)


def test_every_topic_has_a_poll_that_brings_its_fact_too() -> None:
    """Architecture §5.2: fact, topic, poll; wishes of people are told by webhooks alone."""
    told = [topic for topic in TOPICS if topic.kind is not TopicKind.COMPLIANCE]
    wanted = {(topic.name, role) for topic in told for role in roles(topic.role)}
    found = [(topic, role) for poll in POLLS for topic in poll.topics for role in roles(poll.role)]

    assert set(found) == wanted
    assert len(found) == len(set(found))


def test_what_is_missed_while_down_is_made_up_for_as_each_job_wants() -> None:
    """M12: comparisons once; cut-offs are planned one by one, figures are none of these."""
    policies = {standing.job(1).name: standing.missed for standing in STANDING}

    assert policies | {job.name: Missed.ONCE for job in UPKEEP} == MISSED


async def planned(trade: Trade) -> dict[tuple[int | None, str], int]:
    """How often each job of a store is planned."""
    async with trade.uow() as uow, uow.machinery() as session:
        rows = await session.execute(text("SELECT store_id, name, minutes FROM planned_instants"))
        return {(store, name): minutes for store, name, minutes in rows if minutes}


async def pass_time(trade: Trade, **passed: float) -> None:
    trade.set_clock(trade.clock.at + timedelta(**passed))
    await trade.settle()


async def test_every_poll_is_planned_in_the_stores_it_is_about(oak: Oak) -> None:
    await oak.sell(3)
    await oak.close_week()  # something is awaited from here on
    trade = oak.trade
    found = await planned(trade)
    stores = {StoreRole.RETAILER: trade.retailer_id, StoreRole.PARTNER: trade.link.partner_store.id}

    for poll in POLLS:
        rhythms = [found.get((store, poll.job.name)) for store in stores.values()]
        assert poll.minutes in rhythms, (poll.fact, rhythms)


async def test_orders_are_found_without_a_webhook(oak: Oak) -> None:
    """E3, F18: placed, cancelled, held, released, refunded; each counted once as found by comparing."""
    trade = oak.trade
    world, store = trade.shops.world, trade.shops.store(trade.retailer)
    first, second = trade.buy((BEANS, 3)), trade.buy((BEANS, 2))
    await trade.lose_webhooks()
    await pass_time(trade, minutes=16)
    placed = await oak.units()
    cancel_order(world, store, first)
    hold_order(world, store, second)
    await trade.lose_webhooks()
    await pass_time(trade, minutes=16)
    held = await oak.units()
    release_order(world, store, second)
    await trade.lose_webhooks()
    await pass_time(trade, minutes=16)

    assert placed == {"queued": 5}
    assert held == {"cancelled": 3, "held": 2}
    assert await oak.units() == {"cancelled": 3, "queued": 2}
    assert await oak.told("store.fact.recovered") == 5
    page = (await trade.shops.get(trade.retailer, "/app/exceptions")).text
    assert "5 changes reached us by the regular comparison" in page


async def test_what_the_retailer_deleted_is_found_without_a_webhook(oak: Oak) -> None:
    """B19: with the hour's reading of the partner's stock."""
    trade = oak.trade
    (product,) = trade.shops.store(trade.retailer).products.values()
    delete_product(trade.shops.world, trade.shops.store(trade.retailer), product)
    await trade.lose_webhooks()

    await pass_time(trade, minutes=61)

    assert set(await oak.problems()) == {"target_missing"}


async def test_a_wrong_number_is_found_also_of_a_partner_of_whom_nothing_is_left_to_read(oak: Oak) -> None:
    """B13, D14: its variants are deleted, so there is no stock to be read; the retailer's store is looked at."""
    trade = oak.trade
    retailers = trade.shops.store(trade.retailer)
    (product,) = oak.store.products.values()
    delete_product(trade.shops.world, oak.store, product)
    await trade.settle()
    await pass_time(trade, minutes=61)
    left = trade.shown(BEANS)
    async with trade.uow() as uow:
        shelf = (await get_settings(uow.session, trade.retailer_id)).stock_location_id
    assert shelf is not None
    item = trade.sold_variant(BEANS).inventory_item_id
    set_inventory(trade.shops.world, retailers, (item, int(shelf.rpartition("/")[2])), 1, "staff")
    await trade.lose_webhooks()
    wrong = trade.shown(BEANS)

    await pass_time(trade, minutes=61)

    assert (left, wrong, trade.shown(BEANS)) == (0, 1, 0)


async def test_goods_a_partner_sent_are_found_without_a_webhook(oak: Oak) -> None:
    await oak.sell(3)
    await oak.close_week()
    await pass_time(oak.trade, minutes=30)
    oak.send(3)
    await oak.trade.lose_webhooks()

    await pass_time(oak.trade, minutes=16)

    assert [parcel.unit_count for parcel in await oak.parcels()] == [3]
    assert await oak.told("store.fact.recovered") == 1


@pytest.mark.parametrize("what", ["changed", "deleted", "completed"])
async def test_what_a_partner_did_to_a_draft_is_found_without_a_webhook(oak: Oak, what: str) -> None:
    """G24, G25"""
    await oak.sell(5)
    await oak.gather()
    if what == "changed":
        oak.edit(3)
    elif what == "deleted":
        oak.delete_draft()
    else:
        oak.complete_draft()
    await oak.trade.lose_webhooks()

    await pass_time(oak.trade, minutes=61)
    await pass_time(oak.trade, minutes=6)

    found = [each.partition(" #")[0] for each in sorted(await oak.recovered())]
    stock = ["A change of 1 stock level at Oak Roastery"] if what == "completed" else []
    assert found == [*stock, "What became of the draft"]
    if what == "changed":
        assert "partner_changed_draft" in await oak.problems()
    elif what == "deleted":
        assert lines_of(oak.draft) == [5]
    else:
        assert (await oak.masters())[0].state == "closed"


async def test_products_and_stock_are_found_without_a_webhook(oak: Oak) -> None:
    trade = oak.trade
    await pass_time(trade, minutes=2)  # what the beginning was told of is read
    (variant,) = [each for each in trade.variants(PARTNER) if each.sku == "BEAN"]
    place = next(iter(oak.store.locations))
    set_inventory(trade.shops.world, oak.store, (variant.inventory_item_id, place), 7, "staff")
    await trade.lose_webhooks()
    await pass_time(trade, minutes=61)
    less = trade.shown(BEANS)
    delete_product(trade.shops.world, oak.store, oak.store.products[variant.product_id])
    await trade.lose_webhooks()

    await pass_time(trade, minutes=61)
    await pass_time(trade, minutes=1)

    assert (less, trade.shown(BEANS)) == (7, 0)
    assert await oak.recovered() == [
        "A change of 1 stock level at Oak Roastery",
        "A change of 1 product at Oak Roastery",
    ]


async def test_an_order_that_was_cancelled_and_deleted_unheard_is_asked_about_within_a_day(oak: Oak) -> None:
    """Promise 5: it is in no comparison, so what is to be sent is read each day; who answered is not asked again."""
    trade = oak.trade
    store = trade.shops.store(trade.retailer)
    first, _ = await oak.sell(3, 2)
    await pass_time(trade, minutes=16)
    cancel_order(trade.shops.world, store, first)
    delete_order(trade.shops.world, store, first)
    await trade.lose_webhooks()

    await pass_time(trade, hours=13)
    listed, units = await trade.problems(), await oak.units()
    await trade.shops.post(trade.retailer, f"/app/exceptions/{listed[0].id}/done")
    await pass_time(trade, hours=25)

    assert [(each.kind, each.units) for each in listed] == [("order_gone", 3)]
    assert units == {"held": 3, "queued": 2}
    assert await trade.problems() == []
    assert await oak.units() == {"queued": 5}


async def test_what_messages_told_is_not_counted_as_found_by_comparing(oak: Oak) -> None:
    trade = oak.trade
    (variant,) = [each for each in trade.variants(PARTNER) if each.sku == "BEAN"]
    place = next(iter(oak.store.locations))
    set_inventory(trade.shops.world, oak.store, (variant.inventory_item_id, place), 7, "staff")
    await pass_time(trade, minutes=2)
    delete_product(trade.shops.world, oak.store, oak.store.products[variant.product_id])
    await pass_time(trade, minutes=2)

    await pass_time(trade, hours=2)
    await pass_time(trade, hours=25)

    assert await oak.recovered() == []


async def test_subscriptions_shopify_dropped_are_made_again_each_hour(oak: Oak) -> None:
    store = oak.trade.shops.store(oak.trade.retailer)
    before = {each.topic for each in store.live_subscriptions()}
    for each in list(store.live_subscriptions()):
        unsubscribe(oak.trade.shops.world, store, each)

    await pass_time(oak.trade, minutes=61)

    assert {each.topic for each in store.live_subscriptions()} == before != set()
    assert await oak.recovered() == [f"The loss of {len(before)} subscriptions"]


@pytest.mark.parametrize("phase", ["before", "after"])
async def test_a_subscription_without_an_answer_is_looked_for_before_it_is_made_again(oak: Oak, phase: str) -> None:
    """Architecture §5.3: each topic once, whether it was made or not."""
    store = oak.trade.shops.store(oak.trade.retailer)
    before = sorted(each.topic for each in store.live_subscriptions())
    for each in list(store.live_subscriptions()):
        unsubscribe(oak.trade.shops.world, store, each)
    oak.fail(Rule(action="drop", phase=phase, operation="WebhookSubscriptionCreate", nth=2))  # type: ignore[arg-type]

    await pass_time(oak.trade, minutes=61)
    await pass_time(oak.trade, minutes=1)

    assert sorted(each.topic for each in store.live_subscriptions()) == before
    assert await oak.trade.failed_jobs() == []


async def test_scopes_taken_back_and_an_app_removed_are_found_each_day(oak: Oak) -> None:
    """A9, A11: without a webhook the daily look finds it, and the partner's retailers are told."""
    trade = oak.trade
    store = oak.store
    set_scopes(trade.shops.world, store, [each for each in store.app.scopes if each != "read_fulfillments"])
    await trade.lose_webhooks()
    await pass_time(trade, hours=25)
    async with trade.uow() as uow:
        missing = (await get_store(uow, trade.link.partner_store.id)).missing_scopes
    uninstall(trade.shops.world, store)
    await trade.lose_webhooks()
    await pass_time(trade, hours=25)

    assert "read_fulfillments" in missing
    assert await oak.recovered() == ["A change of the store's permissions or name at Oak Roastery"]
    assert "partner_access_lost" in await oak.problems()
