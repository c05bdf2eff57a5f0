"""Verbs on what customers want."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from app.core.unit_of_work import UnitOfWork
from app.units import repository, rules
from app.units.errors import UnknownLot, WrongUnits
from app.units.repository import LotKey
from app.units.service.posting import ensure_enough, is_posted, once_key, post, with_supply
from app.units.states import ADVANCES, MATCHED, DemandState, OwnerKind, SupplyState
from app.units.terms import Because, Demand, LotState, LotTerms, Move, Released, Settled, Target


async def settle_demands(uow: UnitOfWork, wishes: Sequence[tuple[Demand, Target]], because: Because) -> list[Settled]:
    """Bring order lines to their targets: units enter, stand where payment and holds put them, or are released.

    The units of all lines are held before the first moves: two who hold some each would wait for ever.
    """
    # A lot of each line exists before anything is decided, so that two first captures wait for one another.
    homes = [_home(uow, demand) for demand, _ in wishes]
    await repository.ensure_lots(uow.session, uow.store_id, homes)
    line_ids = [demand.line_id for demand, _ in wishes]
    lots = await repository.lock_lots(uow.session, uow.store_id, repository.line_lots(uow.store_id, line_ids))

    plans = [rules.plan_settlement(_lots_of(demand, lots), target) for demand, target in wishes]

    moves = [
        move
        for (_, target), plan in zip(wishes, plans, strict=True)
        for place, quantity in plan.losses
        for move in _release(lots, place, quantity, target.ends_as)
    ]
    entries = [(demand, entry) for (demand, _), plan in zip(wishes, plans, strict=True) for entry in plan.entries]
    await post(uow, because, moves + await _place(uow, lots, entries))
    return [_settled(plan, lots) for plan in plans]


async def hold_back(uow: UnitOfWork, demands: Sequence[Demand], because: Because) -> list[Settled]:
    """Hold what of order lines waits for the next master order; what is ordered, or not paid, stays as it is."""
    return await _move_loose(uow, demands, (DemandState.QUEUED, DemandState.HELD), None, because)


async def let_go_on(uow: UnitOfWork, demands: Sequence[Demand], because: Because) -> list[Settled]:
    """Let what of order lines is held wait for the next master order, as from `because.true_from` on."""
    return await _move_loose(uow, demands, (DemandState.HELD, DemandState.QUEUED), because.true_from, because)


async def _move_loose(
    uow: UnitOfWork,
    demands: Sequence[Demand],
    step: tuple[DemandState, DemandState],
    eligible_at: datetime | None,
    because: Because,
) -> list[Settled]:
    line_ids = [demand.line_id for demand in demands]
    lots = await repository.lock_lots(uow.session, uow.store_id, repository.line_lots(uow.store_id, line_ids))
    plans = [rules.plan_move(_lots_of(demand, lots), *step, eligible_at) for demand in demands]
    entries = [(demand, entry) for demand, plan in zip(demands, plans, strict=True) for entry in plan.entries]
    await post(uow, because, await _place(uow, lots, entries))
    return [_settled(plan, lots) for plan in plans]


def _home(uow: UnitOfWork, demand: Demand) -> tuple[LotKey, LotTerms]:
    return (OwnerKind.ORDER_LINE, demand.line_id, None, None), _terms(uow, demand)


def _lots_of(demand: Demand, lots: Mapping[int, LotState]) -> list[LotState]:
    owner = (OwnerKind.ORDER_LINE, demand.line_id)
    return [lot for lot in lots.values() if (lot.owner_kind, lot.owner_id) == owner]


def _settled(plan: rules.Plan, lots: Mapping[int, LotState]) -> Settled:
    placed = Counter[DemandState]()
    for entry in plan.entries:
        placed[entry.state] += entry.quantity
    return Settled(
        entered=sum(entry.quantity for entry in plan.entries if entry.origin is None),
        released=tuple(_released(lots, place, quantity) for place, quantity in plan.losses),
        over_shipped=plan.over_shipped,
        rearranged=sum(entry.quantity for entry in plan.entries if entry.origin),
        placed=placed,
    )


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


async def _place(
    uow: UnitOfWork, lots: Mapping[int, LotState], entries: Sequence[tuple[Demand, rules.Entry]]
) -> list[Move]:
    """Return the moves that let units stand where the plan wants them, and make the lots they need."""
    origins = [lots[entry.origin.lot_id] if entry.origin else None for _, entry in entries]
    goals = await repository.ensure_lots(
        uow.session,
        uow.store_id,
        [
            (
                (OwnerKind.ORDER_LINE, demand.line_id, None, entry.eligible_at),
                origin.terms if origin else _terms(uow, demand),
            )
            for (demand, entry), origin in zip(entries, origins, strict=True)
        ],
    )
    return [
        Move(origin, entry.origin.state if entry.origin else None, goal, entry.state, entry.quantity)
        for (_, entry), origin, goal in zip(entries, origins, goals, strict=True)
    ]


async def lock_open_units(
    uow: UnitOfWork, partner_id: int, line_ids: Sequence[int] = (), *, with_matched: bool = False
) -> None:
    """Hold what is queued, waiting, coming or free of a partner, so that what is read of it next stays true.

    The units of master lines named are held with it, also of those of which nothing is open any more; and on request
    the customers' units that were given some of them.
    """
    wanted = repository.open_lots(uow.store_id, partner_id, line_ids, with_matched=with_matched)
    await repository.lock_lots(uow.session, uow.store_id, wanted)


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
