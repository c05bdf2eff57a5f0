"""Settle what will not come, once the partner is done with a master order and its parcels are opened."""

from collections.abc import Collection, Mapping

from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.exceptions.queries import open_exceptions_of
from app.exceptions.service import resolve_exceptions
from app.master_orders.queries import MasterOrder, get_master_order
from app.master_orders.service import note_reduction
from app.partners.queries import get_partner
from app.receiving import repository
from app.receiving.errors import NothingToDecide
from app.receiving.events import UnitsOrderedAgain, UnitsShorted
from app.receiving.service.problems import AGEING, CANCELLED
from app.receiving.service.telling import units_by_order
from app.units.queries import supply_whereabouts
from app.units.service import lock_open_units, requeue_uncovered, short_supply
from app.units.states import AWAITED, SupplyState
from app.units.terms import Because, Released


async def settle_shortages(uow: UnitOfWork, cycle_id: int) -> int:
    """Short what is still awaited of a master order the partner is done with; return the units.

    Whoever waited for them is back in the queue for the next cycle, with the old place in it (H4, H14). What the
    partner cancelled waits until somebody decides (G26).
    """
    known = await repository.lock_partner_order(uow.session, uow.store_id, cycle_id)
    if known is None or not (known.is_done or known.cancelled_at):
        return 0
    if known.cancelled_at is not None and await _is_undecided(uow, cycle_id):
        return 0
    if await repository.count_awaited(uow.session, uow.store_id, cycle_id):
        return 0
    master = await get_master_order(uow.session, uow.store_id, cycle_id)
    return await _give_up(uow, master, await _units_in(uow, master, AWAITED))


async def settle_reductions(uow: UnitOfWork, master: MasterOrder, owed: Mapping[int, int]) -> None:
    """Short at once what the partner took off the order after they had it (F24, G27): `owed` is left, by variant.

    Our list stays as it was sealed; the difference stands beside it.
    """
    awaited = await _units_in(uow, master, AWAITED - {SupplyState.INBOUND})
    excess: dict[int, int] = {}
    for variant_id, left in owed.items():
        for line in master.lines:
            if line.partner_variant_id == variant_id:
                waits = awaited.get(line.id, 0)
                excess[line.id] = max(waits - left, 0)
                left -= waits - excess[line.id]
    if await _give_up(uow, master, excess):
        for line_id, quantity in excess.items():
            if quantity:
                await note_reduction(uow, line_id, quantity)


async def order_again(uow: UnitOfWork, cycle_id: int) -> int:
    """Take somebody's word that what the partner cancelled, or never sent, will not come: it is ordered anew (G26).

    Returns the units. What is in a parcel on its way is still awaited, and what it then lacks is short like in any
    other.
    """
    master = await get_master_order(uow.session, uow.store_id, cycle_id)
    await repository.lock_partner_order(uow.session, uow.store_id, cycle_id)
    if not await resolve_exceptions(uow, "master", cycle_id, [CANCELLED, AGEING]):
        raise NothingToDecide
    await lock_open_units(uow, master.partner_id)
    return await _give_up(uow, master, await _units_in(uow, master, await states_not_coming(uow, cycle_id)))


async def states_not_coming(uow: UnitOfWork, cycle_id: int) -> frozenset[SupplyState]:
    """Return in which states units of a master order are awaited that no parcel on its way can bring.

    Once each parcel is opened, what they lack is in none.
    """
    is_coming = await repository.count_awaited(uow.session, uow.store_id, cycle_id)
    return AWAITED - {SupplyState.INBOUND} if is_coming else AWAITED


async def _units_in(uow: UnitOfWork, master: MasterOrder, states: Collection[SupplyState]) -> dict[int, int]:
    """Return by line how many units of the master order are in these states."""
    places = await supply_whereabouts(uow.session, uow.store_id, [line.id for line in master.lines])
    return {line_id: sum(place.get(state, 0) for state in states) for line_id, place in places.items()}


async def _give_up(uow: UnitOfWork, master: MasterOrder, missing: Mapping[int, int]) -> int:
    """Short these units of lines of the master order; whoever waited for them is back in the queue."""
    because = Because("supply.shorted", "master", str(master.id), uow.now)
    shorted = 0
    requeued: list[Released] = []
    for line in master.lines:
        if missing.get(line.id):
            shorted += await short_supply(uow, line.id, missing[line.id], because)
            requeued += await requeue_uncovered(uow, line.id, because)
    if shorted:
        again = sum(each.quantity for each in requeued)
        await record_event(uow, UnitsShorted(master.id, master.partner_id, master.partner_store_id, shorted, again))
        await tell_ordered_again(uow, master.partner_id, requeued)
    return shorted


async def _is_undecided(uow: UnitOfWork, cycle_id: int) -> bool:
    listed = await open_exceptions_of(uow.session, "master", cycle_id)
    return any(each.kind == CANCELLED for each in listed)


async def tell_ordered_again(uow: UnitOfWork, partner_id: int, requeued: Collection[Released]) -> None:
    """Write it into the story of each order that waits on."""
    if not requeued:
        return
    partner = await get_partner(uow.session, uow.store_id, partner_id)
    for order_id, quantity in await units_by_order(uow, [(each.lot_id, each.quantity) for each in requeued]):
        await record_event(uow, UnitsOrderedAgain(order_id, quantity, partner.name))
