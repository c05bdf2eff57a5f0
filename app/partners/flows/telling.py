"""What is found in a partner's store, or happens to work for it, is told to whom it concerns."""

from app.core.unit_of_work import Open, system_for
from app.events.service import record_event
from app.exceptions.service import look_at_jobs
from app.partners import service
from app.partners.jobs import TellOfWork
from app.partners.queries import partnerships_of
from app.stores.events import FactRecovered


async def tell_of_recovery(open_uow: Open, store_id: int, what: str, cause: str) -> None:
    """Count what Shopify's message had not told, once for each cause: in the store's own week and its retailers'."""
    async with open_uow(system_for(store_id)) as uow:
        partnerships = await partnerships_of(uow.session, store_id)
        await record_event(uow, FactRecovered(store_id, what, cause))
    for partnership in partnerships:
        async with open_uow(system_for(partnership.store_id)) as uow:
            at_partner = FactRecovered(partnership.store_id, f"{what} at {partnership.name}", f"{store_id}:{cause}")
            await record_event(uow, at_partner)


async def tell_of_work(open_uow: Open, partner_store_id: int) -> int:
    """Have each retailer know what work for the partner's store failed or waits for long; return how many there are.

    An earlier telling that failed is not told: this one does what it was to do.
    """
    async with open_uow(system_for(partner_store_id)) as uow:
        told = await look_at_jobs(uow)
        standing = [each for each in told if not each.cause.startswith(f"{TellOfWork.name}:")]
        partnerships = await partnerships_of(uow.session, partner_store_id)
    for partnership in partnerships:
        async with open_uow(system_for(partnership.store_id)) as uow:
            await service.note_work(uow, partnership.id, standing)
    return len(partnerships)
