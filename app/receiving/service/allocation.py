"""Give units at the centre to orders: to those that wait longest, then surplus to those not ordered yet."""

from collections import defaultdict
from collections.abc import Collection
from datetime import timedelta

from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.job_runs.service import enqueue
from app.master_orders.jobs import RewriteDraft
from app.orders.queries import orders_of_lines
from app.receiving import rules
from app.receiving.events import UnitsAllocated
from app.receiving.rules import Free, Share, Waiting
from app.units import queries as units
from app.units.queries import DemandLot
from app.units.service import lock_open_units, match
from app.units.states import DemandState
from app.units.terms import Because

GATHERING_MINUTES = 5


async def allocate_received(uow: UnitOfWork, partner_id: int, variant_ids: Collection[int], because: Because) -> int:
    """Match what is here and free with the demand that waits for it, oldest first; return the units matched.

    Units already ordered from the partner come first; only surplus, which nobody waits for, goes to units that are
    still queued, so that they are not ordered at all.
    """
    await lock_open_units(uow, partner_id)
    waiting = await units.waiting_demand(uow.session, uow.store_id, variant_ids)
    sent = await _share(uow, variant_ids, [lot for lot in waiting if lot.state is DemandState.SENT], because)
    queued = [lot for lot in waiting if lot.state is DemandState.QUEUED]
    saved = await _share(uow, variant_ids, queued, because, surplus_only=True)
    if saved:
        later = uow.now + timedelta(minutes=GATHERING_MINUTES)
        await enqueue(uow, RewriteDraft(uow.store_id, partner_id), run_at=later)
    return sent + saved


async def use_surplus(uow: UnitOfWork, partner_id: int) -> int:
    """Give what is free at the centre to this partner's waiting units, before more is ordered (F10, D29).

    Each sale asks for this, so it only looks when nothing is here: what comes later is given out by what brings it.
    """
    if not await units.is_supply_here(uow.session, uow.store_id, partner_id):
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
    uow: UnitOfWork,
    variant_ids: Collection[int],
    waiting: list[DemandLot],
    because: Because,
    *,
    surplus_only: bool = False,
) -> int:
    if not waiting:
        return 0
    free: dict[int, list[Free]] = defaultdict(list)
    for supply in await units.free_supply(uow.session, uow.store_id, variant_ids):
        quantity = supply.surplus if surplus_only else supply.unmatched
        free[supply.partner_variant_id].append(Free(supply.supply_line_id, quantity))
    by_variant: dict[int, list[Waiting]] = defaultdict(list)
    for lot in waiting:
        by_variant[lot.partner_variant_id].append(Waiting(lot.lot_id, lot.quantity))
    shares = [share for variant in sorted(by_variant) for share in rules.allocate(free[variant], by_variant[variant])]
    await _match(uow, shares, because)
    await _tell(uow, shares, {lot.lot_id: lot for lot in waiting})
    return sum(share.quantity for share in shares)


async def _match(uow: UnitOfWork, shares: list[Share], because: Because) -> None:
    by_supply: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for share in shares:
        by_supply[share.supply_line_id].append((share.lot_id, share.quantity))
    for supply_line_id, lots in sorted(by_supply.items()):
        await match(uow, supply_line_id, lots, because)


async def _tell(uow: UnitOfWork, shares: list[Share], lots: dict[int, DemandLot]) -> None:
    orders = await orders_of_lines(uow.session, uow.store_id, {lots[share.lot_id].line_id for share in shares})
    given: dict[int, int] = defaultdict(int)
    for share in shares:
        given[orders[lots[share.lot_id].line_id]] += share.quantity
    for order_id, quantity in sorted(given.items()):
        await record_event(uow, UnitsAllocated(order_id, quantity))
