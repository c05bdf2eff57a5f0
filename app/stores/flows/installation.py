"""How a store comes in: by the ID token of an embedded load or by the code of a callback; both end in one place."""

from datetime import datetime

from app.core.clock import machine_now
from app.core.errors import Conflict, Unavailable
from app.core.log import logger
from app.core.unit_of_work import SYSTEM, system_for
from app.gateways.shopify import oauth
from app.gateways.shopify.client import StoreAccess
from app.gateways.shopify.errors import GrantRefused, StoreGone, TokenDead
from app.gateways.shopify.oauth import TokenGrant
from app.gateways.shopify.shop import ShopDetails, read_granted_scopes, read_shop
from app.gateways.shopify.signed_query import SignedQuery
from app.stores import service
from app.stores.errors import AccessLost, AuthorizationRefused, NotConnected
from app.stores.flows.access import ConnectedShopify
from app.stores.queries import StoreFacts, find_store_by_shop_id, get_store
from app.stores.sealing import seal
from app.stores.service import Installation
from app.stores.states import AccessState

MOST_READINGS = 3

log = logger("stores.installation")


async def install_by_id_token(shopify: ConnectedShopify, shop_domain: str, id_token: str) -> StoreFacts:
    """Exchange a verified ID token for our own access and record the installation."""
    grant = await oauth.exchange_id_token(shopify.client.http, shopify.app, shop_domain, id_token)
    return await _install(shopify, shop_domain, grant)


async def finish_authorization(shopify: ConnectedShopify, query: SignedQuery) -> StoreFacts:
    """Use up the state of a verified callback, exchange its code and record the installation."""
    parameters = query.parameters
    async with shopify.open_uow(SYSTEM) as uow:
        await service.claim_authorization(uow, parameters.get("state", ""), query.shop_domain)
    if not parameters.get("code"):
        raise AuthorizationRefused("no code")
    try:
        grant = await oauth.exchange_code(
            shopify.client.http, shopify.app, query.shop_domain, parameters["code"], machine_now()
        )
    except GrantRefused as error:
        raise AuthorizationRefused(f"code refused: {error.code}") from error
    return await _install(shopify, query.shop_domain, grant)


async def check_installation(shopify: ConnectedShopify, store_id: int) -> StoreFacts:
    """Read again what the store grants and says of itself; once more if somebody else recorded a change meanwhile."""
    for _ in range(MOST_READINGS):
        async with shopify.open_uow(SYSTEM) as uow:
            before = await get_store(uow, store_id)
        details = await shopify.call(store_id, read_shop)
        granted = await shopify.call(store_id, read_granted_scopes)
        if granted != before.scopes:
            await shopify.renew(store_id)
        async with shopify.open_uow(system_for(store_id)) as uow:
            if await service.is_still(uow, before):
                await service.record_details(uow, _installation(details, granted))
                return await service.record_scopes(uow, granted)
    raise Unavailable("The store's permissions change while they are read. Try again in a moment.")


async def refresh_installation(shopify: ConnectedShopify, store_id: int) -> bool:
    """Read the store again if it lets us in; whether it grants or calls itself something else than we knew."""
    async with shopify.open_uow(SYSTEM) as uow:
        store = await get_store(uow, store_id)
    if store.needs_reopening:
        return False
    now = await check_installation(shopify, store_id)
    return now.as_read != store.as_read


async def find_renamed(shopify: ConnectedShopify, shop_domain: str, shop_gid: str) -> bool:
    """Take over the new name of one of our stores; tell whether there is one, as only the shop at that name can say."""
    async with shopify.open_uow(SYSTEM) as uow:
        store = await find_store_by_shop_id(uow, shop_gid)
    if store is None or store.needs_reopening:
        return False
    try:
        details = await shopify.ask_at(store.id, shop_domain, read_shop)
    except (AccessLost, NotConnected, StoreGone, TokenDead):
        return False
    if details.id != store.shopify_shop_id:
        return False
    async with shopify.open_uow(system_for(store.id)) as uow:
        await service.record_details(uow, _installation(details, store.scopes))
        await service.mark_access(uow, store.id, AccessState.WORKING)  # it answered by its new name
    shopify.look_again(store.id)
    log.info("stores.renamed", store_id=store.id, before=store.shop_domain, shop=details.domain)
    return True


async def end_installation(shopify: ConnectedShopify, store_id: int, told_at: str | None) -> bool:
    """End the installation unless the store still lets us in: then the news is older than what is true."""
    try:
        await shopify.call(store_id, read_granted_scopes)
    except (AccessLost, NotConnected, StoreGone) as refusal:
        refused = refusal.issue if isinstance(refusal, AccessLost) else None
        async with shopify.open_uow(system_for(store_id)) as uow:
            return await service.uninstall_store(uow, _instant(told_at) or uow.now, refused)
    log.info("stores.uninstall_ignored", store_id=store_id)
    return False


async def _install(shopify: ConnectedShopify, shop_domain: str, grant: TokenGrant) -> StoreFacts:
    access = StoreAccess(shop_domain, grant.access_token)
    details = await read_shop(shopify.client, access)
    granted = await read_granted_scopes(shopify.client, access)
    try:
        return await _record(shopify, _installation(details, granted), grant)
    except Conflict:  # two first loads at once: the other one made the row
        return await _record(shopify, _installation(details, granted), grant)


async def _record(shopify: ConnectedShopify, installation: Installation, grant: TokenGrant) -> StoreFacts:
    async with shopify.open_uow(SYSTEM) as uow:
        store_id = await service.identify_store(uow, installation.shopify_shop_id)
    async with shopify.open_uow(system_for(store_id)) as uow:
        store = await service.install_store(uow, installation, seal(shopify.vault, store_id, grant))
    log.info("stores.installed", shop=store.shop_domain, store_id=store.id)
    return store


def _instant(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None


def _installation(details: ShopDetails, granted: frozenset[str]) -> Installation:
    return Installation(
        shopify_shop_id=details.id,
        shop_domain=details.domain,
        name=details.name,
        currency=details.currency,
        time_zone=details.time_zone,
        country_code=details.address.country_code,
        scopes=granted,
    )
