"""The embedded app: the admin's page with the frame in which the app is loaded."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from simulator.oauth.signed_queries import embed_url, encoded_host
from simulator.pages.view import render, store_of, world_of

APP_HOME = "/app"
# What Shopify adds to the address of a load is signed anew each time.
LOAD_PARAMETERS = {"embedded", "hmac", "host", "id_token", "locale", "session", "shop", "timestamp"}


async def show_app(request: Request) -> Response:
    """Open the app's page: `/admin/{shop}/app/orders` is the app's `/app/orders`."""
    return _framed(request, "/".join(filter(None, (APP_HOME, request.path_params.get("path")))))


async def show_any_path(request: Request) -> Response:
    """Open any path of the app: `/admin/{shop}/apps/{app}/x/y` is the app's `/x/y`; none is its home."""
    path = request.path_params.get("path")
    return _framed(request, f"/{path}" if path else APP_HOME)


def _framed(request: Request, path: str) -> Response:
    world, store = world_of(request), store_of(request)
    if not store.app.installed:
        problem = urlencode({"problem": "Partner Hub is not installed in this store."})
        return RedirectResponse(f"/admin/{store.domain}/apps?{problem}", status_code=303)
    own = urlencode([(name, value) for name, value in parse_qsl(request.url.query) if name not in LOAD_PARAMETERS])
    hub = urlsplit(world.settings.hub_url or str(request.base_url))
    home = f"/admin/{store.domain}"
    settings = {
        "shop": store.domain,
        "host": encoded_host(store),
        "locale": "en",
        "appOrigin": f"{hub.scheme}://{hub.netloc}",
        "source": embed_url(world, store, f"{path}?{own}" if own else path),
        "home": home,
        "anyPath": f"{home}/apps/{world.settings.api_key}",
        "bridgeUrl": f"{home}/app-bridge",
    }
    return render(request, "frame.html", store=store, settings=settings)


async def find_store(request: Request) -> Response:
    """Send the addresses of the real admin, `/admin/store/{handle}/…`, to where the store's pages are here."""
    rest, query = request.path_params.get("rest") or "", request.url.query
    shop = store_of(request).domain
    return RedirectResponse(f"/admin/{shop}{'/' if rest else ''}{rest}{'?' if query else ''}{query}", status_code=302)


routes = [
    Route("/admin/store/{shop}", find_store),
    Route("/admin/store/{shop}/{rest:path}", find_store),
    Route("/admin/{shop}/app", show_app),
    Route("/admin/{shop}/app/{path:path}", show_app),
    Route("/admin/{shop}/apps/{app}", show_any_path),
    Route("/admin/{shop}/apps/{app}/{path:path}", show_any_path),
]
