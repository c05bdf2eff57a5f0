"""Take over what the partner's order says of each line: supply enters, what it lacks is queued again, and listed."""

from collections import Counter
from collections.abc import Mapping, Sequence

from app.catalog.queries import VariantFacts, variants_of_store
from app.core.dates import in_words
from app.core.money import Money
from app.core.unit_of_work import UnitOfWork
from app.exceptions.queries import open_exceptions
from app.exceptions.service import Problem, open_exception, resolve_of_each
from app.master_orders import repository
from app.master_orders.models import PARTNER_CHANGED, Cycle, MasterLine
from app.master_orders.rules import WrittenLine
from app.master_orders.service.cycles import REDUCED, list_gone
from app.master_orders.service.ledger import note_addition, note_change
from app.partners.queries import get_partner
from app.units.queries import ordered_before, queued_demand
from app.units.service import confirm_supply, lock_open_units
from app.units.terms import Because, Supply


async def confirm_lines(
    uow: UnitOfWork, cycle: Cycle, shares: Mapping[MasterLine, int], found: Sequence[WrittenLine]
) -> int:
    """Confirm each line with its share of the order; differences stand in the change ledger; return the units.

    What came back to the queue is listed, unless somebody had decided on the draft that it does.
    """
    await lock_open_units(uow, cycle.partner_id)
    variants = await variants_of_store(
        uow.session, cycle.partner_store_id, {line.partner_variant_id for line in cycle.lines}
    )
    decided = _decided(cycle, shares, variants)
    because = Because("master_order.confirmed", "master", str(cycle.id), uow.now)
    for line, there in sorted(shares.items(), key=lambda item: item[0].id):
        if not line.quantity and not there:
            await uow.session.delete(line)  # its units were gone before the freeze, and nobody sent any
            continue
        variant = variants[line.partner_variant_id]
        confirmed = await confirm_supply(uow, supply_of(line), there, because)
        if there != line.quantity:
            why = f"The partner's order has {there} × {variant.title}; you ordered {line.quantity}."
            await note_change(uow, line, PARTNER_CHANGED, there - line.quantity, why)
        if confirmed.requeued and not variant.is_deleted and variant.gid not in decided:
            await open_exception(uow, _reduced(cycle, line, confirmed.requeued, variant))
    ours = {variant.gid for variant in variants.values()}
    for extra in found:
        if extra.variant_gid not in ours:
            await note_addition(uow, cycle, extra.variant_gid, extra.quantity)
    await list_gone(uow, cycle, await queued_demand(uow.session, uow.store_id, cycle.partner_id))
    return sum(shares.values())


async def end_reduced(uow: UnitOfWork, partner_id: int) -> None:
    """End the list of what the partner did not accept, where a later order took it or tells of it anew (contract §4).

    So it ends where nobody wants it any more, and where it waits for the partner to come back.
    """
    listed = [each for each in await open_exceptions(uow.session, REDUCED) if each.partner_id == partner_id]
    if not listed:
        return
    lines = await repository.list_lines(uow.session, uow.store_id, [int(each.subject_id) for each in listed])
    last = {line.partner_variant_id: line.cycle_id for line in sorted(lines, key=lambda line: line.cycle_id)}
    waiting = await _waiting_again(uow, partner_id)
    over = [
        line.id
        for line in lines
        if line.partner_variant_id not in waiting or line.cycle_id != last[line.partner_variant_id]
    ]
    await resolve_of_each(uow, "master_line", over, [REDUCED])


async def _waiting_again(uow: UnitOfWork, partner_id: int) -> set[int]:
    """Return the variants of which units came back from an order and wait for the next one."""
    if not (await get_partner(uow.session, uow.store_id, partner_id)).is_live:
        return set()
    lots = await queued_demand(uow.session, uow.store_id, partner_id)
    came_back = await ordered_before(uow.session, uow.store_id, [lot.lot_id for lot in lots])
    return {lot.partner_variant_id for lot in lots if lot.lot_id in came_back}


def supply_of(line: MasterLine) -> Supply:
    """Return the line as the ledger of units knows it."""
    return Supply(
        line_id=line.id,
        partner_id=line.partner_id,
        partner_store_id=line.partner_store_id,
        partner_variant_id=line.partner_variant_id,
        unit_cost=Money(line.unit_cost_amount, line.currency),
    )


def _decided(cycle: Cycle, shares: Mapping[MasterLine, int], variants: Mapping[int, VariantFacts]) -> set[str]:
    """Return the variants of which somebody let the partner's quantity stand, if that is what was wanted and sent."""
    wanted, sent = Counter[str](), Counter[str]()
    for line, there in shares.items():
        wanted[variants[line.partner_variant_id].gid] += line.quantity
        sent[variants[line.partner_variant_id].gid] += there
    known = {each["variant"]: (each.get("kept"), each["found"]) for each in cycle.partner_edits}
    return {gid for gid, kept in known.items() if kept == (wanted[gid], sent[gid])}


def _reduced(cycle: Cycle, line: MasterLine, missing: int, variant: VariantFacts) -> Problem:
    return Problem(
        kind=REDUCED,
        subject_kind="master_line",
        subject_id=str(line.id),
        cause=f"The partner did not accept {missing} of {line.quantity} × “{variant.title}” on the master order of "
        f"{in_words(cycle.cutoff_on)}.",
        next_step="What is missing waits for the next master order. Tell the customers, or find another source.",
        units=missing,
        partner_id=cycle.partner_id,
    )
