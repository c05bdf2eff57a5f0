"""Verbs about whose number a box bears: a partner's is never the customer's to read, nor is another customer's."""

from app.core.tracking import plain_number
from app.core.unit_of_work import UnitOfWork
from app.exceptions.service import Problem, open_exception, resolve_exceptions
from app.fulfillment import repository
from app.fulfillment.errors import OthersNumber, PartnersNumber
from app.fulfillment.models import Shipment
from app.orders.queries import get_order
from app.receiving.queries import get_parcel, is_inbound_number, leads_to_inbound
from app.receiving.rules import LONG

SHOWN = "partners_number_shown"
LINK = "This link leads to a parcel from a partner. Enter the link of your own parcel."
TICK = "Tick this if both orders go to one customer in one parcel. Otherwise enter the right number."


async def refuse_partners(uow: UnitOfWork, number: str, url: str) -> None:
    """Refuse the number of a partner's parcel, or a link that leads to one, at its field (J2)."""
    if await is_inbound_number(uow.session, uow.store_id, number):
        raise PartnersNumber(fields={"number": PartnersNumber.sentence})
    if await leads_to_inbound(uow.session, uow.store_id, url):
        raise PartnersNumber(LINK, fields={"url": LINK})


async def refuse_others(uow: UnitOfWork, shipment: Shipment, number: str) -> None:
    """Refuse the number of another order's box, at its field, unless somebody says that both go in one parcel.

    Of two who enter the same one at once the second sees the first.
    """
    plain = plain_number(number)
    if not plain:
        return
    await repository.lock_number(uow.session, uow.store_id, plain)
    others = await repository.orders_bearing(uow.session, uow.store_id, plain) - {shipment.order_id}
    if others:
        name = (await get_order(uow.session, uow.store_id, min(others))).name
        raise OthersNumber(fields={"number": f"Order {name} has this number already.", "is_shared": TICK})


async def look_at_numbers(uow: UnitOfWork, parcel_id: int) -> None:
    """List each box whose customer may read a number, or follow a link, that this partner's parcel turned out to bear
    (J2, H9).
    """
    parcel = await get_parcel(uow.session, uow.store_id, parcel_id)
    numbers = {plain_number(each) for each in (parcel.tracking_number or "", *parcel.earlier_numbers)}
    # Locked: one that is being told at this moment either sees the parcel, or is seen here.
    linked = {each for each in numbers if len(each) >= LONG}
    links = {parcel.tracking_url} if parcel.tracking_url else set()
    for shipment in await repository.lock_bearing(uow.session, uow.store_id, numbers - {""}, linked, links):
        await review_number(uow, shipment)


async def review_number(uow: UnitOfWork, shipment: Shipment) -> None:
    """Have the box listed exactly as long as its customer may read a partner's number."""
    if shipment.may_be_read and await _is_partners(uow, shipment):
        order = await get_order(uow.session, uow.store_id, shipment.order_id)
        await open_exception(uow, _shown(shipment, order.name))
    elif shipment.correction is None:  # else the customer still reads the one before
        await resolve_exceptions(uow, "shipment", shipment.id, [SHOWN])


async def _is_partners(uow: UnitOfWork, shipment: Shipment) -> bool:
    number, url = shipment.tracking_number or "", shipment.tracking_url or ""
    is_number = await is_inbound_number(uow.session, uow.store_id, number)
    return is_number or await leads_to_inbound(uow.session, uow.store_id, url)


def _shown(shipment: Shipment, name: str) -> Problem:
    return Problem(
        kind=SHOWN,
        subject_kind="shipment",
        subject_id=str(shipment.id),
        cause=f"A shipment for order {name} has the tracking number of a parcel from a partner, and its customer may "
        "read it.",
        next_step="Enter the number of your own parcel on the shipment's page.",
        ends_by_hand=True,
    )
