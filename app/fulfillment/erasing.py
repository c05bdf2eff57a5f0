"""What we hold of customers and of a store's staff, across all domains: handed over, or erased with a receipt.

There is little: no name, no address, no e-mail is ever stored. What a customer wished for a line and the number of
their parcel are; money and units stay, without any of that.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from app.catalog import service as catalog
from app.core.unit_of_work import SYSTEM, Open, UnitOfWork, system_for
from app.events.service import forget_staff, retell
from app.exceptions.service import resolve_of_each
from app.fulfillment import repository
from app.fulfillment.events import ShipmentHandedOver, TrackingCorrectionAsked
from app.fulfillment.jobs import EraseCustomer
from app.fulfillment.rules import LOOKED_AT_EACH
from app.fulfillment.service.correcting import NOT_CORRECTED
from app.fulfillment.service.numbers import SHOWN
from app.fulfillment.states import ShipmentState
from app.inbox.service import forget_shop
from app.job_runs.service import plan
from app.orders.queries import OrderRow, orders_by_gid
from app.orders.service import forget_wishes
from app.partners.queries import all_partnerships_of
from app.partners.service import erase_contacts
from app.receiving import service as receiving
from app.stores import service as stores
from app.stores.queries import get_store
from app.stores.service import RequestFacts
from app.units.queries import whereabouts
from app.units.states import DemandState

AFTER_CLOSE = timedelta(days=10)
CLOSED = frozenset(
    {
        *(DemandState.OUTBOUND, DemandState.DELIVERED, DemandState.RETURNED),
        *(DemandState.CANCELLED, DemandState.REFUNDED, DemandState.SHORTED),
    }
)


def erasable_at(closed_at: datetime | None, asked_at: datetime, due_at: datetime) -> datetime:
    """Return when a customer's order is erased: at once when it was over, else ten days after its end, by law in any
    case within thirty days (N1).
    """
    if closed_at is None:
        return due_at
    return asked_at if closed_at <= asked_at else min(closed_at + AFTER_CLOSE, due_at)


async def erase_customer(open_uow: Open, store_id: int, request_id: int) -> bool:
    """Erase the orders of a customer's request that may be erased now; tell whether none is left for later.

    A box may bear a new number since it was done, and keeps it while it is being told.
    """
    async with open_uow(system_for(store_id)) as uow:
        request = await stores.get_request(uow, request_id)
        orders = await orders_by_gid(uow.session, store_id, request.order_ids)
        ready = [each.id for each in orders if await _may_go(uow, each, request)]
        counts = await _erase_orders(uow, ready)
        is_done = len(ready) == len(orders) and not await repository.has_numbers(uow.session, store_id, ready)
        counts["orders"] = len(orders) - request.receipt.get("orders", 0) if is_done else 0
        await stores.write_receipt(uow, request_id, counts, done=is_done)
        if not is_done:
            again = EraseCustomer(store_id, request_id)
            next_look = uow.now + LOOKED_AT_EACH
            at = min(next_look, request.due_at) if uow.now < request.due_at else next_look
            await plan(uow, again, at, f"{again.name}:{request_id}")
        return is_done


async def erase_store(open_uow: Open, store_id: int, request_id: int) -> None:
    """Erase the people of a store that is gone, wherever it was known, and write the receipt."""
    async with open_uow(system_for(store_id)) as uow:
        partnerships = await all_partnerships_of(uow.session, store_id)
    contacts = staff = 0
    for each in partnerships:
        async with open_uow(system_for(each.store_id)) as uow:
            contacts += await erase_contacts(uow, each.id)
            staff += await forget_staff(uow, each.id)
    async with open_uow(system_for(store_id)) as uow:
        counts = {
            "contacts": contacts + await erase_contacts(uow),
            "staff": staff + await _forget_staff(uow),
            "messages": await forget_shop(uow, (await get_store(uow, store_id)).shop_domain),
            **await _erase_orders(uow, None),
        }
        await stores.write_receipt(uow, request_id, counts, done=True)


async def package_of(open_uow: Open, request_id: int) -> list[dict[str, Any]]:
    """Return everything we hold of the orders a customer asked about, and of no other."""
    async with open_uow(SYSTEM) as uow:
        request = await stores.get_request(uow, request_id)
    if request.store_id is None:
        return []
    async with open_uow(system_for(request.store_id)) as uow:
        orders = await orders_by_gid(uow.session, request.store_id, request.order_ids)
        return [await _told(uow, each) for each in orders]


async def _may_go(uow: UnitOfWork, order: OrderRow, request: RequestFacts) -> bool:
    return uow.now >= erasable_at(await _closed_at(uow, order), request.asked_at, request.due_at)


async def _closed_at(uow: UnitOfWork, order: OrderRow) -> datetime | None:
    """Return when nothing of the order was left to do; none: something is."""
    places = await whereabouts(uow.session, uow.store_id, [line.id for line in order.lines])
    if any(state not in CLOSED for states in places.values() for state in states):
        return None
    shipments = await repository.list_shipments(uow.session, uow.store_id, order_ids=[order.id])
    if any(each.state not in (ShipmentState.SHIPPED, ShipmentState.UNPACKED) for each in shipments):
        return None
    return max(filter(None, (order.captured_at, order.cancelled_at, *(each.shipped_at for each in shipments))))


async def _erase_orders(uow: UnitOfWork, order_ids: Sequence[int] | None) -> dict[str, int]:
    if order_ids is not None and not order_ids:
        return {}
    shipment_ids = await repository.shipment_ids(uow.session, uow.store_id, order_ids) if order_ids else None
    await resolve_of_each(uow, "shipment", shipment_ids, [NOT_CORRECTED, SHOWN])
    handed_over = await retell(uow, ShipmentHandedOver, "Handed to a carrier", "number", order_ids)
    corrected = await retell(uow, TrackingCorrectionAsked, "Tracking to be corrected", "number", order_ids)
    return {
        "wishes": await forget_wishes(uow, order_ids),
        "parcels": await repository.clear_people(uow.session, uow.store_id, order_ids),
        "events": handed_over + corrected,
    }


async def _forget_staff(uow: UnitOfWork) -> int:
    return await forget_staff(uow) + await catalog.forget_staff(uow) + await receiving.forget_staff(uow)


async def _told(uow: UnitOfWork, order: OrderRow) -> dict[str, Any]:
    shipments = await repository.list_shipments(uow.session, uow.store_id, order_ids=[order.id])
    places = await whereabouts(uow.session, uow.store_id, [line.id for line in order.lines])
    return {
        "order": order.name,
        "shopify_order_id": order.shopify_order_id,
        "placed_at": order.placed_at.isoformat(),
        "cancelled_at": order.cancelled_at.isoformat() if order.cancelled_at else None,
        "payment": order.financial_status,
        "lines": [
            {
                **{"title": line.title, "sku": line.sku, "quantity": line.quantity},
                **{"wishes": dict(line.properties), "units": dict(places.get(line.id, {}))},
            }
            for line in order.lines
        ],
        "parcels": [
            {
                **{"carrier": each.carrier, "number": each.tracking_number, "state": each.state},
                "shipped_at": each.shipped_at.isoformat() if each.shipped_at else None,
                **({"corrected_to": each.correction["number"]} if each.correction else {}),
            }
            for each in shipments
        ],
    }
