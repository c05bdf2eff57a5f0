"""Doubt about a fulfilment nobody confirmed: looked for, shown, ended by one click."""

from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.fulfillment import repository, rules
from app.fulfillment.errors import NotUncertain
from app.fulfillment.events import ShipmentUncertain
from app.fulfillment.jobs import PostShipment
from app.fulfillment.models import Shipment
from app.fulfillment.service.contents import review_trouble
from app.fulfillment.service.numbers import refuse_partners
from app.fulfillment.states import ShipmentState
from app.job_runs.service import enqueue


async def begin_asking(uow: UnitOfWork, shipment_id: int, number: str, url: str | None) -> None:
    """Record that the store is about to be told a number, never a partner's, so that a retry looks first (J2)."""
    shipment = await repository.lock_shipment(uow.session, uow.store_id, shipment_id)
    await refuse_partners(uow, number, url or "")
    shipment.asked_at = uow.now
    shipment.sends += 1


async def record_uncertain(uow: UnitOfWork, shipment_id: int) -> None:
    """Record that a fulfilment asked for again and again is not there, and have it looked for each hour."""
    shipment = await repository.lock_shipment(uow.session, uow.store_id, shipment_id)
    if shipment.state == ShipmentState.POSTING:
        shipment.move(ShipmentState.UNCERTAIN, uow.now)
        await record_event(uow, ShipmentUncertain(shipment.order_id, shipment.id))
    shipment.trouble = (
        f"Your store was told of the box {shipment.sends} times and never answered; the order shows nothing of it."
    )
    await review_trouble(uow, shipment)
    await enqueue(uow, _work_on(shipment), run_at=uow.now + rules.LOOKED_FOR_EACH)


async def look_now(uow: UnitOfWork, shipment_id: int) -> None:
    """Have the store's order looked at now."""
    shipment = await _lock_uncertain(uow, shipment_id)
    await enqueue(uow, _work_on(shipment))


async def send_again(uow: UnitOfWork, shipment_id: int) -> None:
    """Take somebody's word that the store shows nothing of the box: it is told anew."""
    shipment = await _lock_uncertain(uow, shipment_id)
    shipment.move(ShipmentState.POSTING, uow.now)
    shipment.asked_at, shipment.sends, shipment.trouble = None, 0, None
    await review_trouble(uow, shipment)
    await enqueue(uow, _work_on(shipment))


async def _lock_uncertain(uow: UnitOfWork, shipment_id: int) -> Shipment:
    shipment = await repository.lock_shipment(uow.session, uow.store_id, shipment_id)
    if shipment.state != ShipmentState.UNCERTAIN:
        raise NotUncertain
    return shipment


def _work_on(shipment: Shipment) -> PostShipment:
    return PostShipment(shipment.store_id, shipment.id, shipment.order_id)
