"""Every SELECT of receiving."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from app.core.tracking import plain_column
from app.receiving.errors import ParcelNotFound
from app.receiving.models import (
    RENUMBERED,
    InboundParcel,
    PartnerOrder,
    PartnerPoll,
    Receipt,
    ReceiptCorrection,
    ReceiptLine,
)
from app.receiving.states import ParcelState

MOST_FOUND = 200


async def find_by_fulfillment(session: AsyncSession, store_id: int, fulfillment_gid: str) -> InboundParcel | None:
    """Return the parcel of a fulfilment on the partner's store, locked."""
    query = (
        select(InboundParcel)
        .where(InboundParcel.store_id == store_id, InboundParcel.shopify_fulfillment_id == fulfillment_gid)
        .options(selectinload(InboundParcel.lines))
        .with_for_update(of=InboundParcel)
    )
    return (await session.scalars(query)).one_or_none()


async def lock_parcel(session: AsyncSession, store_id: int, parcel_id: int) -> InboundParcel:
    """Return the parcel with its lines, locked."""
    query = (
        select(InboundParcel)
        .where(InboundParcel.store_id == store_id, InboundParcel.id == parcel_id)
        .options(selectinload(InboundParcel.lines))
        .with_for_update(of=InboundParcel)
        .execution_options(populate_existing=True)
    )
    found = (await session.scalars(query)).one_or_none()
    if found is None:
        raise ParcelNotFound()
    return found


async def get_parcel(session: AsyncSession, store_id: int, parcel_id: int) -> InboundParcel:
    """Return the parcel with its lines."""
    query = (
        select(InboundParcel)
        .where(InboundParcel.store_id == store_id, InboundParcel.id == parcel_id)
        .options(joinedload(InboundParcel.lines))
    )
    found = (await session.scalars(query)).unique().one_or_none()
    if found is None:
        raise ParcelNotFound()
    return found


async def list_parcels(
    session: AsyncSession,
    store_id: int,
    state: ParcelState | None = None,
    cycle_ids: Collection[int] | None = None,
    limit: int = 200,
) -> Sequence[InboundParcel]:
    """Return parcels with their lines: those on their way the longest travelling first, any others the latest first."""
    query = select(InboundParcel).where(InboundParcel.store_id == store_id).options(joinedload(InboundParcel.lines))
    if state is not None:
        query = query.where(InboundParcel.state == state)
    if cycle_ids is not None:
        query = query.where(InboundParcel.cycle_id.in_(cycle_ids))
    return (await session.scalars(query.order_by(_turn_of(state)).limit(limit))).unique().all()


async def find_parcels(
    session: AsyncSession,
    store_id: int,
    state: ParcelState,
    plain: str,
    cycles: Select[int],
    partner_ids: Collection[int],
) -> Sequence[InboundParcel]:
    """Return parcels with a part of a number, of some cycles or of some partners, in the same order."""
    known = or_(InboundParcel.cycle_id.in_(cycles), InboundParcel.partner_id.in_(partner_ids))
    if plain:
        known = known | _has_number(lambda number: number.contains(plain))
    query = (
        select(InboundParcel)
        .where(InboundParcel.store_id == store_id, InboundParcel.state == state, known)
        .options(selectinload(InboundParcel.lines))
    )
    return (await session.scalars(query.order_by(_turn_of(state)).limit(MOST_FOUND))).all()


async def list_long_awaited(
    session: AsyncSession, store_id: int, sent_by: datetime, delivered_by: datetime
) -> Sequence[InboundParcel]:
    """Return parcels that nobody received, of those sent, or delivered as their carrier says, by these instants."""
    query = select(InboundParcel).where(
        InboundParcel.store_id == store_id,
        InboundParcel.state == ParcelState.ON_THE_WAY,
        or_(InboundParcel.sent_at <= sent_by, InboundParcel.delivered_at <= delivered_by),
    )
    return (await session.scalars(query.order_by(InboundParcel.id))).all()


def _turn_of(state: ParcelState | None) -> ColumnElement[int]:
    # A list that is cut off must not lose the parcel that does not arrive.
    return InboundParcel.id.asc() if state is ParcelState.ON_THE_WAY else InboundParcel.id.desc()


async def count_awaited(session: AsyncSession, store_id: int, cycle_id: int) -> int:
    """Return how many parcels of a master order were not opened yet."""
    query = select(func.count()).where(
        InboundParcel.store_id == store_id,
        InboundParcel.cycle_id == cycle_id,
        InboundParcel.state == ParcelState.ON_THE_WAY,
    )
    return (await session.scalar(query)) or 0


async def count_on_the_way(session: AsyncSession, store_id: int) -> int:
    """Return how many parcels are still to be opened."""
    query = select(func.count()).where(
        InboundParcel.store_id == store_id, InboundParcel.state == ParcelState.ON_THE_WAY
    )
    return (await session.scalar(query)) or 0


async def lock_partner_order(session: AsyncSession, store_id: int, cycle_id: int) -> PartnerOrder | None:
    """Return how the master order last stood on the partner's store, locked."""
    query = select(PartnerOrder).where(PartnerOrder.store_id == store_id, PartnerOrder.cycle_id == cycle_id)
    locked = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(locked)).one_or_none()


async def insert_partner_order(session: AsyncSession, fields: Mapping[str, Any]) -> bool:
    """Write the first we hear of a master order on the partner's store; tell whether it was the first."""
    added = insert(PartnerOrder).values(**fields).on_conflict_do_nothing().returning(PartnerOrder.id)
    return (await session.execute(added)).first() is not None


async def list_partner_orders(
    session: AsyncSession, store_id: int, cycle_ids: Collection[int]
) -> Sequence[PartnerOrder]:
    """Return how master orders last stood on the partner's store."""
    query = select(PartnerOrder).where(PartnerOrder.store_id == store_id, PartnerOrder.cycle_id.in_(cycle_ids))
    return (await session.scalars(query)).all()


async def list_receipts(
    session: AsyncSession, store_id: int, parcel_ids: Collection[int] | None = None
) -> Sequence[Receipt]:
    """Return receipts with their lines and what was corrected of them, oldest first."""
    query = (
        select(Receipt)
        .where(Receipt.store_id == store_id)
        .options(joinedload(Receipt.lines), selectinload(Receipt.corrections))
    )
    if parcel_ids is not None:
        query = query.where(Receipt.parcel_id.in_(parcel_ids))
    return (await session.scalars(query.order_by(Receipt.id))).unique().all()


async def lines_over(session: AsyncSession, store_id: int, line_id: int) -> Sequence[ReceiptLine]:
    """Return what was found of a master line in all parcels, of those in which more was than had been asked for."""
    query = select(ReceiptLine).where(
        ReceiptLine.store_id == store_id, ReceiptLine.master_line_id == line_id, ReceiptLine.over > 0
    )
    return (await session.scalars(query.order_by(ReceiptLine.id))).all()


async def received_by_line(
    session: AsyncSession, store_id: int, line_ids: Collection[int], parcel_id: int | None = None
) -> dict[int, int]:
    """Return how many units of each master line were found, in all parcels or in one."""
    query = (
        select(ReceiptLine.master_line_id, func.sum(ReceiptLine.quantity))
        .where(ReceiptLine.store_id == store_id, ReceiptLine.master_line_id.in_(line_ids))
        .group_by(ReceiptLine.master_line_id)
    )
    if parcel_id is not None:
        of_parcel = select(Receipt.id).where(Receipt.store_id == store_id, Receipt.parcel_id == parcel_id)
        query = query.where(ReceiptLine.receipt_id.in_(of_parcel))
    return {line_id: int(total) for line_id, total in await session.execute(query)}


async def has_inbound_number(session: AsyncSession, store_id: int, plain: str) -> bool:
    """Tell whether a number, in capitals without blanks and signs, belongs to a parcel from a partner."""
    bears = select(InboundParcel.id).where(InboundParcel.store_id == store_id, InboundParcel.plain_number == plain)
    bore = select(InboundParcel.id).where(InboundParcel.store_id == store_id, _bore(lambda number: number == plain))
    return bool(await session.scalar(select(bears.exists() | bore.exists())))


async def has_inbound_link(session: AsyncSession, store_id: int, url: str, plain: str, at_least: int) -> bool:
    """Tell whether a link is that of a parcel from a partner, or names its number, which is at least so long."""

    def is_in_it(number: Any) -> ColumnElement[bool]:
        return (func.length(number) >= at_least) & (func.strpos(plain, number) > 0)

    is_it = (InboundParcel.tracking_url == url) | _has_number(is_in_it)
    query = select(func.count()).where(InboundParcel.store_id == store_id, is_it)
    return bool(await session.scalar(query))


def _has_number(is_it: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
    """Return the condition that a parcel's number, or one it had before, is in its plain form the one that is meant."""
    return is_it(InboundParcel.plain_number) | _bore(is_it)


def _bore(is_it: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
    earlier = func.jsonb_array_elements_text(InboundParcel.earlier_numbers).table_valued("value", name="earlier")
    found = select(earlier.c.value).where(is_it(plain_column(earlier.c.value)))
    return and_(text(RENUMBERED), found.exists())


async def polled_since(session: AsyncSession, store_id: int, partner_id: int) -> datetime | None:
    """Return from when on the partner's store is to be asked for changes; none: it was never asked."""
    query = select(PartnerPoll.since).where(PartnerPoll.store_id == store_id, PartnerPoll.partner_id == partner_id)
    return await session.scalar(query)


async def save_poll(session: AsyncSession, store_id: int, partner_id: int, since: datetime) -> None:
    """Keep from when on the partner's store is to be asked next; never earlier than before."""
    fresh = insert(PartnerPoll).values(store_id=store_id, partner_id=partner_id, since=since)
    latest = func.greatest(PartnerPoll.since, fresh.excluded.since)
    await session.execute(
        fresh.on_conflict_do_update(index_elements=["store_id", "partner_id"], set_={"since": latest})
    )


async def clear_staff(session: AsyncSession, store_id: int) -> int:
    """Let no receipt say who of the staff counted the parcel, nor in whose words why; returns how many said it."""
    told = update(Receipt).where(Receipt.store_id == store_id, Receipt.received_by.is_not(None))
    opened = await session.execute(told.values(received_by=None).returning(Receipt.id))
    said = update(ReceiptCorrection).where(ReceiptCorrection.store_id == store_id, ReceiptCorrection.why != "")
    corrected = await session.execute(said.values(corrected_by=None, why="").returning(ReceiptCorrection.id))
    return len(opened.all()) + len(corrected.all())
