"""Parcels that should have come by now: each is told once, until it is received or taken back."""

from app.core.unit_of_work import UnitOfWork
from app.exceptions.queries import open_exceptions
from app.exceptions.service import open_exception, resolve_exceptions, resolve_of_each
from app.job_runs.service import enqueue
from app.master_orders.queries import get_master_order
from app.partners.queries import partners_of
from app.receiving import repository, rules
from app.receiving.jobs import ReadMasterOrder
from app.receiving.models import InboundParcel
from app.receiving.service.problems import OVERDUE, overdue, unopened
from app.receiving.states import ParcelState


async def review_parcels(uow: UnitOfWork) -> None:
    """List each parcel that should have come by now, and end what is not so any more (H13, H16)."""
    sent_by, delivered_by = uow.now - rules.UNDER_WAY, uow.now - rules.UNOPENED
    missed = await repository.list_long_awaited(uow.session, uow.store_id, sent_by, delivered_by)
    for parcel in missed:
        is_delivered = parcel.delivered_at is not None and parcel.delivered_at <= delivered_by
        await open_exception(uow, unopened(parcel) if is_delivered else overdue(parcel))
    listed = {int(each.subject_id) for each in await open_exceptions(uow.session, OVERDUE)}
    if ended := listed - {parcel.id for parcel in missed}:
        await resolve_of_each(uow, "parcel", ended, [OVERDUE])
    await _ask_carriers(uow)


async def end_awaiting(uow: UnitOfWork, parcel: InboundParcel) -> None:
    """Let nobody look any more for a parcel that is here, or was taken back."""
    await resolve_exceptions(uow, "parcel", parcel.id, [OVERDUE])


async def _ask_carriers(uow: UnitOfWork) -> None:
    """Have the orders read whose parcels may have been delivered: that may change nothing a look would find."""
    live = {partner.id for partner in await partners_of(uow.session, uow.store_id) if partner.is_live}
    travelling = [
        parcel
        for parcel in await repository.list_parcels(uow.session, uow.store_id, ParcelState.ON_THE_WAY)
        if parcel.partner_id in live and parcel.delivered_at is None
    ]
    for cycle_id in sorted({parcel.cycle_id for parcel in travelling}):
        master = await get_master_order(uow.session, uow.store_id, cycle_id)
        if master.order_id is not None:
            await enqueue(uow, ReadMasterOrder(master.partner_store_id, master.order_id))
