"""Verbs of the packing table: put units into a box, take it apart again, hand it to a carrier."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.errors import Invalid
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.fulfillment import repository, rules
from app.fulfillment.errors import (
    ContentsCancelled,
    MayBeShown,
    NothingToPack,
    OnHold,
    PackedMeanwhile,
    PartlyPosted,
)
from app.fulfillment.events import ShipmentHandedOver, ShipmentPacked, ShipmentUnpacked
from app.fulfillment.jobs import EraseCustomer, PostShipment
from app.fulfillment.models import Shipment, ShipmentLine
from app.fulfillment.rules import ReadyLot
from app.fulfillment.service.contents import advance, is_whole, review_trouble
from app.fulfillment.service.numbers import refuse_others, refuse_partners
from app.fulfillment.states import IllegalTransition, ShipmentState
from app.job_runs.service import enqueue, plan
from app.orders.queries import get_order
from app.orders.service import ask_for_read, lock_order
from app.stores import service as stores
from app.units.queries import demand_in
from app.units.service import advance_demand
from app.units.states import DemandState
from app.units.terms import Because

LOOKED_FOR = "your store may show this box under that number already. Once it is posted, you can correct it."


@dataclass(frozen=True, slots=True)
class Handover:
    """What the carrier's receipt says."""

    carrier: str
    number: str
    url: str
    is_shared: bool = False  # somebody says that a box of another order is in the same parcel


async def ready_lots(uow: UnitOfWork, order_id: int) -> list[ReadyLot]:
    """Return what of an order is at the centre and in no box yet."""
    order = await get_order(uow.session, uow.store_id, order_id)
    lots = await demand_in(
        uow.session, uow.store_id, [line.id for line in order.partner_lines], [DemandState.ALLOCATED]
    )
    return [ReadyLot(lot.lot_id, lot.line_id, lot.quantity, lot.units_per) for lot in lots]


async def pack_order(uow: UnitOfWork, order_id: int, wanted: Mapping[int, int], boxes: int | None = None) -> int:
    """Put units of an order's lines (retailer's units) into a box; return the shipment's id.

    `boxes`: how many of the order there were when it was decided what goes into this one. With another one since it is
    refused: a part of what is here, sent twice or by two people, would be packed twice.
    """
    chosen = {line_id: quantity for line_id, quantity in wanted.items() if quantity}
    if not chosen or any(quantity < 0 for quantity in chosen.values()):
        raise Invalid("Choose what goes into the box.")
    await lock_order(uow, order_id)
    if boxes is not None and boxes != await repository.count_boxes(uow.session, uow.store_id, order_id):
        raise PackedMeanwhile
    ready = await ready_lots(uow, order_id)
    packed = rules.fill(chosen, ready)
    if packed is None:
        raise _refusal(chosen, rules.packable(ready))

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
    # In the order in which everybody takes lots: two who met half-way would wait for ever.
    for lot in sorted(packed, key=lambda lot: lot.lot_id):
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


def _refusal(chosen: Mapping[int, int], here: Mapping[int, int]) -> Invalid | NothingToPack:
    """Return what is wrong with a box: a number too high at its field, or goods that went meanwhile."""
    if not set(chosen) <= set(here):
        return NothingToPack()
    too_many = {line_id for line_id, quantity in chosen.items() if quantity > here[line_id]}
    return Invalid(
        fields={f"line_{line_id}": f"Enter at most {here[line_id]}; more is not here." for line_id in too_many}
    )


async def unpack(uow: UnitOfWork, shipment_id: int) -> None:
    """Take a box that no carrier has apart again; what nobody wants any more is free already.

    The order is read anew: what somebody fulfilled by hand was taken for this box, and is to be told of from now on.
    """
    shipment = await repository.lock_shipment(uow.session, uow.store_id, shipment_id)
    if shipment.fulfillment_ids:
        raise PartlyPosted()
    if shipment.is_in_doubt:
        raise MayBeShown
    await advance(uow, shipment, DemandState.ALLOCATED, "shipment.unpacked")
    shipment.move(ShipmentState.UNPACKED, uow.now)
    await review_trouble(uow, shipment)
    order = await get_order(uow.session, uow.store_id, shipment.order_id)
    await ask_for_read(uow, order.shopify_order_id, "unpacked")
    await record_event(uow, ShipmentUnpacked(shipment.order_id, shipment.id))


async def hand_over(uow: UnitOfWork, shipment_id: int, handover: Handover) -> None:
    """Record carrier and number of a box, and have the store told; the number of a partner's parcel is refused (J2).

    So is a box of which something was cancelled: what it holds too much of was given to others, or is sold again. One
    that its carrier has already is told as far as it is still wanted.
    """
    shipment = await repository.lock_shipment(uow.session, uow.store_id, shipment_id)
    if shipment.state == ShipmentState.UNCERTAIN:
        raise IllegalTransition  # another number would make a second fulfilment of it
    check_handover(handover)
    tracking = {"carrier": handover.carrier.strip(), "number": handover.number.strip(), "url": handover.url}
    if not shipment.is_in_doubt:
        await refuse_partners(uow, tracking["number"], tracking["url"])
        if not handover.is_shared:
            await refuse_others(uow, shipment, tracking["number"])
    elif tracking["number"] != shipment.tracking_number:
        raise Invalid(fields={"number": f"Enter {shipment.tracking_number}: {LOOKED_FOR}"})
    if shipment.state == ShipmentState.PACKED:
        await _check_contents(uow, shipment)
    if shipment.fulfillment_ids and tracking != shipment.tracking:
        shipment.correct(tracking, notify=True)  # for the part the customer reads of already
    shipment.move(ShipmentState.POSTING, uow.now)
    shipment.carrier, shipment.tracking_number = tracking["carrier"], tracking["number"]
    shipment.tracking_url, shipment.trouble = tracking["url"] or None, None
    event = ShipmentHandedOver(shipment.order_id, shipment.id, shipment.carrier, shipment.tracking_number)
    await record_event(uow, event)
    await _have_erased(uow, shipment)
    await enqueue(uow, PostShipment(uow.store_id, shipment.id, shipment.order_id))


async def _have_erased(uow: UnitOfWork, shipment: Shipment) -> None:
    """Have the number of a customer who was forgotten already erased in its time (N1)."""
    order = await get_order(uow.session, uow.store_id, shipment.order_id)
    for request_id in await stores.list_done_erasures(uow, order.shopify_order_id):
        again = EraseCustomer(uow.store_id, request_id)
        await plan(uow, again, uow.now + rules.LOOKED_AT_EACH, f"{again.name}:{request_id}")


async def _check_contents(uow: UnitOfWork, shipment: Shipment) -> None:
    """Refuse a box of which something is held back (F25), or not wanted any more (F11)."""
    order = await get_order(uow.session, uow.store_id, shipment.order_id)
    held = {line.id for line in order.lines if line.on_hold}
    if any(line.order_line_id in held for line in shipment.lines):
        raise OnHold
    if not await is_whole(uow, shipment):
        raise ContentsCancelled


def check_handover(handover: Handover) -> None:
    """Refuse what no carrier's receipt says, each at its field."""
    fields = {}
    if not handover.carrier.strip() or len(handover.carrier) > 60:
        fields["carrier"] = "Enter the carrier's name."
    if not handover.number.strip() or len(handover.number) > 80:
        fields["number"] = "Enter the tracking number."
    if handover.url and not rules.is_web_page(handover.url):
        fields["url"] = "Enter a link that begins with https://, or leave it empty."
    if fields:
        raise Invalid("Please check the tracking.", fields)
