"""Settle what will not come, once the partner is done with a master order and its parcels are opened."""

from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.master_orders.queries import get_master_order
from app.receiving import repository
from app.receiving.events import UnitsShorted
from app.units.queries import supply_whereabouts
from app.units.service import requeue_uncovered, short_supply
from app.units.states import AWAITED
from app.units.terms import Because


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
    shorted = requeued = 0
    for line in master.lines:
        missing = sum(places.get(line.id, {}).get(state, 0) for state in AWAITED)
        if missing:
            shorted += await short_supply(uow, line.id, missing, because)
            requeued += sum(each.quantity for each in await requeue_uncovered(uow, line.id, because))
    if shorted:
        await record_event(uow, UnitsShorted(cycle_id, master.partner_id, master.partner_store_id, shorted, requeued))
    return shorted
