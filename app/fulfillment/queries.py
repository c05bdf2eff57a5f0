"""What the pages and the books ask about shipments."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.pagination import BEGINNING, Page, Place
from app.core.tracking import plain_number
from app.fulfillment import repository
from app.fulfillment.models import Shipment
from app.fulfillment.states import ShipmentState
from app.orders.queries import lines_routed_to, orders_named


@dataclass(frozen=True, slots=True)
class ShipmentLineRow:
    """What of an order line is in the box."""

    order_line_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Correction:
    """Tracking that the store is still to be told."""

    carrier: str
    number: str
    url: str
    notify: bool


@dataclass(frozen=True, slots=True)
class ShipmentRow:
    """One box to one customer."""

    id: int
    order_id: int
    state: ShipmentState
    carrier: str | None
    tracking_number: str | None
    tracking_url: str | None
    fulfillment_ids: tuple[str, ...]
    packed_at: datetime
    shipped_at: datetime | None
    trouble: str | None
    correction: Correction | None
    can_be_corrected: bool
    can_be_unpacked: bool
    lines: tuple[ShipmentLineRow, ...]

    @property
    def can_be_handed_over(self) -> bool:
        """Whether carrier and number can be entered."""
        return self.state in (ShipmentState.PACKED, ShipmentState.STUCK)

    @property
    def is_being_told(self) -> bool:
        """Whether the store is hearing of it, or of its corrected tracking, at this moment."""
        return self.state is ShipmentState.POSTING or (self.correction is not None and not self.trouble)

    @property
    def item_count(self) -> int:
        """Items in the box."""
        return sum(line.quantity for line in self.lines)


def _row(shipment: Shipment) -> ShipmentRow:
    quantities: dict[int, int] = {}
    for line in shipment.lines:
        quantities[line.order_line_id] = quantities.get(line.order_line_id, 0) + line.quantity
    return ShipmentRow(
        id=shipment.id,
        order_id=shipment.order_id,
        state=ShipmentState(shipment.state),
        carrier=shipment.carrier,
        tracking_number=shipment.tracking_number,
        tracking_url=shipment.tracking_url,
        fulfillment_ids=tuple(shipment.fulfillment_ids),
        packed_at=shipment.packed_at,
        shipped_at=shipment.shipped_at,
        trouble=shipment.trouble,
        correction=Correction(**shipment.correction) if shipment.correction else None,
        can_be_corrected=shipment.is_under_way,
        can_be_unpacked=shipment.can_be_unpacked,
        lines=tuple(ShipmentLineRow(line_id, quantity) for line_id, quantity in quantities.items()),
    )


async def get_shipment(session: AsyncSession, store_id: int, shipment_id: int) -> ShipmentRow:
    """Return one shipment, or raise `NotFound`."""
    return _row(await repository.get_shipment(session, store_id, shipment_id))


async def count_boxes(session: AsyncSession, store_id: int, order_id: int) -> int:
    """Return how many boxes were ever packed of an order, whatever became of them."""
    return await repository.count_boxes(session, store_id, order_id)


async def boxes_by_order(session: AsyncSession, store_id: int, order_ids: Collection[int]) -> dict[int, list[int]]:
    """Return the ids of every shipment of each of these orders, in the order of packing."""
    return await repository.boxes_by_order(session, store_id, order_ids)


async def list_shipments(
    session: AsyncSession,
    store_id: int,
    states: Collection[ShipmentState] | None = None,
    order_ids: Collection[int] | None = None,
    limit: int | None = 1000,
) -> list[ShipmentRow]:
    """Return shipments, the latest first."""
    return [_row(row) for row in await repository.list_shipments(session, store_id, states, order_ids, limit)]


async def next_to_hand_over(session: AsyncSession, store_id: int) -> int | None:
    """Return the box that waits longest for a carrier."""
    return await repository.first_in_state(session, store_id, ShipmentState.PACKED)


async def page_shipments(session: AsyncSession, store_id: int, place: Place = BEGINNING) -> Page[ShipmentRow]:
    """Return a page of shipments, the latest first."""
    return (await repository.page_shipments(session, store_id, place)).of(_row)


async def find_shipments(
    session: AsyncSession, store_id: int, search: str, partner_ids: Collection[int], place: Place = BEGINNING
) -> Page[ShipmentRow]:
    """Return a page of shipments by a part of the order's name or of the number, and with these partners' products."""
    lines = lines_routed_to(store_id, partner_ids)
    sought = repository.Sought(orders_named(store_id, search), lines, plain_number(search))
    return (await repository.page_shipments(session, store_id, place, sought)).of(_row)


async def unfinished_shipments(session: AsyncSession, store_id: int) -> dict[ShipmentState, int]:
    """Return how many shipments wait for a carrier, for the store's answer, or for a person."""
    return await repository.count_by_state(session, store_id)
