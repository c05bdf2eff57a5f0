"""What people at the centre do, by the same verbs as the pages: open parcels, pack, hand over to a carrier."""

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, TypeVar

from app.core.errors import Conflict
from app.core.unit_of_work import SYSTEM, UnitOfWork
from app.fulfillment.errors import ContentsCancelled
from app.fulfillment.queries import ShipmentRow, list_shipments
from app.fulfillment.rules import packable
from app.fulfillment.service import Handover, hand_over, pack_order, ready_lots, unpack
from app.fulfillment.states import ShipmentState
from app.orders.queries import orders_of_lines
from app.receiving.queries import Parcel, list_parcels
from app.receiving.service import Count, receive_parcel
from app.receiving.states import ParcelState
from app.rehearsal.hub import Hub, insist, read, staff_of
from app.stores.queries import StoreFacts, stores_with_role
from app.stores.states import StoreRole
from app.units.queries import demand_in_state
from app.units.states import DemandState

CARRIERS = ("USPS", "UPS", "Canada Post")

T = TypeVar("T")


@dataclass(slots=True)
class Miscount:
    """How many units are still to be found missing and too many."""

    short: int = 0
    over: int = 0


async def retailers(hub: Hub) -> list[StoreFacts]:
    """Return the retailers whose staff is at work."""
    return await read(hub, SYSTEM, lambda uow: stores_with_role(uow, StoreRole.RETAILER))


async def receive_all(hub: Hub, seed: int, miscount: Miscount) -> list[dict[str, Any]]:
    """Open every parcel that is on the way, finding as many units short and over as asked for."""
    acts = []
    for store in await retailers(hub):
        for parcel in await _on_the_way(hub, store):
            left = replace(miscount)
            counts = _counts(parcel, random.Random(f"{seed}:{parcel.id}"), left)
            receipt_id = await _do(hub, store, partial(_receive, parcel.id, counts))
            if receipt_id is False:
                continue
            miscount.short, miscount.over = left.short, left.over
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
            await _do(hub, store, partial(_pack, order_id))
        for shipment in await _packed(hub, store):
            carrier, number = CARRIERS[shipment.id % len(CARRIERS)], f"PH{shipment.id:09d}"
            handing = partial(_hand_over, shipment.id, Handover(carrier, number, ""))
            if await _do(hub, store, handing) is False:
                continue
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


async def _do(hub: Hub, store: StoreFacts, act: Callable[[UnitOfWork], Awaitable[T]]) -> T | Literal[False] | None:
    """Have the store's staff do it; False: somebody else did it since it was seen, as a colleague at the next table."""
    try:
        return await insist(hub, staff_of(store), act)
    except Conflict:
        return False


async def _on_the_way(hub: Hub, store: StoreFacts) -> list[Parcel]:
    async def look(uow: UnitOfWork) -> list[Parcel]:
        return await list_parcels(uow.session, store.id, ParcelState.ON_THE_WAY)

    return sorted(await read(hub, staff_of(store), look), key=lambda each: each.id)


async def _orders_ready(hub: Hub, store: StoreFacts) -> list[int]:
    async def look(uow: UnitOfWork) -> list[int]:
        lots = await demand_in_state(uow.session, store.id, DemandState.ALLOCATED)
        orders = await orders_of_lines(uow.session, store.id, {lot.line_id for lot in lots})
        return sorted(set(orders.values()))

    return await read(hub, staff_of(store), look)


async def _packed(hub: Hub, store: StoreFacts) -> list[ShipmentRow]:
    async def look(uow: UnitOfWork) -> list[ShipmentRow]:
        return await list_shipments(uow.session, store.id, [ShipmentState.PACKED])

    return sorted(await read(hub, staff_of(store), look), key=lambda each: each.id)


async def _receive(parcel_id: int, counts: Sequence[Count], uow: UnitOfWork) -> int:
    return await receive_parcel(uow, parcel_id, counts)


async def _pack(order_id: int, uow: UnitOfWork) -> None:
    wanted = packable(await ready_lots(uow, order_id))
    if wanted:
        await pack_order(uow, order_id, wanted)


async def _hand_over(shipment_id: int, handover: Handover, uow: UnitOfWork) -> bool:
    """Hand a box over, or take it apart when not all of it is wanted any more; returns whether it went."""
    try:
        await hand_over(uow, shipment_id, handover)
    except ContentsCancelled:
        await unpack(uow, shipment_id)
        return False
    return True


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
