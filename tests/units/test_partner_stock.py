"""Which units the partner's stock cannot show yet (scenarios §4)."""

import pytest

from app.partners.models import Partner
from app.units import service
from app.units.states import DemandState
from tests.units.world import Retailer, World, run_sql

pytestmark = pytest.mark.anyio


async def test_queued_units_count(retailer: Retailer) -> None:
    """D1: 20 − 5 − 2."""
    await retailer.buy(1, 5)

    assert 20 - await retailer.unseen(8) - 2 == 13


async def test_sent_units_are_not_subtracted_twice(retailer: Retailer) -> None:
    """D2: the master order of 18:00 shows in the snapshot of 18:05."""
    await retailer.buy(1, 5)
    await retailer.send(100, hour=9)

    assert 15 - await retailer.unseen(9.08) - 2 == 13


async def test_a_snapshot_from_before_the_master_order_does_not_show_it(retailer: Retailer) -> None:
    """D3: read 17:59, sent 18:00, written 18:01; a request that began as the answer arrived is in doubt."""
    await retailer.buy(1, 5)
    await retailer.send(100, hour=9)

    assert 20 - await retailer.unseen(8.98) - 2 == 13
    assert await retailer.unseen(9) == 5
    assert await retailer.unseen(None) == 5


async def test_frozen_units_count_until_they_are_confirmed(retailer: Retailer) -> None:
    await retailer.buy(1, 5)
    await retailer.freeze(100)

    assert await retailer.unseen(99) == 5


async def test_what_was_asked_for_is_unseen_even_when_nobody_wants_it_any_more(retailer: Retailer) -> None:
    """F7, D3: the goods leave the partner's stock whether the customer cancels or not."""
    await retailer.buy(1, 5)
    await retailer.send(100, hour=9)

    await retailer.buy(1, 2, (5, 0))

    assert await retailer.unseen(8.98) == 5
    assert await retailer.unseen(9.08) == 0


async def test_what_the_partner_did_not_confirm_is_unseen_again(retailer: Retailer) -> None:
    await retailer.buy(1, 5)
    await retailer.freeze(100)

    await retailer.confirm(100, 3, hour=9)

    assert await retailer.unseen(9.08) == 2


async def test_surplus_takes_demand_out_of_the_sum(retailer: Retailer) -> None:
    """D25: sold units that goods at the centre serve need nothing from the partner."""
    await retailer.buy(1, 5)
    await retailer.send(100, hour=1)
    await retailer.buy(1, 0, (5, 0))
    await retailer.run(service.receive_supply, 100, 5)
    await retailer.buy(2, 3, (3, 2))

    assert (await retailer.unseen(9), await retailer.surplus()) == (3, 5)

    await retailer.match(100, 2, 3)

    assert (await retailer.unseen(9), await retailer.surplus()) == (0, 2)
    assert await retailer.freeze(101) == 0


async def test_all_retailers_are_summed(world: World, retailer: Retailer) -> None:
    """D28: 15 queued by one retailer are unseen for the other, who learns how many and not whose."""
    other = await world.add_retailer("other")
    await retailer.buy(1, 15)
    await other.buy(1, 1)

    seen_by_other = await other.unseen_by_store(8)

    assert seen_by_other == {retailer.store_id: 15, other.store_id: 1}
    assert max(0, 20 - sum(seen_by_other.values()) - 2) == 2


async def test_two_retailer_variants_of_one_partner_variant_share_a_pool(retailer: Retailer) -> None:
    """B21: a bag and a gift pack of two; units are quantity × factor."""
    await retailer.buy(1, 1)
    await retailer.settle(retailer.demand(2, units_per=2), retailer.target(2))

    assert await retailer.unseen(8) == 3
    assert await retailer.send(100) == 3
    assert [lot.units_per for lot in await retailer.lots(2)] == [2]


async def test_two_lines_of_one_variant_stay_apart_and_are_summed(retailer: Retailer) -> None:
    """E14."""
    await retailer.buy(1, 1)
    await retailer.buy(2, 2)

    assert await retailer.unseen(8) == 3
    assert (await retailer.where(1), await retailer.where(2)) == ({"queued": 1}, {"queued": 2})


async def test_a_retailer_whose_partnership_ended_can_still_settle(world: World, retailer: Retailer) -> None:
    """E28: captured, and its claim is kept."""
    await retailer.buy(1, 2)
    async with retailer.uow() as uow:
        partner = await uow.session.get_one(Partner, (retailer.store_id, retailer.partner_id))
        partner.state = "disconnected"

    await retailer.buy(1, 5, (5, 0))
    await retailer.buy(2, 1)

    assert await retailer.where(1) == {"queued": 5}
    assert await retailer.unseen(8) == 6


async def test_a_retailer_without_partnership_reads_no_claims(world: World, retailer: Retailer) -> None:
    await retailer.buy(1, 2)
    stranger = await world.add_retailer("stranger")
    await run_sql(stranger, "UPDATE partners SET state = 'disconnected'")

    assert await stranger.unseen(8) == 0


async def test_units_back_in_the_queue_count_again(retailer: Retailer) -> None:
    await retailer.buy(1, 4)
    await retailer.send(100, hour=1)
    await retailer.run(service.short_supply, 100, 1)

    await retailer.run(service.requeue_uncovered, 100)

    assert await retailer.where(1) == {"sent": 3, "queued": 1}
    assert await retailer.unseen(9) == 1


async def test_given_up_units_do_not_count(retailer: Retailer) -> None:
    await retailer.buy(1, 4)

    await retailer.advance(1, 3, DemandState.QUEUED, DemandState.SHORTED)

    assert await retailer.unseen(9) == 1
