"""Give units at the centre to orders: to those that wait longest, then surplus to those not ordered yet.

Surplus is used before more is ordered (D25): first what is here, then what is on its way and nobody waits for.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import timedelta

from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.inventory.jobs import RefreshOffers, WriteOffers
from app.job_runs.service import enqueue
from app.master_orders.jobs import RewriteDraft
from app.partners.queries import get_partner
from app.receiving import rules
from app.receiving.events import UnitsAllocated, UnitsPromised
from app.receiving.rules import Free, Share, Waiting
from app.receiving.service.telling import units_by_order
from app.units import queries as units
from app.units.queries import FreeSupply
from app.units.service import lock_open_units, match, promise
from app.units.states import DemandState
from app.units.terms import Because

GATHERING_MINUTES = 5


async def allocate_received(uow: UnitOfWork, partner_id: int, variant_ids: Collection[int], because: Because) -> int:
    """Match what is here and free with the demand that waits for it, oldest first; return the units matched.

    Units already ordered from the partner come first; only surplus, which nobody waits for, goes to units that are
    still queued, so that they are not ordered at all: of what is here at once, of what is on its way when it arrives.
    """
    await lock_open_units(uow, partner_id)
    sent = await _share(uow, variant_ids, DemandState.SENT, lambda supply: supply.unmatched)
    await _match(uow, sent, because)
    spare = await _share(uow, variant_ids, DemandState.QUEUED, lambda supply: supply.surplus)
    await _match(uow, spare, because)
    await _promise(uow, partner_id, variant_ids, because)
    if spare:
        await _ask_for_less(uow, partner_id)
    if sent or spare:
        await enqueue(uow, WriteOffers(uow.store_id, partner_id))  # it counts what was surplus until now
    return sum(share.quantity for share in (*sent, *spare))


async def use_surplus(uow: UnitOfWork, partner_id: int) -> int:
    """Give what is free at the centre, or on its way there, to this partner's waiting units (F9, F10, D25, D29).

    Each sale asks for this, so it only looks when nothing is at hand: what comes later is given out by what brings it.
    """
    if not await units.is_supply_at_hand(uow.session, uow.store_id, partner_id):
        return 0
    queued = await units.queued_demand(uow.session, uow.store_id, partner_id)
    sent = await units.demand_in_state(uow.session, uow.store_id, DemandState.SENT)
    waiting = {lot.partner_variant_id for lot in queued}
    waiting |= {lot.partner_variant_id for lot in sent if lot.partner_id == partner_id}
    if not waiting:
        return 0
    because = Because("surplus.used", "partner", str(partner_id), uow.now)
    return await allocate_received(uow, partner_id, sorted(waiting), because)


async def _share(
    uow: UnitOfWork, variant_ids: Collection[int], state: DemandState, free_of: Callable[[FreeSupply], int]
) -> list[Share]:
    """Decide who of those in a state gets what is free, oldest first."""
    waiting: dict[int, list[Waiting]] = defaultdict(list)
    for lot in await units.waiting_demand(uow.session, uow.store_id, variant_ids):
        if lot.state is state:
            waiting[lot.partner_variant_id].append(Waiting(lot.lot_id, lot.quantity, lot.supply_line_id))
    if not waiting:
        return []
    free: dict[int, list[Free]] = defaultdict(list)
    for supply in await units.free_supply(uow.session, uow.store_id, variant_ids):
        free[supply.partner_variant_id].append(Free(supply.supply_line_id, free_of(supply)))
    return [share for variant in sorted(waiting) for share in rules.allocate(free[variant], waiting[variant])]


async def _match(uow: UnitOfWork, shares: Sequence[Share], because: Because) -> None:
    given = await units_by_order(uow, [(share.lot_id, share.quantity) for share in shares])
    for supply_line_id, lots in _by_supply(shares):
        await match(uow, supply_line_id, lots, because)
    for order_id, quantity in given:
        await record_event(uow, UnitsAllocated(order_id, quantity))


async def _promise(uow: UnitOfWork, partner_id: int, variant_ids: Collection[int], because: Because) -> None:
    """Let units that are not ordered yet wait for goods on their way that nobody needs."""
    shares = await _share(uow, variant_ids, DemandState.QUEUED, lambda supply: supply.arriving)
    if not shares:
        return
    given = await units_by_order(uow, [(share.lot_id, share.quantity) for share in shares])
    for supply_line_id, lots in _by_supply(shares):
        await promise(uow, supply_line_id, lots, because)
    for order_id, quantity in given:
        await record_event(uow, UnitsPromised(order_id, quantity))
    await _ask_for_less(uow, partner_id)
    await enqueue(uow, WriteOffers(uow.store_id, partner_id))


async def _ask_for_less(uow: UnitOfWork, partner_id: int) -> None:
    """Let the draft, and the offer of everybody who sells the partner's stock, follow what needs nothing of it now."""
    later = uow.now + timedelta(minutes=GATHERING_MINUTES)
    await enqueue(uow, RewriteDraft(uow.store_id, partner_id), run_at=later)
    partner = await get_partner(uow.session, uow.store_id, partner_id)
    if partner.partner_store_id is not None:
        await enqueue(uow, RefreshOffers(partner.partner_store_id))


def _by_supply(shares: Iterable[Share]) -> list[tuple[int, list[tuple[int, int]]]]:
    by_supply: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for share in shares:
        by_supply[share.supply_line_id].append((share.lot_id, share.quantity))
    return sorted(by_supply.items())
