"""Master orders that the partner's store soon shows us no more, while units of them are still with the partner."""

from collections import Counter
from datetime import timedelta

from app.core.unit_of_work import UnitOfWork
from app.exceptions.queries import open_exceptions
from app.exceptions.service import open_exception, resolve_of_each
from app.master_orders.queries import get_lines, get_master_order
from app.receiving.service.problems import AGEING, CANCELLED, master_ageing
from app.receiving.service.shortages import states_not_coming
from app.units.queries import awaited_supply
from app.units.states import AWAITED


async def review_old(uow: UnitOfWork, partner_id: int, surely_shown: timedelta) -> None:
    """List each master order that will be out of reach before long, once; end it for those of which nothing is left.

    What is in a parcel on its way is counted when that is opened, whatever the partner's store shows; what opened ones
    lack may have to be ordered again.
    """
    units = await _owed(uow, partner_id)
    told = await open_exceptions(uow.session, AGEING, CANCELLED)
    for cancelled in told:
        if cancelled.kind == CANCELLED:
            units.pop(int(cancelled.subject_id), None)  # the same is to be decided there
    listed = {int(each.subject_id) for each in told if each.kind == AGEING and each.partner_id == partner_id}
    await resolve_of_each(uow, "master", listed - units.keys(), [AGEING])
    for cycle_id in sorted(units.keys() - listed):
        master = await get_master_order(uow.session, uow.store_id, cycle_id)
        if master.closed_at is not None and uow.now - master.closed_at >= surely_shown:
            await open_exception(uow, master_ageing(master, units[cycle_id]))


async def _owed(uow: UnitOfWork, partner_id: int) -> Counter[int]:
    """Return by master order how many units are awaited that are in no parcel on its way."""
    owed = {state: await awaited_supply(uow.session, uow.store_id, partner_id, [state]) for state in sorted(AWAITED)}
    lines = await get_lines(uow.session, uow.store_id, {line_id for each in owed.values() for line_id in each})
    cycles = {line.cycle_id for line in lines.values()}
    lost = {cycle_id: await states_not_coming(uow, cycle_id) for cycle_id in sorted(cycles)}
    units = Counter[int]()
    for state, by_line in owed.items():
        for line_id, quantity in by_line.items():
            cycle_id = lines[line_id].cycle_id
            units[cycle_id] += quantity if state in lost[cycle_id] else 0
    return +units
