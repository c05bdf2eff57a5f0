"""What others ask of the ledger, as plain values."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.money import Money
from app.core.unit_of_work import UnitOfWork
from app.stores.queries import get_stores
from app.units import rules
from app.units.models import UnitBalance, UnitClaim, UnitLot, UnitMove
from app.units.states import AWAITED, DemandState, OwnerKind, Side, SupplyState

Source = UnitLot.__table__.alias("source")  # not `aliased`: it would need every other model at import


@dataclass(frozen=True, slots=True)
class QueuedLot:
    """Units of an order line that join the next master order."""

    lot_id: int
    line_id: int
    partner_store_id: int
    partner_variant_id: int
    quantity: int
    eligible_at: datetime
    captured_at: datetime
    late: bool
    unit_cost: Money
    note: str | None
    units_per: int


@dataclass(frozen=True, slots=True)
class DemandLot:
    """Units of an order line in one state, and the master line they are meant to come from."""

    lot_id: int
    line_id: int
    partner_id: int
    partner_variant_id: int
    supply_id: int | None
    supply_line_id: int | None
    state: DemandState
    quantity: int
    eligible_at: datetime | None
    units_per: int


@dataclass(frozen=True, slots=True)
class FreeSupply:
    """What a master line's goods are free for: all that is not matched, and what nobody waits for.

    `arriving` is what nobody waits for of goods that the partner has sent; more may still be with the partner.
    """

    supply_line_id: int
    partner_variant_id: int
    unmatched: int
    surplus: int
    arriving: int


def _demand(store_id: int) -> Select[UnitLot, str, int, int]:
    return (
        select(UnitLot, UnitBalance.state, UnitBalance.quantity, Source.c.owner_id)
        .join(UnitBalance, (UnitBalance.store_id == UnitLot.store_id) & (UnitBalance.lot_id == UnitLot.id))
        .outerjoin(Source, (Source.c.store_id == UnitLot.store_id) & (Source.c.id == UnitLot.supply_id))
        .where(UnitLot.store_id == store_id, UnitLot.side == Side.DEMAND, UnitBalance.quantity > 0)
        .order_by(UnitLot.eligible_at, UnitLot.supply_id.is_(None), UnitLot.id)
        .execution_options(populate_existing=True)
    )


async def _demand_lots(session: AsyncSession, wanted: Select[UnitLot, str, int, int]) -> list[DemandLot]:
    return [
        DemandLot(
            lot_id=lot.id,
            line_id=lot.owner_id,
            partner_id=lot.partner_id,
            partner_variant_id=lot.partner_variant_id,
            supply_id=lot.supply_id,
            supply_line_id=supply_line_id,
            state=DemandState(state),
            quantity=quantity,
            eligible_at=lot.eligible_at,
            units_per=lot.units_per,
        )
        for lot, state, quantity, supply_line_id in await session.execute(wanted)
    ]


async def queued_demand(
    session: AsyncSession, store_id: int, partner_id: int, before: datetime | None = None
) -> list[QueuedLot]:
    """Return what waits for the partner's next master order and was eligible before an instant, oldest first."""
    wanted = _demand(store_id).where(
        UnitLot.partner_id == partner_id, UnitLot.supply_id.is_(None), UnitBalance.state == DemandState.QUEUED
    )
    if before is not None:
        wanted = wanted.where(UnitLot.eligible_at < before)
    return [
        QueuedLot(
            lot_id=lot.id,
            line_id=lot.owner_id,
            partner_store_id=lot.partner_store_id,
            partner_variant_id=lot.partner_variant_id,
            quantity=quantity,
            eligible_at=lot.eligible_at,
            captured_at=lot.captured_at,
            late=lot.late,
            unit_cost=Money(lot.unit_cost_amount, lot.currency),
            note=lot.note,
            units_per=lot.units_per,
        )
        for lot, _, quantity, _ in await session.execute(wanted)
        if lot.eligible_at is not None
    ]


async def lines_of_lots(session: AsyncSession, store_id: int, lot_ids: Iterable[int]) -> dict[int, int]:
    """Return the order line, or master line, whose units each lot holds."""
    chosen = select(UnitLot.id, UnitLot.owner_id).where(UnitLot.store_id == store_id, UnitLot.id.in_(list(lot_ids)))
    return {lot_id: line_id for lot_id, line_id in await session.execute(chosen)}


async def ordered_before(session: AsyncSession, store_id: int, lot_ids: Iterable[int]) -> set[int]:
    """Return which of these lots had units on a master order already; what is queued of them came back."""
    sent, lot = UnitLot.__table__.alias("sent"), UnitLot.__table__
    same = [sent.c[name] == lot.c[name] for name in ("store_id", "owner_kind", "owner_id", "eligible_at")]
    found = select(lot.c.id).where(
        lot.c.store_id == store_id,
        lot.c.id.in_(list(lot_ids)),
        select(sent.c.id).where(*same, sent.c.supply_id.is_not(None)).exists(),
    )
    return set(await session.scalars(found))


async def waiting_demand(session: AsyncSession, store_id: int, partner_variant_ids: Iterable[int]) -> list[DemandLot]:
    """Return who received goods of these variants may be matched with, oldest first.

    Those in state queued were never ordered: give them surplus only, or call requeue_uncovered afterwards.
    """
    loose = (UnitBalance.state == DemandState.QUEUED) & UnitLot.supply_id.is_(None)
    wanted = _demand(store_id).where(
        UnitLot.partner_variant_id.in_(list(partner_variant_ids)), or_(UnitBalance.state == DemandState.SENT, loose)
    )
    return await _demand_lots(session, wanted)


async def demand_in(
    session: AsyncSession, store_id: int, line_ids: Iterable[int], states: Iterable[DemandState]
) -> list[DemandLot]:
    """Return the units of order lines that are in some states, oldest first."""
    wanted = _demand(store_id).where(UnitLot.owner_id.in_(list(line_ids)), UnitBalance.state.in_(list(states)))
    return await _demand_lots(session, wanted)


async def demand_in_state(session: AsyncSession, store_id: int, state: DemandState) -> list[DemandLot]:
    """Return every unit of the store that is in a state, oldest first: what can be packed, for one."""
    return await _demand_lots(session, _demand(store_id).where(UnitBalance.state == state))


async def demand_of_supply(session: AsyncSession, store_id: int, supply_line_ids: Iterable[int]) -> list[DemandLot]:
    """Return every unit that waits for, or was matched with, these master lines, oldest first."""
    return await _demand_lots(session, _demand(store_id).where(Source.c.owner_id.in_(list(supply_line_ids))))


async def free_supply(session: AsyncSession, store_id: int, partner_variant_ids: Iterable[int]) -> list[FreeSupply]:
    """Return what the supplies of these variants have that is not matched, the oldest supply first."""
    supplies = await _supplies(session, store_id, UnitLot.partner_variant_id.in_(list(partner_variant_ids)))
    waiting = await _waiting_by_supply(session, store_id, supplies)
    found = []
    for lot_id, supply in sorted(supplies.items()):
        coming = sum(supply.balances[state] for state in AWAITED)
        behind = sum(quantity for _, quantity in waiting[lot_id])
        free = rules.free_units(supply.balances[SupplyState.RECEIVED], coming, behind)
        arriving = min(free.coming_surplus, supply.balances[SupplyState.INBOUND])
        if free.unmatched or arriving:
            found.append(FreeSupply(supply.line_id, supply.variant_id, free.unmatched, free.surplus, arriving))
    return found


async def is_supply_awaited(session: AsyncSession, store_id: int, partner_id: int) -> bool:
    """Return whether the partner owes the centre anything: units that were ordered and have not arrived."""
    return await _has_supply(session, store_id, partner_id, AWAITED)


async def awaited_supply(
    session: AsyncSession, store_id: int, partner_id: int, states: Iterable[SupplyState]
) -> dict[int, int]:
    """Return how many units each master line of a partner has in some states; lines without any are absent."""
    mine = (UnitLot.partner_id == partner_id) & UnitLot.id.in_(
        select(UnitBalance.lot_id).where(
            UnitBalance.store_id == store_id, UnitBalance.state.in_(list(states)), UnitBalance.quantity > 0
        )
    )
    supplies = await _supplies(session, store_id, mine)
    return {lot.line_id: sum(lot.balances[state] for state in states) for lot in supplies.values()}


async def is_supply_at_hand(session: AsyncSession, store_id: int, partner_id: int) -> bool:
    """Return whether anything of the partner's that is not matched yet is at the centre or on its way there."""
    return await _has_supply(session, store_id, partner_id, (SupplyState.RECEIVED, SupplyState.INBOUND))


async def _has_supply(session: AsyncSession, store_id: int, partner_id: int, states: Iterable[SupplyState]) -> bool:
    held = (
        select(UnitBalance.lot_id)
        .join(UnitLot, (UnitLot.store_id == UnitBalance.store_id) & (UnitLot.id == UnitBalance.lot_id))
        .where(UnitLot.store_id == store_id, UnitLot.partner_id == partner_id, UnitLot.side == Side.SUPPLY)
        .where(UnitBalance.state.in_(list(states)), UnitBalance.quantity > 0)
    )
    return bool(await session.scalar(select(held.exists())))


async def surplus_of(session: AsyncSession, store_id: int, partner_variant_ids: Iterable[int]) -> dict[int, int]:
    """Return how many units of each variant are at the centre and needed by nobody; variants without are absent."""
    surplus: dict[int, int] = defaultdict(int)
    for supply in await free_supply(session, store_id, partner_variant_ids):
        surplus[supply.partner_variant_id] += supply.surplus
    return {variant: units for variant, units in surplus.items() if units}


@dataclass(frozen=True, slots=True)
class Entries:
    """Units of customers that entered the ledger, and the last move of the store that was visible then."""

    latest: int
    moves: Sequence[tuple[int, int, int, int]]  # move, partner variant, units per, quantity

    def units(self, partner_variant_id: int, units_per: int, *, after: int) -> int:
        """Return how many of a variant, sold in this size, entered after a move."""
        sold = (partner_variant_id, units_per)
        return sum(quantity for move, variant, per, quantity in self.moves if move > after and (variant, per) == sold)


async def entries_since(
    session: AsyncSession, store_id: int, partner_variant_ids: Iterable[int], after: int
) -> Entries:
    """Return what customers' orders brought into the ledger of these variants after a move."""
    latest = await session.scalar(select(func.max(UnitMove.id)).where(UnitMove.store_id == store_id)) or 0
    if latest <= after:
        return Entries(latest, [])
    entered = (
        select(UnitMove.id, UnitLot.partner_variant_id, UnitLot.units_per, UnitMove.quantity)
        .join(UnitLot, (UnitLot.store_id == UnitMove.store_id) & (UnitLot.id == UnitMove.to_lot_id))
        .where(UnitMove.store_id == store_id, UnitMove.id > after, UnitMove.id <= latest)
        .where(UnitMove.from_lot_id.is_(None), UnitLot.side == Side.DEMAND)
        .where(UnitLot.partner_variant_id.in_(list(partner_variant_ids)))
    )
    moves = [(move, variant, per, quantity) for move, variant, per, quantity in await session.execute(entered)]
    return Entries(latest, moves)


async def unseen_by_partner(
    uow: UnitOfWork, partner_store_id: int, snapshots: Mapping[int, datetime | None]
) -> dict[int, dict[int, int]]:
    """Return, per variant and retailer, the units a snapshot of the partner's stock does not show yet.

    `snapshots` maps each variant to when the request for its stock began; none: nothing was read, all is unseen. What
    a retailer who removed the app had sold counts once the partner was asked for it: nobody asks for the rest.
    """
    rows = await uow.session.execute(
        select(
            UnitClaim.partner_variant_id,
            UnitClaim.store_id,
            UnitClaim.confirmed_at,
            func.sum(UnitClaim.quantity),
        )
        .where(UnitClaim.partner_store_id == partner_store_id, UnitClaim.partner_variant_id.in_(list(snapshots)))
        .group_by(UnitClaim.partner_variant_id, UnitClaim.store_id, UnitClaim.confirmed_at)
    )
    claims = rows.all()
    asking = {store_id for _, store_id, confirmed_at, _ in claims if confirmed_at is None}
    others = await get_stores(uow, sorted(asking - {uow.store_id})) if asking - {uow.store_id} else {}
    gone = {each.id for each in others.values() if not each.installed}
    unseen: dict[int, dict[int, int]] = {variant: {} for variant in snapshots}
    for variant, store_id, confirmed_at, quantity in claims:
        snapshot_at = snapshots[variant]
        is_unseen = confirmed_at is None or snapshot_at is None or snapshot_at <= confirmed_at
        if is_unseen and not (confirmed_at is None and store_id in gone):
            unseen[variant][store_id] = unseen[variant].get(store_id, 0) + int(quantity)
    return unseen


async def whereabouts(session: AsyncSession, store_id: int, line_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Return where the units of each order line are; those that wait for a supply are where the supply is."""
    lots = await demand_in(session, store_id, line_ids, DemandState)
    return await places_of(session, store_id, line_ids, lots)


async def places_of(
    session: AsyncSession, store_id: int, line_ids: Sequence[int], lots: Iterable[DemandLot]
) -> dict[int, dict[str, int]]:
    """Return where the units of order lines are of which these are all lots, as `whereabouts` does."""
    found: dict[int, dict[str, int]] = {line_id: defaultdict(int) for line_id in line_ids}
    involved = set()
    for lot in lots:
        if lot.state is DemandState.SENT:
            involved.add(lot.supply_id)
        else:
            found[lot.line_id][lot.state.value] += lot.quantity
    supplies = await _supplies(session, store_id, UnitLot.id.in_(involved))
    for lot_id, waiting in (await _waiting_by_supply(session, store_id, supplies, assigned=False)).items():
        order = (SupplyState.RECEIVED, SupplyState.INBOUND, SupplyState.ACKNOWLEDGED, SupplyState.SENT)
        places = [(state.value, supplies[lot_id].balances[state]) for state in order]
        uncovered = (DemandState.SENT.value, sum(quantity for _, quantity in waiting))
        for line_id, place, quantity in rules.pair(waiting, [*places, uncovered]):
            if line_id in found:
                found[line_id][place] += quantity
    return {line_id: dict(places) for line_id, places in found.items()}


async def supply_whereabouts(
    session: AsyncSession, store_id: int, supply_line_ids: Sequence[int]
) -> dict[int, dict[str, int]]:
    """Return where the units of each master line are."""
    supplies = await _supplies(session, store_id, UnitLot.owner_id.in_(supply_line_ids))
    found: dict[int, dict[str, int]] = {line_id: {} for line_id in supply_line_ids}
    for supply in supplies.values():
        found[supply.line_id] = {state.value: quantity for state, quantity in supply.balances.items() if quantity}
    return found


@dataclass(frozen=True, slots=True)
class _SupplyLot:
    line_id: int
    variant_id: int
    balances: dict[SupplyState, int]


async def _supplies(session: AsyncSession, store_id: int, which: Any) -> dict[int, _SupplyLot]:
    rows = await session.execute(
        select(UnitLot.id, UnitLot.owner_id, UnitLot.partner_variant_id, UnitBalance.state, UnitBalance.quantity)
        .join(UnitBalance, (UnitBalance.store_id == UnitLot.store_id) & (UnitBalance.lot_id == UnitLot.id))
        .where(UnitLot.store_id == store_id, UnitLot.owner_kind == OwnerKind.MASTER_LINE, which)
    )
    supplies: dict[int, _SupplyLot] = {}
    for lot_id, line_id, variant_id, state, quantity in rows:
        supply = supplies.setdefault(lot_id, _SupplyLot(line_id, variant_id, dict.fromkeys(SupplyState, 0)))
        supply.balances[SupplyState(state)] = quantity
    return supplies


async def _waiting_by_supply(
    session: AsyncSession, store_id: int, supply_ids: Iterable[int], *, assigned: bool = True
) -> dict[int, list[tuple[int, int]]]:
    """Return per supply lot who waits for it (order line, units), oldest first; with what is only assigned or not."""
    states = [DemandState.SENT, DemandState.QUEUED] if assigned else [DemandState.SENT]
    waiting: dict[int, list[tuple[int, int]]] = {supply_id: [] for supply_id in supply_ids}
    lots = await session.execute(
        _demand(store_id).where(UnitLot.supply_id.in_(list(waiting)), UnitBalance.state.in_(states))
    )
    for lot, _, quantity, _ in lots:
        if lot.supply_id is not None:
            waiting[lot.supply_id].append((lot.owner_id, quantity))
    return waiting
