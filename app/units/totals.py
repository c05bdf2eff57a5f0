"""The ledger in sums, for pages that show a whole store: where units are, and which order lines have some there."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.units.models import UnitBalance, UnitLot
from app.units.states import AWAITED, DemandState, Side, SupplyState

_OF_LOT = (UnitBalance.store_id == UnitLot.store_id) & (UnitBalance.lot_id == UnitLot.id)

UNDER_WAY = frozenset(
    {
        DemandState.CAPTURED,
        DemandState.HELD,
        DemandState.QUEUED,
        DemandState.ALLOCATED,
        DemandState.PACKED,
        SupplyState.RECEIVED,
    }
    | AWAITED
)
"""States in which units still have somewhere to go; what has ended only grows and is not summed."""


async def units_under_way(session: AsyncSession, store_id: int) -> dict[Side, dict[str, int]]:
    """Return how many units are in each state on their way, on both sides of the ledger."""
    query = (
        select(UnitLot.side, UnitBalance.state, func.sum(UnitBalance.quantity))
        .join(UnitBalance, _OF_LOT)
        .where(UnitBalance.store_id == store_id, UnitBalance.quantity > 0, UnitBalance.state.in_(UNDER_WAY))
        .group_by(UnitLot.side, UnitBalance.state)
    )
    totals: dict[Side, dict[str, int]] = {side: defaultdict(int) for side in Side}
    for side, state, quantity in await session.execute(query):
        totals[Side(side)][state] = int(quantity)
    return {side: dict(states) for side, states in totals.items()}


def lines_in(store_id: int, states: Iterable[DemandState]) -> Select[int]:
    """Return the question which order lines have units in some states, to be asked inside another one."""
    return (
        select(UnitLot.owner_id)
        .join(UnitBalance, _OF_LOT)
        .where(
            UnitBalance.store_id == store_id,
            UnitBalance.quantity > 0,
            UnitBalance.state.in_(list(states)),
            UnitLot.side == Side.DEMAND,
        )
    )


async def lines_with_units_in(
    session: AsyncSession, store_id: int, states: Iterable[DemandState], limit: int = 500
) -> dict[int, int]:
    """Return the order lines that have units in some states, with how many, the longest waiting first."""
    query = (
        select(UnitLot.owner_id, func.sum(UnitBalance.quantity))
        .join(UnitBalance, _OF_LOT)
        .where(
            UnitBalance.store_id == store_id,
            UnitBalance.quantity > 0,
            UnitBalance.state.in_(list(states)),
            UnitLot.side == Side.DEMAND,
        )
        .group_by(UnitLot.owner_id)
        .order_by(func.min(UnitLot.eligible_at), UnitLot.owner_id)
        .limit(limit)
    )
    return {line_id: int(quantity) for line_id, quantity in await session.execute(query)}
