"""Goods meet orders: who gets what is at the centre, and what becomes of the others (scenarios §7 to §9)."""

import pytest

from app.units import queries, service
from app.units.errors import NotEnoughUnits
from app.units.queries import FreeSupply
from app.units.states import DemandState, SupplyState
from tests.units.world import Retailer

pytestmark = pytest.mark.anyio

QUEUED, SENT, ALLOCATED = DemandState.QUEUED, DemandState.SENT, DemandState.ALLOCATED


async def test_oldest_first(retailer: Retailer) -> None:
    """H5: A 6, B 3, C 3 in age order, received 8."""
    await retailer.order(6, 3, 3)
    await retailer.receive(8)

    await retailer.allocate_oldest_first()

    assert await retailer.where(1) == {"allocated": 6}
    assert await retailer.where(2) == {"allocated": 2, "sent": 1}
    assert await retailer.where(3) == {"sent": 3}


async def test_goods_for_a_cancelled_order_are_surplus(retailer: Retailer) -> None:
    """H19: to surplus, not to packing."""
    await retailer.order(4)
    await retailer.run(service.advance_supply, 100, 4, SupplyState.INBOUND)
    await retailer.buy(1, 0, (4, 1))

    await retailer.receive(4)
    await retailer.allocate_oldest_first()

    assert await retailer.where(1) == {"cancelled": 4}
    assert await retailer.surplus() == 4


async def test_an_order_of_two_lines_is_sent_in_two_shipments(retailer: Retailer) -> None:
    """I1: A is here, B comes next week."""
    await retailer.buy(1, 2)
    await retailer.buy(2, 3, variant=1)
    await retailer.send(100)
    await retailer.send(200, variant=1)
    await retailer.receive(2)
    await retailer.match(100, 1, 2)

    await retailer.advance(1, 2, ALLOCATED, DemandState.PACKED, DemandState.OUTBOUND)

    assert await retailer.where(1) == {"outbound": 2}
    assert await retailer.where(2) == {"sent": 3}


async def test_a_shipment_is_unpacked_and_a_posted_one_taken_back(retailer: Retailer) -> None:
    await retailer.order(2)
    await retailer.receive(2)
    await retailer.match(100, 1, 2)

    packed, outbound = DemandState.PACKED, DemandState.OUTBOUND
    await retailer.advance(1, 2, ALLOCATED, packed, outbound, packed, ALLOCATED)

    assert await retailer.where(1) == {"allocated": 2}


async def test_packing_twice_with_one_reason_packs_once(retailer: Retailer) -> None:
    await retailer.order(4)
    await retailer.receive(4)
    await retailer.match(100, 1, 4)
    [lot] = await retailer.lots(1, ALLOCATED)
    because = retailer.world.because()

    step = (ALLOCATED, DemandState.PACKED)
    moved = [await retailer.run(service.advance_demand, lot.lot_id, 2, step, because=because) for _ in range(2)]

    assert moved == [2, 0]
    assert await retailer.where(1) == {"allocated": 2, "packed": 2}


async def test_goods_of_one_master_order_serve_an_older_order_of_another(retailer: Retailer) -> None:
    """H5 across master orders: who lacks the goods now waits for those the older order was to get."""
    await retailer.order(2)
    await retailer.buy(2, 3, (3, 9))
    await retailer.send(101)
    await retailer.receive(2, supply_line=101)

    await retailer.match(101, 1, 2)

    lots = [lot for lot in await retailer.lots(2) if lot.quantity]
    assert await retailer.where(1) == {"allocated": 2}
    assert {(lot.supply_line_id, lot.state, lot.quantity) for lot in lots} == {(100, SENT, 2), (101, SENT, 1)}
    await retailer.run(service.short_supply, 100, 2)
    assert [unit.quantity for unit in await retailer.run(service.requeue_uncovered, 100)] == [2]
    assert await retailer.where(2) == {"queued": 2, "sent": 1}


async def test_goods_somebody_waits_for_go_to_an_older_unit_in_the_queue(retailer: Retailer) -> None:
    """H4, H5: a unit that came back from a short is served first; the newest takes its place in the queue."""
    await retailer.order(3, 2)
    await retailer.run(service.short_supply, 100, 1)
    [lot] = await retailer.lots(1)
    await retailer.run(service.requeue, lot.lot_id, 1)
    await retailer.receive(4)

    await retailer.allocate_oldest_first()

    assert await retailer.where(1) == {"allocated": 3}
    assert await retailer.where(2) == {"allocated": 1, "queued": 1}


async def free_supply(retailer: Retailer) -> list[FreeSupply]:
    async with retailer.uow() as uow:
        return await queries.free_supply(uow.session, retailer.store_id, retailer.variants)


async def test_surplus_serves_another_and_frees_what_is_coming(retailer: Retailer) -> None:
    """F9, D25."""
    await retailer.order(2)
    await retailer.buy(2, 2, (2, 9))
    await retailer.send(101)
    await retailer.buy(2, 0, (2, 9))
    await retailer.receive(2, supply_line=101)

    await retailer.match(101, 1, 2)
    asked_for = await free_supply(retailer)
    await retailer.as_partner(service.advance_supply, 100, 1, SupplyState.INBOUND)

    assert asked_for == []  # nothing of it is on its way, it may still be reduced
    assert [(each.supply_line_id, each.arriving) for each in await free_supply(retailer)] == [(100, 1)]


async def test_nobody_is_promised_what_somebody_waits_for(retailer: Retailer) -> None:
    await retailer.order(2)
    await retailer.buy(2, 1, (1, 9))
    [lot] = await retailer.lots(2, QUEUED)

    with pytest.raises(NotEnoughUnits):
        await retailer.run(service.promise, 100, [(lot.lot_id, 1)])
    with pytest.raises(NotEnoughUnits):
        await retailer.run(service.match, 100, [(lot.lot_id, 1)])


async def test_everybody_behind_a_supply(retailer: Retailer) -> None:
    await retailer.order(2, 3)
    await retailer.receive(2)
    await retailer.match(100, 1, 2)

    async with retailer.uow() as uow:
        lots = await queries.demand_of_supply(uow.session, retailer.store_id, [100])

    assert [(lot.line_id, lot.state, lot.quantity) for lot in lots] == [(1, ALLOCATED, 2), (2, SENT, 3)]


async def test_a_case_pack_leaves_surplus_for_next_week(retailer: Retailer) -> None:
    """G14: case pack 6, need 8: 12 are ordered, 4 are surplus and used first."""
    await retailer.buy(1, 8)
    await retailer.freeze(100)
    await retailer.confirm(100, 12)
    await retailer.receive(12)
    await retailer.match(100, 1, 8)
    assert await retailer.surplus() == 4

    await retailer.buy(2, 5, (5, 200))
    await retailer.match(100, 2, 4)

    assert await retailer.freeze(101) == 1
    assert await retailer.surplus() == 0


async def test_surplus_is_used_before_ordering(retailer: Retailer) -> None:
    """G15: surplus 3, need 8: 5 are ordered."""
    await retailer.order(3)
    await retailer.buy(1, 0, (3, 1))
    await retailer.receive(3)
    await retailer.buy(2, 8, (8, 5))

    await retailer.match(100, 2, 3)

    assert await retailer.send(101) == 5
    assert await retailer.where(2) == {"allocated": 3, "sent": 5}
