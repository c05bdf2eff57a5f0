"""A week of a trade beyond the sale: the cut-off, the partner's parcel, the centre."""

from collections.abc import Mapping
from datetime import timedelta

from app.fulfillment.queries import ShipmentRow, list_shipments
from app.master_orders.queries import MasterOrder, list_master_orders, running_order
from app.receiving.queries import Parcel, list_parcels
from simulator.world.fulfillment import create_fulfillment, parts_for
from simulator.world.order_model import Tracking
from tests.support.shops import PARTNER
from tests.support.trade import Trade

GRACE = timedelta(minutes=16)
QUARTER = timedelta(minutes=15)
NUMBER = "1Z999"


async def sell(trade: Trade, *quantities: int, sku: str = "PARTNER-oak-BEAN") -> None:
    """Import Oak's beans unless they are there, and have one customer after the other buy some."""
    if not await trade.mappings():
        await trade.bring_in(trade.product())
    for quantity in quantities:
        trade.buy((sku, quantity))
        await trade.settle()


async def running(trade: Trade) -> MasterOrder:
    """The first partner's running master order."""
    async with trade.uow() as uow:
        found = await running_order(uow.session, trade.retailer_id, trade.link.partner.id)
    assert found is not None
    return found


async def close_week(trade: Trade) -> MasterOrder:
    """Let the first partner's cut-off pass; return the master order that was sent."""
    cycle = await running(trade)
    trade.set_clock(cycle.cutoff_at + GRACE)
    for _ in range(4):
        await trade.settle()
        trade.set_clock(trade.clock.at + QUARTER)
    await trade.settle()
    async with trade.uow() as uow:
        masters = await list_master_orders(uow.session, trade.retailer_id)
    return next(each for each in masters if each.id == cycle.id)


async def send_parcel(trade: Trade, quantities: Mapping[int, int] | None = None, *, tracked: bool = True) -> Parcel:
    """The partner ships the latest master order, all of it or some units by line; return our parcel."""
    store = trade.shops.store(PARTNER)
    *_, order = [each for each in store.orders.values() if any(tag.startswith("ph-") for tag in each.tags)]
    wanted = None if quantities is None else list(quantities.items())
    tracking = [Tracking(company="UPS", number=NUMBER, url="https://track.example.com/1Z999")]
    for parts in parts_for(store, order, wanted):
        create_fulfillment(trade.shops.world, store, parts, tracking if tracked else [], "staff")
    await trade.settle()
    async with trade.uow() as uow:
        return (await list_parcels(uow.session, trade.retailer_id))[0]


async def receive(trade: Trade, parcel: Parcel, **found: int) -> None:
    """Count the parcel on its page; everything as announced unless said otherwise."""
    counts = {f"line_{line.master_line_id}": line.quantity for line in parcel.lines} | found
    answer = await trade.shops.post(trade.retailer, f"/app/receiving/{parcel.id}", **counts)
    assert answer.status_code == 303, answer.text
    await trade.settle()


async def shipments(trade: Trade) -> list[ShipmentRow]:
    """The retailer's shipments, the latest first."""
    async with trade.uow() as uow:
        return await list_shipments(uow.session, trade.retailer_id)


async def stock_centre(trade: Trade, *quantities: int) -> None:
    """Customers buy, the week is closed, the partner sends all of it, and the parcel is received."""
    await sell(trade, *quantities)
    await close_week(trade)
    await receive(trade, await send_parcel(trade))
