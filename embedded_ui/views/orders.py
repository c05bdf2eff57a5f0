"""Orders as their pages show them: each line with where its units are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.pagination import Page
from app.exceptions.queries import ExceptionFacts, open_exceptions_about
from app.fulfillment.queries import ShipmentRow, list_shipments
from app.fulfillment.states import ShipmentState
from app.master_orders.queries import MasterOrder, master_orders_holding
from app.orders.naming import names_of_lines
from app.orders.queries import HoldRow, LineRow, OrderRow, get_order, holds_of, page_orders
from app.orders.states import Standing
from app.partners.queries import PartnerFacts, partners_of
from app.units.queries import DemandLot, demand_in, places_of, whereabouts
from app.units.states import DemandState
from embedded_ui.forms.listing import Listing
from embedded_ui.views.journey import Journey, to_customer, together

SHIPMENTS_SHOWN = frozenset(ShipmentState) - {ShipmentState.UNPACKED}  # the number of a box taken apart leads nowhere
STANDINGS: Mapping[str, str] = {
    Standing.NEEDS_YOU: "Needs you",
    Standing.KEPT: "Unpaid or on hold",
    Standing.AWAITED: "Waiting for partners",
    Standing.TO_PACK: "Ready to pack",
    Standing.SHIPPED: "Sent",
}


@dataclass(frozen=True, slots=True)
class OrderShown:
    """An order in a list."""

    order: OrderRow
    journey: Journey

    @property
    def item_count(self) -> int:
        """Items ordered from partners."""
        return sum(line.target for line in self.order.partner_lines)


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line of an order with where its units are, and what keeps them."""

    line: LineRow
    name: str
    partner: PartnerFacts | None
    journey: Journey
    hold: HoldRow | None
    problems: tuple[ExceptionFacts, ...]
    masters: tuple[MasterOrder, ...]  # with which its units were ordered


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One order."""

    order: OrderRow
    journey: Journey
    partner_lines: tuple[LineShown, ...]
    own_lines: tuple[LineRow, ...]
    other_lines: tuple[LineShown, ...]  # not mapped, or older than their mapping
    shipments: tuple[ShipmentRow, ...]
    problems: tuple[ExceptionFacts, ...]

    @property
    def can_be_packed(self) -> bool:
        """Whether something of it is at the centre and in no box."""
        return any(each.journey.ready for each in self.partner_lines)


async def list_orders(session: AsyncSession, store_id: int, listing: Listing) -> Page[OrderShown]:
    """Return a page of orders with where their units are."""
    standing = Standing(listing.standing) if listing.standing else None
    page = await page_orders(session, store_id, listing.search, listing.place, standing)
    shown = await _shown(session, store_id, page.rows)
    return page.of(lambda order: shown[order.id])


async def _shown(session: AsyncSession, store_id: int, orders: Sequence[OrderRow]) -> dict[int, OrderShown]:
    lines = [line.id for order in orders for line in order.partner_lines]
    places = await whereabouts(session, store_id, lines)
    return {
        order.id: OrderShown(order, to_customer(together(places[line.id] for line in order.partner_lines)))
        for order in orders
    }


async def read_order(session: AsyncSession, store_id: int, order_id: int) -> OrderPage:
    """Return one order with where each unit is."""
    order = await get_order(session, store_id, order_id)
    line_ids = [line.id for line in order.lines]
    lots = await demand_in(session, store_id, line_ids, DemandState)
    places = await places_of(session, store_id, line_ids, lots)
    holds = await holds_of(session, store_id, line_ids)
    names = await names_of_lines(session, order.lines)
    partners = {partner.id: partner for partner in await partners_of(session, store_id)}
    masters = await _masters_of(session, store_id, lots)
    subjects = [("order", order_id), *(("order_line", line_id) for line_id in line_ids)]
    problems: dict[tuple[str, str], list[ExceptionFacts]] = defaultdict(list)
    for problem in await open_exceptions_about(session, subjects):
        problems[problem.subject_kind, problem.subject_id].append(problem)
    shown = [
        LineShown(
            line,
            names[line.id],
            partners.get(line.partner_id or 0),
            to_customer(places[line.id]),
            holds.get(line.id),
            tuple(problems["order_line", str(line.id)]),
            tuple(masters[line.id]),
        )
        for line in order.lines
    ]
    return OrderPage(
        order=order,
        journey=to_customer(together(places[line.id] for line in order.partner_lines)),
        partner_lines=tuple(each for each in shown if each.line.is_for_partner),
        own_lines=tuple(line for line in order.lines if line.is_own),
        other_lines=tuple(each for each in shown if not each.line.is_for_partner and not each.line.is_own),
        shipments=tuple(await list_shipments(session, store_id, SHIPMENTS_SHOWN, [order.id])),
        problems=tuple(problems["order", str(order.id)]),
    )


async def _masters_of(session: AsyncSession, store_id: int, lots: Sequence[DemandLot]) -> dict[int, list[MasterOrder]]:
    """Return the master orders that each line's units are, or were, ordered with, the oldest first."""
    ordered = {(lot.line_id, lot.supply_line_id) for lot in lots if lot.supply_line_id is not None}
    masters = await master_orders_holding(session, store_id, {each for _, each in ordered})
    found: dict[int, dict[int, MasterOrder]] = defaultdict(dict)
    for line_id, master_line_id in sorted(ordered):
        master = masters[master_line_id]
        found[line_id][master.id] = master
    return defaultdict(list, {line_id: [each for _, each in sorted(of.items())] for line_id, of in found.items()})
