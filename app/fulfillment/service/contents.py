"""What is in a box, as the ledger has it, and what was listed about it."""

from collections import defaultdict
from collections.abc import Mapping

from app.core.unit_of_work import UnitOfWork
from app.exceptions.service import resolve_of_each
from app.fulfillment import repository
from app.fulfillment.models import Shipment
from app.fulfillment.states import ShipmentState
from app.units.queries import demand_in
from app.units.service import advance_demand
from app.units.states import DemandState
from app.units.terms import Because

STUCK = "shipment_not_accepted"
UNCERTAIN = "shipment_uncertain"
HANDED_OVER = frozenset({ShipmentState.POSTING, ShipmentState.UNCERTAIN, ShipmentState.STUCK})
"""States of a box that a carrier has, while its units are still packed in the ledger."""


async def is_whole(uow: UnitOfWork, shipment: Shipment) -> bool:
    """Tell whether everything in the box is still packed for its customer."""
    left = await still_packed(uow, shipment)
    return all(line.units == left[line.lot_id] for line in shipment.lines)


async def still_packed(uow: UnitOfWork, shipment: Shipment) -> Mapping[int, int]:
    """Return by lot the box's units that are still packed for their customer.

    Of a lot that is in several boxes, what a carrier has comes first; among those the box that was packed first.
    """
    packed = await _packed(uow, shipment)
    for other in await repository.list_shipments(uow.session, uow.store_id, HANDED_OVER, [shipment.order_id]):
        if other.id < shipment.id or (other.id > shipment.id and shipment.state not in HANDED_OVER):
            for line in other.lines:
                packed[line.lot_id] -= line.units
    return {line.lot_id: max(min(line.units, packed[line.lot_id]), 0) for line in shipment.lines}


async def advance(uow: UnitOfWork, shipment: Shipment, end: DemandState, cause: str) -> dict[int, int]:
    """Move what is still packed of the box's units; return by order line what was cancelled in the meantime."""
    because = Because(cause, "shipment", str(shipment.id), uow.now)
    left = await still_packed(uow, shipment)
    missing: dict[int, int] = defaultdict(int)
    for line in sorted(shipment.lines, key=lambda line: line.lot_id):
        units = left[line.lot_id]
        if units:
            await advance_demand(uow, line.lot_id, units, (DemandState.PACKED, end), because)
        if units < line.units:
            missing[line.order_line_id] += line.units - units
    return missing


async def _packed(uow: UnitOfWork, shipment: Shipment) -> dict[int, int]:
    """Return the packed units of the lots that the box's lines are of, whichever box they are in."""
    packed: dict[int, int] = defaultdict(int)
    line_ids = {line.order_line_id for line in shipment.lines}
    for lot in await demand_in(uow.session, uow.store_id, line_ids, [DemandState.PACKED]):
        packed[lot.lot_id] += lot.quantity
    return packed


async def resolve_stuck(uow: UnitOfWork, shipment: Shipment) -> None:
    """End the list of the box's lines, but of those another box is stuck with."""
    await _resolve(uow, shipment, STUCK, ShipmentState.STUCK)


async def resolve_uncertain(uow: UnitOfWork, shipment: Shipment) -> None:
    """End the doubt about the box, but not about another one of the same lines."""
    await _resolve(uow, shipment, UNCERTAIN, ShipmentState.UNCERTAIN)


async def _resolve(uow: UnitOfWork, shipment: Shipment, kind: str, state: ShipmentState) -> None:
    standing = await repository.list_shipments(uow.session, uow.store_id, [state], [shipment.order_id])
    others = {line.order_line_id for other in standing if other.id != shipment.id for line in other.lines}
    ended = {line.order_line_id for line in shipment.lines} - others
    await resolve_of_each(uow, "order_line", sorted(ended), [kind])


def units_by_line(shipment: Shipment) -> dict[int, int]:
    """Return the box's units by order line."""
    units: dict[int, int] = defaultdict(int)
    for line in shipment.lines:
        units[line.order_line_id] += line.units
    return units
