"""The way in: the bounce page for ID tokens, the callback of Shopify's grant screen, the way out of a frame."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.core.clock import machine_now
from app.core.errors import HubError, NotAllowed, Unavailable
from app.core.log import logger
from app.gateways.shopify.signed_query import verify_signed_query
from app.stores.flows import finish_authorization
from embedded_ui import errors
from embedded_ui.addresses import PATCH_PATH, admin_address, is_ours
from embedded_ui.headers import preload, secure
from embedded_ui.session import Services, shop_of
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
    shop, back = shop_of(request), request.query_params.getlist("shopify-reload")
    if shop is None or len(back) != 1 or not is_ours(back[0]):
        return errors.bad_request(services.settings)
    page = HTMLResponse(render("access/patch.html", settings=services.settings))
    return preload(secure(page, services.settings, shop), services.settings)


async def exit_iframe(services: Services, request: Request) -> Response:
    """Open a page of the app in the admin itself, when the frame we stand in has lost it."""
    shop, path = shop_of(request), request.query_params.getlist("exitIframe")
    if shop is None or len(path) != 1 or not is_ours(path[0]):
        return errors.bad_request(services.settings)
    address = admin_address(services.settings, shop, path[0])
    page = HTMLResponse(render("access/exit.html", settings=services.settings, address=address))
    return preload(secure(page, services.settings, shop), services.settings)


async def callback(services: Services, request: Request) -> Response:
    """Take what Shopify's grant screen sends back; whatever is wrong with it gets the same page.

    A store that cannot be read after that gets one that says why.
    """
    settings = services.settings
    try:
        query = verify_signed_query(request.scope["query_string"], settings.api_secrets, machine_now())
        await finish_authorization(services.shopify, query)
    except NotAllowed as error:
        log.warning("security.callback_refused", why=getattr(error, "reason", type(error).__name__))
        return errors.unauthorized(settings, None)
    except Unavailable:
        log.warning("access.code_not_exchanged", shop=query.shop_domain)  # the first load brings a token of its own
    except HubError as error:
        log.warning("access.not_installed", shop=query.shop_domain, why=type(error).__name__)
        return errors.outside(settings, error)
    return secure(RedirectResponse(admin_address(settings, query.shop_domain), status_code=302), settings, None)
