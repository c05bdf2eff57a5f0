"""What is found in a store by comparing is told to whom it concerns."""

from app.core.unit_of_work import Open, system_for
from app.events.service import record_event
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
