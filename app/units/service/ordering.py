"""Verbs where demand joins a supply: at the freeze, at the confirmation, and when a supply falls short."""

from collections.abc import Sequence

from app.core.unit_of_work import UnitOfWork
from app.units import repository, rules
from app.units.errors import NotEnoughUnits
from app.units.service.meeting import lock_supply_with, loose_units, waiting_for
from app.units.service.posting import is_posted, once_key, post, with_supply
from app.units.states import AWAITED, DemandState, OwnerKind, SupplyState
from app.units.terms import Because, Confirmed, LotState, LotTerms, LotUnits, Move, Released, Supply

QUEUED, SENT = DemandState.QUEUED, DemandState.SENT


async def assign(uow: UnitOfWork, supply: Supply, units: Sequence[LotUnits], because: Because) -> int:
    """Mean queued units to come from a master line; they stay queued until it is confirmed; posted once."""
    await _supply_lot(uow, supply)
    lots, source = await lock_supply_with(uow, supply.line_id, [lot_id for lot_id, _ in units])
    key = once_key(because, "assign", supply.line_id)
    if await is_posted(uow, key):
        return 0

    loose = loose_units(lots, units, source)
    moves = [Move(lot, QUEUED, await with_supply(uow, lot, source.id), QUEUED, count) for lot, count in loose]
    await post(uow, because, moves, key)
    return sum(count for _, count in units)


async def unassign(uow: UnitOfWork, supply_line_id: int, because: Because) -> int:
    """Put the units that a master line did not come to carry back into the queue."""
    lots, source = await lock_supply_with(uow, supply_line_id)

    waiting = waiting_for(lots, source, QUEUED)
    await post(uow, because, await _back_to_queue(uow, QUEUED, waiting))
    return sum(count for _, count in waiting)


async def confirm_supply(uow: UnitOfWork, supply: Supply, quantity: int, because: Because) -> Confirmed:
    """Let a supply enter as the partner's store confirmed it; posted once.

    `because.true_from` is when the confirming answer arrived: snapshots that began later show these units. Demand in
    excess of what was confirmed goes back to the queue, the newest first.
    """
    await _supply_lot(uow, supply)
    lots, source = await lock_supply_with(uow, supply.line_id)
    key = f"confirm/{OwnerKind.MASTER_LINE}/{supply.line_id}"
    if await is_posted(uow, key):
        return Confirmed()

    waiting = waiting_for(lots, source, QUEUED)
    left_out = rules.excess(waiting, quantity)
    sent = rules.take(waiting, quantity)
    moves = [Move(None, None, source, SupplyState.SENT, quantity)] if quantity else []
    moves += [Move(lot, QUEUED, lot, SENT, count) for lot, count in sent]
    await post(uow, because, [*moves, *await _back_to_queue(uow, QUEUED, left_out)], key)
    return Confirmed(sum(count for _, count in sent), sum(count for _, count in left_out))


async def promise(uow: UnitOfWork, supply_line_id: int, units: Sequence[LotUnits], because: Because) -> None:
    """Let queued units wait for goods on their way that nobody needs, instead of ordering them again."""
    lots, source = await lock_supply_with(uow, supply_line_id, [lot_id for lot_id, _ in units])

    loose = loose_units(lots, units, source)
    waiting = sum(count for _, count in [*waiting_for(lots, source, SENT), *waiting_for(lots, source, QUEUED)])
    free = rules.free_units(source.count(SupplyState.RECEIVED), source.count(*AWAITED), waiting)
    if sum(count for _, count in units) > free.coming_surplus:
        raise NotEnoughUnits

    moves = [Move(lot, QUEUED, await with_supply(uow, lot, source.id), SENT, count) for lot, count in loose]
    await post(uow, because, moves)


async def requeue_uncovered(uow: UnitOfWork, supply_line_id: int, because: Because) -> tuple[Released, ...]:
    """Put units back into the queue that wait for more than a supply can still bring, the newest first."""
    lots, source = await lock_supply_with(uow, supply_line_id)

    coming = source.count(SupplyState.RECEIVED, *AWAITED)
    uncovered = rules.excess(waiting_for(lots, source, SENT), coming)

    await post(uow, because, await _back_to_queue(uow, SENT, uncovered))
    return tuple(Released(lot.id, supply_line_id, SENT, count) for lot, count in uncovered)


async def _back_to_queue(uow: UnitOfWork, state: DemandState, units: Sequence[tuple[LotState, int]]) -> list[Move]:
    return [Move(lot, state, await with_supply(uow, lot, None), QUEUED, count) for lot, count in units]


async def _supply_lot(uow: UnitOfWork, supply: Supply) -> None:
    terms = LotTerms(
        partner_id=supply.partner_id,
        partner_store_id=supply.partner_store_id,
        partner_variant_id=supply.partner_variant_id,
        unit_cost=supply.unit_cost,
        units_per=1,
        note=None,
        captured_at=uow.now,
    )
    key = (OwnerKind.MASTER_LINE, supply.line_id, None, None)
    await repository.ensure_lot(uow.session, uow.store_id, key, terms)
