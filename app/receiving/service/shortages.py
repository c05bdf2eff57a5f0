"""Settle what will not come, once the partner is done with a master order and its parcels are opened."""

from collections import defaultdict
from collections.abc import Collection

from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.master_orders.queries import get_master_order
from app.orders.queries import orders_of_lines
from app.partners.queries import get_partner
from app.receiving import repository
from app.receiving.events import UnitsOrderedAgain, UnitsShorted
from app.units.queries import lines_of_lots, supply_whereabouts
from app.units.service import requeue_uncovered, short_supply
from app.units.states import AWAITED
from app.units.terms import Because, Released


async def settle_shortages(uow: UnitOfWork, cycle_id: int) -> int:
    """Short what is still awaited of a master order the partner is done with; return the units.

    Whoever waited for them is back in the queue for the next cycle, with the old place in it (H4, H14).
    """
    known = await repository.lock_partner_order(uow.session, uow.store_id, cycle_id)
    if known is None or not known.is_done or known.cancelled_at is not None:
        return 0
    if await repository.count_awaited(uow.session, uow.store_id, cycle_id):
        return 0
    master = await get_master_order(uow.session, uow.store_id, cycle_id)
    places = await supply_whereabouts(uow.session, uow.store_id, [line.id for line in master.lines])
    because = Because("supply.shorted", "master", str(cycle_id), uow.now)
    shorted = 0
    requeued: list[Released] = []
    for line in master.lines:
        missing = sum(places.get(line.id, {}).get(state, 0) for state in AWAITED)
        if missing:
            shorted += await short_supply(uow, line.id, missing, because)
            requeued += await requeue_uncovered(uow, line.id, because)
    if shorted:
        again = sum(each.quantity for each in requeued)
        await record_event(uow, UnitsShorted(cycle_id, master.partner_id, master.partner_store_id, shorted, again))
        await _tell_orders(uow, master.partner_id, requeued)
    return shorted


async def _tell_orders(uow: UnitOfWork, partner_id: int, requeued: Collection[Released]) -> None:
    """Write it into the story of each order that waits on."""
    if not requeued:
        return
    lines = await lines_of_lots(uow.session, uow.store_id, {each.lot_id for each in requeued})
    orders = await orders_of_lines(uow.session, uow.store_id, set(lines.values()))
    partner = await get_partner(uow.session, uow.store_id, partner_id)
    missing: dict[int, int] = defaultdict(int)
    for each in requeued:
        missing[orders[lines[each.lot_id]]] += each.quantity
    for order_id, quantity in sorted(missing.items()):
        await record_event(uow, UnitsOrderedAgain(order_id, quantity, partner.name))
