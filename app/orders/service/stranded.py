"""Units that wait for a partner who is gone: somebody has to decide, or the partner comes back."""

from app.core.unit_of_work import UnitOfWork
from app.exceptions.service import Problem, open_exception, resolve_exceptions
from app.partners.queries import get_partner
from app.units.queries import queued_demand

STRANDED = "partner_gone"


async def review_partner(uow: UnitOfWork, partner_id: int) -> None:
    """List the units that wait for a partner who is not connected; end it when the partner is, or nothing waits."""
    partner = await get_partner(uow.session, uow.store_id, partner_id)
    lots = await queued_demand(uow.session, uow.store_id, partner_id)
    units = 0 if partner.is_live else sum(lot.quantity for lot in lots)
    if not units:
        await resolve_exceptions(uow, "partner", partner_id, [STRANDED])
        return
    cause = f"{units} sold units wait for {partner.name}, who is not connected any more."
    step = "Connect the partner again, or cancel these units on the orders they are on."
    await open_exception(
        uow, Problem(STRANDED, "partner", str(partner_id), cause, step, units=units, partner_id=partner_id)
    )
