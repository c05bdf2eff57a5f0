"""Verbs where goods meet orders: one posting with a move on each side."""

from collections.abc import Sequence

from app.core.unit_of_work import UnitOfWork
from app.units import rules
from app.units.errors import WrongUnits
from app.units.service.meeting import Lots, lock_supply_with, named_units, waiting_for
from app.units.service.posting import ensure_enough, post, with_supply
from app.units.states import AWAITED, DemandState, SupplyState
from app.units.terms import Because, LotState, LotUnits, Move


async def match(uow: UnitOfWork, supply_line_id: int, units: Sequence[LotUnits], because: Because) -> int:
    """Give received units of a supply to waiting or queued demand.

    Whoever waited for these goods and now lacks them, the newest first, takes the places of those they went to.
    """
    lots, supply = await lock_supply_with(uow, supply_line_id, [lot_id for lot_id, _ in units])
    wanted = named_units(lots, units, supply)
    if not wanted:
        return 0
    total = sum(count for _, count in wanted)
    ensure_enough(supply, total, SupplyState.RECEIVED)

    moves = [Move(supply, SupplyState.RECEIVED, supply, SupplyState.ALLOCATED, total)]
    for lot, count in wanted:
        state = _waiting_state(lot)
        ensure_enough(lot, count, state)
        moves.append(Move(lot, state, await with_supply(uow, lot, supply.id), DemandState.ALLOCATED, count))
    moves += await _change_places(uow, lots, supply, wanted)
    await post(uow, because, moves)
    return total


async def _change_places(
    uow: UnitOfWork, lots: Lots, supply: LotState, matched: Sequence[tuple[LotState, int]]
) -> list[Move]:
    taken = {lot.id: count for lot, count in matched if lot.supply_id == supply.id}
    waiting = [(lot, count - taken.get(lot.id, 0)) for lot, count in waiting_for(lots, supply, DemandState.SENT)]
    left = supply.count(SupplyState.RECEIVED, *AWAITED) - sum(count for _, count in matched)
    places = [(lot.supply_id, count) for lot, count in matched if lot.supply_id != supply.id]
    return [
        Move(
            lot,
            DemandState.SENT,
            await with_supply(uow, lot, supply_id),
            DemandState.QUEUED if supply_id is None else DemandState.SENT,
            count,
        )
        for lot, supply_id, count in rules.pair(rules.excess(waiting, left), places)
    ]


def _waiting_state(lot: LotState) -> DemandState:
    # Units assigned to a master order that is not confirmed yet will be on it: they cannot be taken from it here.
    return DemandState.QUEUED if lot.supply_id is None else DemandState.SENT


async def unmatch(uow: UnitOfWork, supply_line_id: int, units: Sequence[LotUnits], because: Because) -> int:
    """Take matched units apart: the demand waits for the same supply again, the goods are free."""
    lots, supply = await lock_supply_with(uow, supply_line_id, [lot_id for lot_id, _ in units], with_demand=False)
    matched = named_units(lots, units, supply)
    if not matched:
        return 0
    total = sum(count for _, count in matched)

    moves = [Move(supply, SupplyState.ALLOCATED, supply, SupplyState.RECEIVED, total)]
    for lot, count in matched:
        if lot.supply_id != supply.id:
            raise WrongUnits
        ensure_enough(lot, count, DemandState.ALLOCATED)
        moves.append(Move(lot, DemandState.ALLOCATED, lot, DemandState.SENT, count))
    await post(uow, because, moves)
    return total
