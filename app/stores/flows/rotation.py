"""Secrets that are rotated while everything runs: the keys that seal tokens, the client secret they are tied to."""

from dataclasses import dataclass, field

from app.core.clock import machine_now
from app.core.crypto import Vault
from app.core.errors import HubError
from app.core.log import logger
from app.core.unit_of_work import SYSTEM, Open
from app.gateways.shopify.oauth import mark_of
from app.stores import service
from app.stores.flows.access import ConnectedShopify

log = logger("stores.rotation")


@dataclass(slots=True)
class Resealed:
    """How many stores' tokens were sealed anew, and how many could not be opened, by the key that sealed them."""

    stores: int = 0
    unopened: dict[str, int] = field(default_factory=dict)


async def reseal_tokens(open_uow: Open, vault: Vault) -> Resealed:
    """Have every token sealed with the first key, a few stores at a time; whoever runs meanwhile is not disturbed."""
    result, after = Resealed(), 0
    while True:
        async with open_uow(SYSTEM) as uow:
            batch = await service.reseal_some(uow, vault, after)
        result.stores += batch.resealed
        for key_id in batch.unknown_keys:
            result.unopened[key_id] = result.unopened.get(key_id, 0) + 1
        if batch.last is None:
            return result
        after = batch.last


async def sweep_tokens(shopify: ConnectedShopify) -> int:
    """Ask for new tokens wherever they are tied to an earlier secret or were not renewed for long; returns how many."""
    async with shopify.open_uow(SYSTEM) as uow:
        return await service.ask_for_renewals(uow, mark_of(shopify.app.client_secret), machine_now())


@dataclass(slots=True)
class Renewed:
    """How many stores have tokens of the current secret now, and why others have not, by shop."""

    stores: int = 0
    left: dict[str, str] = field(default_factory=dict)


async def renew_all_tokens(shopify: ConnectedShopify) -> Renewed:
    """Get tokens of the current secret for every store that holds some of an earlier one."""
    mark, renewed = mark_of(shopify.app.client_secret), Renewed()
    async with shopify.open_uow(SYSTEM) as uow:
        stores = await service.list_tied_elsewhere(uow, mark)
    for store_id, shop_domain in stores:
        try:
            await shopify.renew(store_id)
        except HubError as error:
            renewed.left[shop_domain] = error.sentence
    async with shopify.open_uow(SYSTEM) as uow:
        tied = dict(await service.list_tied_elsewhere(uow, mark))
    renewed.stores = sum(1 for store_id, _ in stores if store_id not in tied)
    for shop_domain in tied.values():
        renewed.left.setdefault(shop_domain, "Shopify does not take the new secret yet.")
    return renewed
