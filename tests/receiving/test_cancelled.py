"""A master order that the partner cancelled: its units wait until somebody decides."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.gateways.shopify import partner_orders as gateway
from app.receiving import flows, service
from app.receiving.errors import NothingToDecide
from simulator.world.order_model import Order
from simulator.world.orders import cancel_order, delete_order
from tests.support.oak import Oak, lines_of
from tests.support.shops import PARTNER

pytestmark = pytest.mark.anyio


async def cancelled_week(oak: Oak, *quantities: int) -> int:
    """Customers buy, the week closes, and Oak's staff cancel our order."""
    await oak.sell(*quantities)
    cycle_id = (await oak.close_week()).id
    cancel_order(oak.trade.shops.world, oak.store, oak.order)
    await oak.trade.settle()
    return cycle_id


async def test_what_is_still_wanted_of_it_is_ordered_again_by_one_click(oak: Oak) -> None:
    """G26: what a customer gave up meanwhile is not; the entry ends, and a second click finds nothing to decide."""
    cycle_id = await cancelled_week(oak, 3, 2)
    pages = [
        (await oak.trade.shops.get(oak.trade.retailer, address)).text
        for address in ("/app/exceptions", f"/app/master-orders/{cycle_id}")
    ]
    (_, given_up) = oak.trade.shops.store(oak.trade.retailer).orders.values()
    cancel_order(oak.trade.shops.world, oak.trade.shops.store(oak.trade.retailer), given_up)
    await oak.trade.settle()
    undecided = (await oak.units(), set(await oak.problems()))

    path = f"/app/master-orders/{cycle_id}/order-again"
    answers = [await oak.trade.shops.post(oak.trade.retailer, path) for _ in range(2)]
    await oak.trade.settle()
    decided = (await oak.units(), await oak.units("supply"), await oak.problems())
    await oak.close_week()

    assert all(f'action="{path}"' in page for page in pages)
    assert undecided == ({"sent": 3, "cancelled": 2}, {"master_order_cancelled"})
    assert [answer.status_code for answer in answers] == [303, 409]
    assert decided == ({"queued": 3, "cancelled": 2}, {"shorted": 5}, {})
    assert lines_of(oak.orders[-1]) == [3]


async def test_what_counts_of_a_cancelled_order_is_shown_as_theirs(oak: Oak) -> None:
    """G26: what they had sent of it before; the rest is on the next one."""
    await oak.sell(5)
    cycle_id = (await oak.close_week()).id
    oak.send(2)
    await oak.trade.settle()
    await cancelled_there(oak, cycle_id)
    async with oak.trade.uow() as uow:
        await service.order_again(uow, cycle_id)
    addresses = (f"/app/master-orders/{cycle_id}", "/app/master-orders")

    page, listed = [(await oak.trade.shops.get(oak.trade.retailer, address)).text for address in addresses]

    assert '<s-table-cell><s-text type="strong" tone="warning">2</s-text></s-table-cell>' in page
    assert f"2 units, $19.60 on the partner’s order {oak.order.name}" in page
    assert "The partner cancelled it. You ordered 5 units, $49.00." in page
    assert '<s-table-cell>2 <s-text color="subdued">of 5 ordered</s-text></s-table-cell>' in listed


async def test_both_sides_read_that_it_was_cancelled_before_and_after_it_is_ordered_again(oak: Oak) -> None:
    """G26: the partner is not told to ship what they cancelled, nor that it arrived; nothing says that it stands."""
    cycle_id = await cancelled_week(oak, 3)
    partner_path = f"/app/desk/partnerships/{oak.partner_id}/orders/{cycle_id}"
    retailer_path = f"/app/master-orders/{cycle_id}"

    undecided = (await oak.trade.shops.get(PARTNER, partner_path)).text
    await oak.trade.shops.post(oak.trade.retailer, f"{retailer_path}/order-again")
    decided = (await oak.trade.shops.get(PARTNER, partner_path)).text
    theirs = (await oak.trade.shops.get(oak.trade.retailer, retailer_path)).text

    for page in (undecided, decided):
        assert "You cancelled this order. Nothing is left to ship." in page
        assert not any(words in page for words in ("units to ship", "What you sent has arrived"))
    assert "the partner cancelled the order as a whole" in theirs
    assert "What was sealed still stands" not in theirs


async def cancelled_there(oak: Oak, cycle_id: int) -> None:
    """Hear that Oak's staff cancelled our order a minute from now, as it stands."""
    store_id = oak.trade.link.partner_store.id
    facts = await oak.trade.shops.shopify.call(store_id, gateway.read_partner_order, oak.order.gid)
    assert facts is not None
    later = oak.trade.clock.at + timedelta(minutes=1)
    async with oak.trade.uow() as uow:
        await service.record_partner_order(uow, cycle_id, replace(facts, cancelled_at=later, updated_at=later))


async def test_of_a_cancelled_order_what_is_in_a_parcel_on_its_way_is_awaited(oak: Oak) -> None:
    """G26, H4: the decision is about what was not sent; what that parcel then lacks is short like any other."""
    await oak.sell(5)
    cycle_id = (await oak.close_week()).id
    oak.send(2)
    await oak.trade.settle()
    await cancelled_there(oak, cycle_id)

    async with oak.trade.uow() as uow:
        await service.order_again(uow, cycle_id)
    on_its_way = await oak.units("supply")
    await oak.receive((await oak.parcels())[0], 1)

    assert on_its_way == {"inbound": 2, "shorted": 3}
    assert await oak.units() == {"allocated": 1, "queued": 4}
    assert await oak.units("supply") == {"allocated": 1, "shorted": 4}


async def test_what_is_ordered_again_of_a_partner_who_left_is_listed(oak: Oak) -> None:
    """G26, A11: nobody sends it, so it does not wait in silence."""
    cycle_id = await cancelled_week(oak, 3)
    await oak.trade.shops.post(oak.trade.retailer, f"/app/partners/{oak.partner_id}/disconnect")
    await oak.trade.settle()

    async with oak.trade.uow() as uow:
        await service.order_again(uow, cycle_id)
    await oak.trade.settle()

    assert {kind: each.units for kind, each in (await oak.problems()).items()} == {"partner_gone": 3}


async def test_there_is_nothing_to_decide_about_an_order_that_stands(oak: Oak) -> None:
    await oak.sell(3)
    cycle_id = (await oak.close_week()).id

    with pytest.raises(NothingToDecide):
        async with oak.trade.uow() as uow:
            await service.order_again(uow, cycle_id)

    assert await oak.units() == {"sent": 3}


async def delete_unseen(oak: Oak) -> None:
    """Oak's staff cancel our order and delete it before anybody reads it."""
    cancel_order(oak.trade.shops.world, oak.store, oak.order)
    delete_order(oak.trade.shops.world, oak.store, oak.order)


async def test_an_order_deleted_before_its_cancelling_was_read_is_ordered_again_by_one_click(oak: Oak) -> None:
    """G26: asked once, however often the order is looked for."""
    await oak.sell(5)
    cycle_id = (await oak.close_week()).id
    await delete_unseen(oak)
    await oak.trade.settle()
    undecided = {kind: each.units for kind, each in (await oak.problems()).items()}

    path = f"/app/master-orders/{cycle_id}/order-again"
    answers = [await oak.trade.shops.post(oak.trade.retailer, path) for _ in range(2)]
    await look_at(oak, oak.order)
    await oak.trade.settle()

    assert undecided == {"master_order_cancelled": 5}
    assert [answer.status_code for answer in answers] == [303, 409]
    assert (await oak.units(), await oak.units("supply"), await oak.problems()) == ({"queued": 5}, {"shorted": 5}, {})


async def test_an_order_too_old_to_be_shown_is_not_taken_for_deleted(oak: Oak) -> None:
    """G26: a store shows orders of sixty days, and nothing is known to be wrong with an older one."""
    await oak.sell(5)
    await oak.close_week()
    await delete_unseen(oak)
    await oak.trade.lose_webhooks()
    oak.trade.set_clock(oak.trade.clock.at + timedelta(days=51))

    await look_at(oak, oak.order)

    assert (await oak.problems(), await oak.units("supply")) == ({}, {"sent": 5})


async def look_at(oak: Oak, order: Order) -> None:
    """Read the order as after news of it."""
    shops = oak.trade.shops
    await flows.read_master_order(shops.open_uow, shops.shopify, oak.trade.link.partner_store.id, order.gid)


async def test_what_an_opened_parcel_of_a_cancelled_order_lacks_is_ordered_again_too(oak: Oak) -> None:
    """G26, promise 5: no parcel on its way can bring it, so the decision is about all that is missing."""
    await oak.sell(10)
    cycle_id = (await oak.close_week()).id
    oak.send(6)
    await oak.trade.settle()
    await oak.receive((await oak.parcels())[0], 4)
    await cancelled_there(oak, cycle_id)

    async with oak.trade.uow() as uow:
        await service.order_again(uow, cycle_id)

    assert await oak.units("supply") == {"allocated": 4, "shorted": 6}
    assert await oak.units() == {"allocated": 4, "queued": 6}
