"""Partnerships as rows."""

from dataclasses import dataclass
from datetime import time
from decimal import Decimal

from app.core.unit_of_work import SYSTEM, Open, system_for
from app.partners.models import Partner
from app.stores.queries import get_store
from app.stores.states import StoreRole
from tests.factories.stores import make_store


@dataclass(frozen=True)
class MadePartner:
    """Who works with whom."""

    store_id: int
    id: int
    partner_store_id: int


async def make_partner(
    open_uow: Open,
    store_id: int,
    partner_store_id: int | None = None,
    *,
    name: str = "",
    discount: str = "0.3",
    buffer: int = 0,
    state: str = "connected",
) -> MadePartner:
    """A partnership of the retailer with a partner's store (a new one unless given), at 30 % off."""
    partner_store_id = partner_store_id or await make_store(open_uow, StoreRole.PARTNER, name)
    async with open_uow(SYSTEM) as uow:
        domain = (await get_store(uow, partner_store_id)).shop_domain
    async with open_uow(system_for(store_id)) as uow:
        partner = Partner(
            store_id=store_id,
            partner_store_id=partner_store_id,
            name=name.title() or "Roastery",
            shop_domain=domain,
            state=state,
            discount=Decimal(discount),
            buffer=buffer,
            location_ids=["gid://shopify/Location/7"],
            weekday=4,
            cutoff_time=time(18),
            time_zone="UTC",
        )
        uow.session.add(partner)
        await uow.session.flush()
    return MadePartner(store_id, partner.id, partner_store_id)
