"""What other domains and the pages ask about orders."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.money import Money
from app.core.pagination import BEGINNING, Page, Place
from app.orders import repository
from app.orders.models import Order, OrderLine
from app.orders.states import Route, Standing


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of an order."""

    id: int
    order_id: int
    shopify_line_id: str
    title: str
    sku: str | None
    quantity: int
    target: int
    on_hold: bool
    route: Route
    partner_id: int | None
    partner_store_id: int | None
    partner_variant_id: int | None
    units_per: int
    unit_cost: Money | None
    properties: tuple[tuple[str, str], ...]
    selling_plan_id: str | None

    @property
    def is_for_partner(self) -> bool:
        """Whether its units are ordered from a partner."""
        return self.route is Route.PARTNER

    @property
    def is_own(self) -> bool:
        """Whether it is the retailer's own business alone."""
        return self.route is Route.OWN


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order with its lines."""

    id: int
    shopify_order_id: str
    name: str
    placed_at: datetime
    captured_at: datetime
    captured_by: str
    cancelled_at: datetime | None
    is_test: bool
    financial_status: str
    lines: tuple[LineRow, ...]

    @property
    def partner_lines(self) -> tuple[LineRow, ...]:
        """The lines ordered from partners."""
        return tuple(line for line in self.lines if line.route is Route.PARTNER)

    @property
    def is_held(self) -> bool:
        """Whether the retailer's admin holds back something that partners make."""
        return any(line.on_hold for line in self.partner_lines)

    @property
    def is_recovered(self) -> bool:
        """Whether the comparison found it because no webhook had."""
        return self.captured_by == "poll"


@dataclass(frozen=True, slots=True)
class HoldRow:
    """Why a line may not proceed, and since when."""

    reason: str
    placed_at: datetime


def line_row(line: OrderLine) -> LineRow:
    """Return a line as plain facts."""
    cost = None
    if line.unit_cost_amount is not None and line.cost_currency is not None:
        cost = Money(line.unit_cost_amount, line.cost_currency)
    return LineRow(
        id=line.id,
        order_id=line.order_id,
        shopify_line_id=line.shopify_line_id,
        title=line.title,
        sku=line.sku,
        quantity=line.quantity,
        target=line.target,
        on_hold=line.on_hold,
        route=Route(line.route),
        partner_id=line.routed_partner_id,
        partner_store_id=line.partner_store_id,
        partner_variant_id=line.partner_variant_id,
        units_per=line.units_per,
        unit_cost=cost,
        properties=tuple((name, value) for name, value in line.properties),
        selling_plan_id=line.selling_plan_id,
    )


def order_row(order: Order) -> OrderRow:
    """Return an order as plain facts."""
    return OrderRow(
        id=order.id,
        shopify_order_id=order.shopify_order_id,
        name=order.name,
        placed_at=order.placed_at,
        captured_at=order.captured_at,
        captured_by=order.captured_by,
        cancelled_at=order.cancelled_at,
        is_test=order.is_test,
        financial_status=order.financial_status,
        lines=tuple(line_row(line) for line in order.lines),
    )


async def get_order(session: AsyncSession, store_id: int, order_id: int) -> OrderRow:
    """Return one order, or raise `NotFound`."""
    return order_row(await repository.get_order(session, store_id, order_id))


async def page_orders(
    session: AsyncSession, store_id: int, search: str = "", place: Place = BEGINNING, standing: Standing | None = None
) -> Page[OrderRow]:
    """Return a page of orders, the last captured first; all, or those that stand so."""
    return (await repository.page_orders(session, store_id, search, place, standing)).of(order_row)


def orders_named(store_id: int, search: str) -> Select[int]:
    """Return the question which orders have the text in their name, to be asked inside another one."""
    return repository.named(store_id, search)


def lines_routed_to(store_id: int, partner_ids: Collection[int]) -> Select[int]:
    """Return the question which lines are ordered from these partners, to be asked inside another one."""
    return repository.routed_to(store_id, partner_ids)


async def has_orders(session: AsyncSession, store_id: int) -> bool:
    """Tell whether the store ever had an order that the hub knows of."""
    return await repository.has_orders(session, store_id)


async def holds_of(session: AsyncSession, store_id: int, line_ids: Collection[int]) -> dict[int, HoldRow]:
    """Return the hold each line is under; lines without one are absent."""
    rows = await repository.list_open_holds(session, store_id, line_ids)
    return {row.line_id: HoldRow(row.reason, row.placed_at) for row in rows}


async def list_orders_by_id(session: AsyncSession, store_id: int, order_ids: Collection[int]) -> dict[int, OrderRow]:
    """Return these orders by id."""
    return {row.id: order_row(row) for row in await repository.list_orders_by_id(session, store_id, order_ids)}


async def lines_by_id(session: AsyncSession, store_id: int, line_ids: Collection[int]) -> dict[int, LineRow]:
    """Return lines by id."""
    return {line.id: line_row(line) for line in await repository.list_lines(session, store_id, line_ids)}


async def orders_of_lines(session: AsyncSession, store_id: int, line_ids: Collection[int]) -> dict[int, int]:
    """Return the order of each line."""
    return {line.id: line.order_id for line in await repository.list_lines(session, store_id, line_ids)}


async def orders_holding(session: AsyncSession, store_id: int, line_ids: Collection[int]) -> dict[int, OrderRow]:
    """Return the whole order of each line."""
    wanted = set(line_ids)
    rows = [order_row(row) for row in await repository.list_holding(session, store_id, wanted)] if wanted else []
    return {line.id: row for row in rows for line in row.lines if line.id in wanted}


async def lines_on_route(session: AsyncSession, store_id: int, route: Route) -> list[LineRow]:
    """Return the lines on a route, for the books and the exceptions."""
    return [line_row(line) for line in await repository.list_lines_by_route(session, store_id, route)]


async def last_comparison(session: AsyncSession, store_id: int) -> tuple[datetime | None, int]:
    """Return when the orders were last compared with the store, and how many were found that no webhook told of."""
    poll = await repository.find_poll(session, store_id)
    return (poll.succeeded_began_at, poll.recovered_count) if poll else (None, 0)


async def orders_by_gid(session: AsyncSession, store_id: int, order_gids: Collection[str]) -> list[OrderRow]:
    """Return the orders of these Shopify ids; those that were never captured are left out."""
    return [order_row(row) for row in await repository.list_by_gid(session, store_id, order_gids)]
