"""The apps of a store: installed or not, with which scopes; and links somebody sent to the store."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from simulator.pages.view import act, render, store_of, world_of
from simulator.world.apps import uninstall
from simulator.world.errors import Unreadable


async def show_apps(request: Request) -> Response:
    """Show the app's state in this store."""
    return render(request, "apps.html", store=store_of(request))


async def remove_app(request: Request) -> Response:
    """Uninstall the app."""
    world, store = world_of(request), store_of(request)
    back = f"/admin/{store.domain}/apps"
    return await act(request, back, "Partner Hub is uninstalled.", lambda form: uninstall(world, store))


async def open_link(request: Request) -> Response:
    """Open a link as this store's staff would; a link to the store's own domain is opened where a browser finds it."""
    store, url = store_of(request), request.query_params.get("url", "").strip()
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise Unreadable("this is no link")
    if parts.hostname == store.domain:
        query = f"?{parts.query}" if parts.query else ""
        url = f"/shops/{store.domain}{parts.path}{query}"
    return RedirectResponse(url, status_code=303)


routes = [
    Route("/admin/{shop}/apps", show_apps),
    Route("/admin/{shop}/apps/uninstall", remove_app, methods=["POST"]),
    Route("/admin/{shop}/apps/link", open_link),
]
