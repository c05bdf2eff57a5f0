"""The OAuth endpoints of a store: tokens for the app, and the pages on which staff grant them."""

from collections.abc import Callable
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from simulator.oauth.grants import GrantRequest, after_grant, app_page, grant, trouble_with, wanted_scopes
from simulator.oauth.id_tokens import is_exchangeable
from simulator.oauth.tokens import issue_token, migrate_token, refresh_token, spend_code, token_answer
from simulator.world.clock import machine_now
from simulator.world.model import AccessToken
from simulator.world.store import Store
from simulator.world.world import World

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"
OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"
ONLINE = "urn:shopify:params:oauth:token-type:online-access-token"
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/admin.css"><link rel="icon" href="/images/simulator.svg"></head>
<body><main class="grant"><h1>{title}</h1>{body}</main></body></html>"""
_ANSWERS = """<form method="post"><button name="decision" value="install" type="submit">{verb}</button>
<button name="decision" value="cancel" type="submit">Cancel</button></form>"""

Values = dict[str, Any]


class OAuth:
    """The OAuth endpoints of every store of a world."""

    def __init__(self, world: World, *, now: Callable[[], datetime] = machine_now) -> None:
        self.world = world
        self._now = now

    async def access_token(self, request: Request, shop: str) -> Response:
        """`POST /admin/oauth/access_token`: exchange an ID token, a code, a refresh token or an old offline token."""
        store = self.world.stores.get(shop)
        if store is None:
            return JSONResponse({"errors": "Not Found"}, 404)
        values = await _values(request)
        settings = self.world.settings
        secrets = [one for one in (settings.api_secret, settings.old_api_secret) if one]
        if values.get("client_id") != settings.api_key or values.get("client_secret") not in secrets:
            return _refused("invalid_client", "Client authentication failed.")
        if not store.app.installed:
            return _refused("app_not_installed", "The app is not installed on this shop.")
        token = self._grant(store, values)
        if not isinstance(token, AccessToken):
            return token
        return JSONResponse(token_answer(store, token, self._now()))

    def _grant(self, store: Store, values: Values) -> AccessToken | Response:
        kind = values.get("grant_type")
        if kind == EXCHANGE:
            return self._exchange(store, values)
        if kind == "refresh_token":
            fresh = refresh_token(self.world, store, str(values.get("refresh_token", "")), self._now())
            return fresh or _refused("invalid_grant", "The refresh token is invalid, expired or was replaced.")
        if kind in (None, "authorization_code"):
            code = spend_code(self.world, store, str(values.get("code", "")), self._now())
            if code is None:
                return _refused("invalid_request", "The authorization code was not found or was already used.")
            return issue_token(
                self.world, store, self._now(), expiring=_is_on(values.get("expiring")), online=code.per_user
            )
        return _refused("unsupported_grant_type", "The grant type is not supported.")

    def _exchange(self, store: Store, values: Values) -> AccessToken | Response:
        subject, wanted = str(values.get("subject_token", "")), values.get("requested_token_type")
        if wanted not in (OFFLINE, ONLINE):
            return _refused("invalid_request", "requested_token_type is not supported.")
        if values.get("subject_token_type") == OFFLINE:
            moved = migrate_token(self.world, store, subject, self._now())
            return moved or _refused("invalid_subject_token", "The offline token is invalid or expires already.")
        if values.get("subject_token_type") != ID_TOKEN:
            return _refused("invalid_request", "subject_token_type is not supported.")
        if not is_exchangeable(subject, store, self.world.settings, self._now()):
            return _refused("invalid_subject_token", "The ID token is invalid or expired.")
        return issue_token(
            self.world, store, self._now(), expiring=_is_on(values.get("expiring")), online=wanted == ONLINE
        )

    async def authorize(self, request: Request, shop: str) -> Response:
        """`/admin/oauth/authorize`: ask whether the app may be installed, then go back with a code or into the app."""
        return await self._ask(request, shop, redirects=True)

    async def install(self, request: Request, shop: str) -> Response:
        """`/admin/oauth/install`: ask for the required scopes and the link's `optional_scopes`, then open the app."""
        return await self._ask(request, shop, redirects=False)

    async def _ask(self, request: Request, shop: str, *, redirects: bool) -> Response:
        store = self.world.stores.get(shop)
        if store is None:
            return HTMLResponse(_page("This store does not exist", ""), 404)
        asked = GrantRequest.parse(request.url.query)
        trouble = trouble_with(self.world, asked, redirects=redirects)
        if trouble:
            return HTMLResponse(_page("Something went wrong", f"<p>{escape(trouble)}</p>"), 400)
        wanted = wanted_scopes(self.world, store, asked.scopes)
        if store.app.installed and not wanted:
            return self._leave(store, asked, redirects=redirects)
        if request.method != "POST":
            return HTMLResponse(_question(store, wanted))
        if (await _values(request)).get("decision") != "install":
            return RedirectResponse(f"/admin/{store.domain}", 303)
        grant(self.world, store, asked.scopes)
        return self._leave(store, asked, redirects=redirects)

    def _leave(self, store: Store, asked: GrantRequest, *, redirects: bool) -> Response:
        target = after_grant(self.world, store, asked) if redirects else app_page(store)
        return RedirectResponse(target, 303)


def _refused(error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, 400)


def _is_on(value: Any) -> bool:
    return value in (1, "1", True, "true")


async def _values(request: Request) -> Values:
    """The posted values, JSON or form."""
    body = await request.body()
    if "json" not in request.headers.get("content-type", ""):
        return dict(parse_qsl(body.decode("utf-8", "replace")))
    try:
        content = await request.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _page(title: str, body: str) -> str:
    return _PAGE.format(title=escape(title), body=body)


def _question(store: Store, wanted: list[str]) -> str:
    items = "".join(f"<li><code>{escape(name)}</code></li>" for name in wanted)
    verb = "Update" if store.app.installed else "Install"
    body = f"<p>Partner Hub will be able to:</p><ul>{items}</ul>{_ANSWERS.format(verb=verb)}"
    return _page(f"{verb} Partner Hub on {store.name}", body)
