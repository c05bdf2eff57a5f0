"""What partners send: frozen, confirmed, received, short, over, and matched (scenarios §7 to §9)."""

from decimal import Decimal

import pytest

from app.units import queries, service
from app.units.errors import NotEnoughUnits
from app.units.states import DemandState, SupplyState
from tests.units.world import Retailer

pytestmark = pytest.mark.anyio

QUEUED, SENT, ALLOCATED = DemandState.QUEUED, DemandState.SENT, DemandState.ALLOCATED


async def order(retailer: Retailer, *lines: int, supply_line: int = 100) -> None:
    """Lines 1, 2, … want this many units, each an hour after the other, and all of it is sent."""
    for line, units in enumerate(lines, start=1):
        await retailer.buy(line, units, (units, line))
    await retailer.send(supply_line)


async def receive(retailer: Retailer, units: int, supply_line: int = 100) -> None:
    await retailer.run(service.receive_supply, supply_line, units)


async def allocate_oldest_first(retailer: Retailer) -> None:
    """Pool the free goods and serve the oldest."""
    async with retailer.uow() as uow:
        await service.lock_open_units(uow, retailer.partner_id)
        supplies = await queries.free_supply(uow.session, retailer.store_id, retailer.variants)
        waiting = await queries.waiting_demand(uow.session, retailer.store_id, retailer.variants)
        free = sum(supply.unmatched for supply in supplies)
        for lot in waiting:
            units = min(lot.quantity, free)
            if units:
                await service.match(uow, supplies[0].supply_line_id, [(lot.lot_id, units)], retailer.world.because())
                free -= units


async def test_the_freeze_takes_what_was_eligible_before_the_cutoff(retailer: Retailer) -> None:
    """G1: eligible exactly at the cut-off waits for the next one."""
    await retailer.buy(1, 2, (2, 5))
    await retailer.buy(2, 3, (3, 6))

    frozen = await retailer.freeze(100, before=6)

    assert frozen == 2
    assert await retailer.freeze(101, before=7) == 3


async def test_a_late_lot_keeps_its_place_and_its_mark(retailer: Retailer) -> None:
    """G7, E17: found too late for its own cycle, it joins the next with its own eligible time."""
    await retailer.buy(1, 2, (2, 1))
    [lot] = await retailer.lots(1)
    async with retailer.uow() as uow:
        await service.mark_late(uow, [lot.lot_id])
        await service.mark_late(uow, [lot.lot_id])

    await retailer.freeze(101)

    lots, _ = await retailer.books()
    assert [(lot.late, lot.supply_line_id) for lot in lots if lot.balances] == [(True, 101)]


async def test_freezing_twice_assigns_once(retailer: Retailer) -> None:
    """G9: the second finds the reason posted."""
    await retailer.buy(1, 6)
    [lot] = await retailer.lots(1)
    because = retailer.world.because()

    first = await retailer.run(service.assign, retailer.supply(100), [(lot.lot_id, 3)], because=because)
    again = await retailer.run(service.assign, retailer.supply(100), [(lot.lot_id, 3)], because=because)

    assert (first, again) == (3, 0)


async def test_a_confirmation_counts_once(retailer: Retailer) -> None:
    """G16: the answer that was lost is found again; the supply enters once."""
    await retailer.buy(1, 5)
    await retailer.freeze(100)

    first = await retailer.confirm(100, 5, hour=1)
    again = await retailer.confirm(100, 5, hour=2)

    assert (first.sent, again.sent) == (5, 0)
    assert await retailer.supplied(100) == {"sent": 5}


async def test_what_was_not_confirmed_goes_back_newest_first(retailer: Retailer) -> None:
    """G18, G24: less was confirmed than was frozen; the newest wait for the next master order."""
    await retailer.buy(1, 3, (3, 1))
    await retailer.buy(2, 3, (3, 2))
    await retailer.freeze(100)

    confirmed = await retailer.confirm(100, 4)

    assert (confirmed.sent, confirmed.requeued) == (4, 2)
    assert await retailer.where(1) == {"sent": 3}
    assert await retailer.where(2) == {"sent": 1, "queued": 2}
    assert await retailer.freeze(101) == 2


async def test_a_refused_line_gives_everything_back(retailer: Retailer) -> None:
    """G18: the variant was deleted at the partner."""
    await retailer.buy(1, 3)
    await retailer.freeze(100)
    await retailer.run(service.unassign, 100)

    assert await retailer.freeze(101) == 3
    assert (await retailer.confirm(101, 0)).requeued == 3


async def test_the_running_order_follows_the_queue(retailer: Retailer) -> None:
    """G24: Monday 3, Tuesday +2, Wednesday −1; four are sent once."""
    await retailer.buy(1, 3)
    await retailer.buy(2, 2, (2, 24))
    await retailer.buy(1, 2, (3, 0))

    sent = await retailer.send(100, hour=72)

    assert sent == 4
    assert await retailer.supplied(100) == {"sent": 4}


async def test_a_case_pack_leaves_surplus_for_next_week(retailer: Retailer) -> None:
    """G14: case pack 6, need 8: 12 are ordered, 4 are surplus and used first."""
    await retailer.buy(1, 8)
    await retailer.freeze(100)
    await retailer.confirm(100, 12)
    await receive(retailer, 12)
    await retailer.match(100, 1, 8)
    assert await retailer.surplus() == 4

    await retailer.buy(2, 5, (5, 200))
    await retailer.match(100, 2, 4)

    assert await retailer.freeze(101) == 1
    assert await retailer.surplus() == 0


async def test_surplus_is_used_before_ordering(retailer: Retailer) -> None:
    """G15: surplus 3, need 8: 5 are ordered."""
    await order(retailer, 3)
    await retailer.buy(1, 0, (3, 1))
    await receive(retailer, 3)
    await retailer.buy(2, 8, (8, 5))

    await retailer.match(100, 2, 3)

    assert await retailer.send(101) == 5
    assert await retailer.where(2) == {"allocated": 3, "sent": 5}


async def test_two_parcels_and_where_each_unit_is(retailer: Retailer) -> None:
    """H1: 6 + 4; the oldest demand is where the goods are furthest."""
    await order(retailer, 6, 4)

    await retailer.run(service.advance_supply, 100, 10, SupplyState.ACKNOWLEDGED)
    await retailer.run(service.advance_supply, 100, 6, SupplyState.INBOUND)
    await receive(retailer, 4)

    assert await retailer.supplied(100) == {"received": 4, "inbound": 2, "acknowledged": 4}
    assert await retailer.where(1) == {"received": 4, "inbound": 2}
    assert await retailer.where(2) == {"acknowledged": 4}


async def test_a_cancelled_parcel_is_awaited_again(retailer: Retailer) -> None:
    await order(retailer, 6)
    await retailer.run(service.advance_supply, 100, 6, SupplyState.INBOUND)

    moved = await retailer.run(service.advance_supply, 100, 6, SupplyState.SENT)

    assert moved == 6
    assert await retailer.where(1) == {"sent": 6}


async def test_a_short_supply(retailer: Retailer) -> None:
    """H4, K1: ordered 10, received 8: 2 short, 8 to pay for; the newest demand goes back to the queue."""
    await order(retailer, 6, 4)
    await receive(retailer, 8)

    shorted = await retailer.run(service.short_supply, 100, 2)
    requeued = await retailer.run(service.requeue_uncovered, 100)
    await allocate_oldest_first(retailer)

    assert shorted == 2
    assert [(unit.state, unit.quantity, unit.supply_line_id) for unit in requeued] == [(SENT, 2, 100)]
    assert await retailer.supplied(100) == {"allocated": 8, "shorted": 2}
    assert await retailer.where(1) == {"allocated": 6}
    assert await retailer.where(2) == {"allocated": 2, "queued": 2}
    [lot] = [lot for lot in (await retailer.books())[0] if lot.owner_kind == "master_line"]
    assert (lot.unit_cost * lot.balances["allocated"]).amount == Decimal("78.40")


async def test_a_short_at_once_takes_what_is_least_progressed(retailer: Retailer) -> None:
    """H14, F24: the partner ships 6 and closes the rest."""
    await order(retailer, 10)
    await retailer.run(service.advance_supply, 100, 6, SupplyState.INBOUND)

    await retailer.run(service.short_supply, 100, 4)

    assert await retailer.supplied(100) == {"inbound": 6, "shorted": 4}


async def test_a_supply_falls_short_again(retailer: Retailer) -> None:
    """H14, H13: the partner closed the rest, then its parcel is lost; the reason is the same master order."""
    await order(retailer, 10)
    await retailer.run(service.advance_supply, 100, 6, SupplyState.INBOUND)
    because = retailer.world.because()

    shorted = [await retailer.run(service.short_supply, 100, units, because=because) for units in (4, 6, 1)]

    assert shorted == [4, 6, 0]
    assert await retailer.supplied(100) == {"shorted": 10}


async def test_a_short_unit_that_comes_after_all(retailer: Retailer) -> None:
    await order(retailer, 4)
    await retailer.run(service.short_supply, 100, 2)

    received = await retailer.run(service.receive_supply, 100, 5)

    assert (received.expected, received.over) == (4, 1)
    assert await retailer.supplied(100) == {"received": 5}


async def test_oldest_first(retailer: Retailer) -> None:
    """H5: A 6, B 3, C 3 in age order, received 8."""
    await order(retailer, 6, 3, 3)
    await receive(retailer, 8)

    await allocate_oldest_first(retailer)

    assert await retailer.where(1) == {"allocated": 6}
    assert await retailer.where(2) == {"allocated": 2, "sent": 1}
    assert await retailer.where(3) == {"sent": 3}


async def test_more_than_was_ordered(retailer: Retailer) -> None:
    """H6: 12 for 10: 2 are over, and surplus."""
    await order(retailer, 10)

    received = await retailer.run(service.receive_supply, 100, 12)
    await retailer.match(100, 1, 10)

    assert (received.expected, received.over) == (10, 2)
    assert await retailer.surplus() == 2


async def test_damaged_units_serve_nobody(retailer: Retailer) -> None:
    """H8: received 10, usable 9."""
    await order(retailer, 10)
    await receive(retailer, 10)

    await retailer.run(service.damage_supply, 100, 1)
    requeued = await retailer.run(service.requeue_uncovered, 100)

    assert [unit.quantity for unit in requeued] == [1]
    assert await retailer.supplied(100) == {"received": 9, "damaged": 1}


async def test_a_receipt_entered_twice_counts_once(retailer: Retailer) -> None:
    """H11: the same receipt is the same reason."""
    await order(retailer, 10)
    because = retailer.world.because()

    for _ in range(2):
        await retailer.run(service.receive_supply, 100, 9, because=because)

    assert await retailer.supplied(100) == {"received": 9, "sent": 1}


async def test_a_receipt_is_corrected_the_next_day(retailer: Retailer) -> None:
    """H12: 9 become 10 and the allocation extends; 10 become 9 again only if nobody has the unit."""
    await order(retailer, 10)
    await receive(retailer, 9)
    await retailer.match(100, 1, 9)

    await receive(retailer, 1)
    await retailer.match(100, 1, 1)
    assert await retailer.where(1) == {"allocated": 10}

    assert await retailer.run(service.correct_receipt, 100, 1) == 0
    [lot] = await retailer.lots(1, ALLOCATED)
    await retailer.run(service.unmatch, 100, [(lot.lot_id, 1)])
    assert await retailer.run(service.correct_receipt, 100, 1) == 1
    assert await retailer.where(1) == {"allocated": 9, "inbound": 1}


async def test_goods_for_a_cancelled_order_are_surplus(retailer: Retailer) -> None:
    """H19: to surplus, not to packing."""
    await order(retailer, 4)
    await retailer.run(service.advance_supply, 100, 4, SupplyState.INBOUND)
    await retailer.buy(1, 0, (4, 1))

    await receive(retailer, 4)
    await allocate_oldest_first(retailer)

    assert await retailer.where(1) == {"cancelled": 4}
    assert await retailer.surplus() == 4


async def test_an_order_of_two_lines_is_sent_in_two_shipments(retailer: Retailer) -> None:
    """I1: A is here, B comes next week."""
    await retailer.buy(1, 2)
    await retailer.buy(2, 3, variant=1)
    await retailer.send(100)
    await retailer.send(200, variant=1)
    await receive(retailer, 2)
    await retailer.match(100, 1, 2)

    await retailer.advance(1, 2, ALLOCATED, DemandState.PACKED, DemandState.OUTBOUND)

    assert await retailer.where(1) == {"outbound": 2}
    assert await retailer.where(2) == {"sent": 3}


async def test_a_shipment_is_unpacked_and_a_posted_one_taken_back(retailer: Retailer) -> None:
    await order(retailer, 2)
    await receive(retailer, 2)
    await retailer.match(100, 1, 2)

    packed, outbound = DemandState.PACKED, DemandState.OUTBOUND
    await retailer.advance(1, 2, ALLOCATED, packed, outbound, packed, ALLOCATED)

    assert await retailer.where(1) == {"allocated": 2}


async def test_packing_twice_with_one_reason_packs_once(retailer: Retailer) -> None:
    await order(retailer, 4)
    await receive(retailer, 4)
    await retailer.match(100, 1, 4)
    [lot] = await retailer.lots(1, ALLOCATED)
    because = retailer.world.because()

    step = (ALLOCATED, DemandState.PACKED)
    moved = [await retailer.run(service.advance_demand, lot.lot_id, 2, step, because=because) for _ in range(2)]

    assert moved == [2, 0]
    assert await retailer.where(1) == {"allocated": 2, "packed": 2}


async def test_goods_of_one_master_order_serve_an_older_order_of_another(retailer: Retailer) -> None:
    """H5 across master orders: who lacks the goods now waits for those the older order was to get."""
    await order(retailer, 2)
    await retailer.buy(2, 3, (3, 9))
    await retailer.send(101)
    await receive(retailer, 2, supply_line=101)

    await retailer.match(101, 1, 2)

    lots = [lot for lot in await retailer.lots(2) if lot.quantity]
    assert await retailer.where(1) == {"allocated": 2}
    assert {(lot.supply_line_id, lot.state, lot.quantity) for lot in lots} == {(100, SENT, 2), (101, SENT, 1)}
    await retailer.run(service.short_supply, 100, 2)
    assert [unit.quantity for unit in await retailer.run(service.requeue_uncovered, 100)] == [2]
    assert await retailer.where(2) == {"queued": 2, "sent": 1}


async def test_goods_somebody_waits_for_go_to_an_older_unit_in_the_queue(retailer: Retailer) -> None:
    """H4, H5: a unit that came back from a short is served first; the newest takes its place in the queue."""
    await order(retailer, 3, 2)
    await retailer.run(service.short_supply, 100, 1)
    [lot] = await retailer.lots(1)
    await retailer.run(service.requeue, lot.lot_id, 1)
    await receive(retailer, 4)

    await allocate_oldest_first(retailer)

    assert await retailer.where(1) == {"allocated": 3}
    assert await retailer.where(2) == {"allocated": 1, "queued": 1}


async def test_surplus_serves_another_and_frees_what_is_coming(retailer: Retailer) -> None:
    """F9, D25."""
    await order(retailer, 2)
    await retailer.buy(2, 2, (2, 9))
    await retailer.send(101)
    await retailer.buy(2, 0, (2, 9))
    await receive(retailer, 2, supply_line=101)

    await retailer.match(101, 1, 2)

    async with retailer.uow() as uow:
        free = await queries.free_supply(uow.session, retailer.store_id, retailer.variants)
    assert [(supply.supply_line_id, supply.coming_surplus) for supply in free] == [(100, 2)]


async def test_nobody_is_promised_what_somebody_waits_for(retailer: Retailer) -> None:
    await order(retailer, 2)
    await retailer.buy(2, 1, (1, 9))
    [lot] = await retailer.lots(2, QUEUED)

    with pytest.raises(NotEnoughUnits):
        await retailer.run(service.promise, 100, [(lot.lot_id, 1)])
    with pytest.raises(NotEnoughUnits):
        await retailer.run(service.match, 100, [(lot.lot_id, 1)])


async def test_units_sent_back_to_the_partner_leave_the_centre(retailer: Retailer) -> None:
    await order(retailer, 2)
    await receive(retailer, 3)
    await retailer.match(100, 1, 2)

    assert await retailer.run(service.return_supply, 100, 5) == 1
    assert await retailer.supplied(100) == {"allocated": 2, "withdrawn": 1}


async def test_everybody_behind_a_supply(retailer: Retailer) -> None:
    await order(retailer, 2, 3)
    await receive(retailer, 2)
    await retailer.match(100, 1, 2)

    async with retailer.uow() as uow:
        lots = await queries.demand_of_supply(uow.session, retailer.store_id, [100])

    assert [(lot.line_id, lot.state, lot.quantity) for lot in lots] == [(1, ALLOCATED, 2), (2, SENT, 3)]
