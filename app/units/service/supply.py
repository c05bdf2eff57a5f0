"""Verbs on what partners send."""

from app.core.unit_of_work import UnitOfWork
from app.units import rules
from app.units.errors import WrongUnits
from app.units.service.meeting import lock_supply
from app.units.service.posting import is_posted, once_key, post
from app.units.states import SUPPLY_SOURCES, SupplyState
from app.units.terms import Because, LotState, Move, Received

FACTS = frozenset(SUPPLY_SOURCES) - {SupplyState.RECEIVED, SupplyState.SHORTED}


async def advance_supply(uow: UnitOfWork, supply_line_id: int, quantity: int, to: SupplyState, because: Because) -> int:
    """Bring as many of a supply's units to a state as there are; return how many; posted once."""
    if to not in FACTS:
        raise WrongUnits
    lot = await lock_supply(uow, supply_line_id)
    return await _move_from(uow, lot, SUPPLY_SOURCES[to], (to, quantity), because)


async def receive_supply(uow: UnitOfWork, supply_line_id: int, quantity: int, because: Because) -> Received:
    """Note what was found at the centre: awaited units are received, what nobody asked for enters; posted once."""
    lot = await lock_supply(uow, supply_line_id)
    key = once_key(because, "receive", supply_line_id)
    if quantity <= 0 or await is_posted(uow, key):
        return Received()

    taken = rules.take([(state, lot.count(state)) for state in SUPPLY_SOURCES[SupplyState.RECEIVED]], quantity)
    expected = sum(count for _, count in taken)
    moves = [Move(lot, state, lot, SupplyState.RECEIVED, count) for state, count in taken]
    if quantity > expected:
        moves.append(Move(None, None, lot, SupplyState.RECEIVED, quantity - expected))
    await post(uow, because, moves, key)
    return Received(expected, quantity - expected)


async def short_supply(uow: UnitOfWork, supply_line_id: int, quantity: int, because: Because) -> int:
    """Give up units that are awaited now: they will not come.

    Not posted once: one master order can fall short again, when a parcel is lost or cancelled after the first time.
    """
    lot = await lock_supply(uow, supply_line_id)
    taken = rules.take([(state, lot.count(state)) for state in SUPPLY_SOURCES[SupplyState.SHORTED]], quantity)
    await post(uow, because, [Move(lot, state, lot, SupplyState.SHORTED, count) for state, count in taken])
    return sum(count for _, count in taken)


async def withdraw_supply(uow: UnitOfWork, supply_line_id: int, quantity: int, because: Because) -> int:
    """Take units back that the partner agreed not to send."""
    return await advance_supply(uow, supply_line_id, quantity, SupplyState.WITHDRAWN, because)


async def damage_supply(uow: UnitOfWork, supply_line_id: int, quantity: int, because: Because) -> int:
    """Set received units aside that cannot be sold; unmatch them first."""
    return await advance_supply(uow, supply_line_id, quantity, SupplyState.DAMAGED, because)


async def return_supply(uow: UnitOfWork, supply_line_id: int, quantity: int, because: Because) -> int:
    """Send received units back to the partner; unmatch them first; posted once."""
    lot = await lock_supply(uow, supply_line_id)
    return await _move_from(uow, lot, (SupplyState.RECEIVED,), (SupplyState.WITHDRAWN, quantity), because)


async def correct_receipt(uow: UnitOfWork, supply_line_id: int, quantity: int, because: Because) -> int:
    """Take back units that were entered and not there: they are awaited again; unmatch them first; posted once."""
    lot = await lock_supply(uow, supply_line_id)
    return await _move_from(uow, lot, (SupplyState.RECEIVED,), (SupplyState.INBOUND, quantity), because)


async def _move_from(
    uow: UnitOfWork,
    lot: LotState,
    sources: tuple[SupplyState, ...],
    goal: tuple[SupplyState, int],
    because: Because,
) -> int:
    to, quantity = goal
    key = once_key(because, f"{sources[0]}-{to}", lot.owner_id)
    if await is_posted(uow, key):
        return 0
    taken = rules.take([(state, lot.count(state)) for state in sources], quantity)
    await post(uow, because, [Move(lot, state, lot, to, count) for state, count in taken], key)
    return sum(count for _, count in taken)
