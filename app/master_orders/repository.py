"""Every SELECT of the master orders."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from app.core.pagination import Page, Place, read_page
from app.master_orders.errors import CycleNotFound
from app.master_orders.models import Cycle, MasterChange, MasterLine
from app.master_orders.states import FROZEN, CycleState


async def lock_cycle(session: AsyncSession, store_id: int, cycle_id: int) -> Cycle:
    """Return the cycle with its lines, locked."""
    query = (
        select(Cycle)
        .where(Cycle.store_id == store_id, Cycle.id == cycle_id)
        .options(selectinload(Cycle.lines))
        .with_for_update(of=Cycle)
        .execution_options(populate_existing=True)
    )
    found = (await session.scalars(query)).one_or_none()
    if found is None:
        raise CycleNotFound()
    return found


async def get_cycle(session: AsyncSession, store_id: int, cycle_id: int) -> Cycle:
    """Return the cycle with its lines."""
    query = select(Cycle).where(Cycle.store_id == store_id, Cycle.id == cycle_id).options(joinedload(Cycle.lines))
    found = (await session.scalars(query)).unique().one_or_none()
    if found is None:
        raise CycleNotFound()
    return found


async def find_open_cycle(session: AsyncSession, store_id: int, partner_id: int) -> Cycle | None:
    """Return the cycle units of this partner join."""
    query = (
        select(Cycle)
        .where(Cycle.store_id == store_id, Cycle.partner_id == partner_id, Cycle.state == CycleState.OPEN)
        .options(joinedload(Cycle.lines))
    )
    return (await session.scalars(query)).unique().one_or_none()


async def find_latest_cycle(session: AsyncSession, store_id: int, partner_id: int) -> Cycle | None:
    """Return the partner's latest cycle."""
    query = (
        select(Cycle)
        .where(Cycle.store_id == store_id, Cycle.partner_id == partner_id)
        .order_by(Cycle.cutoff_at.desc(), Cycle.number.desc())
        .limit(1)
    )
    return (await session.scalars(query)).one_or_none()


async def latest_frozen_cutoff(
    session: AsyncSession, store_id: int, partner_id: int, before: datetime
) -> datetime | None:
    """Return the latest cut-off before an instant that no unit can join any more."""
    return await session.scalar(
        select(func.max(Cycle.cutoff_at)).where(
            Cycle.store_id == store_id,
            Cycle.partner_id == partner_id,
            Cycle.state.in_(FROZEN),
            Cycle.cutoff_at < before,
        )
    )


async def last_number(session: AsyncSession, store_id: int, partner_id: int, cutoff_on: date) -> int:
    """Return the number of the partner's latest cycle with a cut-off on this day; 0: there is none."""
    chosen = select(func.max(Cycle.number)).where(
        Cycle.store_id == store_id, Cycle.partner_id == partner_id, Cycle.cutoff_on == cutoff_on
    )
    return await session.scalar(chosen) or 0


async def add_cycle(session: AsyncSession, fields: Mapping[str, Any]) -> bool:
    """Write a new cycle unless the partner has an open one, or this one, already; tell whether it was written."""
    added = insert(Cycle).values(**fields).on_conflict_do_nothing().returning(Cycle.id)
    return (await session.execute(added)).first() is not None


async def list_unfinished(session: AsyncSession, store_id: int, partner_id: int) -> Sequence[Cycle]:
    """Return the partner's cycles that are frozen and whose end is not known, or that may have left a draft behind."""
    may_stand = Cycle.shopify_draft_id.is_not(None) | Cycle.creating_since.is_not(None)
    left_behind = (Cycle.state == CycleState.EMPTY) & may_stand
    query = select(Cycle).where(
        Cycle.store_id == store_id,
        Cycle.partner_id == partner_id,
        Cycle.state.in_((CycleState.CLOSING, CycleState.UNCERTAIN)) | left_behind,
    )
    return (await session.scalars(query.order_by(Cycle.id))).all()


async def list_cycles(
    session: AsyncSession,
    store_id: int,
    partner_id: int | None = None,
    limit: int | None = 1000,
) -> Sequence[Cycle]:
    """Return cycles with their lines, newest first; without a limit every one there is."""
    query = select(Cycle).where(Cycle.store_id == store_id).options(selectinload(Cycle.lines))
    if partner_id is not None:
        query = query.where(Cycle.partner_id == partner_id)
    return (await session.scalars(query.order_by(Cycle.id.desc()).limit(limit))).all()


async def page_cycles(
    session: AsyncSession, store_id: int, states: Collection[CycleState], partner_id: int | None, place: Place
) -> Page[Cycle]:
    """Return a page of the cycles in some states, with their lines."""
    query = select(Cycle).where(Cycle.store_id == store_id, Cycle.state.in_(states)).options(selectinload(Cycle.lines))
    if partner_id is not None:
        query = query.where(Cycle.partner_id == partner_id)
    return await read_page(session, query, Cycle.id, place)


def named(store_id: int, search: str) -> Select[int]:
    """Return the question which cycles have the text in the name of their order or in their marker."""
    is_named = Cycle.shopify_order_name.icontains(search, autoescape=True)
    return select(Cycle.id).where(
        Cycle.store_id == store_id, is_named | Cycle.marker.icontains(search, autoescape=True)
    )


async def closed_markers(session: AsyncSession, store_id: int, partner_id: int, since: datetime) -> dict[str, datetime]:
    """Return when the cycles that were closed since were closed, by their markers."""
    query = select(Cycle.marker, Cycle.closed_at).where(
        Cycle.store_id == store_id,
        Cycle.partner_id == partner_id,
        Cycle.state == CycleState.CLOSED,
        Cycle.closed_at > since,
    )
    return {marker: closed_at for marker, closed_at in await session.execute(query) if closed_at}


async def list_running(session: AsyncSession, store_id: int, partner_id: int | None) -> Sequence[Cycle]:
    """Return the cycles that are not over, with their lines, the next cut-off first."""
    over = (CycleState.CLOSED, CycleState.EMPTY)
    query = (
        select(Cycle)
        .where(Cycle.store_id == store_id, Cycle.state.not_in(over))
        .options(selectinload(Cycle.lines))
        .order_by(Cycle.cutoff_at, Cycle.id)
    )
    if partner_id is not None:
        query = query.where(Cycle.partner_id == partner_id)
    return (await session.scalars(query)).all()


async def list_by_order(session: AsyncSession, store_id: int, order_gids: Collection[str]) -> Sequence[Cycle]:
    """Return the cycles whose orders on the partner's store these are."""
    query = (
        select(Cycle)
        .where(Cycle.store_id == store_id, Cycle.shopify_order_id.in_(order_gids))
        .options(selectinload(Cycle.lines))
    )
    return (await session.scalars(query)).all()


async def find_line(session: AsyncSession, store_id: int, line_id: int) -> MasterLine | None:
    """Return a line with its cycle."""
    query = (
        select(MasterLine)
        .where(MasterLine.store_id == store_id, MasterLine.id == line_id)
        .options(joinedload(MasterLine.cycle, innerjoin=True))
    )
    return (await session.scalars(query)).one_or_none()


async def list_lines(session: AsyncSession, store_id: int, line_ids: Collection[int]) -> Sequence[MasterLine]:
    """Return lines with their cycles."""
    query = (
        select(MasterLine)
        .where(MasterLine.store_id == store_id, MasterLine.id.in_(line_ids))
        .options(joinedload(MasterLine.cycle, innerjoin=True))
    )
    return (await session.scalars(query)).all()


async def list_holding(session: AsyncSession, store_id: int, line_ids: Collection[int]) -> Sequence[Cycle]:
    """Return the cycles of these lines, with all their lines, the oldest first."""
    holding = select(MasterLine.cycle_id).where(MasterLine.store_id == store_id, MasterLine.id.in_(line_ids))
    query = select(Cycle).where(Cycle.store_id == store_id, Cycle.id.in_(holding)).options(joinedload(Cycle.lines))
    return (await session.scalars(query.order_by(Cycle.id))).unique().all()


async def list_changes(session: AsyncSession, store_id: int, cycle_ids: Collection[int]) -> Sequence[MasterChange]:
    """Return what changed after the freeze of these cycles, oldest first."""
    query = (
        select(MasterChange)
        .where(MasterChange.store_id == store_id, MasterChange.cycle_id.in_(cycle_ids))
        .order_by(MasterChange.id)
    )
    return (await session.scalars(query)).all()


async def list_running_drafts(session: AsyncSession, store_id: int) -> Sequence[Cycle]:
    """Return the open cycles of which a draft stands, or may stand, on the partner's store."""
    query = select(Cycle).where(
        Cycle.store_id == store_id,
        Cycle.state == CycleState.OPEN,
        Cycle.shopify_draft_id.is_not(None) | Cycle.creating_since.is_not(None),
    )
    return (await session.scalars(query.order_by(Cycle.id))).all()


async def list_partners_by_draft(session: AsyncSession, store_id: int, draft_gid: str) -> list[int]:
    """Return the partners of open cycles with this draft."""
    query = select(Cycle.partner_id).where(
        Cycle.store_id == store_id, Cycle.shopify_draft_id == draft_gid, Cycle.state == CycleState.OPEN
    )
    return list((await session.scalars(query)).all())
