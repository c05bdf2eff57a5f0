"""Packing and shipments as their pages show them."""

from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.pagination import Page
from app.core.unit_of_work import UnitOfWork
from app.exceptions.queries import open_exceptions_of
from app.fulfillment.queries import (
    ShipmentRow,
    boxes_by_order,
    count_boxes,
    find_shipments,
    get_shipment,
    list_shipments,
    page_shipments,
)
from app.fulfillment.rules import packable
from app.fulfillment.service import ready_lots
from app.fulfillment.service.numbers import SHOWN
from app.fulfillment.states import ShipmentState
from app.orders.naming import names_of_lines
from app.orders.queries import LineRow, OrderRow, get_order, list_orders_by_id, orders_holding
from app.partners.queries import partners_named
from app.units.queries import whereabouts
from app.units.states import DemandState
from app.units.totals import lines_with_units_in
from embedded_ui.forms.listing import Listing
from embedded_ui.views.journey import Journey, to_customer

URGENCY = (ShipmentState.STUCK, ShipmentState.UNCERTAIN, ShipmentState.PACKED)
"""What waits for a person, the most urgent first; a box the store is being told of becomes one of these, or shipped."""


@dataclass(frozen=True, slots=True)
class ShipmentWords:
    """A state as the pages say it."""

    badge: str
    tone: str
    sentence: str


SHIPMENT_STATES = {
    ShipmentState.PACKED: ShipmentWords("Packed", "caution", "Give the box to a carrier and enter the number."),
    ShipmentState.POSTING: ShipmentWords(
        "Telling your store", "info", "Your store is being told; nothing is to be done. This usually takes seconds."
    ),
    ShipmentState.SHIPPED: ShipmentWords("Shipped", "success", "The customer sees it on the order status page."),
    ShipmentState.UNCERTAIN: ShipmentWords(
        "Uncertain", "critical", "We could not find out whether your store took it. Look before you act."
    ),
    ShipmentState.STUCK: ShipmentWords("Stuck", "critical", "It could not be posted."),
    ShipmentState.UNPACKED: ShipmentWords("Unpacked", "neutral", "The goods went back on the shelf."),
}


@dataclass(frozen=True, slots=True)
class ReadyOrder:
    """An order of which something can be packed."""

    order: OrderRow
    ready: int
    awaited: int

    @property
    def is_complete(self) -> bool:
        """Whether nothing of it is still to come."""
        return self.awaited == 0


@dataclass(frozen=True, slots=True)
class PackLine:
    """A line of the order to be packed."""

    line: LineRow
    name: str
    ready: int
    journey: Journey


@dataclass(frozen=True, slots=True)
class PackPage:
    """An order on the packing table."""

    order: OrderRow
    lines: tuple[PackLine, ...]
    boxes: int  # packed of it before

    @property
    def ready(self) -> int:
        """Items that can go into a box now."""
        return sum(line.ready for line in self.lines)

    @property
    def missing(self) -> tuple[PackLine, ...]:
        """Lines of which something is still to come."""
        return tuple(line for line in self.lines if line.journey.awaited)


@dataclass(frozen=True, slots=True)
class BoxItem:
    """What of a line is in a box."""

    name: str
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class ShipmentShown:
    """A shipment with the order it belongs to."""

    shipment: ShipmentRow
    order: OrderRow
    name: str  # of the order, and which box of it where there are several
    items: tuple[BoxItem, ...] = ()
    bears_partners_number: bool = False

    @property
    def state(self) -> ShipmentWords:
        """The state in words."""
        return SHIPMENT_STATES[self.shipment.state]


@dataclass(frozen=True, slots=True)
class ShipmentsPage:
    """Boxes that are stuck, in doubt or wait for a carrier, the oldest of each first; and a page of all."""

    waiting: tuple[ShipmentShown, ...]
    page: Page[ShipmentShown]


async def list_ready(session: AsyncSession, store_id: int) -> list[ReadyOrder]:
    """Return the orders of which something is at the centre and in no box, the longest waiting first."""
    lines = await lines_with_units_in(session, store_id, [DemandState.ALLOCATED])
    orders = {order.id: order for order in (await orders_holding(session, store_id, lines)).values()}
    in_turn = sorted(orders.values(), key=lambda order: (order.placed_at, order.id))
    places = await whereabouts(session, store_id, [line.id for order in in_turn for line in order.partner_lines])
    ready = []
    for order in in_turn:
        journeys = [(line, to_customer(places[line.id])) for line in order.partner_lines]
        here = sum(places[line.id].get(DemandState.ALLOCATED, 0) // line.units_per for line, _ in journeys)
        if here:
            ready.append(ReadyOrder(order, here, sum(journey.awaited for _, journey in journeys)))
    return ready


async def read_packing(uow: UnitOfWork, order_id: int) -> PackPage:
    """Return an order with what of it can go into a box."""
    order = await get_order(uow.session, uow.store_id, order_id)
    ready = packable(await ready_lots(uow, order_id))
    places = await whereabouts(uow.session, uow.store_id, [line.id for line in order.partner_lines])
    names = await names_of_lines(uow.session, order.partner_lines)
    lines = [
        PackLine(line, names[line.id], ready.get(line.id, 0), to_customer(places[line.id]))
        for line in order.partner_lines
    ]
    boxes = await count_boxes(uow.session, uow.store_id, order_id)
    return PackPage(order, tuple(sorted(lines, key=lambda line: not line.ready)), boxes)


async def read_shipments(session: AsyncSession, store_id: int, listing: Listing) -> ShipmentsPage:
    """Return a page of all shipments, or of those that were searched for, and on the first one what waits."""
    waiting = await list_shipments(session, store_id, URGENCY) if listing.is_beginning else []
    if listing.search:
        partners = await partners_named(session, store_id, listing.search)
        page = await find_shipments(session, store_id, listing.search, partners, listing.place)
    else:
        page = await page_shipments(session, store_id, listing.place)
    shown = {each.shipment.id: each for each in await _shown(session, store_id, [*waiting, *page.rows])}
    in_turn = sorted(waiting[::-1], key=lambda row: URGENCY.index(row.state))
    return ShipmentsPage(tuple(shown[row.id] for row in in_turn), page.of(lambda row: shown[row.id]))


async def read_shipment(session: AsyncSession, store_id: int, shipment_id: int) -> ShipmentShown:
    """Return one shipment."""
    shipment = await get_shipment(session, store_id, shipment_id)
    order = await get_order(session, store_id, shipment.order_id)
    names = await names_of_lines(session, order.lines)
    skus = {line.id: line.sku or "no SKU" for line in order.lines}
    items = (BoxItem(names[each.order_line_id], skus[each.order_line_id], each.quantity) for each in shipment.lines)
    (shown,) = await _shown(session, store_id, [shipment])
    listed = {each.kind for each in await open_exceptions_of(session, "shipment", shipment_id)}
    return replace(shown, items=tuple(items), bears_partners_number=SHOWN in listed)


async def _shown(session: AsyncSession, store_id: int, rows: list[ShipmentRow]) -> list[ShipmentShown]:
    orders = await list_orders_by_id(session, store_id, {row.order_id for row in rows})
    boxes = await boxes_by_order(session, store_id, set(orders))

    def name(row: ShipmentRow) -> str:
        of_order = boxes[row.order_id]
        which = f", box {of_order.index(row.id) + 1}" if len(of_order) > 1 else ""
        return orders[row.order_id].name + which

    return [ShipmentShown(row, orders[row.order_id], name(row)) for row in rows]
