"""Whatever verbs are called in whatever order, the ledger balances."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.core.errors import HubError
from app.units import facts, queries, service
from app.units.models import UnitClaim
from app.units.states import ADVANCES, AWAITED, GONE, MATCHED, SHIPPED, UNSEEN, DemandState, SupplyState
from app.units.terms import LotUnits, OrderedUnits, Target
from tests.units.world import Retailer, World, at

pytestmark = pytest.mark.anyio

LINES = st.integers(1, 3)
SUPPLIES = st.sampled_from([100, 100, 100, 101])
UNITS = st.integers(1, 4)
LOTS = st.lists(st.tuples(st.integers(0, 9), UNITS), min_size=1, max_size=3)
HOURS = st.one_of(st.none(), st.integers(0, 3))
ORDERED = st.lists(st.tuples(UNITS, HOURS), max_size=3)

ACTS = st.one_of(
    st.tuples(st.just("settle"), LINES, st.integers(0, 8), ORDERED, st.booleans()),
    st.tuples(st.just("freeze"), SUPPLIES),
    st.tuples(st.just("confirm"), SUPPLIES, st.integers(0, 8)),
    st.tuples(st.just("receive"), SUPPLIES, UNITS),
    st.tuples(st.just("supply"), SUPPLIES, UNITS, st.sampled_from(sorted(SupplyState))),
    st.tuples(st.sampled_from(["assign", "match", "unmatch", "promise"]), SUPPLIES, LOTS),
    st.tuples(st.sampled_from(["unassign", "uncovered", "short", "return", "correct"]), SUPPLIES, UNITS),
    st.tuples(st.just("requeue"), st.integers(0, 9), UNITS),
    st.tuples(st.just("advance"), st.integers(0, 9), UNITS, st.sampled_from(sorted(ADVANCES))),
)
"""Sensible acts and nonsense alike; a lot is named by its place among those that could take the step."""

WEEK: list[tuple[Any, ...]] = [
    ("settle", 1, 5, [(3, 0), (2, 1)], False),
    ("settle", 2, 4, [(4, 2)], False),
    ("freeze", 100),
    ("confirm", 100, 8),
    ("receive", 100, 6),
    ("allocate", 100),
    ("advance", 0, 3, (DemandState.ALLOCATED, DemandState.PACKED)),
    ("advance", 0, 2, (DemandState.PACKED, DemandState.OUTBOUND)),
]
"""How most histories begin, so that the random acts meet units in every state."""


MEETINGS = {
    "assign": [DemandState.QUEUED],
    "match": [DemandState.SENT, DemandState.QUEUED],
    "unmatch": [DemandState.ALLOCATED],
    "promise": [DemandState.QUEUED],
}
LOT_VERBS = {"requeue": service.requeue, "advance": service.advance_demand}
SUPPLY_VERBS: dict[str, tuple[Any, bool]] = {
    "receive": (service.receive_supply, True),
    "supply": (service.advance_supply, True),
    "short": (service.short_supply, True),
    "return": (service.return_supply, True),
    "correct": (service.correct_receipt, True),
    "unassign": (service.unassign, False),
    "uncovered": (service.requeue_uncovered, False),
}


async def act(retailer: Retailer, step: Sequence[Any]) -> None:
    """Do what the step says; a refusal is an answer."""
    name, subject, *rest = step
    try:
        await _call(retailer, name, subject, rest)
    except HubError:
        return


async def _call(retailer: Retailer, name: str, subject: int, rest: Sequence[Any]) -> None:
    if name == "settle":
        await settle(retailer, subject, *rest)
    elif name == "freeze":
        await retailer.freeze(subject)
    elif name == "confirm":
        await retailer.confirm(subject, rest[0])
    elif name == "allocate":
        await allocate(retailer, subject)
    elif name in LOT_VERBS:
        await _call_on_lot(retailer, name, subject, rest)
    elif name in MEETINGS:
        known = await lot_ids(retailer, MEETINGS[name])
        units = [(known[place % len(known)], count) for place, count in rest[0]]
        await meet(retailer, name, subject, units)
    else:
        verb, takes_units = SUPPLY_VERBS[name]
        await retailer.run(verb, subject, *(rest if takes_units else ()))


async def _call_on_lot(retailer: Retailer, name: str, place: int, rest: Sequence[Any]) -> None:
    states = [DemandState.SENT, DemandState.SHORTED] if name == "requeue" else [rest[1][0]]
    known = await lot_ids(retailer, states)
    await retailer.run(LOT_VERBS[name], known[place % len(known)], *rest)


async def meet(retailer: Retailer, name: str, supply_line: int, units: Sequence[LotUnits]) -> None:
    """Bring demand and supply together; nobody is left waiting for goods that do not come."""
    lacking = await count_lacking(retailer)

    supply = retailer.supply(supply_line) if name == "assign" else supply_line
    await retailer.run(getattr(service, name), supply, units)

    assert await count_lacking(retailer) <= lacking


async def count_lacking(retailer: Retailer) -> int:
    """How many wait for more than their supply can bring."""
    missing: Counter[int] = Counter()
    for lot in (await retailer.books())[0]:
        if lot.side == "supply":
            missing[lot.owner_id] -= sum(lot.balances.get(state, 0) for state in ("received", *AWAITED))
        elif lot.supply_line_id is not None:
            missing[lot.supply_line_id] += lot.balances.get("sent", 0)
    return sum(count for count in missing.values() if count > 0)


async def settle(retailer: Retailer, line: int, units: int, ordered: Sequence[Any], held: bool) -> None:
    """Settle, and hold the line to its target at once."""
    chunks = [OrderedUnits(n, None if hour is None else at(hour)) for n, hour in ordered]
    settled = await retailer.settle(retailer.demand(line), Target(units, chunks, held))

    lots = await retailer.lots(line)
    where = Counter({state: sum(lot.quantity for lot in lots if lot.state is state) for state in DemandState})
    live = sum(count for state, count in where.items() if state not in GONE)
    shipped = sum(where[state] for state in SHIPPED)
    assert live == max(units, shipped)
    assert settled.over_shipped == max(shipped - units, 0)


async def allocate(retailer: Retailer, supply_line: int) -> None:
    """Match what is there, oldest first."""
    async with retailer.uow() as uow:
        lots = await queries.waiting_demand(uow.session, retailer.store_id, retailer.variants)
    for lot in lots:
        await retailer.run(service.match, supply_line, [(lot.lot_id, min(lot.quantity, 3))])


async def lot_ids(retailer: Retailer, states: Sequence[DemandState]) -> list[int]:
    """Lots that could take a step from these states; else any, so that nonsense is tried too."""
    lots, _ = await retailer.books()
    could = [lot.id for lot in lots if lot.side == "demand" and any(state in lot.balances for state in states)]
    return could or [lot.id for lot in lots] or [0]


async def check_books(retailer: Retailer) -> None:
    """Everything that has to hold, however it came about."""
    lots, moves = await retailer.books()
    check_balances(lots, moves)
    check_matches(lots)
    await check_claims(retailer, lots, moves)


def check_balances(lots: Sequence[facts.LotFacts], moves: Sequence[facts.MoveFacts]) -> None:
    """Each balance is what came minus what went; each owner has what entered; nothing changed hands."""
    owners = {lot.id: (lot.owner_kind, lot.owner_id) for lot in lots}
    places: Counter[tuple[int, str]] = Counter()
    entered: Counter[tuple[str, int]] = Counter()
    for move in moves:
        owner = (move.owner_kind, move.owner_id)
        places[move.to_lot_id, move.to_state] += move.quantity
        assert owners[move.to_lot_id] == owner
        if move.from_lot_id is None or move.from_state is None:
            entered[owner] += move.quantity
        else:
            places[move.from_lot_id, move.from_state] -= move.quantity
            assert owners[move.from_lot_id] == owner
    assert min(places.values(), default=0) >= 0
    assert {place: count for place, count in places.items() if count} == {
        (lot.id, state): count for lot in lots for state, count in lot.balances.items()
    }
    held = Counter[tuple[str, int]]()
    for lot in lots:
        held[lot.owner_kind, lot.owner_id] += sum(lot.balances.values())
    assert held == entered


def check_matches(lots: Sequence[facts.LotFacts]) -> None:
    """What a supply allocated stands behind the demand that is meant to come from it."""
    allocated = Counter({lot.owner_id: lot.balances.get("allocated", 0) for lot in lots if lot.side == "supply"})
    matched: Counter[int] = Counter()
    for lot in lots:
        if lot.side == "demand":
            units = sum(lot.balances.get(state, 0) for state in MATCHED)
            if units:
                assert lot.supply_line_id is not None
                matched[lot.supply_line_id] += units
    assert +allocated == +matched


async def check_claims(retailer: Retailer, lots: Sequence[facts.LotFacts], moves: Sequence[facts.MoveFacts]) -> None:
    """The claims say of each lot what its units say."""
    waiting = {
        lot.id: units
        for lot in lots
        if lot.side == "demand" and (units := sum(lot.balances.get(state, 0) for state in UNSEEN))
    }
    sent = {move.to_lot_id: move.quantity for move in moves if move.from_state is None and move.to_state == "sent"}
    async with retailer.uow() as uow:
        claims = await uow.session.execute(
            select(UnitClaim.lot_id, UnitClaim.quantity).where(UnitClaim.store_id == retailer.store_id)
        )
        assert {lot_id: quantity for lot_id, quantity in claims} == waiting | sent
        unseen = await queries.unseen_by_partner(uow, retailer.world.partner_store_id, {retailer.variants[0]: None})
    assert unseen[retailer.variants[0]].get(retailer.store_id, 0) == sum((waiting | sent).values())


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(begin=st.integers(3, len(WEEK)), acts=st.lists(ACTS, min_size=4, max_size=10))
async def test_every_history_balances(world: World, begin: int, acts: list[Sequence[Any]]) -> None:
    """INV1, INV3: owners balance, nothing is negative or crosses owners, claims equal what the lots say."""
    retailer = await world.add_retailer()

    for step in [*WEEK[:begin], *acts]:
        await act(retailer, step)

    await check_books(retailer)
