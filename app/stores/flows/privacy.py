"""What Shopify asks for people's sake, as it arrives: noted, then erased or handed over; unknown shops are answered."""

from app.core.log import logger
from app.core.unit_of_work import SYSTEM, Open, system_for
from app.stores import service
from app.stores.flows.access import ConnectedShopify
from app.stores.flows.installation import end_installation
from app.stores.queries import get_store
from app.stores.service import Asked
from app.stores.states import StoreRole

log = logger("stores.privacy")


async def take_request(open_uow: Open, asked: Asked) -> None:
    """Note what is asked for a customer's sake and have it done; of a partner's customers nothing is held."""
    async with open_uow(SYSTEM if asked.store_id is None else system_for(asked.store_id)) as uow:
        request_id = await service.note_request(uow, asked)
        role = (await get_store(uow, asked.store_id)).role if asked.store_id is not None else None
        if role is not StoreRole.RETAILER:
            await service.write_receipt(uow, request_id, {"orders": 0}, done=True)
        elif asked.kind == service.DATA_REQUEST:
            await service.offer_package(uow, request_id, len(asked.order_ids))
        else:
            await service.ask_for_erasure(uow, request_id, len(asked.order_ids))


async def erase_shop(shopify: ConnectedShopify, asked: Asked) -> bool:
    """Erase a shop that left; one whose farewell was lost is looked at first, one that is here again is left alone."""
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
