"""The way in: the bounce page for ID tokens, the callback of Shopify's grant screen, the way out of a frame."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.core.clock import machine_now
from app.core.errors import HubError, NotAllowed
from app.core.log import logger
from app.gateways.shopify.shop_domains import parse_shop_domain
from app.gateways.shopify.signed_query import verify_signed_query
from app.stores.flows import finish_authorization
from embedded_ui import errors
from embedded_ui.addresses import PATCH_PATH, admin_address, is_ours
from embedded_ui.headers import preload, secure
from embedded_ui.session import Services
from embedded_ui.templating import render

__all__ = ["PATCH_PATH", "callback", "exit_iframe", "front", "patch_id_token"]

log = logger("embedded_ui.access")


async def front(services: Services, request: Request) -> Response:
    """Lead a load of the app's address to its home; a person without a shop reads where to find the app."""
    if request.url.query:
        return secure(RedirectResponse(f"/app?{request.url.query}", status_code=302), services.settings, None)
    return secure(HTMLResponse(render("access/front.html", settings=services.settings)), services.settings, None)


async def patch_id_token(services: Services, request: Request) -> Response:
    """Show the page that holds only App Bridge: it gets a token and returns to the page that was asked for."""
    shop, back = _shop_of(request), request.query_params.getlist("shopify-reload")
    if shop is None or len(back) != 1 or not is_ours(back[0]):
        return errors.bad_request(services.settings)
    page = HTMLResponse(render("access/patch.html", settings=services.settings))
    return preload(secure(page, services.settings, shop), services.settings)


async def exit_iframe(services: Services, request: Request) -> Response:
    """Open a page of the app in the admin itself, when the frame we stand in has lost it."""
    shop, path = _shop_of(request), request.query_params.getlist("exitIframe")
    if shop is None or len(path) != 1 or not is_ours(path[0]):
        return errors.bad_request(services.settings)
    address = admin_address(services.settings, shop, path[0])
    page = HTMLResponse(render("access/exit.html", settings=services.settings, address=address))
    return preload(secure(page, services.settings, shop), services.settings)


async def callback(services: Services, request: Request) -> Response:
    """Take what Shopify's grant screen sends back; whatever is wrong with it gets the same page."""
    try:
        query = verify_signed_query(request.scope["query_string"], services.settings.api_secrets, machine_now())
        store = await finish_authorization(services.shopify, query)
    except NotAllowed as error:
        log.warning("security.callback_refused", why=getattr(error, "reason", type(error).__name__))
        return errors.unauthorized(services.settings, None)
    except HubError as error:
        return secure(errors.error_page(services.settings, error, "layouts/public.html"), services.settings, None)
    address = admin_address(services.settings, store.shop_domain)
    return secure(RedirectResponse(address, status_code=302), services.settings, None)


def _shop_of(request: Request) -> str | None:
    shops = request.query_params.getlist("shop")
    return parse_shop_domain(shops[0]) if len(shops) == 1 else None
