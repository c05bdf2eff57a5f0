"""Every SELECT of the orders."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from app.core.pagination import Page, Place, read_page
from app.exceptions.queries import open_subjects
from app.orders.errors import OrderNotFound
from app.orders.models import Order, OrderHold, OrderLine, OrderPoll, OrderRead
from app.orders.rules import TO_SEND, UNITS_OF
from app.orders.states import Route, Standing
from app.units.states import SHIPPED, DemandState
from app.units.totals import lines_in


async def lock_by_gid(session: AsyncSession, store_id: int, order_gid: str) -> Order | None:
    """Return the order of this Shopify id with its lines, locked, or None."""
    query = (
        select(Order)
        .where(Order.store_id == store_id, Order.shopify_order_id == order_gid)
        .options(selectinload(Order.lines))
        .with_for_update(of=Order)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(query)).one_or_none()


async def lock_order(session: AsyncSession, store_id: int, order_id: int) -> None:
    """Lock the order; whoever captures it waits."""
    query = select(Order.id).where(Order.store_id == store_id, Order.id == order_id).with_for_update()
    if (await session.scalars(query)).one_or_none() is None:
        raise OrderNotFound()


async def insert_order(session: AsyncSession, values: dict[str, object]) -> bool:
    """Add the order unless it is there; tell whether it was added."""
    statement = insert(Order).values(**values).on_conflict_do_nothing(index_elements=["store_id", "shopify_order_id"])
    return (await session.execute(statement.returning(Order.id))).one_or_none() is not None


async def get_order(session: AsyncSession, store_id: int, order_id: int) -> Order:
    """Return the order with its lines."""
    query = select(Order).where(Order.store_id == store_id, Order.id == order_id).options(joinedload(Order.lines))
    found = (await session.scalars(query)).unique().one_or_none()
    if found is None:
        raise OrderNotFound()
    return found


async def page_orders(
    session: AsyncSession, store_id: int, search: str, place: Place, standing: Standing | None = None
) -> Page[Order]:
    """Return a page of orders with their lines, the last captured first; by name when a text is given."""
    query = select(Order).where(Order.store_id == store_id).options(selectinload(Order.lines))
    if search:
        query = query.where(Order.name.icontains(search, autoescape=True))
    if standing is not None:
        query = query.where(_stands(store_id, standing))
    return await read_page(session, query, Order.id, place)


def _stands(store_id: int, standing: Standing) -> ColumnElement[bool]:
    if standing is Standing.NEEDS_YOU:
        about_lines = _of_lines(store_id, OrderLine.id.in_(open_subjects(store_id, "order_line")))
        return about_lines | Order.id.in_(open_subjects(store_id, "order"))
    if standing is Standing.SHIPPED:
        left = lines_in(store_id, TO_SEND)
        return _with_units(store_id, SHIPPED) & ~_of_lines(store_id, OrderLine.id.in_(left))
    return _with_units(store_id, UNITS_OF[standing])


def _with_units(store_id: int, states: Collection[DemandState]) -> ColumnElement[bool]:
    return _of_lines(store_id, OrderLine.id.in_(lines_in(store_id, states)))


def _of_lines(store_id: int, which: ColumnElement[bool]) -> ColumnElement[bool]:
    return Order.id.in_(select(OrderLine.order_id).where(OrderLine.store_id == store_id, which))


def named(store_id: int, search: str) -> Select[int]:
    """Return the question which orders have the text in their name."""
    return select(Order.id).where(Order.store_id == store_id, Order.name.icontains(search, autoescape=True))


def routed_to(store_id: int, partner_ids: Collection[int]) -> Select[int]:
    """Return the question which lines are ordered from these partners."""
    return select(OrderLine.id).where(OrderLine.store_id == store_id, OrderLine.routed_partner_id.in_(partner_ids))


async def has_orders(session: AsyncSession, store_id: int) -> bool:
    """Tell whether any order is known."""
    return await session.scalar(select(Order.id).where(Order.store_id == store_id).limit(1)) is not None


async def list_open_holds(session: AsyncSession, store_id: int, line_ids: Collection[int]) -> Sequence[OrderHold]:
    """Return the holds these lines are under."""
    query = select(OrderHold).where(
        OrderHold.store_id == store_id, OrderHold.line_id.in_(line_ids), OrderHold.released_at.is_(None)
    )
    return (await session.scalars(query)).all()


async def names_of_unsent(session: AsyncSession, store_id: int, placed_before: datetime) -> dict[int, str]:
    """Return the names of older orders of which units are still to go to their customer, by our ids."""
    query = select(Order.id, Order.name).where(
        Order.store_id == store_id, Order.placed_at < placed_before, _with_units(store_id, TO_SEND)
    )
    return {order_id: name for order_id, name in await session.execute(query)}


async def gids_of_unsent(session: AsyncSession, store_id: int, placed_after: datetime) -> dict[int, str]:
    """Return Shopify's ids of younger orders of which units are still to go to their customer, by ours."""
    query = select(Order.id, Order.shopify_order_id).where(
        Order.store_id == store_id, Order.placed_at > placed_after, _with_units(store_id, TO_SEND)
    )
    return {order_id: order_gid for order_id, order_gid in await session.execute(query.order_by(Order.id))}


async def list_lines(session: AsyncSession, store_id: int, line_ids: Collection[int]) -> Sequence[OrderLine]:
    """Return lines with their orders."""
    query = (
        select(OrderLine)
        .where(OrderLine.store_id == store_id, OrderLine.id.in_(line_ids))
        .options(joinedload(OrderLine.order, innerjoin=True))
    )
    return (await session.scalars(query)).all()


async def list_lines_by_route(session: AsyncSession, store_id: int, route: Route) -> Sequence[OrderLine]:
    """Return the lines on this route, oldest first."""
    query = (
        select(OrderLine)
        .where(OrderLine.store_id == store_id, OrderLine.route == route)
        .options(joinedload(OrderLine.order, innerjoin=True))
        .order_by(OrderLine.id)
    )
    return (await session.scalars(query)).all()


async def find_open_hold(session: AsyncSession, store_id: int, line_id: int) -> OrderHold | None:
    """Return the hold a line is under."""
    query = select(OrderHold).where(
        OrderHold.store_id == store_id, OrderHold.line_id == line_id, OrderHold.released_at.is_(None)
    )
    return (await session.scalars(query)).one_or_none()


async def last_releases(session: AsyncSession, store_id: int, line_ids: Collection[int]) -> dict[int, datetime]:
    """Return when each line was last released from a hold."""
    query = (
        select(OrderHold.line_id, func.max(OrderHold.released_at))
        .where(OrderHold.store_id == store_id, OrderHold.line_id.in_(line_ids), OrderHold.released_at.is_not(None))
        .group_by(OrderHold.line_id)
    )
    return {line_id: at for line_id, at in (await session.execute(query)) if at is not None}


async def want_read(session: AsyncSession, values: dict[str, object]) -> None:
    """Ask for an order to be read; news that arrives while it is being read counts as new."""
    statement = insert(OrderRead).values(version=1, tries=0, **values)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["store_id", "shopify_order_id"],
            set_={
                "hinted_at": func.greatest(OrderRead.hinted_at, statement.excluded.hinted_at),
                "released_at": func.greatest(OrderRead.released_at, statement.excluded.released_at),
                "version": OrderRead.version + 1,
                "tries": 0,
                "due_at": func.least(OrderRead.due_at, statement.excluded.due_at),
            },
        )
    )


async def list_due_reads(session: AsyncSession, store_id: int, now: datetime, limit: int) -> Sequence[OrderRead]:
    """Return the orders to be read now, those waiting longest first."""
    query = (
        select(OrderRead)
        .where(OrderRead.store_id == store_id, OrderRead.due_at <= now)
        .order_by(OrderRead.due_at, OrderRead.id)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def next_read_due(session: AsyncSession, store_id: int) -> datetime | None:
    """Return when the next order is to be read."""
    return await session.scalar(select(func.min(OrderRead.due_at)).where(OrderRead.store_id == store_id))


async def end_read(session: AsyncSession, store_id: int, order_gid: str, version: int) -> None:
    """Take an order off the list unless there was news meanwhile."""
    await session.execute(
        delete(OrderRead).where(
            OrderRead.store_id == store_id, OrderRead.shopify_order_id == order_gid, OrderRead.version == version
        )
    )


async def forget_release(session: AsyncSession, store_id: int, order_gid: str, released_at: datetime) -> None:
    """Let an order on the list say nothing of this release; a later one stays."""
    known = (
        (OrderRead.store_id == store_id)
        & (OrderRead.shopify_order_id == order_gid)
        & (OrderRead.released_at == released_at)
    )
    await session.execute(update(OrderRead).where(known).values(released_at=None))


async def find_read(session: AsyncSession, store_id: int, order_gid: str) -> OrderRead | None:
    """Return an order's place on the list, locked."""
    query = select(OrderRead).where(OrderRead.store_id == store_id, OrderRead.shopify_order_id == order_gid)
    return (await session.scalars(query.with_for_update())).one_or_none()


async def is_read_announced(session: AsyncSession, store_id: int, order_gid: str) -> bool:
    """Tell whether an order is on the list because of a webhook."""
    query = select(OrderRead.id).where(OrderRead.store_id == store_id, OrderRead.shopify_order_id == order_gid)
    by_webhook = (OrderRead.wanted_by == "webhook") | OrderRead.hinted_at.is_not(None)
    return await session.scalar(query.where(by_webhook)) is not None


async def find_poll(session: AsyncSession, store_id: int) -> OrderPoll | None:
    """Return how far the store's orders were compared."""
    return (await session.scalars(select(OrderPoll).where(OrderPoll.store_id == store_id))).one_or_none()


async def obtain_poll(session: AsyncSession, store_id: int, since: datetime) -> OrderPoll:
    """Return how far the store's orders were compared, locked; before the first time: not at all until `since`."""
    first = insert(OrderPoll).values(store_id=store_id, since=since, recovered_count=0)
    await session.execute(first.on_conflict_do_nothing(index_elements=["store_id"]))
    query = select(OrderPoll).where(OrderPoll.store_id == store_id)
    return (await session.scalars(query.with_for_update().execution_options(populate_existing=True))).one()


async def find_gid_by_fulfillment_order(session: AsyncSession, store_id: int, fulfillment_order_gid: str) -> str | None:
    """Return the Shopify id of the order a fulfilment order belongs to, as last read."""
    query = select(Order.shopify_order_id).where(
        Order.store_id == store_id, Order.fulfillment_order_ids.contains([fulfillment_order_gid])
    )
    return (await session.scalars(query)).first()


async def list_orders_by_id(session: AsyncSession, store_id: int, order_ids: Collection[int]) -> Sequence[Order]:
    """Return these orders with their lines."""
    query = select(Order).where(Order.store_id == store_id, Order.id.in_(order_ids)).options(selectinload(Order.lines))
    return (await session.scalars(query)).all()


async def list_holding(session: AsyncSession, store_id: int, line_ids: Collection[int]) -> Sequence[Order]:
    """Return the orders of these lines, with all their lines."""
    holding = _of_lines(store_id, OrderLine.id.in_(line_ids))
    query = select(Order).where(Order.store_id == store_id, holding).options(joinedload(Order.lines))
    return (await session.scalars(query)).unique().all()


async def list_by_gid(session: AsyncSession, store_id: int, order_gids: Collection[str]) -> Sequence[Order]:
    """Return the orders of these Shopify ids with their lines; those that were never captured are left out."""
    query = select(Order).where(Order.store_id == store_id, Order.shopify_order_id.in_(order_gids))
    return (await session.scalars(query.options(selectinload(Order.lines)))).all()


async def clear_wishes(session: AsyncSession, store_id: int, order_ids: Collection[int] | None) -> int:
    """Empty what customers wished for their lines, of these orders or of all; returns how many lines held something."""
    held = update(OrderLine).where(OrderLine.store_id == store_id, func.jsonb_array_length(OrderLine.properties) > 0)
    if order_ids is not None:
        held = held.where(OrderLine.order_id.in_(order_ids))
    return len((await session.execute(held.values(properties=[]).returning(OrderLine.id))).all())
