"""An order line moves to its target, whatever the order went through (scenarios §5 and §6)."""

import pytest

from app.units import queries, service
from app.units.states import DemandState
from app.units.terms import Because, OrderedUnits, Target
from tests.units.world import COST, Retailer, at

pytestmark = pytest.mark.anyio

CANCELLED, REFUNDED, QUEUED, SENT = (
    DemandState.CANCELLED,
    DemandState.REFUNDED,
    DemandState.QUEUED,
    DemandState.SENT,
)


async def queue(retailer: Retailer) -> list[tuple[int, float]]:
    """What is queued, as units and eligible hour."""
    async with retailer.uow() as uow:
        lots = await queries.queued_demand(uow.session, retailer.store_id, retailer.partner_id)
    return [(lot.quantity, (lot.eligible_at - at(0)).total_seconds() / 3600) for lot in lots]


async def test_a_paid_line_is_queued(retailer: Retailer) -> None:
    settled = await retailer.buy(1, 3, (3, 2))

    assert (settled.entered, settled.released, settled.over_shipped) == (3, (), 0)
    assert await retailer.where(1) == {"queued": 3}
    assert await queue(retailer) == [(3, 2)]
    assert await retailer.unseen() == 3


async def test_settling_twice_is_harmless(retailer: Retailer) -> None:
    """E1, F18: the edit and the refund that tell of the same change lead to the same target."""
    await retailer.buy(1, 3)
    first = await retailer.buy(1, 2, (3, 0))
    again = await retailer.buy(1, 2, (3, 0))

    assert (first.released_count, first.changed) == (1, True)
    assert (again.released_count, again.changed) == (0, False)
    assert await retailer.where(1) == {"queued": 2, "cancelled": 1}


async def test_units_awaiting_payment_count_and_do_not_join(retailer: Retailer) -> None:
    """E10: captured units are unseen by the partner; payment queues them with the time of the payment."""
    await retailer.buy(1, 3, (3, None))

    assert await retailer.where(1) == {"captured": 3}
    assert await retailer.unseen(9) == 3
    assert await retailer.freeze(100) == 0

    settled = await retailer.buy(1, 3, (3, 7))

    assert (settled.entered, settled.rearranged) == (0, 3)
    assert await queue(retailer) == [(3, 7)]
    assert await retailer.unseen(9) == 3


async def test_an_unpaid_edit_delays_only_what_it_added(retailer: Retailer) -> None:
    await retailer.buy(1, 3)
    await retailer.buy(1, 5, (3, 0), (2, None))

    assert await retailer.where(1) == {"queued": 3, "captured": 2}

    await retailer.buy(1, 5, (3, 0), (2, 6))

    assert await queue(retailer) == [(3, 0), (2, 6)]


async def test_a_held_order_counts_until_it_is_decided(retailer: Retailer) -> None:
    """D24, E23: held units are unseen; cancelled they leave, approved they stay, eligible from the release on."""
    await retailer.buy(1, 3, held=True)
    await retailer.buy(2, 2, held=True)

    assert await retailer.unseen(9) == 5
    assert await retailer.freeze(100) == 0

    await retailer.buy(1, 0)
    await retailer.buy(2, 2, (2, 8))

    assert await retailer.where(1) == {"cancelled": 3}
    assert await queue(retailer) == [(2, 8)]
    assert await retailer.unseen(9) == 2


async def test_a_hold_takes_queued_units_out_and_a_release_gives_a_later_place(retailer: Retailer) -> None:
    await retailer.buy(1, 2, (2, 1))
    await retailer.buy(1, 2, (2, 1), held=True)

    assert await retailer.where(1) == {"held": 2}

    await retailer.buy(1, 2, (2, 5))

    assert await queue(retailer) == [(2, 5)]


async def test_an_empty_list_of_fulfilment_orders_cancels_nothing(retailer: Retailer) -> None:
    """E29: the target comes from the unfulfilled quantity, then from the fulfilment orders; it is the same."""
    await retailer.buy(1, 3)
    settled = await retailer.buy(1, 3)

    assert not settled.changed


async def test_edited_down_before_the_cutoff(retailer: Retailer) -> None:
    """F1, D23: queued 2, one less unseen, and the caller can tell before and after."""
    await retailer.buy(1, 3)

    settled = await retailer.buy(1, 2, (3, 0))

    [gone] = settled.released
    assert (gone.state, gone.quantity, gone.supply_line_id) == (QUEUED, 1, None)
    assert await retailer.where(1) == {"queued": 2, "cancelled": 1}
    assert await retailer.unseen(9) == 2


async def test_edited_up_before_the_cutoff(retailer: Retailer) -> None:
    """F2: the added units carry the time of the edit and may fall in the next cycle."""
    await retailer.buy(1, 3, (3, 1))
    await retailer.buy(1, 5, (3, 1), (2, 10))

    assert await queue(retailer) == [(3, 1), (2, 10)]
    assert await retailer.freeze(100, before=10) == 3


async def test_a_removed_line_and_its_replacement(retailer: Retailer) -> None:
    """F3: the first line's units end, the new line has its own."""
    await retailer.buy(1, 3)

    await retailer.buy(1, 0, (3, 0))
    await retailer.buy(2, 3, (3, 4), variant=1)

    assert await retailer.where(1) == {"cancelled": 3}
    assert await retailer.where(2) == {"queued": 3}
    assert (await retailer.unseen(9, 0), await retailer.unseen(9, 1)) == (0, 3)


async def test_cancelled_before_the_cutoff(retailer: Retailer) -> None:
    """F6: nothing is left for the master order."""
    await retailer.buy(1, 3)
    await retailer.buy(2, 1)
    for line in (1, 2):
        await retailer.buy(line, 0, (3, 0))

    assert await retailer.freeze(100) == 0
    assert await retailer.unseen() == 0


async def test_cancelled_after_the_master_order_was_sent(retailer: Retailer) -> None:
    """F7: the demand ends, the supply stays and becomes surplus; the caller learns which supply to ask about."""
    await retailer.buy(1, 10)
    await retailer.send(100, hour=1)

    settled = await retailer.buy(1, 7, (10, 0))

    [gone] = settled.released
    assert (gone.state, gone.quantity, gone.supply_line_id) == (SENT, 3, 100)
    assert await retailer.supplied(100) == {"sent": 10}

    await retailer.run(service.receive_supply, 100, 10)
    await retailer.match(100, 1, 7)

    assert await retailer.surplus() == 3


async def test_the_partner_accepts_the_reduction(retailer: Retailer) -> None:
    """F8: the supply is one less, nothing is surplus."""
    await retailer.buy(1, 10)
    await retailer.send(100)
    await retailer.buy(1, 9, (10, 0))

    withdrawn = await retailer.run(service.withdraw_supply, 100, 1)

    assert withdrawn == 1
    assert await retailer.supplied(100) == {"sent": 9, "withdrawn": 1}
    assert await retailer.run(service.requeue_uncovered, 100) == ()


async def test_the_partner_refuses_and_the_next_cycle_needs_one_less(retailer: Retailer) -> None:
    """F9, D25: what is coming and needed by nobody is promised to new demand instead of ordered again."""
    await retailer.buy(1, 10)
    await retailer.send(100, hour=1)
    await retailer.buy(1, 9, (10, 0))
    await retailer.buy(2, 3, (3, 5))

    [lot] = await retailer.lots(2, QUEUED)
    await retailer.run(service.promise, 100, [(lot.lot_id, 1)])

    assert await queue(retailer) == [(2, 5)]
    assert await retailer.where(2) == {"queued": 2, "sent": 1}
    assert await retailer.unseen(2) == 2
    await retailer.run(service.receive_supply, 100, 10)
    await retailer.match(100, 1, 9)
    assert await retailer.surplus() == 0  # the promised unit waits for it


async def test_cancelled_after_it_was_received(retailer: Retailer) -> None:
    """F10: the unit is freed for the next one waiting."""
    await retailer.buy(1, 2)
    await retailer.buy(2, 2, (2, 1))
    await retailer.send(100)
    await retailer.run(service.receive_supply, 100, 2)
    await retailer.match(100, 1, 2)

    settled = await retailer.buy(1, 0, (2, 0))

    assert [(gone.state, gone.quantity) for gone in settled.released] == [(DemandState.ALLOCATED, 2)]
    assert await retailer.supplied(100) == {"received": 2, "sent": 2}
    await retailer.match(100, 2, 2)
    assert await retailer.where(2) == {"allocated": 2}


async def test_packed_units_are_let_go_last_and_freed(retailer: Retailer) -> None:
    """F10, F11: of one eligible time the least progressed go first."""
    await retailer.buy(1, 3)
    await retailer.send(100)
    await retailer.run(service.receive_supply, 100, 3)
    await retailer.match(100, 1, 3)
    await retailer.advance(1, 2, DemandState.ALLOCATED, DemandState.PACKED)

    await retailer.buy(1, 2, (3, 0))
    assert await retailer.where(1) == {"packed": 2, "cancelled": 1}

    await retailer.buy(1, 1, (3, 0))
    assert await retailer.where(1) == {"packed": 1, "cancelled": 2}
    assert await retailer.supplied(100) == {"received": 2, "allocated": 1}


@pytest.mark.parametrize(("target", "queued"), [(2, 2), (3, 3)])
async def test_a_refund_follows_the_target(retailer: Retailer, target: int, queued: int) -> None:
    """F12, F13, F14: with or without restock, or of money only: the target decides."""
    await retailer.buy(1, 3)

    await retailer.buy(1, target, (3, 0), ends_as=REFUNDED)

    where = await retailer.where(1)
    assert (where["queued"], where.get("refunded", 0)) == (queued, 3 - queued)


async def test_a_return_after_delivery_reopens_nothing(retailer: Retailer) -> None:
    """F15: what was shipped stays shipped; the return is a state of its own."""
    await ship(retailer, 1, 3)
    await retailer.advance(1, 3, DemandState.OUTBOUND, DemandState.DELIVERED)
    await retailer.advance(1, 1, DemandState.DELIVERED, DemandState.RETURNED)

    settled = await retailer.buy(1, 3, (3, 0))

    assert not settled.changed
    assert await retailer.where(1) == {"delivered": 2, "returned": 1}


async def test_edited_below_what_was_shipped(retailer: Retailer) -> None:
    """F19: no negative; one over-shipped."""
    await ship(retailer, 1, 3)

    settled = await retailer.buy(1, 2, (3, 0))

    assert (settled.over_shipped, settled.released) == (1, ())
    assert await retailer.where(1) == {"outbound": 3}


async def test_cancelled_after_the_freeze(retailer: Retailer) -> None:
    """F23: the frozen units end, the master order keeps what it was frozen with, nothing is sent twice."""
    await retailer.buy(1, 3)
    await retailer.freeze(100)

    settled = await retailer.buy(1, 1, (3, 0))
    confirmed = await retailer.confirm(100, 3)

    assert [(gone.supply_line_id, gone.state, gone.quantity) for gone in settled.released] == [(100, QUEUED, 2)]
    assert (confirmed.sent, confirmed.requeued) == (1, 0)
    assert await retailer.where(1) == {"sent": 1, "cancelled": 2}
    await retailer.run(service.receive_supply, 100, 3)
    assert await retailer.surplus() == 2
    assert await retailer.freeze(101) == 0


async def test_added_after_the_freeze(retailer: Retailer) -> None:
    """F23: units added after the freeze wait for the next master order."""
    await retailer.buy(1, 3)
    await retailer.freeze(100)

    await retailer.buy(1, 4, (3, 0), (1, 2))
    await retailer.confirm(100, 3)

    assert await retailer.where(1) == {"sent": 3, "queued": 1}


async def test_a_unit_given_up_leaves_first_when_it_is_refunded(retailer: Retailer) -> None:
    """F24, H4: somebody decided not to supply one; the refund that follows takes this one."""
    await retailer.buy(1, 3)
    await retailer.advance(1, 1, QUEUED, DemandState.SHORTED)
    unchanged = await retailer.buy(1, 3)
    await retailer.buy(1, 2, (3, 0), ends_as=REFUNDED)

    assert not unchanged.changed
    assert await retailer.where(1) == {"queued": 2, "refunded": 1}


async def test_the_cost_of_the_capture_stays(retailer: Retailer) -> None:
    await retailer.buy(1, 3, (3, None))
    await retailer.buy(1, 3, (3, 5))
    await retailer.freeze(100)

    lots, moves = await retailer.books()

    assert {(lot.unit_cost.amount, lot.unit_cost.currency, lot.captured_at) for lot in lots} == {
        (COST.amount, "USD", at(0))
    }
    assert [(move.from_state, move.to_state) for move in moves] == [
        (None, "captured"),
        ("captured", "queued"),
        ("queued", "queued"),
    ]


async def test_a_posting_tells_why_and_since_when(retailer: Retailer) -> None:
    because = Because("order.read", "order", "44", at(-5))

    await retailer.settle(retailer.demand(1), Target(2, [OrderedUnits(2, at(0))]), because)

    [move] = (await retailer.books())[1]
    assert (move.cause, move.reference_kind, move.reference_id) == ("order.read", "order", "44")
    assert (move.true_from, move.recorded_at) == (at(-5), at(0))


async def ship(retailer: Retailer, line: int, units: int) -> None:
    """Take a line's units all the way out of the centre."""
    await retailer.buy(line, units)
    await retailer.send(100)
    await retailer.run(service.receive_supply, 100, units)
    await retailer.match(100, line, units)
    await retailer.advance(line, units, DemandState.ALLOCATED, DemandState.PACKED, DemandState.OUTBOUND)
