"""What Shopify asks for people's sake, as it arrives: noted, then erased or handed over; unknown shops are answered."""

from dataclasses import replace

from app.core.log import logger
from app.core.unit_of_work import SYSTEM, Open, system_for
from app.stores import service
from app.stores.flows.access import ConnectedShopify
from app.stores.flows.installation import end_installation
from app.stores.queries import find_store_by_shop_id, get_store
from app.stores.service import Asked

log = logger("stores.privacy")


async def erase_shop(shopify: ConnectedShopify, asked: Asked) -> bool:
    """Erase a shop that left; one whose farewell was lost is looked at first, one that is here again is left alone."""
    asked = await name_store(shopify.open_uow, asked)
    if asked.store_id is None:
        async with shopify.open_uow(SYSTEM) as uow:
            await service.write_receipt(uow, await service.note_request(uow, asked), {"stores": 0}, done=True)
        return False
    async with shopify.open_uow(SYSTEM) as uow:
        is_installed = (await get_store(uow, asked.store_id)).installed
    if is_installed and not await end_installation(shopify, asked.store_id, None):
        log.warning("stores.erasure_ignored", store_id=asked.store_id, shop=asked.shop_domain)
        return False
    async with shopify.open_uow(system_for(asked.store_id)) as uow:
        return await service.erase_store(uow, await service.note_request(uow, asked))


async def name_store(open_uow: Open, asked: Asked) -> Asked:
    """Return what is asked with the store it means: by Shopify's id, for a shop may have changed its name (A15)."""
    if not asked.shop_gid:
        return asked
    async with open_uow(SYSTEM) as uow:
        store = await find_store_by_shop_id(uow, asked.shop_gid)
    return replace(asked, store_id=store.id) if store else asked
