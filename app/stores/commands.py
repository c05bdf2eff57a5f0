"""What an operator does about access while everything runs; each command says in lines what it did and what is next."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from app.core.log import configure_logging
from app.core.runtime import build_runtime
from app.core.settings import load_settings
from app.core.unit_of_work import SYSTEM
from app.gateways.shopify.client import ShopifyClient
from app.gateways.shopify.network import build_http_client
from app.stores import flows, service
from app.stores.flows import ConnectedShopify
from app.stores.service import RequestFacts

Subscribers = Mapping[str, Sequence[Callable[[Any], Any]]]


async def rotate_keys(environment: Mapping[str, str], subscribers: Subscribers) -> list[str]:
    """Seal every stored token with the first encryption key."""
    async with _connected(environment, subscribers) as shopify:
        vault = shopify.vault
        resealed = await flows.reseal_tokens(shopify.open_uow, vault)
    first, *others = vault.keys
    lines = [f"Sealed the tokens of {resealed.stores} stores anew, with key {first}."]
    for key_id, count in resealed.unopened.items():
        lines.append(
            f"{count} could not be opened: key {key_id} is not among TOKEN_ENCRYPTION_KEYS. Add it at the end."
        )
    if resealed.unopened:
        return lines
    names = ", ".join(others)
    if resealed.stores:
        lines.append(f"Once every process runs with {first} first, run this again.")
        lines += [f"When it then has nothing to do, {names} may be removed."] if others else []
    elif others:
        lines.append(f"Nothing is sealed with {names} any more: if every process runs with {first} first, remove it.")
    return lines


async def rotate_secret(environment: Mapping[str, str], subscribers: Subscribers) -> list[str]:
    """Mint every store's token anew with the current client secret."""
    async with _connected(environment, subscribers) as shopify:
        renewed = await flows.renew_all_tokens(shopify)
    lines = [f"Minted the tokens of {renewed.stores} stores anew, with the current client secret."]
    lines += [f"{shop}: {why}" for shop, why in sorted(renewed.left.items())]
    if renewed.left:
        lines.append("Keep the previous secret until this command leaves no store out, or remove those stores.")
    else:
        lines.append(
            "No token is tied to an earlier secret. It may be revoked in the Partner Dashboard; an hour later,"
        )
        lines.append("when webhooks are signed with the new one, remove SHOPIFY_API_SECRET_PREVIOUS.")
    return lines


async def privacy(environment: Mapping[str, str], subscribers: Subscribers) -> list[str]:
    """Show what Shopify asked for people's sake, and the receipt of what was done."""
    async with _connected(environment, subscribers) as shopify, shopify.open_uow(SYSTEM) as uow:
        requests = await service.list_requests(uow)
    return [_told(each) for each in requests] or ["Nothing was asked yet."]


def _told(request: RequestFacts) -> str:
    done = f"done {request.done_at:%Y-%m-%d %H:%M}" if request.done_at else f"due {request.due_at:%Y-%m-%d}"
    counts = ", ".join(f"{name} {count}" for name, count in request.receipt.items())
    about = f"{len(request.order_ids)} orders" if request.order_ids else "the shop"
    return f"{request.id}  {request.kind}  {request.shop_domain}  {about}  {done}  {counts}".rstrip()


@asynccontextmanager
async def _connected(environment: Mapping[str, str], subscribers: Subscribers) -> AsyncIterator[ConnectedShopify]:
    settings = load_settings(environment)
    configure_logging("warning")  # to standard error: what a command prints is for whoever asked
    async with build_runtime(settings).running() as runtime, build_http_client(settings) as http:
        client = ShopifyClient(http, api_version=settings.api_version)
        yield ConnectedShopify(runtime.units_of_work(subscribers), client, settings)
