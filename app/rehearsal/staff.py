"""What people at the centre do, by the same verbs as the pages: open parcels, pack, hand over to a carrier."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.core.unit_of_work import SYSTEM
from app.fulfillment.queries import list_shipments
from app.fulfillment.rules import packable
from app.fulfillment.service import Handover, hand_over, pack_order, ready_lots
from app.fulfillment.states import ShipmentState
from app.orders.queries import orders_of_lines
from app.receiving.queries import Parcel, list_parcels
from app.receiving.service import Count, receive_parcel
from app.receiving.states import ParcelState
from app.rehearsal.hub import Hub, staff_of
from app.stores.queries import StoreFacts, stores_with_role
from app.stores.states import StoreRole
from app.units.queries import demand_in_state
from app.units.states import DemandState

CARRIERS = ("USPS", "UPS", "Canada Post")


@dataclass(slots=True)
class Miscount:
    """How many units are still to be found missing and too many."""

    short: int = 0
    over: int = 0


async def retailers(hub: Hub) -> list[StoreFacts]:
    """Return the retailers whose staff is at work."""
    async with hub.open_uow(SYSTEM) as uow:
        return await stores_with_role(uow, StoreRole.RETAILER)


async def receive_all(hub: Hub, seed: int, miscount: Miscount) -> list[dict[str, Any]]:
    """Open every parcel that is on the way, finding as many units short and over as asked for."""
    acts = []
    for store in await retailers(hub):
        async with hub.open_uow(staff_of(store)) as uow:
            parcels = await list_parcels(uow.session, store.id, ParcelState.ON_THE_WAY)
        for parcel in sorted(parcels, key=lambda each: each.id):
            counts = _counts(parcel, random.Random(f"{seed}:{parcel.id}"), miscount)
            async with hub.open_uow(staff_of(store)) as uow:
                receipt_id = await receive_parcel(uow, parcel.id, counts)
            acts.append(
                {
                    "act": "received",
                    "retailer": store.shop_domain,
                    "parcel": parcel.id,
                    "receipt": receipt_id,
                    "announced": parcel.unit_count,
                    "counted": sum(count.quantity for count in counts),
                }
            )
    return acts


async def ship_all(hub: Hub) -> list[dict[str, Any]]:
    """Pack whatever is ready, order by order, and hand every box to a carrier."""
    acts = []
    for store in await retailers(hub):
        for order_id in await _orders_ready(hub, store):
            async with hub.open_uow(staff_of(store)) as uow:
                wanted = packable(await ready_lots(uow, order_id))
                if wanted:
                    await pack_order(uow, order_id, wanted)
        async with hub.open_uow(staff_of(store)) as uow:
            packed = await list_shipments(uow.session, store.id, [ShipmentState.PACKED])
        for shipment in sorted(packed, key=lambda each: each.id):
            carrier, number = CARRIERS[shipment.id % len(CARRIERS)], f"PH{shipment.id:09d}"
            async with hub.open_uow(staff_of(store)) as uow:
                await hand_over(uow, shipment.id, Handover(carrier, number, ""))
            acts.append(
                {
                    "act": "shipped",
                    "retailer": store.shop_domain,
                    "shipment": shipment.id,
                    "items": shipment.item_count,
                    "carrier": carrier,
                    "number": number,
                }
            )
    return acts


async def _orders_ready(hub: Hub, store: StoreFacts) -> Sequence[int]:
    async with hub.open_uow(staff_of(store)) as uow:
        lots = await demand_in_state(uow.session, store.id, DemandState.ALLOCATED)
        orders = await orders_of_lines(uow.session, store.id, {lot.line_id for lot in lots})
    return sorted(set(orders.values()))


def _counts(parcel: Parcel, dice: random.Random, miscount: Miscount) -> list[Count]:
    counts = {line.master_line_id: line.quantity for line in parcel.lines}
    lines = sorted(counts)
    while miscount.short and any(counts.values()):
        line_id = dice.choice([line for line in lines if counts[line]])
        counts[line_id] -= 1
        miscount.short -= 1
    while miscount.over and lines:
        counts[dice.choice(lines)] += 1
        miscount.over -= 1
    return [Count(line_id, quantity) for line_id, quantity in counts.items()]
