"""Verbs about the tracking of a box that is on its way: correct it, and record what the store made of that."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.errors import Invalid
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.exceptions.service import Problem, open_exception, resolve_exceptions
from app.fulfillment import repository
from app.fulfillment.errors import NotUnderWay
from app.fulfillment.events import TrackingCorrected, TrackingCorrectionAsked
from app.fulfillment.jobs import CorrectTracking
from app.fulfillment.models import Shipment
from app.fulfillment.service.numbers import refuse_others, refuse_partners, review_number
from app.fulfillment.service.packing import Handover, check_handover
from app.job_runs.service import enqueue
from app.orders.queries import get_order

NOT_CORRECTED = "tracking_not_corrected"
THE_SAME = "The customer reads this already. Enter the right carrier and number."


@dataclass(frozen=True, slots=True)
class CorrectionPlan:
    """What the retailer's store is to be told of a box it shows as sent."""

    shipment_id: int
    shopify_order_id: str
    fulfillment_ids: frozenset[str]
    correction: dict[str, Any]
    link_before: str | None  # that we gave, and the customer reads until then
    is_taken_back: bool  # the customer is to read on what stands there now
    asked_at: datetime | None  # a correction was asked for and not answered
    sends: int
    now: datetime

    @property
    def handover(self) -> Handover:
        """Carrier, number and link as they are to be."""
        return Handover(self.correction["carrier"], self.correction["number"], self.correction["url"])


async def correct_tracking(uow: UnitOfWork, shipment_id: int, handover: Handover, *, notify: bool) -> None:
    """Have the store show another carrier or number of a box on its way; what was asked for last counts.

    What stands there now is accepted as long as a correction is under way or was refused: it takes that one back.
    """
    shipment = await repository.lock_shipment(uow.session, uow.store_id, shipment_id)
    if not shipment.is_under_way:
        raise NotUnderWay
    check_handover(handover)
    wanted = {"carrier": handover.carrier.strip(), "number": handover.number.strip(), "url": handover.url}
    if shipment.correction is None and wanted == shipment.tracking:
        raise Invalid(fields={"number": THE_SAME})
    if wanted != shipment.tracking:
        await refuse_partners(uow, wanted["number"], wanted["url"])
    if wanted["number"] != shipment.tracking_number and not handover.is_shared:
        await refuse_others(uow, shipment, wanted["number"])
    is_news = shipment.correction != {**wanted, "notify": notify}
    shipment.correct(wanted, notify=notify)
    shipment.trouble = None
    await resolve_exceptions(uow, "shipment", shipment.id, [NOT_CORRECTED])
    if is_news:
        asked = TrackingCorrectionAsked(shipment.order_id, shipment.id, wanted["carrier"], wanted["number"])
        await record_event(uow, asked)
    await enqueue(uow, CorrectTracking(uow.store_id, shipment.id, shipment.order_id))


async def plan_correction(uow: UnitOfWork, shipment_id: int) -> CorrectionPlan | None:
    """Return what the store is to be told, or None when there is nothing to tell, or a person decides first."""
    shipment = await repository.lock_shipment(uow.session, uow.store_id, shipment_id)
    if not shipment.is_under_way or shipment.correction is None or shipment.trouble:
        return None
    order = await get_order(uow.session, uow.store_id, shipment.order_id)
    return CorrectionPlan(
        shipment_id=shipment.id,
        shopify_order_id=order.shopify_order_id,
        fulfillment_ids=frozenset(shipment.fulfillment_ids),
        correction=shipment.correction,
        link_before=shipment.tracking_url,
        is_taken_back=_tracking(shipment.correction) == shipment.tracking,
        asked_at=shipment.asked_at,
        sends=shipment.sends,
        now=uow.now,
    )


async def record_corrected(uow: UnitOfWork, shipment_id: int, told: dict[str, Any]) -> None:
    """Record that the customer reads what the store was told; a correction asked for since is still to be told."""
    shipment = await repository.lock_shipment(uow.session, uow.store_id, shipment_id)
    shipment.asked_at, shipment.sends = None, 0
    if shipment.correction is None:
        return  # told already, or erased for the customer's sake
    if shipment.correction == told:
        shipment.correction = None
    if _tracking(told) != shipment.tracking:
        shipment.carrier, shipment.tracking_number = told["carrier"], told["number"]
        shipment.tracking_url = told["url"] or None
        await record_event(uow, TrackingCorrected(shipment.order_id, shipment.id))
    await review_number(uow, shipment)


async def record_not_corrected(uow: UnitOfWork, shipment_id: int, told: dict[str, Any], why: str) -> None:
    """Record why the store would not take a correction, and list it; one asked for since is told all the same."""
    shipment = await repository.lock_shipment(uow.session, uow.store_id, shipment_id)
    shipment.asked_at, shipment.sends = None, 0
    if shipment.correction != told:
        return
    shipment.trouble = why
    order = await get_order(uow.session, uow.store_id, shipment.order_id)
    await open_exception(uow, _not_corrected(shipment, order.name, why))


def _tracking(correction: dict[str, Any]) -> dict[str, Any]:
    return {name: correction[name] for name in ("carrier", "number", "url")}


def _not_corrected(shipment: Shipment, name: str, why: str) -> Problem:
    return Problem(
        kind=NOT_CORRECTED,
        subject_kind="shipment",
        subject_id=str(shipment.id),
        cause=f"The new tracking of a shipment for order {name} was not taken. {why}",
        next_step="Enter the new number again on the shipment's page, or the old one to leave it as it is.",
    )
