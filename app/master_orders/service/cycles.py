"""Open a partner's weeks one after the other, and gather the units that join the running one."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta
from itertools import islice

from app.catalog.queries import VariantFacts, variants_of_store
from app.core.unit_of_work import UnitOfWork
from app.core.words import plural
from app.events.service import record_event
from app.exceptions.queries import open_exceptions
from app.exceptions.service import Problem, open_exception, resolve_exceptions, resolve_of_each
from app.job_runs.service import enqueue, plan
from app.master_orders import repository, rules
from app.master_orders.events import CycleOpened
from app.master_orders.jobs import CloseCycle
from app.master_orders.models import Cycle, MasterLine
from app.master_orders.rules import LineKey, QueuedUnits
from app.master_orders.states import CycleState
from app.partners.queries import PartnerFacts, get_partner
from app.partners.rules import CutOff
from app.partners.service import VARIANT_GONE
from app.units.queries import QueuedLot, ordered_before, queued_demand
from app.units.service import mark_late

REDUCED = "partner_reduced"


async def open_next_cycle(uow: UnitOfWork, partner_id: int) -> Cycle | None:
    """Give a connected partner a running week if it has none, and have what was left unfinished taken up again.

    The first week, and the one after a time without connection, ends at the next cut-off from now; if a week with
    this cut-off was given up when the partner went, it is one more of the same week.
    """
    partner = await get_partner(uow.session, uow.store_id, partner_id)
    if not partner.is_live:
        return None
    for unfinished in await repository.list_unfinished(uow.session, uow.store_id, partner_id):
        await enqueue(uow, CloseCycle(uow.store_id, partner_id, unfinished.id))
    running = await repository.find_open_cycle(uow.session, uow.store_id, partner_id)
    if running is not None:
        await plan_close(uow, running, partner)
        return running
    latest = await repository.find_latest_cycle(uow.session, uow.store_id, partner_id)
    last_on = None if latest is None or latest.cutoff_at > uow.now else latest.cutoff_on
    return await _open(uow, partner, rules.next_cutoff(partner.calendar, uow.now, last_on))


async def end_weeks(uow: UnitOfWork, partner_id: int) -> None:
    """Have every week of a partner who went brought to its end, as far as the partner's store still lets us."""
    running = await repository.find_open_cycle(uow.session, uow.store_id, partner_id)
    unfinished = await repository.list_unfinished(uow.session, uow.store_id, partner_id)
    for cycle in (*unfinished, *([running] if running else [])):
        await enqueue(uow, CloseCycle(uow.store_id, partner_id, cycle.id))


async def follow_cycle(uow: UnitOfWork, cycle: Cycle) -> Cycle | None:
    """Open what comes after a frozen cycle; weeks follow each other without a gap, even when they are past (G8).

    While its own cut-off is to come, or units of it found no place, that is one more of the same week (G25).
    """
    partner = await get_partner(uow.session, uow.store_id, cycle.partner_id)
    if not partner.is_live:
        return None
    if cycle.cutoff_at > uow.now or await _units_for(uow, cycle):
        return await _open(uow, partner, CutOff(cycle.cutoff_on, cycle.cutoff_at))
    return await _open(uow, partner, rules.next_cutoff(partner.calendar, cycle.cutoff_at, cycle.cutoff_on))


async def plan_close(uow: UnitOfWork, cycle: Cycle, partner: PartnerFacts) -> None:
    """Have the cycle closed when its grace is over."""
    at = cycle.cutoff_at + timedelta(minutes=partner.calendar.grace_minutes)
    await plan(uow, CloseCycle(uow.store_id, cycle.partner_id, cycle.id), at, f"master_orders.close:{cycle.id}")


async def gather_lines(uow: UnitOfWork, cycle: Cycle) -> dict[MasterLine, list[QueuedUnits]]:
    """Bring the lines of an open cycle to the units that are queued for it; return those with units.

    Units that missed their own cut-off are marked late; they keep their eligible time. Units that were on a master
    order before and came back are not late.
    """
    lots = await _units_for(uow, cycle)
    await _mark_late(uow, cycle, lots)
    gathered = rules.gather(
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
    wanted = dict(islice(gathered.items(), rules.MOST_LINES))
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


async def list_gone(uow: UnitOfWork, cycle: Cycle, lots: Sequence[QueuedLot]) -> set[int]:
    """List the units that wait for variants the partner deleted, end it for those that are back; return them (G18)."""
    units: dict[int, int] = defaultdict(int)
    for lot in lots:
        units[lot.partner_variant_id] += lot.quantity
    variants = await variants_of_store(uow.session, cycle.partner_store_id, units)
    gone = {variant_id for variant_id, variant in variants.items() if variant.is_deleted}
    for variant_id in sorted(gone):
        await open_exception(uow, _gone(cycle, variants[variant_id], units[variant_id]))
    if gone:
        await _end_reduced_of(uow, cycle.partner_id, gone)
    for known in await open_exceptions(uow.session, VARIANT_GONE):
        if known.partner_id == cycle.partner_id and int(known.subject_id) not in gone:
            await resolve_exceptions(uow, "partner_variant", known.subject_id, [VARIANT_GONE])
    return gone


async def _end_reduced_of(uow: UnitOfWork, partner_id: int, gone: Collection[int]) -> None:
    """End what the partner did not accept of variants that are gone: its units stand with those (contract §4)."""
    listed = [each for each in await open_exceptions(uow.session, REDUCED) if each.partner_id == partner_id]
    lines = await repository.list_lines(uow.session, uow.store_id, [int(each.subject_id) for each in listed])
    over = [line.id for line in lines if line.partner_variant_id in gone]
    await resolve_of_each(uow, "master_line", over, [REDUCED])


async def _units_for(uow: UnitOfWork, cycle: Cycle) -> list[QueuedLot]:
    """Return the units that join the cycle: queued, eligible before its cut-off, of variants that exist."""
    lots = await queued_demand(uow.session, uow.store_id, cycle.partner_id)
    gone = await list_gone(uow, cycle, lots)
    return [lot for lot in lots if lot.eligible_at < cycle.cutoff_at and lot.partner_variant_id not in gone]


async def _mark_late(uow: UnitOfWork, cycle: Cycle, lots: list[QueuedLot]) -> None:
    gone = await repository.latest_frozen_cutoff(uow.session, uow.store_id, cycle.partner_id, cycle.cutoff_at)
    missed = [lot.lot_id for lot in lots if gone is not None and lot.eligible_at < gone and not lot.late]
    came_back = await ordered_before(uow.session, uow.store_id, missed) if missed else set()
    late = [lot_id for lot_id in missed if lot_id not in came_back]
    if late:
        await mark_late(uow, late)


async def _open(uow: UnitOfWork, partner: PartnerFacts, cutoff: CutOff) -> Cycle | None:
    """Open the next cycle with this cut-off; weeks of its day may have been before, also such as were given up."""
    number = await repository.last_number(uow.session, uow.store_id, partner.id, cutoff.on) + 1
    added = await repository.add_cycle(
        uow.session,
        {
            "store_id": uow.store_id,
            "partner_id": partner.id,
            "partner_store_id": partner.partner_store_id,
            "cutoff_on": cutoff.on,
            "cutoff_at": cutoff.at,
            "number": number,
            "state": CycleState.OPEN,
            "marker": rules.marker(partner.id, cutoff.on, number),
            "frozen_with_flag": False,
            "written": [],
            "writing": [],
            "partner_edits": [],
            "looks": 0,
        },
    )
    cycle = await repository.find_open_cycle(uow.session, uow.store_id, partner.id)
    if cycle is not None and added:
        await record_event(uow, CycleOpened(cycle.id, partner.id, cutoff.on.isoformat()))
        await plan_close(uow, cycle, partner)
    return cycle


def _gone(cycle: Cycle, variant: VariantFacts, units: int) -> Problem:
    return Problem(
        kind=VARIANT_GONE,
        subject_kind="partner_variant",
        subject_id=str(variant.id),
        cause=f"The partner deleted “{variant.title}”; {plural(units, 'sold unit')} of it cannot be ordered.",
        next_step="Ask the partner for it, or cancel these units on the orders they are on.",
        units=units,
        partner_id=cycle.partner_id,
    )


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
