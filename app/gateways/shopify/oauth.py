"""Access tokens: Shopify's grant page, and the three ways to a token."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

import anyio
import httpx
import msgspec
from shopify.session import Session
from shopify_app import ShopifyApp, TokenExchangeAccessToken, TokenExchangeResult

from app.core.errors import Unavailable
from app.gateways.shopify.client import API_VERSION, TOTAL_SECONDS
from app.gateways.shopify.errors import GrantRefused, TokenDead

SUFFIX = ".myshopify.com"
NO_ANSWER = "Shopify did not answer the request for a token."
DEAD_CODES = frozenset({"invalid_grant", "refresh_token_expired"})
LIBRARY_FAULTS = (httpx.HTTPError, TimeoutError, ValueError, TypeError, KeyError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class AppCredentials:
    """What identifies the app to Shopify."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """An offline access token and what it is good for; without `expires_at` it does not expire."""

    access_token: str = field(repr=False)
    scopes: frozenset[str]
    expires_at: datetime | None
    refresh_token: str | None = field(repr=False)
    refresh_expires_at: datetime | None


class _Granted(msgspec.Struct):
    access_token: str
    scope: str = ""
    expires_in: int | None = None
    refresh_token: str | None = None
    refresh_token_expires_in: int | None = None


class _Refusal(msgspec.Struct):
    error: str = "refused"


def permission_url(
    shop_domain: str, client_id: str, redirect_uri: str, state: str, store_url: str = "https://{shop}"
) -> str:
    """Return the address of Shopify's grant page; scopes come from the app's configuration."""
    session = Session(shop_domain, API_VERSION)
    session.api_key = client_id
    link: str = session.create_permission_url([], redirect_uri, state)
    return store_url.format(shop=shop_domain) + link.removeprefix(f"https://{shop_domain}")


def scopes_url(
    shop_domain: str, client_id: str, optional_scopes: Sequence[str], store_url: str = "https://{shop}"
) -> str:
    """Return the address where a store grants optional scopes."""
    query = urlencode({"client_id": client_id, "optional_scopes": ",".join(optional_scopes)})
    return f"{store_url.format(shop=shop_domain)}/admin/oauth/install?{query}"


async def exchange_code(
    http: httpx.AsyncClient, app: AppCredentials, shop_domain: str, code: str, now: datetime
) -> TokenGrant:
    """Return the token for a verified callback's code, which works once."""
    body = {"client_id": app.client_id, "client_secret": app.client_secret, "code": code, "expiring": "1"}
    try:
        with anyio.fail_after(TOTAL_SECONDS):
            response = await http.post(f"https://{shop_domain}/admin/oauth/access_token", json=body)
        if response.status_code == 200:
            raw = msgspec.json.decode(response.content, type=_Granted)
            return TokenGrant(
                access_token=raw.access_token,
                scopes=_scopes(raw.scope),
                expires_at=_later(now, raw.expires_in),
                refresh_token=raw.refresh_token,
                refresh_expires_at=_later(now, raw.refresh_token_expires_in),
            )
        if 400 <= response.status_code < 500 and response.status_code != 429:
            raise GrantRefused(msgspec.json.decode(response.content, type=_Refusal).error)
    except (httpx.HTTPError, TimeoutError, msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise Unavailable(NO_ANSWER) from error
    raise Unavailable(NO_ANSWER)


async def exchange_id_token(
    http: httpx.AsyncClient, app: AppCredentials, shop_domain: str, id_token: str
) -> TokenGrant:
    """Return an offline token for a verified ID token."""
    verified = {"exchangeable": True, "token": id_token, "claims": {"dest": f"https://{shop_domain}"}}
    library = ShopifyApp(app.client_id, app.client_secret)
    return await _granted(library.exchange_using_token_exchange_async("offline", verified, http_client=http))


async def refresh(http: httpx.AsyncClient, app: AppCredentials, shop_domain: str, refresh_token: str) -> TokenGrant:
    """Return a new token; the old refresh token works until the new one was used, so repeating is safe."""
    held = {"shop": shop_domain.removesuffix(SUFFIX), "refresh_token": refresh_token, "access_mode": "offline"}
    library = ShopifyApp(app.client_id, app.client_secret)
    return await _granted(library.refresh_token_exchanged_access_token_async(held, http))


async def _granted(exchange: Awaitable[TokenExchangeResult]) -> TokenGrant:
    """The library lets answers that are not JSON escape as errors of its own; they count as no answer."""
    try:
        with anyio.fail_after(TOTAL_SECONDS):
            result = await exchange
    except LIBRARY_FAULTS as error:
        raise Unavailable(NO_ANSWER) from error
    token = result.access_token
    if result.ok and isinstance(token, TokenExchangeAccessToken) and token.token:
        return TokenGrant(
            access_token=token.token,
            scopes=_scopes(token.scope),
            expires_at=_instant(token.expires),
            refresh_token=token.refresh_token or None,
            refresh_expires_at=_instant(token.refresh_token_expires),
        )
    if result.log.code in DEAD_CODES:
        raise TokenDead()
    last = result.http_logs[-1].res.status if result.http_logs else 0
    if 400 <= last < 500 and last != 429:
        raise GrantRefused(result.log.code)
    raise Unavailable(NO_ANSWER)


def _scopes(text: str) -> frozenset[str]:
    return frozenset(filter(None, (scope.strip() for scope in text.split(","))))


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def _later(now: datetime, seconds: int | None) -> datetime | None:
    return None if seconds is None else now + timedelta(seconds=seconds)
