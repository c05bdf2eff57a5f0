"""Every SELECT of the shipments."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from app.core.pagination import Page, Place, read_page
from app.core.tracking import plain_column
from app.fulfillment.errors import ShipmentNotFound
from app.fulfillment.models import Shipment, ShipmentLine
from app.fulfillment.states import ShipmentState


async def lock_shipment(session: AsyncSession, store_id: int, shipment_id: int) -> Shipment:
    """Return the shipment with its lines, locked."""
    query = (
        select(Shipment)
        .where(Shipment.store_id == store_id, Shipment.id == shipment_id)
        .options(selectinload(Shipment.lines))
        .with_for_update(of=Shipment)
        .execution_options(populate_existing=True)
    )
    found = (await session.scalars(query)).one_or_none()
    if found is None:
        raise ShipmentNotFound()
    return found


async def get_shipment(session: AsyncSession, store_id: int, shipment_id: int) -> Shipment:
    """Return the shipment with its lines."""
    query = (
        select(Shipment)
        .where(Shipment.store_id == store_id, Shipment.id == shipment_id)
        .options(joinedload(Shipment.lines))
    )
    found = (await session.scalars(query)).unique().one_or_none()
    if found is None:
        raise ShipmentNotFound()
    return found


def _bears(plain: Collection[str]) -> ColumnElement[bool]:
    return or_(Shipment.plain_number.in_(plain), Shipment.plain_correction.in_(plain))


async def lock_bearing(
    session: AsyncSession, store_id: int, plain: Collection[str], linked: Collection[str], links: Collection[str]
) -> Sequence[Shipment]:
    """Return the shipments that bear one of these numbers, or are to, or whose link names one or is given, locked."""
    leads = [plain_column(Shipment.tracking_url).contains(number) for number in linked]
    is_meant = or_(_bears(plain), Shipment.tracking_url.in_(links), *leads)
    query = select(Shipment).where(Shipment.store_id == store_id, is_meant).order_by(Shipment.id)
    locked = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(locked)).all()


async def lock_number(session: AsyncSession, store_id: int, plain: str) -> None:
    """Let nobody else look, until this is over, for who bears the number."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{store_id}:{plain}", 0))))


async def orders_bearing(session: AsyncSession, store_id: int, plain: str) -> set[int]:
    """Return the orders of which a box bears a number, or is to bear it."""
    is_live = Shipment.state != ShipmentState.UNPACKED
    query = select(Shipment.order_id).where(Shipment.store_id == store_id, is_live, _bears([plain]))
    return set(await session.scalars(query))


@dataclass(frozen=True, slots=True)
class Sought:
    """What shipments are searched by: boxes of these orders, with these lines in them, or with a part of a number."""

    orders: Select[int]
    lines: Select[int]
    plain: str


async def page_shipments(
    session: AsyncSession, store_id: int, place: Place, sought: Sought | None = None
) -> Page[Shipment]:
    """Return a page of shipments with their lines, of all or of those that are sought."""
    query = select(Shipment).where(Shipment.store_id == store_id).options(selectinload(Shipment.lines))
    if sought is not None:
        query = query.where(_is_sought(store_id, sought))
    return await read_page(session, query, Shipment.id, place)


def _is_sought(store_id: int, sought: Sought) -> ColumnElement[bool]:
    holding = select(ShipmentLine.shipment_id).where(
        ShipmentLine.store_id == store_id, ShipmentLine.order_line_id.in_(sought.lines)
    )
    known = Shipment.order_id.in_(sought.orders) | Shipment.id.in_(holding)
    return known | Shipment.plain_number.contains(sought.plain) if sought.plain else known


async def count_boxes(session: AsyncSession, store_id: int, order_id: int) -> int:
    """Return how many boxes were ever packed of an order, whatever became of them."""
    query = select(func.count()).where(Shipment.store_id == store_id, Shipment.order_id == order_id)
    return (await session.scalar(query)) or 0


async def count_by_state(session: AsyncSession, store_id: int) -> dict[ShipmentState, int]:
    """Return how many shipments are in each state that still needs something."""
    unfinished = (ShipmentState.PACKED, ShipmentState.POSTING, ShipmentState.STUCK, ShipmentState.UNCERTAIN)
    query = (
        select(Shipment.state, func.count())
        .where(Shipment.store_id == store_id, Shipment.state.in_(unfinished))
        .group_by(Shipment.state)
    )
    return {ShipmentState(state): count for state, count in await session.execute(query)}


async def list_shipments(
    session: AsyncSession,
    store_id: int,
    states: Collection[ShipmentState] | None = None,
    order_ids: Collection[int] | None = None,
    limit: int | None = 1000,
) -> Sequence[Shipment]:
    """Return shipments with their lines, the latest first; without a limit every one there is."""
    query = select(Shipment).where(Shipment.store_id == store_id).options(joinedload(Shipment.lines))
    if states is not None:
        query = query.where(Shipment.state.in_(states))
    if order_ids is not None:
        query = query.where(Shipment.order_id.in_(order_ids))
    return (await session.scalars(query.order_by(Shipment.id.desc()).limit(limit))).unique().all()


async def first_in_state(session: AsyncSession, store_id: int, state: ShipmentState) -> int | None:
    """Return the oldest shipment in a state, if there is one."""
    query = select(func.min(Shipment.id)).where(Shipment.store_id == store_id, Shipment.state == state)
    return await session.scalar(query)


async def shipment_ids(session: AsyncSession, store_id: int, order_ids: Collection[int]) -> Sequence[int]:
    """Return the ids of every shipment of these orders."""
    query = select(Shipment.id).where(Shipment.store_id == store_id, Shipment.order_id.in_(order_ids))
    return (await session.scalars(query)).all()


async def has_numbers(session: AsyncSession, store_id: int, order_ids: Collection[int]) -> bool:
    """Tell whether a box of these orders bears a number."""
    bears = Shipment.order_id.in_(order_ids) & Shipment.tracking_number.is_not(None)
    return bool(await session.scalar(select(select(Shipment.id).where(Shipment.store_id == store_id, bears).exists())))


async def boxes_by_order(session: AsyncSession, store_id: int, order_ids: Collection[int]) -> dict[int, list[int]]:
    """Return the ids of every shipment of each of these orders, in the order of packing."""
    boxes: dict[int, list[int]] = {}
    query = select(Shipment.order_id, Shipment.id).where(
        Shipment.store_id == store_id, Shipment.order_id.in_(order_ids)
    )
    for order_id, shipment_id in await session.execute(query.order_by(Shipment.id)):
        boxes.setdefault(order_id, []).append(shipment_id)
    return boxes


async def clear_people(session: AsyncSession, store_id: int, order_ids: Collection[int] | None) -> int:
    """Empty numbers that lead to a customer's parcel, and who packed it; returns how many shipments held something.

    Of a store that stays, a box that the store is being told of, or may show, keeps its number: without it nobody could
    find out whether it does. One that was refused keeps none; whoever tries again enters it anew.
    """
    told = Shipment.tracking_number.is_not(None) | Shipment.packed_by.is_not(None)
    held = update(Shipment).where(Shipment.store_id == store_id, told)
    if order_ids is not None:
        is_told = Shipment.state.in_((ShipmentState.POSTING, ShipmentState.UNCERTAIN))
        may_be_shown = (Shipment.state == ShipmentState.STUCK) & Shipment.asked_at.is_not(None)
        held = held.where(Shipment.order_id.in_(order_ids), ~(is_told | may_be_shown))
    emptied = held.values(tracking_number=None, tracking_url=None, packed_by=None, correction=None).returning(
        Shipment.id
    )
    return len((await session.execute(emptied)).all())
