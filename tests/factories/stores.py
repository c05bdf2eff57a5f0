"""Stores as rows: retailers that are live, partners' stores."""

from itertools import count

from app.core.unit_of_work import SYSTEM, Open, system_for
from app.stores.models import RetailerSettings, Store
from app.stores.states import StoreRole

NUMBERS = count(1)


async def make_store(
    open_uow: Open, role: StoreRole = StoreRole.RETAILER, name: str = "", currency: str = "USD"
) -> int:
    """A store of this role; a retailer is live since now. Returns its id."""
    number = next(NUMBERS)
    domain = f"{name or f'{role}-{number}'}.myshopify.com"
    async with open_uow(SYSTEM) as uow:
        store = Store(
            shopify_shop_id=f"gid://shopify/Shop/{number}",
            shop_domain=domain,
            name=(name or role).title(),
            role=role,
            currency=currency,
            time_zone="UTC",
            installed_at=uow.now,
        )
        uow.session.add(store)
        await uow.session.flush()
    if role is StoreRole.RETAILER:
        async with open_uow(system_for(store.id)) as uow:
            settings = RetailerSettings(
                store_id=store.id, stock_location_id="gid://shopify/Location/1", went_live_at=uow.now
            )
            uow.session.add(settings)
    return store.id
