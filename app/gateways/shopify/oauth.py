"""Access tokens: Shopify's grant page, and the three ways to a token."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
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
from app.gateways.shopify.errors import GrantRefused, StoreFrozen, StoreGone, TokenDead

SUFFIX = ".myshopify.com"
NO_ANSWER = "Shopify did not answer the request for a token."
DEAD_CODES = frozenset({"invalid_grant", "refresh_token_expired"})
LIBRARY_FAULTS = (httpx.HTTPError, TimeoutError, ValueError, TypeError, KeyError, AttributeError, RecursionError)


UNKNOWN_SECRET = "invalid_client"
FROZEN = (402, 423)
GONE = 404


@dataclass(frozen=True, slots=True)
class AppCredentials:
    """What identifies the app to Shopify; while the secret is rotated, with the one before it."""

    client_id: str
    client_secret: str = field(repr=False)
    previous_secret: str = field(default="", repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets Shopify may know, the one that new tokens are to be tied to first."""
        return tuple(filter(None, (self.client_secret, self.previous_secret)))


def mark_of(secret: str) -> str:
    """Return by what tokens remember the secret they are tied to; nobody gets the secret out of it."""
    return hashlib.sha256(f"client secret:{secret}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """An offline access token and what it is good for; without `expires_at` it does not expire."""

    access_token: str = field(repr=False)
    scopes: frozenset[str]
    expires_at: datetime | None
    refresh_token: str | None = field(repr=False)
    refresh_expires_at: datetime | None
    minted_by: str  # mark of the client secret it is tied to


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

    async def ask(secret: str) -> TokenGrant:
        body = {"client_id": app.client_id, "client_secret": secret, "code": code, "expiring": "1"}
        try:
            with anyio.fail_after(TOTAL_SECONDS):
                response = await http.post(f"https://{shop_domain}/admin/oauth/access_token", json=body)
            return _read_grant(response, secret, now)
        except (httpx.HTTPError, TimeoutError, msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise Unavailable(NO_ANSWER) from error

    return await _with_either_secret(app, ask)


async def exchange_id_token(
    http: httpx.AsyncClient, app: AppCredentials, shop_domain: str, id_token: str
) -> TokenGrant:
    """Return an offline token for a verified ID token."""
    verified = {"exchangeable": True, "token": id_token, "claims": {"dest": f"https://{shop_domain}"}}

    async def ask(secret: str) -> TokenGrant:
        library = ShopifyApp(app.client_id, secret)
        return await _granted(
            secret, library.exchange_using_token_exchange_async("offline", verified, http_client=http)
        )

    return await _with_either_secret(app, ask)


async def refresh(http: httpx.AsyncClient, app: AppCredentials, shop_domain: str, refresh_token: str) -> TokenGrant:
    """Return a new token; the old refresh token works until the new one was used, so repeating is safe."""
    held = {"shop": shop_domain.removesuffix(SUFFIX), "refresh_token": refresh_token, "access_mode": "offline"}

    async def ask(secret: str) -> TokenGrant:
        library = ShopifyApp(app.client_id, secret)
        return await _granted(secret, library.refresh_token_exchanged_access_token_async(held, http))

    return await _with_either_secret(app, ask)


async def _with_either_secret(app: AppCredentials, ask: Callable[[str], Awaitable[TokenGrant]]) -> TokenGrant:
    """Ask with the current secret; while Shopify does not know it yet, or no more, with the one before."""
    *others, last = app.secrets
    for secret in others:
        try:
            return await ask(secret)
        except GrantRefused as error:
            if error.code != UNKNOWN_SECRET:
                raise
    return await ask(last)


def _read_grant(response: httpx.Response, secret: str, now: datetime) -> TokenGrant:
    if response.status_code == 200:
        raw = msgspec.json.decode(response.content, type=_Granted)
        return TokenGrant(
            access_token=raw.access_token,
            scopes=_scopes(raw.scope),
            expires_at=_later(now, raw.expires_in),
            refresh_token=raw.refresh_token,
            refresh_expires_at=_later(now, raw.refresh_token_expires_in),
            minted_by=mark_of(secret),
        )
    if response.status_code in FROZEN:
        raise StoreFrozen
    if response.status_code == GONE:
        raise StoreGone
    if 400 <= response.status_code < 500 and response.status_code != 429:
        raise GrantRefused(msgspec.json.decode(response.content, type=_Refusal).error)
    raise Unavailable(NO_ANSWER)


async def _granted(secret: str, exchange: Awaitable[TokenExchangeResult]) -> TokenGrant:
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
            minted_by=mark_of(secret),
        )
    if result.log.code in DEAD_CODES:
        raise TokenDead()
    last = result.http_logs[-1].res.status if result.http_logs else 0
    if last in FROZEN:
        raise StoreFrozen
    if last == GONE:
        raise StoreGone
    if 400 <= last < 500 and last != 429:
        raise GrantRefused(result.log.code)
    raise Unavailable(NO_ANSWER)


def _scopes(text: str) -> frozenset[str]:
    return frozenset(filter(None, (scope.strip() for scope in text.split(","))))


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def _later(now: datetime, seconds: int | None) -> datetime | None:
    return None if seconds is None else now + timedelta(seconds=seconds)
