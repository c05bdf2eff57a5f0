"""Open a partner's weeks one after the other, and gather the units that join the running one."""

from datetime import timedelta

from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.job_runs.service import plan
from app.master_orders import repository, rules
from app.master_orders.events import CycleOpened
from app.master_orders.jobs import CloseCycle
from app.master_orders.models import Cycle, MasterLine
from app.master_orders.rules import LineKey, QueuedUnits
from app.master_orders.states import CycleState
from app.partners.queries import PartnerFacts, get_partner
from app.partners.rules import CutOff, first_cutoff_after
from app.units.queries import queued_demand
from app.units.service import mark_late


async def open_next_cycle(uow: UnitOfWork, partner_id: int) -> Cycle | None:
    """Give a connected partner a running week if it has none; weeks follow each other without a gap (G8)."""
    partner = await get_partner(uow.session, uow.store_id, partner_id)
    if not partner.is_live or partner.partner_store_id is None:
        return None
    running = await repository.find_open_cycle(uow.session, uow.store_id, partner_id)
    if running is not None:
        await plan_close(uow, running, partner)
        return running

    latest = await repository.find_latest_cycle(uow.session, uow.store_id, partner_id)
    cutoff, number = _next_cutoff(uow, partner, latest)
    cycle = Cycle(
        store_id=uow.store_id,
        partner_id=partner_id,
        partner_store_id=partner.partner_store_id,
        cutoff_on=cutoff.on,
        cutoff_at=cutoff.at,
        number=number,
        state=CycleState.OPEN,
        marker=rules.marker(partner_id, cutoff.on, number),
        frozen_with_flag=False,
        written=[],
        partner_edits=[],
        looks=0,
    )
    uow.session.add(cycle)
    await uow.session.flush()

    await record_event(uow, CycleOpened(cycle.id, partner_id, cutoff.on.isoformat()))
    await plan_close(uow, cycle, partner)
    return cycle


async def plan_close(uow: UnitOfWork, cycle: Cycle, partner: PartnerFacts) -> None:
    """Have the cycle closed when its grace is over."""
    at = cycle.cutoff_at + timedelta(minutes=partner.calendar.grace_minutes)
    await plan(uow, CloseCycle(uow.store_id, cycle.partner_id, cycle.id), at, f"master_orders.close:{cycle.id}")


async def gather_lines(uow: UnitOfWork, cycle: Cycle) -> dict[MasterLine, list[QueuedUnits]]:
    """Bring the lines of an open cycle to the units that are queued for it; return those with units.

    Units whose own cut-off is gone are marked late; they keep their eligible time.
    """
    lots = await queued_demand(uow.session, uow.store_id, cycle.partner_id, cycle.cutoff_at)
    gone = await repository.latest_frozen_cutoff(uow.session, uow.store_id, cycle.partner_id)
    late = [lot.lot_id for lot in lots if gone is not None and lot.eligible_at < gone and not lot.late]
    if late:
        await mark_late(uow, late)
    wanted = rules.gather(
        QueuedUnits(
            lot.lot_id,
            lot.partner_variant_id,
            lot.quantity,
            lot.unit_cost.amount,
            lot.unit_cost.currency,
            lot.note or "",
        )
        for lot in lots
    )
    known = {_key(line): line for line in cycle.lines}
    for key, units in wanted.items():
        if key not in known:
            known[key] = _new_line(cycle, key)
            cycle.lines.append(known[key])
        known[key].quantity = sum(each.quantity for each in units)
    for key, line in known.items():
        if key not in wanted:
            line.quantity = 0
    await uow.session.flush()
    return {known[key]: units for key, units in wanted.items()}


def _next_cutoff(uow: UnitOfWork, partner: PartnerFacts, latest: Cycle | None) -> tuple[CutOff, int]:
    if latest is None:
        return first_cutoff_after(partner.calendar, uow.now), 1
    if latest.cutoff_at > uow.now:
        # The partner completed the draft before the cut-off: what comes until then is a second order of this week.
        return CutOff(latest.cutoff_on, latest.cutoff_at), latest.number + 1
    return first_cutoff_after(partner.calendar, latest.cutoff_at), 1


def _key(line: MasterLine) -> LineKey:
    return LineKey(line.partner_variant_id, line.unit_cost_amount.normalize(), line.currency, line.note)


def _new_line(cycle: Cycle, key: LineKey) -> MasterLine:
    return MasterLine(
        store_id=cycle.store_id,
        cycle_id=cycle.id,
        partner_id=cycle.partner_id,
        partner_store_id=cycle.partner_store_id,
        partner_variant_id=key.partner_variant_id,
        unit_cost_amount=key.unit_cost,
        currency=key.currency,
        note=key.note,
        quantity=0,
    )
