"""What is in a box, as the ledger has it, and what was listed about it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from app.core.unit_of_work import UnitOfWork
from app.exceptions.service import Problem, open_exception, resolve_of_each
from app.fulfillment import repository
from app.fulfillment.models import Shipment
from app.fulfillment.states import ShipmentState
from app.units.queries import demand_in
from app.units.service import advance_demand
from app.units.states import DemandState
from app.units.terms import Because

STUCK = "shipment_not_accepted"
UNCERTAIN = "shipment_uncertain"
KINDS = {ShipmentState.STUCK: STUCK, ShipmentState.UNCERTAIN: UNCERTAIN}
"""What is listed of the lines of a box in each of these states."""

NEXT_STEPS = {
    STUCK: "Mend that, then post the shipment again on its page; or unpack it.",
    UNCERTAIN: "Look at the order in your store. If it shows the tracking, look again; if not, send it again on the "
    "shipment's page. Each hour it is looked for, and sent again while nothing of it is there.",
}
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


async def review_trouble(uow: UnitOfWork, shipment: Shipment) -> None:
    """Have each line of the box listed exactly as long as a box of it is stuck or in doubt, for all such boxes."""
    lines = {line.order_line_id for line in shipment.lines}
    troubled = await repository.list_shipments(uow.session, uow.store_id, KINDS, [shipment.order_id])
    for state, kind in KINDS.items():
        boxes = {line_id: _boxes_of(line_id, state, troubled) for line_id in sorted(lines)}
        await resolve_of_each(uow, "order_line", [line_id for line_id, held in boxes.items() if not held], [kind])
        for line_id, held in boxes.items():
            if held:
                await open_exception(uow, _problem(kind, line_id, held))


def _boxes_of(line_id: int, state: ShipmentState, troubled: Sequence[Shipment]) -> list[Shipment]:
    return [box for box in troubled if box.state == state and any(line.order_line_id == line_id for line in box.lines)]


def _problem(kind: str, line_id: int, boxes: Sequence[Shipment]) -> Problem:
    why = " ".join(dict.fromkeys(box.trouble or "" for box in boxes))
    if kind == STUCK:
        cause = f"{'A shipment' if len(boxes) == 1 else f'{len(boxes)} shipments'} could not be posted: {why}"
    else:
        cause = why if len(boxes) == 1 else f"{len(boxes)} shipments: {why}"
    return Problem(
        kind=kind,
        subject_kind="order_line",
        subject_id=str(line_id),
        cause=cause,
        next_step=NEXT_STEPS[kind],
        units=sum(line.units for box in boxes for line in box.lines if line.order_line_id == line_id),
    )
