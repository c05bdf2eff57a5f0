"""What the admin answers to App Bridge: ID tokens and scopes.

`POST /admin/{shop}/app-bridge/id-token` → `{id_token}`; 409 when the app is not installed.

`POST /admin/{shop}/app-bridge/scopes` with `{action, scopes?, decision?}`:

- `query` → `{granted, required, optional}`, each a list of scope names;
- `request` with `scopes`: without a `decision` it answers `{needs_decision, scopes}`, the scopes a modal has to show
  (an empty list and false when all are granted); with `decision` `grant` or `decline` it answers
  `{result: "granted-all" | "declined-all", detail: {granted, required, optional}}`;
- `revoke` with `scopes`: takes optional scopes back and answers `{detail: {granted, required, optional}}`.

400 `{error}` for a scope that the app's configuration does not declare as optional.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from simulator.oauth.grants import app_scopes
from simulator.oauth.id_tokens import id_token
from simulator.oauth.store_names import store_named
from simulator.world.apps import implied, set_scopes
from simulator.world.store import Store
from simulator.world.world import World


async def mint(request: Request) -> Response:
    """Give the page a fresh ID token."""
    world: World = request.app.state.world
    store = store_named(world, request.path_params["shop"])
    if store is None or not store.app.installed:
        return JSONResponse({"error": "the app is not installed"}, 409)
    return JSONResponse({"id_token": id_token(world, store)})


async def scopes(request: Request) -> Response:
    """Answer `shopify.scopes`."""
    world: World = request.app.state.world
    store = store_named(world, request.path_params["shop"])
    if store is None or not store.app.installed:
        return JSONResponse({"error": "the app is not installed"}, 409)
    status, answer = answer_scopes(world, store, await request.json())
    return JSONResponse(answer, status)


routes: list[BaseRoute] = [
    Route("/admin/{shop}/app-bridge/id-token", mint, methods=["POST"]),
    Route("/admin/{shop}/app-bridge/scopes", scopes, methods=["POST"]),
]


def answer_scopes(world: World, store: Store, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Answer one call of `shopify.scopes`, as status and JSON."""
    action, asked = body.get("action"), list(body.get("scopes") or ())
    if action == "query":
        return 200, _detail(world, store)
    declared = app_scopes(world)
    strangers = [name for name in asked if name not in (*declared.optional, *declared.required)]
    if strangers:
        return 400, {"error": f"not declared as optional scopes: {', '.join(strangers)}"}
    if action == "request":
        return 200, _request(world, store, asked, body.get("decision"))
    if action == "revoke":
        kept = [name for name in store.app.scopes if name not in asked or name in declared.required]
        set_scopes(world, store, kept)
        return 200, {"detail": _detail(world, store)}
    return 400, {"error": f"unknown action {action!r}"}


def _request(world: World, store: Store, asked: list[str], decision: Any) -> dict[str, Any]:
    granted = implied(store.app.scopes)
    missing = [name for name in asked if name not in granted]
    if missing and decision not in ("grant", "decline"):
        return {"needs_decision": True, "scopes": missing}
    if not missing and decision is None:
        return {"needs_decision": False, "scopes": [], "result": "granted-all", "detail": _detail(world, store)}
    if decision == "decline":
        return {"result": "declined-all", "detail": _detail(world, store)}
    set_scopes(world, store, [*store.app.scopes, *missing])
    return {"result": "granted-all", "detail": _detail(world, store)}


def _detail(world: World, store: Store) -> dict[str, list[str]]:
    declared = app_scopes(world)
    return {
        "granted": sorted(store.app.scopes),
        "required": list(declared.required),
        "optional": list(declared.optional),
    }
