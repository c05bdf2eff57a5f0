"""Queries Shopify signs: the callback of the grant and the load of the app in the admin, also forged on demand."""

import base64
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from urllib.parse import parse_qsl, quote

from simulator.oauth.id_tokens import id_token, session_number
from simulator.world.clock import machine_now
from simulator.world.store import Store
from simulator.world.world import World

Tamper = Literal["hmac", "shop", "reorder", "timestamp", "repeat"]
TAMPERS: tuple[Tamper, ...] = ("hmac", "shop", "reorder", "timestamp", "repeat")
STRANGER = "somebody-else.myshopify.com"
TOO_OLD_SECONDS = 24 * 3600
APP_HANDLE = "partner-hub"


def signature(parameters: Mapping[str, str], secret: str) -> str:
    """The hex signature of the parameters, sorted and percent-encoded."""
    encoded = sorted((quote(key, safe=""), quote(value, safe="")) for key, value in parameters.items())
    message = "&".join(f"{key}={value}" for key, value in encoded)
    return hmac.digest(secret.encode(), message.encode(), "sha256").hex()


def signed_query(world: World, parameters: Mapping[str, str], tamper: Tamper | None = None) -> str:
    """The query string with its `hmac`.

    `tamper` spoils it: `hmac` (a wrong signature), `shop` (another shop after signing), `timestamp` (a day old, rightly
    signed), `repeat` (the shop named a second time, rightly signed for the first); `reorder` only changes the order,
    which leaves it valid.
    """
    values = dict(parameters)
    if tamper == "timestamp":
        values["timestamp"] = str(int(values["timestamp"]) - TOO_OLD_SECONDS)
    values["hmac"] = signature(values, world.settings.api_secret)
    if tamper == "hmac":
        values["hmac"] = values["hmac"][::-1]
    if tamper == "shop":
        values["shop"] = STRANGER
    pairs = sorted(values.items(), reverse=tamper == "reorder")
    if tamper == "repeat":
        pairs.append(("shop", STRANGER))
    return "&".join(f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in pairs)


def encoded_host(store: Store) -> str:
    """The `host` parameter: where in the admin the app lives."""
    handle = store.domain.removesuffix(".myshopify.com")
    return base64.b64encode(f"admin.shopify.com/store/{handle}".encode()).rstrip(b"=").decode()


def embed_query(
    world: World,
    store: Store,
    now: datetime | None = None,
    tamper: Tamper | None = None,
    own: Mapping[str, str] | None = None,
) -> str:
    """The query with which the admin loads the app; what the page brings itself is signed with it."""
    at = now or machine_now()
    parameters = {
        **(own or {}),
        "embedded": "1",
        "host": encoded_host(store),
        "id_token": id_token(world, store, now=at),
        "locale": "en",
        "session": session_number(store).replace("-", ""),
        "shop": store.domain,
        "timestamp": str(int(at.timestamp())),
    }
    return signed_query(world, parameters, tamper)


def embed_url(
    world: World, store: Store, path: str = "/app", *, now: datetime | None = None, tamper: Tamper | None = None
) -> str:
    """The address the admin's frame loads: the page of the app with signed load parameters."""
    base, _, own = path.partition("?")
    query = embed_query(world, store, now, tamper, dict(parse_qsl(own, keep_blank_values=True)))
    return f"{world.settings.hub_url or ''}{base}?{query}"
