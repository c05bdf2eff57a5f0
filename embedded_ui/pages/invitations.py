"""The public page behind an invitation's link: who invites, what will be read, what never; and the way to Shopify."""

from functools import partial

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.core.errors import HubError
from app.core.log import logger
from app.gateways.shopify.oauth import permission_url
from app.partners.flows import begin_connection, read_invitation
from embedded_ui import errors
from embedded_ui.headers import secure
from embedded_ui.session import Services
from embedded_ui.templating import render

PUBLIC = "layouts/public.html"
CLOSED = "This invitation cannot be used"

log = logger("embedded_ui.invitations")


async def show(services: Services, request: Request) -> Response:
    """Show the invitation."""
    try:
        shown = await read_invitation(services.open_uow, request.path_params["token"])
    except HubError as error:
        return _refused(services, error)
    page = render("invitations/show.html", settings=services.settings, shown=shown, path=request.url.path)
    return _public(services, HTMLResponse(page))


async def authorize(services: Services, request: Request) -> Response:
    """Send the invited person to their own shop's grant screen."""
    settings = services.settings
    address = partial(_address, services)
    try:
        there = await begin_connection(services.open_uow, request.path_params["token"], address)
    except HubError as error:
        return _refused(services, error)
    return secure(RedirectResponse(there, status_code=302), settings, None)


def _address(services: Services, shop_domain: str, state: str) -> str:
    settings = services.settings
    return permission_url(shop_domain, settings.api_key, f"{settings.app_url}/auth/callback", state, settings.store_url)


def _refused(services: Services, error: HubError) -> Response:
    log.warning("security.invitation_refused", why=type(error).__name__)
    return _public(services, errors.error_page(services.settings, error, PUBLIC, CLOSED))


def _public(services: Services, response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex"
    return secure(response, services.settings, None)
