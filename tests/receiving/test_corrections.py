"""A miscount is corrected: more goes out at once, fewer is taken back as far as nobody packed it; books agree (H12)."""

from datetime import timedelta

import pytest

from app.core.errors import Invalid
from app.fulfillment.service import Handover, hand_over, pack_order, unpack
from app.receiving.errors import CorrectedMeanwhile, NotReceived
from app.receiving.queries import list_receipts
from app.receiving.rules import some_of
from simulator.world.fulfillment import cancel_fulfillment
from tests.support.oak import Oak

pytestmark = pytest.mark.anyio


async def receive_of(oak: Oak, found: int, *sold: int) -> None:
    """Customers buy, Oak sends all of it in one parcel, so many are found."""
    await oak.sell(*sold)
    await oak.close_week()
    oak.send(sum(sold))
    await oak.trade.settle()
    await oak.receive((await oak.parcels())[0], found)


async def correct(oak: Oak, quantity: int, seen: int = 0) -> None:
    await oak.correct((await oak.parcels())[0], quantity, seen=seen)


async def pack(oak: Oak, quantity: int) -> int:
    """So many units of the oldest order go into a box."""
    order = (await oak.trade.orders())[0]
    async with oak.trade.uow() as uow:
        return await pack_order(uow, order.id, {order.lines[0].id: quantity})


async def counted(oak: Oak) -> tuple[int, int]:
    """What the receipts say was found, and how much of it nobody had asked for."""
    async with oak.trade.uow() as uow:
        lines = [line for each in await list_receipts(uow.session, oak.trade.retailer_id) for line in each.lines]
    return sum(line.quantity for line in lines), sum(line.over for line in lines)


async def test_what_was_there_after_all_is_not_ordered_again(oak: Oak) -> None:
    """H12, H4: 9 become 10 when the tenth had joined the queue again already."""
    await receive_of(oak, 9, 6, 4)
    await oak.gather()
    before = (await oak.units("supply"), await oak.units(), len(oak.drafts))

    await correct(oak, 10)
    await oak.gather()

    assert before == ({"allocated": 9, "shorted": 1}, {"allocated": 9, "queued": 1}, 1)
    assert (await oak.units("supply"), await oak.units(), oak.drafts) == ({"allocated": 10}, {"allocated": 10}, [])
    assert await counted(oak) == (10, 0)
    assert await oak.told("receiving.parcel.corrected") == 1


async def test_what_was_there_after_all_and_is_ordered_again_is_surplus_once_it_comes(oak: Oak) -> None:
    """H12, H4: the unit that waits for the second master order gets the one that is here."""
    await receive_of(oak, 9, 10)
    await oak.close_week()
    await correct(oak, 10)
    given = (await oak.units(), await oak.units("supply"))
    _, second = oak.orders

    oak.send(1, order=second, number="1Z888")
    await oak.trade.settle()
    await oak.receive((await oak.parcels())[1])

    assert given == ({"allocated": 10}, {"allocated": 10, "sent": 1})
    assert await oak.units("supply") == {"allocated": 10, "received": 1}


async def test_what_was_not_there_is_taken_from_the_newest_order(oak: Oak) -> None:
    """H12: 10 become 8, and the partner is done; whoever lost them waits for the next master order."""
    await receive_of(oak, 10, 7, 3)

    await correct(oak, 8)
    await oak.gather()

    assert await oak.places() == [{"allocated": 7}, {"allocated": 1, "queued": 2}]
    assert await oak.units("supply") == {"allocated": 8, "shorted": 2}
    assert [line.quantity for line in oak.draft.lines] == [2]
    assert await oak.told("receiving.units.taken_back") == 1


async def test_what_was_not_there_is_awaited_while_the_partner_still_sends(oak: Oak) -> None:
    """H12: of 10 ordered 6 were announced and 8 counted; only what the parcel announced can still be in it."""
    await oak.sell(10)
    await oak.close_week()
    oak.send(6)
    await oak.trade.settle()
    (parcel,) = await oak.parcels()
    await oak.receive(parcel, 8)

    await oak.correct(parcel, 5)

    assert await oak.units("supply") == {"allocated": 5, "inbound": 1, "sent": 4}
    assert await oak.units() == {"allocated": 5, "sent": 5}


async def test_what_one_parcel_lacks_is_awaited_though_another_had_more(oak: Oak) -> None:
    """H12, H6: of 12 ordered 4 and 6 were announced, 8 and 3 counted; the second may still hold what is missing."""
    await oak.sell(12)
    await oak.close_week()
    oak.send(4)
    oak.send(6, number="1Z888")
    await oak.trade.settle()
    first, second = await oak.parcels()
    await oak.receive(first, 8)
    await oak.receive(second, 3)

    await oak.correct(second, 2)

    assert await oak.units("supply") == {"allocated": 10, "inbound": 1, "sent": 1}


async def test_what_was_not_in_a_parcel_the_partner_cancelled_is_with_them(oak: Oak) -> None:
    """H12, H15"""
    await receive_of(oak, 3, 3)
    (fulfillment,) = oak.store.fulfillments.values()
    cancel_fulfillment(oak.trade.shops.world, oak.store, fulfillment)
    await oak.trade.settle()

    await correct(oak, 1)

    assert await oak.units("supply") == {"allocated": 1, "sent": 2}


async def test_what_was_not_there_of_an_order_that_is_out_of_reach_is_listed_anew(oak: Oak) -> None:
    """H12, promise 5: nobody hears any more whether the partner is done, so it is decided once more."""
    await oak.sell(10)
    cycle_id = (await oak.close_week()).id
    oak.send(6)
    await oak.trade.settle()
    (parcel,) = await oak.parcels()
    await oak.receive(parcel)
    await oak.pass_time(timedelta(days=51))
    path = f"/app/master-orders/{cycle_id}/order-again"
    await oak.trade.shops.post(oak.trade.retailer, path)
    await oak.correct(parcel, 4)
    await oak.pass_time(timedelta(days=1))
    listed = (await oak.problems())["master_order_ageing"]

    await oak.trade.shops.post(oak.trade.retailer, path)
    await oak.trade.settle()

    assert "2 units of it" in listed.cause
    assert await oak.units("supply") == {"allocated": 4, "shorted": 6}
    assert await oak.units() == {"allocated": 4, "queued": 6}


async def test_surplus_that_was_not_there_never_came(oak: Oak) -> None:
    """H12, H6: 12 for 10 was wrong; whoever was given the surplus waits for the next master order."""
    await receive_of(oak, 12, 10)
    await oak.sell(1)
    given = await oak.units("supply")

    await correct(oak, 10)
    await oak.gather()
    fewer = (await oak.units("supply"), await oak.places(), [line.quantity for line in oak.draft.lines])
    await correct(oak, 11, seen=1)
    await oak.gather()

    assert given == {"allocated": 11, "received": 1}
    assert fewer == ({"allocated": 10, "withdrawn": 2}, [{"allocated": 10}, {"queued": 1}], [1])
    assert await oak.units("supply") == {"allocated": 11, "withdrawn": 2}
    assert (await counted(oak), oak.drafts) == ((11, 1), [])


async def test_what_is_packed_or_sent_was_here(oak: Oak) -> None:
    """H12: the refusal says where it is, and what to do."""
    await receive_of(oak, 6, 6)
    box = await pack(oak, 2)
    async with oak.trade.uow() as uow:
        await hand_over(uow, box, Handover("UPS", "1Z1", ""))
    await oak.trade.settle()
    box = await pack(oak, 3)
    name = (await oak.trade.orders())[0].name

    with pytest.raises(Invalid) as refused:
        await correct(oak, 4)
    after = await oak.units()
    async with oak.trade.uow() as uow:
        await unpack(uow, box)
    await correct(oak, 2)

    (fault,) = refused.value.fields.values()
    assert fault == (
        f"Enter at least 5: 3 packed for {name} and 2 sent for {name}. Unpack a box first to take back what is in it."
    )
    assert after == {"outbound": 2, "packed": 3, "allocated": 1}
    assert await oak.units() == {"outbound": 2, "queued": 4}


async def test_two_corrections_of_one_page_are_one(oak: Oak) -> None:
    """H11, H12: whoever is second looks first; and what is not received has no count that could be wrong."""
    await receive_of(oak, 9, 10)

    await correct(oak, 10)
    with pytest.raises(CorrectedMeanwhile):
        await correct(oak, 10)
    with pytest.raises(Invalid):
        await correct(oak, 10, seen=1)
    await oak.sell(1)
    await oak.close_week()
    oak.send(1, order=oak.orders[1], number="1Z888")
    await oak.pass_time(timedelta(minutes=1))
    with pytest.raises(NotReceived):
        await oak.correct((await oak.parcels())[1], 1)

    assert await oak.units("supply") == {"allocated": 10, "inbound": 1}


def test_names_are_listed_up_to_three() -> None:
    told = [some_of(["#1", "#2", "#3", "#4", "#5"][:count]) for count in (1, 2, 3, 5)]
    assert told == ["#1", "#1 and #2", "#1, #2 and #3", "#1, #2, #3 and 2 more"]
