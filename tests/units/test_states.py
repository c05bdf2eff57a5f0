"""The moves the code knows are the moves the database allows."""

from itertools import product

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.units.states import ADVANCES, DEMAND_MOVES, SUPPLY_MOVES, SUPPLY_SOURCES, DemandState, SupplyState

pytestmark = pytest.mark.anyio


async def test_code_and_database_allow_the_same_moves(connection: AsyncConnection) -> None:
    asked = [
        (side, start, end, end in table[start])
        for side, states, table in (("demand", DemandState, DEMAND_MOVES), ("supply", SupplyState, SUPPLY_MOVES))
        for start, end in product([None, *states], states)
    ]
    sides, starts, ends, _ = zip(*asked, strict=True)

    answers = await connection.execute(
        text(
            "SELECT unit_move_allowed(side, start, goal)"
            " FROM unnest(CAST(:sides AS text[]), CAST(:starts AS text[]), CAST(:ends AS text[]))"
            " WITH ORDINALITY AS asked (side, start, goal, number) ORDER BY number"
        ),
        {"sides": list(sides), "starts": list(starts), "ends": list(ends)},
    )

    assert list(answers.scalars()) == [allowed for *_, allowed in asked]


def test_every_state_says_where_it_leads() -> None:
    assert set(DEMAND_MOVES) == {None, *DemandState}
    assert set(SUPPLY_MOVES) == {None, *SupplyState}


def test_every_step_the_verbs_take_is_allowed() -> None:
    assert all(end in DEMAND_MOVES[start] for start, end in ADVANCES)
    assert all(end in SUPPLY_MOVES[start] for end, sources in SUPPLY_SOURCES.items() for start in sources)
