"""Count what is in a parcel: short and over are facts of the ledger, and what is here goes to orders at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.core.errors import Invalid
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.master_orders.queries import get_lines
from app.receiving import repository
from app.receiving.events import ParcelReceived
from app.receiving.models import InboundParcel, Receipt, ReceiptLine
from app.receiving.service.allocation import allocate_received
from app.receiving.service.awaiting import end_awaiting
from app.receiving.service.shortages import settle_shortages
from app.receiving.states import ParcelState
from app.units.service import lock_open_units, receive_supply
from app.units.terms import Because

MOST_UNITS = 100_000


@dataclass(frozen=True, slots=True)
class Count:
    """How many units of a master line were found."""

    master_line_id: int
    quantity: int


async def receive_parcel(uow: UnitOfWork, parcel_id: int, counts: Sequence[Count]) -> int:
    """Record what was found in the parcel, once; return the receipt's id.

    More than announced is taken in as it is: of units nobody had asked for, as surplus (H6). What is missing stays
    awaited until the partner is done with the order (H4).
    """
    parcel = await lock_for_count(uow, parcel_id)
    parcel.move(ParcelState.RECEIVED, uow.now)
    await end_awaiting(uow, parcel)
    announced = {line.master_line_id: line.quantity for line in parcel.lines}
    await lock_open_units(uow, parcel.partner_id, list(announced))
    counts = check_counts(announced, counts)

    receipt = await _write_receipt(uow, parcel)
    because = Because("parcel.received", "receipt", str(receipt.id), uow.now)
    over = sum([await _take_in(uow, receipt, because, count, announced[count.master_line_id]) for count in counts])
    wanted, got = sum(announced.values()), sum(count.quantity for count in counts)
    await record_event(uow, ParcelReceived(parcel.cycle_id, parcel.partner_id, parcel.id, wanted, got, over))

    lines = await get_lines(uow.session, uow.store_id, announced)
    await allocate_received(uow, parcel.partner_id, {line.partner_variant_id for line in lines.values()}, because)
    await settle_shortages(uow, parcel.cycle_id)
    return receipt.id


async def lock_for_count(uow: UnitOfWork, parcel_id: int) -> InboundParcel:
    """Lock the partner's order, then the parcel, as whoever reads the order does: two would wait for each other."""
    parcel = await repository.get_parcel(uow.session, uow.store_id, parcel_id)
    await repository.lock_partner_order(uow.session, uow.store_id, parcel.cycle_id)
    return await repository.lock_parcel(uow.session, uow.store_id, parcel_id)


async def _write_receipt(uow: UnitOfWork, parcel: InboundParcel) -> Receipt:
    receipt = Receipt(
        store_id=uow.store_id,
        partner_id=parcel.partner_id,
        cycle_id=parcel.cycle_id,
        parcel_id=parcel.id,
        received_at=uow.now,
        received_by=uow.actor.staff,
    )
    uow.session.add(receipt)
    await uow.session.flush()
    return receipt


async def _take_in(uow: UnitOfWork, receipt: Receipt, because: Because, count: Count, announced: int) -> int:
    """Post what was found of one line; return how many of it were more than expected."""
    line_id, quantity = count.master_line_id, count.quantity
    over = (await receive_supply(uow, line_id, quantity, because)).over if quantity else 0
    uow.session.add(
        ReceiptLine(
            store_id=uow.store_id,
            receipt_id=receipt.id,
            partner_id=receipt.partner_id,
            master_line_id=line_id,
            announced=announced,
            quantity=quantity,
            over=over,
        )
    )
    return over


def check_counts(lines: Collection[int], counts: Sequence[Count]) -> list[Count]:
    """Return the counts in the order of their lines; refused unless each line is counted once, within reason."""
    counts = sorted(counts, key=lambda count: count.master_line_id)
    if [count.master_line_id for count in counts] != sorted(lines):
        raise Invalid("Count every line of the parcel; enter 0 for what is missing.")
    wrong = {
        f"line_{count.master_line_id}": f"Enter a whole number from 0 to {MOST_UNITS}."
        for count in counts
        if not 0 <= count.quantity <= MOST_UNITS
    }
    if wrong:
        raise Invalid("Please check the counts.", wrong)
    return counts


async def forget_staff(uow: UnitOfWork) -> int:
    """Let no receipt say who of the staff opened the parcel; returns how many said it."""
    return await repository.clear_staff(uow.session, uow.store_id)
