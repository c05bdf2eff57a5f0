"""Routes around OAuth for checkers and the admin: grants answered, signed addresses, ID tokens, App Bridge."""

import json
from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from simulator.control.bodies import Body
from simulator.control.http import read_body, world_of
from simulator.oauth import app_bridge
from simulator.oauth.grants import approve
from simulator.oauth.id_tokens import id_token
from simulator.oauth.signed_queries import TAMPERS, Tamper, embed_url
from simulator.oauth.store_names import full_domain
from simulator.world.clock import iso
from simulator.world.errors import Unreadable


class Approve(Body):
    """The answer of a store's staff to an authorize or install link.

    `tamper` spoils the callback's query: `hmac`, `shop`, `timestamp` and `repeat` make it invalid, `reorder` does not.
    """

    authorize_url: str
    grant: bool = True
    tamper: Literal["hmac", "shop", "reorder", "timestamp", "repeat"] | None = None


async def approve_link(request: Request) -> Response:
    """Grant or refuse a link; `redirect` is where the browser goes then, for the caller to follow."""
    world, body = world_of(request), await read_body(request, Approve)
    with world.control_call():
        outcome = approve(world, body.authorize_url, body.grant, body.tamper)
    app = world.store(outcome["shop"]).app
    changed = {"shop": outcome["shop"], "installed": app.installed, "scopes": app.scopes}
    answer = {"id": app.gid, "at": iso(world.now), "changed": changed}
    return JSONResponse({**answer, "granted": outcome["granted"], "redirect": outcome["redirect"]})


async def show_embed_url(request: Request) -> Response:
    """Tell the address the admin's frame would load: `?path=/app/orders&tamper=hmac`."""
    world, query = world_of(request), request.query_params
    store = world.store(full_domain(request.path_params["shop"]))
    return JSONResponse(
        {"url": embed_url(world, store, query.get("path") or "/app", tamper=_tamper(query.get("tamper")))}
    )


async def show_id_token(request: Request) -> Response:
    """Mint an ID token; `?claims={"exp": 1}` changes claims (null: removed), `?secret=right|old|wrong|none` signs."""
    world, query = world_of(request), request.query_params
    store = world.store(full_domain(request.path_params["shop"]))
    settings = world.settings
    secrets = {
        "right": settings.api_secret,
        "old": settings.old_api_secret or "",
        "wrong": "not-the-secret",
        "none": "",
    }
    named = query.get("secret", "right")
    if named not in secrets:
        raise Unreadable(f"no secret called {named}")
    return JSONResponse(
        {"id_token": id_token(world, store, claims=_claims(query.get("claims")), secret=secrets[named])}
    )


def _tamper(named: str | None) -> Tamper | None:
    try:
        tamper: Tamper | None = msgspec.convert(named or None, Tamper | None)
    except msgspec.ValidationError:
        raise Unreadable(f"tamper is one of {', '.join(TAMPERS)}") from None
    return tamper


def _claims(text: str | None) -> dict[str, Any]:
    try:
        claims = json.loads(text or "{}")
    except ValueError as failure:
        raise Unreadable(f"not JSON: {failure}") from None
    if not isinstance(claims, dict):
        raise Unreadable("claims are an object")
    return claims


routes: list[BaseRoute] = [
    Route("/oauth/approve", approve_link, methods=["POST"]),
    Route("/stores/{shop}/oauth/approve", approve_link, methods=["POST"]),
    Route("/stores/{shop}/embed_url", show_embed_url),
    Route("/stores/{shop}/id_token", show_id_token),
    *app_bridge.routes,
]
