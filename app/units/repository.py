"""Reads and locks of the ledger's rows, and the three inserts it consists of: lot, posting, moves."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, ScalarSelect, Select, Table, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.money import Money
from app.units.models import UnitBalance, UnitLot, UnitMove, UnitPosting
from app.units.states import OPEN, OwnerKind, Side
from app.units.terms import Because, LotState, LotTerms, Move

LotKey = tuple[OwnerKind, int, int | None, datetime | None]
"""Owner's kind and id, supply, eligible time."""

_LOTS, _HELD = cast(Table, UnitLot.__table__), cast(Table, UnitBalance.__table__)
_MAKE_LOTS = insert(_LOTS).on_conflict_do_nothing().returning(*_LOTS.c)
_ADD_POSTING = insert(cast(Table, UnitPosting.__table__)).returning(UnitPosting.id)

ENTERED_SIDE = {OwnerKind.ORDER_LINE: Side.DEMAND, OwnerKind.MASTER_LINE: Side.SUPPLY}


def line_lots(store_id: int, line_ids: Sequence[int]) -> Select[int]:
    """Select the lots of order lines and of the supplies they come from."""
    own = select(UnitLot.id, UnitLot.supply_id).where(
        UnitLot.store_id == store_id, UnitLot.owner_kind == OwnerKind.ORDER_LINE, UnitLot.owner_id.in_(line_ids)
    )
    lots = own.subquery()
    return select(UnitLot.id).where(
        UnitLot.store_id == store_id,
        or_(UnitLot.id.in_(select(lots.c.id)), UnitLot.id.in_(select(lots.c.supply_id))),
    )


def supply_lot_id(store_id: int, line_id: int) -> ScalarSelect[int]:
    """Select the lot of a master line."""
    return (
        select(UnitLot.id)
        .where(UnitLot.store_id == store_id, UnitLot.owner_kind == OwnerKind.MASTER_LINE, UnitLot.owner_id == line_id)
        .scalar_subquery()
    )


def supply_lots(store_id: int, line_id: int, others: Sequence[int] = (), *, with_demand: bool = True) -> Select[int]:
    """Select the lot of a master line, the demand that waits for what comes from it, and others named.

    Demand that is being packed is left to whoever packs it: two who held some each would wait for one another.
    """
    supply = supply_lot_id(store_id, line_id)
    wanted = [UnitLot.id == supply, UnitLot.id.in_(others)]
    if with_demand:
        wanted.append((UnitLot.supply_id == supply) & UnitLot.id.in_(_waiting(store_id)))
    return select(UnitLot.id).where(UnitLot.store_id == store_id, or_(*wanted))


def named_lots(store_id: int, ids: Iterable[int]) -> Select[int]:
    """Select the lots with these ids."""
    return select(UnitLot.id).where(UnitLot.store_id == store_id, UnitLot.id.in_(list(ids)))


def open_lots(
    store_id: int, partner_id: int, line_ids: Sequence[int] = (), *, with_matched: bool = False
) -> Select[int]:
    """Select the lots of a partnership with units that wait for one another, and those of master lines named.

    With what is matched: also every demand that waits for the named lines, or was given units of them.
    """
    waiting = _waiting(store_id).where(UnitBalance.partner_id == partner_id)
    named = (UnitLot.owner_kind == OwnerKind.MASTER_LINE) & UnitLot.owner_id.in_(line_ids)
    wanted = [UnitLot.id.in_(waiting), named]
    if with_matched:
        supplies = select(UnitLot.id).where(UnitLot.store_id == store_id, named)
        wanted.append(UnitLot.supply_id.in_(supplies))
    return select(UnitLot.id).where(UnitLot.store_id == store_id, or_(*wanted))


def _waiting(store_id: int) -> Select[int]:
    return select(UnitBalance.lot_id).where(
        UnitBalance.store_id == store_id, UnitBalance.state.in_(OPEN), UnitBalance.quantity > 0
    )


async def lock_lots(session: AsyncSession, store_id: int, wanted: Select[int]) -> dict[int, LotState]:
    """Lock the wanted lots in the order of their ids and return them as they then stand.

    Whoever had them before may have added lots to the selection, so it is repeated until it holds nothing new.
    """
    locking = wanted.order_by(UnitLot.id).with_for_update(of=UnitLot, key_share=True)
    locked: set[int] = set()
    while (found := set(await session.scalars(locking))) - locked:
        locked |= found
    return await _read_lots(session, store_id, locked)


async def lock_rows(session: AsyncSession, store_id: int, ids: Iterable[int]) -> None:
    """Lock these lots in the order of their ids; whoever refers to them, such as a new lot, need not wait."""
    await session.execute(
        select(UnitLot.id)
        .where(UnitLot.store_id == store_id, UnitLot.id.in_(list(ids)))
        .order_by(UnitLot.id)
        .with_for_update(key_share=True)
    )


async def _read_lots(session: AsyncSession, store_id: int, ids: set[int]) -> dict[int, LotState]:
    if not ids:
        return {}
    held = (_HELD.c.store_id == _LOTS.c.store_id) & (_HELD.c.lot_id == _LOTS.c.id) & (_HELD.c.quantity > 0)
    rows: Iterable[Row[Any]] = await session.execute(
        select(*_LOTS.c, _HELD.c.state, _HELD.c.quantity)
        .outerjoin_from(_LOTS, _HELD, held)
        .where(_LOTS.c.store_id == store_id, _LOTS.c.id.in_(ids))
        .order_by(_LOTS.c.id)
    )
    columns: dict[int, Row[Any]] = {}
    held_by: dict[int, dict[str, int]] = defaultdict(dict)
    for row in rows:
        columns[row.id] = row
        if row.state is not None:
            held_by[row.id][row.state] = row.quantity
    return {lot_id: _lot_state(row, held_by[lot_id]) for lot_id, row in columns.items()}


def _lot_state(row: Row[Any], balances: dict[str, int]) -> LotState:
    return LotState(
        id=row.id,
        owner_kind=OwnerKind(row.owner_kind),
        owner_id=row.owner_id,
        supply_id=row.supply_id,
        eligible_at=row.eligible_at,
        terms=LotTerms(
            partner_id=row.partner_id,
            partner_store_id=row.partner_store_id,
            partner_variant_id=row.partner_variant_id,
            unit_cost=Money(row.unit_cost_amount, row.currency),
            units_per=row.units_per,
            note=row.note,
            captured_at=row.captured_at,
            late=row.late,
        ),
        balances=balances,
    )


async def ensure_lot(session: AsyncSession, store_id: int, key: LotKey, terms: LotTerms) -> LotState:
    """Return the lot with this key, made with these terms if it was not there; another one making it is waited for."""
    (lot,) = await ensure_lots(session, store_id, [(key, terms)])
    return lot


async def ensure_lots(
    session: AsyncSession, store_id: int, wanted: Sequence[tuple[LotKey, LotTerms]]
) -> list[LotState]:
    """Return the lots with these keys in their order, each made if it was not there; their balances are not read."""
    if not wanted:
        return []
    rows = [_lot_row(store_id, key, terms) for key, terms in wanted]
    # Who makes the same lots makes them in the same order: two who met half-way would wait for ever.
    in_order = {_identity(row): row for row in sorted(rows, key=_place)}
    made = await session.execute(_MAKE_LOTS, list(in_order.values()))
    by_key = {_identity(row._mapping): row for row in made}
    if len(by_key) < len(in_order):
        owners = {(row["owner_kind"], row["owner_id"]) for row in rows}
        known = select(*_LOTS.c).where(
            _LOTS.c.store_id == store_id, tuple_(_LOTS.c.owner_kind, _LOTS.c.owner_id).in_(owners)
        )
        by_key |= {_identity(row._mapping): row for row in await session.execute(known)}
    return [_lot_state(by_key[_identity(row)], {}) for row in rows]


def _lot_row(store_id: int, key: LotKey, terms: LotTerms) -> dict[str, Any]:
    owner_kind, owner_id, supply_id, eligible_at = key
    return {
        "store_id": store_id,
        "owner_kind": owner_kind.value,
        "owner_id": owner_id,
        "partner_variant_id": terms.partner_variant_id,
        "supply_id": supply_id,
        "eligible_at": eligible_at,
        "side": ENTERED_SIDE[owner_kind].value,
        "partner_id": terms.partner_id,
        "partner_store_id": terms.partner_store_id,
        "units_per": terms.units_per,
        "captured_at": terms.captured_at,
        "late": terms.late,
        "unit_cost_amount": terms.unit_cost.amount,
        "currency": terms.unit_cost.currency,
        "note": terms.note,
    }


def _identity(row: Mapping[Any, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("owner_kind", "owner_id", "partner_variant_id", "supply_id", "eligible_at"))


def _place(row: Mapping[str, Any]) -> tuple[Any, ...]:
    since: datetime | None = row["eligible_at"]
    return (row["owner_kind"], row["owner_id"], row["supply_id"] or 0, since.timestamp() if since else 0.0)


async def mark_late(session: AsyncSession, store_id: int, ids: Iterable[int]) -> None:
    """Mark the lots as late."""
    await session.execute(
        update(UnitLot)
        .where(UnitLot.store_id == store_id, UnitLot.id.in_(list(ids)), UnitLot.late.is_(False))
        .values(late=True)
        .execution_options(synchronize_session=False)
    )


async def is_posted(session: AsyncSession, store_id: int, once_key: str) -> bool:
    """Tell whether the act with this key is in the ledger."""
    found = select(UnitPosting.id).where(UnitPosting.store_id == store_id, UnitPosting.once_key == once_key)
    return await session.scalar(found) is not None


async def add_posting(
    session: AsyncSession, store_id: int, because: Because, moves: Sequence[Move], stamp: tuple[str | None, datetime]
) -> None:
    """Write a posting and its moves, at once; `stamp` is its once-key and when it was recorded."""
    partner_id = moves[0].end.terms.partner_id
    posting = {
        "store_id": store_id,
        "partner_id": partner_id,
        "cause": because.cause,
        "reference_kind": because.reference_kind,
        "reference_id": because.reference_id,
        "once_key": stamp[0],
        "true_from": because.true_from,
        "recorded_at": stamp[1],
    }
    posting_id = await session.scalar(_ADD_POSTING, posting)
    shared = {"store_id": store_id, "partner_id": partner_id, "posting_id": posting_id}
    # In one statement: the ledger takes nothing more for a posting that has moves.
    await session.execute(insert(UnitMove).values([shared | _move_row(move) for move in moves]))


def _move_row(move: Move) -> dict[str, Any]:
    return {
        "owner_kind": move.end.owner_kind.value,
        "owner_id": move.end.owner_id,
        "from_lot_id": move.start.id if move.start else None,
        "from_state": move.start_state.value if move.start_state else None,
        "to_lot_id": move.end.id,
        "to_state": move.end_state.value,
        "quantity": move.quantity,
    }
