"""Verbs of fulfilment: pack what is at the centre, hand it to a carrier, record what the store took."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.core.errors import Invalid
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.exceptions.service import Problem, open_exception, resolve_exceptions
from app.fulfillment import repository, rules
from app.fulfillment.errors import NothingToPack, PartlyPosted, PartnersNumber
from app.fulfillment.events import (
    ShipmentHandedOver,
    ShipmentPacked,
    ShipmentPosted,
    ShipmentStuck,
    ShipmentUnpacked,
)
from app.fulfillment.jobs import PostShipment
from app.fulfillment.models import Shipment, ShipmentLine
from app.fulfillment.rules import ReadyLot
from app.fulfillment.states import ShipmentState
from app.job_runs.service import enqueue
from app.orders.queries import get_order
from app.receiving.queries import is_inbound_number
from app.units.queries import demand_in
from app.units.service import advance_demand
from app.units.states import DemandState
from app.units.terms import Because

STUCK = "shipment_not_accepted"
UNWANTED = "shipped_though_cancelled"


@dataclass(frozen=True, slots=True)
class Handover:
    """What the carrier's receipt says."""

    carrier: str
    number: str
    url: str


@dataclass(frozen=True, slots=True)
class PostingPlan:
    """What the retailer's store is to be told of a shipment."""

    shipment_id: int
    shopify_order_id: str
    wanted: Mapping[str, int]  # the store's line ids
    carrier: str
    number: str
    url: str | None
    posted: frozenset[str]  # fulfilments that earlier attempts are known to have made
    taken: frozenset[str]  # fulfilments that other shipments of the order made


async def ready_lots(uow: UnitOfWork, order_id: int) -> list[ReadyLot]:
    """Return what of an order is at the centre and in no box yet."""
    order = await get_order(uow.session, uow.store_id, order_id)
    lots = await demand_in(
        uow.session, uow.store_id, [line.id for line in order.partner_lines], [DemandState.ALLOCATED]
    )
    return [ReadyLot(lot.lot_id, lot.line_id, lot.quantity, lot.units_per) for lot in lots]


async def pack_order(uow: UnitOfWork, order_id: int, wanted: Mapping[int, int]) -> int:
    """Put units of an order's lines (retailer's units) into a box; return the shipment's id."""
    chosen = {line_id: quantity for line_id, quantity in wanted.items() if quantity}
    if not chosen or any(quantity < 0 for quantity in chosen.values()):
        raise Invalid("Choose what goes into the box.")
    packed = rules.fill(chosen, await ready_lots(uow, order_id))
    if packed is None:
        raise NothingToPack()

    shipment = Shipment(
        store_id=uow.store_id,
        order_id=order_id,
        state=ShipmentState.PACKED,
        fulfillment_ids=[],
        packed_at=uow.now,
        packed_by=uow.actor.staff,
    )
    uow.session.add(shipment)
    await uow.session.flush()
    because = Because("shipment.packed", "shipment", str(shipment.id), uow.now)
    for lot in packed:
        await advance_demand(uow, lot.lot_id, lot.units, (DemandState.ALLOCATED, DemandState.PACKED), because)
        uow.session.add(
            ShipmentLine(
                store_id=uow.store_id,
                shipment_id=shipment.id,
                order_line_id=lot.line_id,
                lot_id=lot.lot_id,
                quantity=lot.quantity,
                units=lot.units,
            )
        )
    await record_event(uow, ShipmentPacked(order_id, shipment.id, sum(lot.quantity for lot in packed)))
    return shipment.id


async def unpack(uow: UnitOfWork, shipment_id: int) -> None:
    """Take a box that no carrier has apart again; what nobody wants any more is free already."""
    shipment = await repository.lock_shipment(uow.session, uow.store_id, shipment_id)
    if shipment.fulfillment_ids:
        raise PartlyPosted()
    shipment.move(ShipmentState.UNPACKED, uow.now)
    await _advance(uow, shipment, DemandState.ALLOCATED, "shipment.unpacked")
    await _resolve_stuck(uow, shipment)
    await record_event(uow, ShipmentUnpacked(shipment.order_id, shipment.id))


async def hand_over(uow: UnitOfWork, shipment_id: int, handover: Handover) -> None:
    """Record carrier and number of a box, and have the store told; the number of a partner's parcel is refused (J2)."""
    shipment = await repository.lock_shipment(uow.session, uow.store_id, shipment_id)
    _check(handover)
    if await is_inbound_number(uow.session, uow.store_id, handover.number):
        raise PartnersNumber(fields={"number": PartnersNumber.sentence})
    shipment.move(ShipmentState.POSTING, uow.now)
    shipment.carrier, shipment.tracking_number = handover.carrier.strip(), handover.number.strip()
    shipment.tracking_url, shipment.trouble = handover.url or None, None
    event = ShipmentHandedOver(shipment.order_id, shipment.id, shipment.carrier, shipment.tracking_number)
    await record_event(uow, event)
    await enqueue(uow, PostShipment(uow.store_id, shipment.id, shipment.order_id))


async def plan_posting(uow: UnitOfWork, shipment_id: int) -> PostingPlan | None:
    """Return what the store is to be told, or None when it was told already."""
    shipment = await repository.lock_shipment(uow.session, uow.store_id, shipment_id)
    if shipment.state != ShipmentState.POSTING:
        return None
    order = await get_order(uow.session, uow.store_id, shipment.order_id)
    others = await repository.list_shipments(uow.session, uow.store_id, None, [shipment.order_id])
    gids = {line.id: line.shopify_line_id for line in order.lines}
    wanted: dict[str, int] = {}
    for line in shipment.lines:
        gid = gids[line.order_line_id]
        wanted[gid] = wanted.get(gid, 0) + line.quantity
    return PostingPlan(
        shipment_id=shipment.id,
        shopify_order_id=order.shopify_order_id,
        wanted=wanted,
        carrier=shipment.carrier or "",
        number=shipment.tracking_number or "",
        url=shipment.tracking_url,
        posted=frozenset(shipment.fulfillment_ids),
        taken=frozenset(gid for other in others if other.id != shipment.id for gid in other.fulfillment_ids),
    )


async def record_part(uow: UnitOfWork, shipment_id: int, fulfillment_id: str) -> None:
    """Record a fulfilment the store made of a part of the box, whatever becomes of the rest."""
    shipment = await repository.lock_shipment(uow.session, uow.store_id, shipment_id)
    if fulfillment_id not in shipment.fulfillment_ids:
        shipment.fulfillment_ids = [*shipment.fulfillment_ids, fulfillment_id]


async def record_posted(uow: UnitOfWork, shipment_id: int, fulfillment_ids: Sequence[str]) -> None:
    """Record that the store shows the fulfilment: the units are on their way to the customer; once only."""
    shipment = await repository.lock_shipment(uow.session, uow.store_id, shipment_id)
    if shipment.state == ShipmentState.SHIPPED:
        return
    shipment.move(ShipmentState.SHIPPED, uow.now)
    shipment.fulfillment_ids, shipment.trouble = list(fulfillment_ids), None
    for line_id, units in (await _advance(uow, shipment, DemandState.OUTBOUND, "shipment.posted")).items():
        await open_exception(uow, _shipped_unwanted(line_id, units))
    await _resolve_stuck(uow, shipment)
    await record_event(uow, ShipmentPosted(shipment.order_id, shipment.id))


async def record_stuck(uow: UnitOfWork, shipment_id: int, why: str) -> None:
    """Record why the store would not take the shipment, and list it."""
    shipment = await repository.lock_shipment(uow.session, uow.store_id, shipment_id)
    shipment.move(ShipmentState.STUCK, uow.now)
    shipment.trouble = why
    for line_id, units in _units_by_line(shipment).items():
        await open_exception(uow, _stuck(line_id, units, why))
    await record_event(uow, ShipmentStuck(shipment.order_id, shipment.id, why))


async def _advance(uow: UnitOfWork, shipment: Shipment, end: DemandState, cause: str) -> dict[int, int]:
    """Move what is still packed of the box's units; return by order line what was cancelled in the meantime."""
    because = Because(cause, "shipment", str(shipment.id), uow.now)
    line_ids = {line.order_line_id for line in shipment.lines}
    packed: dict[int, int] = defaultdict(int)
    for lot in await demand_in(uow.session, uow.store_id, line_ids, [DemandState.PACKED]):
        packed[lot.lot_id] += lot.quantity
    missing: dict[int, int] = defaultdict(int)
    for line in sorted(shipment.lines, key=lambda line: line.lot_id):
        units = min(line.units, packed[line.lot_id])
        if units:
            await advance_demand(uow, line.lot_id, units, (DemandState.PACKED, end), because)
        if units < line.units:
            missing[line.order_line_id] += line.units - units
    return missing


async def _resolve_stuck(uow: UnitOfWork, shipment: Shipment) -> None:
    """End the list of the box's lines, but of those another box is stuck with."""
    stuck = await repository.list_shipments(uow.session, uow.store_id, [ShipmentState.STUCK], [shipment.order_id])
    others = {line.order_line_id for other in stuck if other.id != shipment.id for line in other.lines}
    for line_id in {line.order_line_id for line in shipment.lines} - others:
        await resolve_exceptions(uow, "order_line", line_id, [STUCK])


def _units_by_line(shipment: Shipment) -> dict[int, int]:
    units: dict[int, int] = defaultdict(int)
    for line in shipment.lines:
        units[line.order_line_id] += line.units
    return units


def _stuck(line_id: int, units: int, why: str) -> Problem:
    return Problem(
        kind=STUCK,
        subject_kind="order_line",
        subject_id=str(line_id),
        cause=f"Your store did not accept a shipment: {why}",
        next_step="Mend the order in your store, then post the shipment again; or unpack it.",
        units=units,
    )


def _shipped_unwanted(line_id: int, units: int) -> Problem:
    return Problem(
        kind=UNWANTED,
        subject_kind="order_line",
        subject_id=str(line_id),
        cause=f"{units} units were cancelled while their box was handed over; the customer gets them all the same.",
        next_step="Ask the carrier for the box back, or the customer to return it.",
    )


def _check(handover: Handover) -> None:
    fields = {}
    if not handover.carrier.strip() or len(handover.carrier) > 60:
        fields["carrier"] = "Enter the carrier's name."
    if not handover.number.strip() or len(handover.number) > 80:
        fields["number"] = "Enter the tracking number."
    link = urlsplit(handover.url)
    if handover.url and (link.scheme not in ("http", "https") or not link.netloc):
        fields["url"] = "Enter a link that begins with https://, or leave it empty."
    if fields:
        raise Invalid("Please check the tracking.", fields)
