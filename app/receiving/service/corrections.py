"""Correct what was counted in a parcel: more is given out at once, fewer only as far as nobody packed it (H12)."""

from collections.abc import Mapping, Sequence

from app.core.errors import Invalid
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.master_orders.queries import get_lines
from app.orders.queries import orders_holding
from app.receiving import repository, rules
from app.receiving.errors import CorrectedMeanwhile, NotReceived
from app.receiving.events import ParcelCorrected, UnitsTakenBack
from app.receiving.models import InboundParcel, Receipt, ReceiptCorrection, ReceiptLine
from app.receiving.service.allocation import allocate_received
from app.receiving.service.parcels import await_announced
from app.receiving.service.receipts import Count, check_counts, lock_for_count
from app.receiving.service.shortages import settle_shortages, tell_ordered_again
from app.receiving.service.telling import units_by_order
from app.units.queries import DemandLot, demand_of_supply, supply_whereabouts
from app.units.rules import take
from app.units.service import (
    correct_receipt,
    lock_open_units,
    receive_supply,
    requeue_uncovered,
    return_supply,
    unmatch,
)
from app.units.states import MATCHED, DemandState, SupplyState
from app.units.terms import Because

GONE_ON = MATCHED - {DemandState.ALLOCATED}
"""Given to an order, and packed or sent since."""


async def correct_count(uow: UnitOfWork, parcel_id: int, counts: Sequence[Count], why: str, seen: int) -> None:
    """Let these counts stand instead of those that stood there; `seen`: how many corrections the page showed.

    What was there after all goes to whoever waits, as if it had been counted at once. What was not is taken back: what
    is free first, then from the newest orders; what is packed or sent was here, whatever anybody counts.
    """
    parcel = await lock_for_count(uow, parcel_id)
    receipt = await _receipt_of(uow, parcel)
    if seen != len(receipt.corrections):
        raise CorrectedMeanwhile
    lines = {line.master_line_id: line for line in receipt.lines}
    await lock_open_units(uow, parcel.partner_id, list(lines), with_matched=True)
    counts = check_counts(lines, counts)
    changed = [count for count in counts if count.quantity != lines[count.master_line_id].quantity]
    if not changed:
        raise Invalid("These counts stand there already. Change what was counted wrong.")
    await _check_here(uow, lines, changed)

    before = sum(line.quantity for line in receipt.lines)
    corrections = await _write_down(uow, receipt, lines, changed, why)
    because = Because("receipt.corrected", "receipt_correction", str(corrections[0].id), uow.now)
    for each in corrections:
        await _correct(uow, lines[each.master_line_id], each.after, because)
    await await_announced(uow, parcel.cycle_id, lines, because)
    master_lines = await get_lines(uow.session, uow.store_id, lines)
    (partner_store_id,) = {line.partner_store_id for line in master_lines.values()}
    units = sum(line.quantity for line in receipt.lines)
    event = ParcelCorrected(parcel.cycle_id, parcel.partner_id, partner_store_id, parcel.id, before, units)
    await record_event(uow, event)

    variants = {line.partner_variant_id for line in master_lines.values()}
    await allocate_received(uow, parcel.partner_id, variants, because)
    await settle_shortages(uow, parcel.cycle_id)


async def _receipt_of(uow: UnitOfWork, parcel: InboundParcel) -> Receipt:
    found = await repository.list_receipts(uow.session, uow.store_id, [parcel.id])
    if not found:
        raise NotReceived
    return found[0]


async def _check_here(uow: UnitOfWork, lines: Mapping[int, ReceiptLine], changed: Sequence[Count]) -> None:
    """Refuse, at its field, a count by which something had never been here that is in a box, or gone."""
    places = await supply_whereabouts(uow.session, uow.store_id, list(lines))
    lots = await demand_of_supply(uow.session, uow.store_id, list(lines))
    faults = {}
    for count in changed:
        line_id = count.master_line_id
        gone_on = [lot for lot in lots if lot.supply_line_id == line_id and lot.state in GONE_ON]
        here = sum(places[line_id].get(state, 0) for state in (SupplyState.RECEIVED, SupplyState.ALLOCATED))
        least = lines[line_id].quantity - (here - sum(lot.quantity for lot in gone_on))
        if count.quantity < least:
            faults[f"line_{line_id}"] = f"Enter at least {least}: {await _told(uow, gone_on)}"
    if faults:
        raise Invalid("Some of this was here for sure: it is packed or sent.", faults)


async def _told(uow: UnitOfWork, gone_on: Sequence[DemandLot]) -> str:
    """Say of units that cannot be taken back where they are, and what can be done."""
    packed = [lot for lot in gone_on if lot.state is DemandState.PACKED]
    sent = [lot for lot in gone_on if lot.state is not DemandState.PACKED]
    told = [
        f"{sum(lot.quantity for lot in lots)} {words} for {await _names(uow, lots)}"
        for words, lots in (("packed", packed), ("sent", sent))
        if lots
    ]
    return " and ".join(told) + (". Unpack a box first to take back what is in it." if packed else ".")


async def _names(uow: UnitOfWork, lots: Sequence[DemandLot]) -> str:
    order_of = await orders_holding(uow.session, uow.store_id, {lot.line_id for lot in lots})
    orders = {order.id: order.name for order in order_of.values()}
    return rules.some_of([name for _, name in sorted(orders.items())])


async def _write_down(
    uow: UnitOfWork, receipt: Receipt, lines: Mapping[int, ReceiptLine], changed: Sequence[Count], why: str
) -> list[ReceiptCorrection]:
    corrections = [
        ReceiptCorrection(
            store_id=uow.store_id,
            receipt_id=receipt.id,
            master_line_id=count.master_line_id,
            before=lines[count.master_line_id].quantity,
            after=count.quantity,
            why=why,
            corrected_at=uow.now,
            corrected_by=uow.actor.staff,
        )
        for count in changed
    ]
    uow.session.add_all(corrections)
    await uow.session.flush()
    return corrections


async def _correct(uow: UnitOfWork, line: ReceiptLine, quantity: int, because: Because) -> None:
    if quantity > line.quantity:
        found = await receive_supply(uow, line.master_line_id, quantity - line.quantity, because)
        line.over += found.over
    else:
        await _take_back(uow, line, line.quantity - quantity, because)
    line.quantity = quantity


async def _take_back(uow: UnitOfWork, line: ReceiptLine, quantity: int, because: Because) -> None:
    """Post that units were never here: what had come on top of the order never came, the rest is awaited again."""
    line_id = line.master_line_id
    free = (await supply_whereabouts(uow.session, uow.store_id, [line_id]))[line_id].get(SupplyState.RECEIVED, 0)
    given = [
        (lot.lot_id, lot.quantity)
        for lot in await demand_of_supply(uow.session, uow.store_id, [line_id])
        if lot.state is DemandState.ALLOCATED
    ]
    taken = take(reversed(given), quantity - free)
    await unmatch(uow, line_id, taken, because)
    over = await _lower_over(uow, line, quantity)
    await return_supply(uow, line_id, over, because)
    await correct_receipt(uow, line_id, quantity - over, because)
    for order_id, units in await units_by_order(uow, taken):
        await record_event(uow, UnitsTakenBack(order_id, units))
    # What came on top of the order is not awaited again: whoever was given it waits for the next one.
    await tell_ordered_again(uow, line.partner_id, await requeue_uncovered(uow, line_id, because))


async def _lower_over(uow: UnitOfWork, line: ReceiptLine, most: int) -> int:
    """Let so many less have come on top of the order, of this parcel first; return how many there were."""
    lowered = 0
    found = await repository.lines_over(uow.session, uow.store_id, line.master_line_id)
    for each in sorted(found, key=lambda each: (each.id != line.id, each.id)):
        units = min(each.over, most - lowered)
        each.over -= units
        lowered += units
    return lowered
