"""What partners send: frozen, confirmed, received, short and over (scenarios §7 and §8)."""

from decimal import Decimal

import pytest

from app.units import service
from app.units.states import DemandState, SupplyState
from tests.units.world import Retailer

pytestmark = pytest.mark.anyio

SENT, ALLOCATED = DemandState.SENT, DemandState.ALLOCATED


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


async def test_two_parcels_and_where_each_unit_is(retailer: Retailer) -> None:
    """H1: 6 + 4; the oldest demand is where the goods are furthest."""
    await retailer.order(6, 4)

    await retailer.run(service.advance_supply, 100, 10, SupplyState.ACKNOWLEDGED)
    await retailer.run(service.advance_supply, 100, 6, SupplyState.INBOUND)
    await retailer.receive(4)

    assert await retailer.supplied(100) == {"received": 4, "inbound": 2, "acknowledged": 4}
    assert await retailer.where(1) == {"received": 4, "inbound": 2}
    assert await retailer.where(2) == {"acknowledged": 4}


async def test_a_cancelled_parcel_is_awaited_again(retailer: Retailer) -> None:
    await retailer.order(6)
    await retailer.run(service.advance_supply, 100, 6, SupplyState.INBOUND)

    moved = await retailer.run(service.advance_supply, 100, 6, SupplyState.SENT)

    assert moved == 6
    assert await retailer.where(1) == {"sent": 6}


async def test_a_short_supply(retailer: Retailer) -> None:
    """H4, K1: ordered 10, received 8: 2 short, 8 to pay for; the newest demand goes back to the queue."""
    await retailer.order(6, 4)
    await retailer.receive(8)

    shorted = await retailer.run(service.short_supply, 100, 2)
    requeued = await retailer.run(service.requeue_uncovered, 100)
    await retailer.allocate_oldest_first()

    assert shorted == 2
    assert [(unit.state, unit.quantity, unit.supply_line_id) for unit in requeued] == [(SENT, 2, 100)]
    assert await retailer.supplied(100) == {"allocated": 8, "shorted": 2}
    assert await retailer.where(1) == {"allocated": 6}
    assert await retailer.where(2) == {"allocated": 2, "queued": 2}
    [lot] = [lot for lot in (await retailer.books())[0] if lot.owner_kind == "master_line"]
    assert (lot.unit_cost * lot.balances["allocated"]).amount == Decimal("78.40")


async def test_a_short_at_once_takes_what_is_least_progressed(retailer: Retailer) -> None:
    """H14, F24: the partner ships 6 and closes the rest."""
    await retailer.order(10)
    await retailer.run(service.advance_supply, 100, 6, SupplyState.INBOUND)

    await retailer.run(service.short_supply, 100, 4)

    assert await retailer.supplied(100) == {"inbound": 6, "shorted": 4}


async def test_a_supply_falls_short_again(retailer: Retailer) -> None:
    """H14, H13: the partner closed the rest, then its parcel is lost; the reason is the same master order."""
    await retailer.order(10)
    await retailer.run(service.advance_supply, 100, 6, SupplyState.INBOUND)
    because = retailer.world.because()

    shorted = [await retailer.run(service.short_supply, 100, units, because=because) for units in (4, 6, 1)]

    assert shorted == [4, 6, 0]
    assert await retailer.supplied(100) == {"shorted": 10}


async def test_a_short_unit_that_comes_after_all(retailer: Retailer) -> None:
    await retailer.order(4)
    await retailer.run(service.short_supply, 100, 2)

    received = await retailer.run(service.receive_supply, 100, 5)

    assert (received.expected, received.over) == (4, 1)
    assert await retailer.supplied(100) == {"received": 5}


async def test_more_than_was_ordered(retailer: Retailer) -> None:
    """H6: 12 for 10: 2 are over, and surplus."""
    await retailer.order(10)

    received = await retailer.run(service.receive_supply, 100, 12)
    await retailer.match(100, 1, 10)

    assert (received.expected, received.over) == (10, 2)
    assert await retailer.surplus() == 2


async def test_damaged_units_serve_nobody(retailer: Retailer) -> None:
    """H8: received 10, usable 9."""
    await retailer.order(10)
    await retailer.receive(10)

    await retailer.run(service.damage_supply, 100, 1)
    requeued = await retailer.run(service.requeue_uncovered, 100)

    assert [unit.quantity for unit in requeued] == [1]
    assert await retailer.supplied(100) == {"received": 9, "damaged": 1}


async def test_a_receipt_entered_twice_counts_once(retailer: Retailer) -> None:
    """H11: the same receipt is the same reason."""
    await retailer.order(10)
    because = retailer.world.because()

    for _ in range(2):
        await retailer.run(service.receive_supply, 100, 9, because=because)

    assert await retailer.supplied(100) == {"received": 9, "sent": 1}


async def test_a_receipt_is_corrected_the_next_day(retailer: Retailer) -> None:
    """H12: 9 become 10 and the allocation extends; 10 become 9 again only if nobody has the unit."""
    await retailer.order(10)
    await retailer.receive(9)
    await retailer.match(100, 1, 9)

    await retailer.receive(1)
    await retailer.match(100, 1, 1)
    assert await retailer.where(1) == {"allocated": 10}

    assert await retailer.run(service.correct_receipt, 100, 1) == 0
    [lot] = await retailer.lots(1, ALLOCATED)
    await retailer.run(service.unmatch, 100, [(lot.lot_id, 1)])
    assert await retailer.run(service.correct_receipt, 100, 1) == 1
    assert await retailer.where(1) == {"allocated": 9, "inbound": 1}


async def test_units_sent_back_to_the_partner_leave_the_centre(retailer: Retailer) -> None:
    await retailer.order(2)
    await retailer.receive(3)
    await retailer.match(100, 1, 2)

    assert await retailer.run(service.return_supply, 100, 5) == 1
    assert await retailer.supplied(100) == {"allocated": 2, "withdrawn": 1}
