"""What the database refuses, whoever asks: attempts past the code, as the app's own role."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.core.db import create_engine
from app.units import service
from app.units.errors import NotEnoughUnits, UnknownLot, WrongUnits
from app.units.states import DemandState, SupplyState
from app.units.terms import Because
from tests.support.database import TestDatabase
from tests.units.world import Retailer, World, at, build_world, run_sql

pytestmark = pytest.mark.anyio

POSTING = (
    "WITH posting AS (INSERT INTO unit_postings"
    " (store_id, partner_id, cause, reference_kind, reference_id, true_from, recorded_at)"
    " VALUES (:store, :partner, 'direct', 'sql', '1', now(), now()) RETURNING id) "
)
MOVE = (
    "INSERT INTO unit_moves (store_id, partner_id, posting_id, owner_kind, owner_id,"
    " from_lot_id, from_state, to_lot_id, to_state, quantity) "
    "SELECT :store, :partner, posting.id, :kind, :owner, CAST(:lot AS bigint), CAST(:start AS text), :goal, :end,"
    " :units FROM posting"
)


async def attempt(retailer: Retailer, lot: int | None, start: str | None, goal: int, end: str, **other: object) -> None:
    """Insert a move by hand."""
    values = {"kind": "order_line", "owner": 1, "units": 1, "store": retailer.store_id, "partner": retailer.partner_id}
    await run_sql(retailer, POSTING + MOVE, lot=lot, start=start, goal=goal, end=end, **(values | other))


async def lot_id(retailer: Retailer, line: int, state: DemandState) -> int:
    [lot] = await retailer.lots(line, state)
    return lot.lot_id


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE unit_balances SET quantity = quantity + 1",
        "DELETE FROM unit_balances",
        "INSERT INTO unit_balances (store_id, lot_id, state, partner_id, quantity)"
        " SELECT store_id, id, 'packed', partner_id, 5 FROM unit_lots",
        "UPDATE unit_claims SET quantity = 0",
        "DELETE FROM unit_claims",
        "UPDATE unit_moves SET quantity = 1",
        "DELETE FROM unit_moves",
        "UPDATE unit_postings SET true_from = now()",
        "DELETE FROM unit_postings",
        "UPDATE unit_lots SET eligible_at = now()",
        "UPDATE unit_lots SET owner_id = 2",
        "DELETE FROM unit_lots",
        "TRUNCATE unit_moves",
    ],
)
async def test_refuses_to_change_what_was_posted(retailer: Retailer, statement: str) -> None:
    await retailer.buy(1, 3)

    with pytest.raises(DBAPIError, match=r"unit ledger|permission denied"):
        await run_sql(retailer, statement)

    assert await retailer.where(1) == {"queued": 3}


async def test_refuses_moves_the_table_does_not_know(retailer: Retailer) -> None:
    await retailer.buy(1, 3)
    lot = await lot_id(retailer, 1, DemandState.QUEUED)

    for start, end in [
        ("queued", "packed"),
        ("queued", "delivered"),
        ("queued", "lost"),
        ("queued", "queued"),
        ("queued", "sent"),  # no supply is meant for them
        ("queued", "held"),  # they have an eligible time
        (None, "sent"),
        (None, "delivered"),
    ]:
        with pytest.raises(IntegrityError, match="unit ledger"):
            await attempt(retailer, lot if start else None, start, lot, end)

    assert await retailer.where(1) == {"queued": 3}


async def test_refuses_to_go_below_zero(retailer: Retailer) -> None:
    await retailer.buy(1, 3)
    lot = await lot_id(retailer, 1, DemandState.QUEUED)

    with pytest.raises(IntegrityError, match="ck_unit_balances_quantity"):
        await attempt(retailer, lot, "queued", lot, "cancelled", units=4)
    with pytest.raises(IntegrityError, match="ck_unit_balances_quantity"):
        await attempt(retailer, lot, "shorted", lot, "cancelled", units=1)
    with pytest.raises(IntegrityError, match="ck_unit_moves_quantity"):
        await attempt(retailer, lot, "queued", lot, "cancelled", units=-1)


async def test_a_move_never_leaves_its_owner(retailer: Retailer) -> None:
    await retailer.buy(1, 3)
    await retailer.buy(2, 3)
    mine, theirs = await lot_id(retailer, 1, DemandState.QUEUED), await lot_id(retailer, 2, DemandState.QUEUED)

    for owner in (1, 2):
        with pytest.raises(IntegrityError, match="fk_unit_moves"):
            await attempt(retailer, mine, "queued", theirs, "queued", owner=owner)


async def test_a_move_never_leaves_its_retailer(world: World, retailer: Retailer) -> None:
    other = await world.add_retailer("other")
    await retailer.buy(1, 3)
    lot = await lot_id(retailer, 1, DemandState.QUEUED)

    with pytest.raises(DBAPIError, match="fk_unit_moves"):
        await attempt(other, lot, "queued", lot, "cancelled")
    with pytest.raises(DBAPIError, match="row-level security"):
        await attempt(other, lot, "queued", lot, "cancelled", store=retailer.store_id, partner=retailer.partner_id)

    assert await other.lots(1) == []
    with pytest.raises(UnknownLot):
        await other.run(service.requeue, lot, 1)


async def test_a_match_has_two_sides(retailer: Retailer) -> None:
    """INV3: matched units are received units."""
    await retailer.buy(1, 3)
    await retailer.send(100)
    await retailer.run(service.receive_supply, 100, 3)
    lot = await lot_id(retailer, 1, DemandState.SENT)
    [supply] = [each for each in (await retailer.books())[0] if each.side == "supply"]

    with pytest.raises(IntegrityError, match="a match moves as many units on each side"):
        await attempt(retailer, lot, "sent", lot, "allocated")
    with pytest.raises(IntegrityError, match="a match moves as many units on each side"):
        await attempt(retailer, supply.id, "received", supply.id, "allocated", kind="master_line", owner=100)


async def test_demand_meets_supply_of_its_own_variant(retailer: Retailer) -> None:
    await retailer.buy(1, 3, variant=1)
    await retailer.buy(2, 3)
    await retailer.send(100)
    lot = await lot_id(retailer, 1, DemandState.QUEUED)
    [supply] = [each for each in (await retailer.books())[0] if each.side == "supply"]
    copy = (
        "INSERT INTO unit_lots (store_id, side, owner_kind, owner_id, partner_id, partner_store_id,"
        " partner_variant_id, units_per, supply_id, eligible_at, captured_at, late, unit_cost_amount, currency)"
        " SELECT store_id, side, owner_kind, owner_id, partner_id, partner_store_id, partner_variant_id, units_per,"
        " :supply, eligible_at, captured_at, late, unit_cost_amount, currency FROM unit_lots WHERE id = :lot"
    )

    with pytest.raises(IntegrityError, match="fk_unit_lots_supply_id"):
        await run_sql(retailer, copy, lot=lot, supply=supply.id)
    with pytest.raises(IntegrityError, match="units come from a supply"):
        await run_sql(retailer, copy, lot=lot, supply=lot)
    with pytest.raises(WrongUnits):
        await retailer.run(service.promise, 100, [(lot, 1)])
    with pytest.raises(WrongUnits):
        await retailer.run(service.match, 100, [(lot, 1)])


async def test_a_posting_is_written_at_once(retailer: Retailer) -> None:
    await retailer.buy(1, 3)
    lot = await lot_id(retailer, 1, DemandState.QUEUED)
    add = MOVE.replace("posting.id", "(SELECT max(id) FROM unit_postings)").replace(" FROM posting", "")
    values = {"store": retailer.store_id, "partner": retailer.partner_id, "kind": "order_line", "owner": 1}

    with pytest.raises(IntegrityError, match="a posting is written at once"):
        await run_sql(retailer, add, lot=lot, start="queued", goal=lot, end="cancelled", units=1, **values)


async def test_the_verbs_refuse_more_than_there_is(retailer: Retailer) -> None:
    await retailer.buy(1, 3)
    lot = await lot_id(retailer, 1, DemandState.QUEUED)

    for units in (4, 0, -1):
        with pytest.raises(NotEnoughUnits):
            await retailer.run(service.assign, retailer.supply(100), [(lot, units)])
    with pytest.raises(WrongUnits):
        await retailer.run(service.assign, retailer.supply(100), [(lot, 1), (lot, 1)])
    with pytest.raises(UnknownLot):
        await retailer.run(service.assign, retailer.supply(100), [(lot + 1000, 1)])
    with pytest.raises(UnknownLot):
        await retailer.run(service.receive_supply, 555, 1)
    with pytest.raises(WrongUnits):
        await retailer.run(service.advance_demand, lot, 1, (DemandState.QUEUED, DemandState.PACKED))
    with pytest.raises(NotEnoughUnits):
        await retailer.run(service.requeue, lot, 1)
    assert (await retailer.books())[0][0].balances == {"queued": 3}


async def test_what_the_partner_does_is_seen_by_that_partner_only(world: World, retailer: Retailer) -> None:
    """A partner acting sees the units of its own partnership, and no other retailer's."""
    other = await world.add_retailer("other")
    await retailer.buy(1, 3)
    await other.buy(1, 2)
    await retailer.send(100)
    await other.send(100)

    moved = await retailer.as_partner(service.advance_supply, 100, 3, SupplyState.ACKNOWLEDGED)

    assert moved == 3
    assert await retailer.where(1) == {"acknowledged": 3}
    assert await other.where(1) == {"sent": 2}


async def test_the_same_reason_cannot_be_posted_twice(retailer: Retailer) -> None:
    await retailer.buy(1, 3)
    await retailer.send(100)
    because = Because("receipt", "receipt", "7", at(1))

    first = await retailer.run(service.receive_supply, 100, 2, because=because)
    again = await retailer.run(service.receive_supply, 100, 2, because=because)

    assert (first.expected, again.expected) == (2, 0)
    assert await retailer.supplied(100) == {"received": 2, "sent": 1}


READ = text(
    "SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables"
    " WHERE relname = 'unit_lots'"
)


async def test_a_move_reads_what_it_touches_however_much_the_store_has(fresh_database: TestDatabase) -> None:
    """The planner knows nothing of a table that grew within the minute, as in a sale's peak.

    The database is the test's own: in a shared one autovacuum may have taught the planner that the tables are empty.
    """
    engine = create_engine(fresh_database.url)
    async with engine.connect() as connection, connection.begin():
        retailer = await (await build_world(connection, join=True)).add_retailer()
        for line_id in range(1, 61):
            await retailer.buy(line_id, 1)
        before = (await connection.execute(READ)).scalar_one()

        await retailer.buy(61, 1)

        assert (await connection.execute(READ)).scalar_one() - before < 600  # asked otherwise it was 4,159
    await engine.dispose()
