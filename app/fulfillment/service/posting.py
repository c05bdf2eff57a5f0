"""Verbs of posting: what the store is told of a box, and what it made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core.unit_of_work import UnitOfWork
from app.core.words import plural
from app.events.service import record_event
from app.exceptions.service import Problem, open_exception
from app.fulfillment import repository
from app.fulfillment.events import ShipmentLinked, ShipmentPosted, ShipmentStuck
from app.fulfillment.jobs import CorrectTracking
from app.fulfillment.models import Shipment
from app.fulfillment.service.contents import advance, review_trouble, still_packed
from app.fulfillment.service.numbers import review_number
from app.fulfillment.states import ShipmentState
from app.gateways.shopify.fulfillment import FulfillmentFacts
from app.job_runs.service import enqueue
from app.orders.queries import get_order
from app.units.states import DemandState

UNWANTED = "shipped_though_cancelled"


@dataclass(frozen=True, slots=True)
class PostingPlan:
    """What the retailer's store is to be told of a shipment."""

    shipment_id: int
    shopify_order_id: str
    contents: Mapping[str, int]  # of the box, by the store's line ids
    wanted: Mapping[str, int]  # what of them was not cancelled since
    carrier: str
    number: str
    url: str | None
    packed_at: datetime
    is_uncertain: bool  # people know that it is in doubt
    asked_at: datetime | None  # a fulfilment was asked for and not answered
    sends: int
    now: datetime
    posted: frozenset[str]  # fulfilments that earlier attempts are known to have made
    taken: frozenset[str]  # fulfilments that other shipments of the order made


async def plan_posting(uow: UnitOfWork, shipment_id: int) -> PostingPlan | None:
    """Return what the store is to be told, or None when it was told already."""
    shipment = await repository.lock_shipment(uow.session, uow.store_id, shipment_id)
    if shipment.state not in (ShipmentState.POSTING, ShipmentState.UNCERTAIN):
        return None
    order = await get_order(uow.session, uow.store_id, shipment.order_id)
    others = await repository.list_shipments(uow.session, uow.store_id, None, [shipment.order_id])
    gids = {line.id: line.shopify_line_id for line in order.lines}
    left = await still_packed(uow, shipment)
    packed = {line.lot_id: line.units for line in shipment.lines}
    return PostingPlan(
        shipment_id=shipment.id,
        shopify_order_id=order.shopify_order_id,
        contents={gids[line_id]: quantity for line_id, quantity in shipment.items(packed).items()},
        wanted={gids[line_id]: quantity for line_id, quantity in shipment.items(left).items() if quantity},
        carrier=shipment.carrier or "",
        number=shipment.tracking_number or "",
        url=shipment.tracking_url,
        packed_at=shipment.packed_at,
        is_uncertain=shipment.state == ShipmentState.UNCERTAIN,
        asked_at=shipment.asked_at,
        sends=shipment.sends,
        now=uow.now,
        posted=frozenset(shipment.fulfillment_ids),
        taken=frozenset(gid for other in others if other.id != shipment.id for gid in other.fulfillment_ids),
    )


async def record_part(uow: UnitOfWork, shipment_id: int, fulfillment_id: str) -> None:
    """Record a fulfilment the store made of a part of the box, whatever becomes of the rest."""
    shipment = await repository.lock_shipment(uow.session, uow.store_id, shipment_id)
    shipment.asked_at, shipment.sends = None, 0
    if fulfillment_id not in shipment.fulfillment_ids:
        shipment.fulfillment_ids = [*shipment.fulfillment_ids, fulfillment_id]


async def record_posted(
    uow: UnitOfWork, shipment_id: int, fulfillment_ids: Sequence[str], by_hand: Sequence[FulfillmentFacts] = ()
) -> None:
    """Record that the store shows the fulfilment: the units are on their way to the customer; once only.

    What of the box was cancelled meanwhile is no part of the shipment, and is listed.
    `by_hand`: those that somebody else made. A part that bears another number than the box has it corrected.
    """
    shipment = await repository.lock_shipment(uow.session, uow.store_id, shipment_id)
    if shipment.state == ShipmentState.SHIPPED:
        return
    left = await still_packed(uow, shipment)
    cancelled = await advance(uow, shipment, DemandState.OUTBOUND, "shipment.posted")
    shipment.move(ShipmentState.SHIPPED, uow.now)
    shipment.fulfillment_ids, shipment.trouble = list(fulfillment_ids), None
    shipment.asked_at, shipment.sends = None, 0
    for line_id, units in cancelled.items():
        await open_exception(uow, _shipped_unwanted(line_id, units))
    await review_trouble(uow, shipment)
    shipment.keep(left)
    if by_hand:
        _bear_what_is_read(shipment, by_hand)
        await record_event(uow, ShipmentLinked(shipment.order_id, shipment.id))
    await review_number(uow, shipment)
    await record_event(uow, ShipmentPosted(shipment.order_id, shipment.id))
    if shipment.correction is not None:
        await enqueue(uow, CorrectTracking(uow.store_id, shipment.id, shipment.order_id))


def _bear_what_is_read(shipment: Shipment, by_hand: Sequence[FulfillmentFacts]) -> None:
    """Let the shipment say what its customer reads: the number of whoever sent all of it by hand stands.

    Where there is none, or the customer reads another one of a part already, that of the box goes.
    """
    read = [each for facts in by_hand for each in facts.tracking if each.number]
    if read and len(by_hand) == len(shipment.fulfillment_ids):
        shipment.carrier, shipment.tracking_number = read[0].company or "", read[0].number
        shipment.tracking_url = read[0].url
    else:
        shipment.correct(shipment.tracking, notify=True)


async def record_stuck(uow: UnitOfWork, shipment_id: int, why: str, *, is_known: bool = True) -> None:
    """Record why the store would not take the shipment, and list it.

    Unless it `is_known` that the store shows nothing of it, what was asked for stays in doubt.
    """
    shipment = await repository.lock_shipment(uow.session, uow.store_id, shipment_id)
    shipment.move(ShipmentState.STUCK, uow.now)
    shipment.trouble = why
    if is_known:
        shipment.asked_at, shipment.sends = None, 0
    await review_trouble(uow, shipment)
    await review_number(uow, shipment)
    await record_event(uow, ShipmentStuck(shipment.order_id, shipment.id, why))


def _shipped_unwanted(line_id: int, units: int) -> Problem:
    return Problem(
        kind=UNWANTED,
        subject_kind="order_line",
        subject_id=str(line_id),
        cause=f"Cancelled while their box was handed over: {plural(units, 'unit')}. The customer gets all of it.",
        next_step="Ask the carrier for the box back, or the customer to return it.",
        ends_by_hand=True,
    )
