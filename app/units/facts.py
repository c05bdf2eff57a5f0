"""The whole ledger as facts, for the books."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.core.money import Money
from app.units.models import UnitBalance, UnitLot, UnitMove, UnitPosting


@dataclass(frozen=True, slots=True)
class LotFacts:
    """A lot that units ever entered, with where they are; a supply is named by its master line."""

    id: int
    side: str
    store_id: int
    partner_id: int
    owner_kind: str
    owner_id: int
    partner_store_id: int
    partner_variant_id: int
    units_per: int
    eligible_at: datetime | None
    captured_at: datetime
    late: bool
    supply_line_id: int | None
    unit_cost: Money
    note: str | None
    balances: dict[str, int]


@dataclass(frozen=True, slots=True)
class MoveFacts:
    """A move with the reason of its posting."""

    id: int
    posting_id: int
    owner_kind: str
    owner_id: int
    from_lot_id: int | None
    from_state: str | None
    to_lot_id: int
    to_state: str
    quantity: int
    cause: str
    reference_kind: str
    reference_id: str
    true_from: datetime
    recorded_at: datetime


async def lots_of(session: AsyncSession, store_id: int) -> list[LotFacts]:
    """Return every lot of a retailer that units ever entered, by id; states that hold none are absent."""
    balances: dict[int, dict[str, int]] = {}
    for lot_id, state, quantity in await session.execute(
        select(UnitBalance.lot_id, UnitBalance.state, UnitBalance.quantity)
        .where(UnitBalance.store_id == store_id)
        .order_by(UnitBalance.lot_id, UnitBalance.state)
    ):
        places = balances.setdefault(lot_id, {})
        if quantity:
            places[state] = quantity
    supply = aliased(UnitLot)
    rows = await session.execute(
        select(UnitLot, supply.owner_id)
        .outerjoin(supply, (supply.store_id == UnitLot.store_id) & (supply.id == UnitLot.supply_id))
        .where(UnitLot.store_id == store_id)
        .order_by(UnitLot.id)
        .execution_options(populate_existing=True)
    )
    return [_lot_facts(lot, line_id, balances[lot.id]) for lot, line_id in rows if lot.id in balances]


def _lot_facts(lot: UnitLot, supply_line_id: int | None, balances: dict[str, int]) -> LotFacts:
    return LotFacts(
        id=lot.id,
        side=lot.side,
        store_id=lot.store_id,
        partner_id=lot.partner_id,
        owner_kind=lot.owner_kind,
        owner_id=lot.owner_id,
        partner_store_id=lot.partner_store_id,
        partner_variant_id=lot.partner_variant_id,
        units_per=lot.units_per,
        eligible_at=lot.eligible_at,
        captured_at=lot.captured_at,
        late=lot.late,
        supply_line_id=supply_line_id,
        unit_cost=Money(lot.unit_cost_amount, lot.currency),
        note=lot.note,
        balances=balances,
    )


async def moves_of(session: AsyncSession, store_id: int) -> list[MoveFacts]:
    """Return every move of a retailer, in the order they were made."""
    rows = await session.execute(
        select(
            UnitMove.id,
            UnitMove.posting_id,
            UnitMove.owner_kind,
            UnitMove.owner_id,
            UnitMove.from_lot_id,
            UnitMove.from_state,
            UnitMove.to_lot_id,
            UnitMove.to_state,
            UnitMove.quantity,
            UnitPosting.cause,
            UnitPosting.reference_kind,
            UnitPosting.reference_id,
            UnitPosting.true_from,
            UnitPosting.recorded_at,
        )
        .join(UnitPosting, (UnitPosting.store_id == UnitMove.store_id) & (UnitPosting.id == UnitMove.posting_id))
        .where(UnitMove.store_id == store_id)
        .order_by(UnitMove.id)
    )
    return [MoveFacts(**row._mapping) for row in rows]
