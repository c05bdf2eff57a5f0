"""Verbs on what customers want."""

from collections.abc import Mapping, Sequence

from app.core.unit_of_work import UnitOfWork
from app.units import repository, rules
from app.units.errors import UnknownLot, WrongUnits
from app.units.service.posting import ensure_enough, is_posted, once_key, post, with_supply
from app.units.states import ADVANCES, MATCHED, DemandState, OwnerKind, SupplyState
from app.units.terms import Because, Demand, LotState, LotTerms, Move, Released, Settled, Target


async def settle_demand(uow: UnitOfWork, demand: Demand, target: Target, because: Because) -> Settled:
    """Bring an order line to its target: units enter, stand where payment and holds put them, or are released."""
    await _home_lot(uow, demand)
    lots = await repository.lock_lots(uow.session, uow.store_id, repository.line_lots(uow.store_id, [demand.line_id]))

    plan = rules.plan_settlement([lot for lot in lots.values() if lot.owner_kind is OwnerKind.ORDER_LINE], target)

    moves = [move for place, quantity in plan.losses for move in _release(lots, place, quantity, target.ends_as)]
    moves += [await _place(uow, demand, lots, entry) for entry in plan.entries]
    await post(uow, because, moves)
    return Settled(
        entered=sum(entry.quantity for entry in plan.entries if entry.origin is None),
        released=tuple(_released(lots, place, quantity) for place, quantity in plan.losses),
        over_shipped=plan.over_shipped,
        rearranged=sum(entry.quantity for entry in plan.entries if entry.origin),
    )


async def _home_lot(uow: UnitOfWork, demand: Demand) -> None:
    # It exists before anything is decided, so that two first captures of a line wait for one another.
    key = (OwnerKind.ORDER_LINE, demand.line_id, None, None)
    await repository.ensure_lot(uow.session, uow.store_id, key, _terms(uow, demand))


def _terms(uow: UnitOfWork, demand: Demand) -> LotTerms:
    return LotTerms(
        partner_id=demand.partner_id,
        partner_store_id=demand.partner_store_id,
        partner_variant_id=demand.partner_variant_id,
        unit_cost=demand.unit_cost,
        units_per=demand.units_per,
        note=demand.note,
        captured_at=uow.now,
    )


def _release(lots: Mapping[int, LotState], place: rules.Place, quantity: int, end: DemandState) -> list[Move]:
    """A unit that is let go frees the goods behind it; goods asked for and not here yet will come all the same."""
    lot = lots[place.lot_id]
    moves = [Move(lot, place.state, lot, end, quantity)]
    if place.state in MATCHED and lot.supply_id:
        supply = lots[lot.supply_id]
        moves.append(Move(supply, SupplyState.ALLOCATED, supply, SupplyState.RECEIVED, quantity))
    return moves


def _released(lots: Mapping[int, LotState], place: rules.Place, quantity: int) -> Released:
    lot = lots[place.lot_id]
    supply_line_id = lots[lot.supply_id].owner_id if lot.supply_id else None
    return Released(lot.id, supply_line_id, place.state, quantity)


async def _place(uow: UnitOfWork, demand: Demand, lots: Mapping[int, LotState], entry: rules.Entry) -> Move:
    origin = lots[entry.origin.lot_id] if entry.origin else None
    terms = origin.terms if origin else _terms(uow, demand)
    key = (OwnerKind.ORDER_LINE, demand.line_id, None, entry.eligible_at)
    goal = await repository.ensure_lot(uow.session, uow.store_id, key, terms)
    return Move(origin, entry.origin.state if entry.origin else None, goal, entry.state, entry.quantity)


async def lock_lines(uow: UnitOfWork, line_ids: Sequence[int]) -> None:
    """Hold the units of all these order lines before the first is moved: two who hold some each would wait for ever."""
    await repository.lock_lots(uow.session, uow.store_id, repository.line_lots(uow.store_id, line_ids))


async def lock_open_units(uow: UnitOfWork, partner_id: int) -> None:
    """Hold what is queued, waiting, coming or free of a partner, so that what is read of it next stays true."""
    await repository.lock_lots(uow.session, uow.store_id, repository.open_lots(uow.store_id, partner_id))


async def mark_late(uow: UnitOfWork, lot_ids: Sequence[int]) -> None:
    """Mark lots whose units join a later cycle than their own."""
    await repository.lock_rows(uow.session, uow.store_id, lot_ids)
    await repository.mark_late(uow.session, uow.store_id, lot_ids)


async def advance_demand(
    uow: UnitOfWork, lot_id: int, quantity: int, step: tuple[DemandState, DemandState], because: Because
) -> int:
    """Take units of a lot one step on their way to the customer, or back; posted once."""
    lot = await _lock_lot(uow, lot_id)
    key = once_key(because, f"{step[0]}-{step[1]}", lot_id)
    if await is_posted(uow, key):
        return 0
    if step not in ADVANCES:
        raise WrongUnits
    ensure_enough(lot, quantity, step[0])

    await post(uow, because, [Move(lot, step[0], lot, step[1], quantity)], key)
    return quantity


async def requeue(uow: UnitOfWork, lot_id: int, quantity: int, because: Because) -> int:
    """Send units whose supply does not come, or that were given up, back to the queue; posted once."""
    lot = await _lock_lot(uow, lot_id)
    key = once_key(because, "requeue", lot_id)
    if await is_posted(uow, key):
        return 0
    states = (DemandState.SENT, DemandState.SHORTED)
    ensure_enough(lot, quantity, *states)

    goal = await with_supply(uow, lot, None)
    taken = rules.take([(state, lot.count(state)) for state in states], quantity)
    await post(uow, because, [Move(lot, state, goal, DemandState.QUEUED, count) for state, count in taken], key)
    return quantity


async def _lock_lot(uow: UnitOfWork, lot_id: int) -> LotState:
    lots = await repository.lock_lots(uow.session, uow.store_id, repository.named_lots(uow.store_id, [lot_id]))
    if lot_id not in lots or lots[lot_id].owner_kind is not OwnerKind.ORDER_LINE:
        raise UnknownLot
    return lots[lot_id]
