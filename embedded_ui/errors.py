"""Kinds of failure become pages here, once, with the status each kind has."""

from collections.abc import Mapping

from starlette.responses import HTMLResponse, Response

from app.core.errors import Conflict, HubError, Invalid, NotAllowed, NotFound, Unavailable
from app.core.settings import Settings
from app.stores.states import StoreRole
from embedded_ui.headers import secure
from embedded_ui.templating import render

STATUSES: tuple[tuple[type[HubError], int, str], ...] = (
    (NotFound, 404, "We cannot find this"),
    (NotAllowed, 403, "You cannot do this"),
    (Invalid, 422, "Something needs to be corrected"),
    (Conflict, 409, "This changed in the meantime"),
    (Unavailable, 503, "Please try again in a moment"),
)
UNKNOWN = "layouts/embedded.html"
LAYOUTS: Mapping[StoreRole | None, str] = {
    StoreRole.RETAILER: "layouts/retailer.html",
    StoreRole.PARTNER: "layouts/partner.html",
    None: UNKNOWN,
}
"""An error keeps the menu of whoever meets it."""
BUG = "Something went wrong on our side"


def status_of(error: HubError) -> int:
    """Return the status of a failure by its kind."""
    return next((status for kind, status, _ in STATUSES if isinstance(error, kind)), 500)


def error_page(settings: Settings, error: HubError | None, layout: str, heading: str = "") -> Response:
    """Return the page of a failure; without one it is a bug of ours, and the page says so."""
    heading = heading or next((words for kind, _, words in STATUSES if error and isinstance(error, kind)), BUG)
    sentence = error.sentence if error else "We have been told. Nothing you entered was saved; please try again."
    content = render("errors/page.html", heading=heading, sentence=sentence, layout=layout, settings=settings)
    answer = HTMLResponse(content, status_code=status_of(error) if error else 500)
    if isinstance(error, Unavailable):
        answer.headers["Retry-After"] = str(max(1, round(error.retry_after or 2)))
    return answer


def outside(settings: Settings, error: HubError) -> Response:
    """Return the page of a failure on the way in, which nobody may frame."""
    heading = next((words for kind, _, words in STATUSES if isinstance(error, kind)), BUG)
    sentence = f"{error.sentence} Open Partner Hub from the Apps menu of your Shopify admin."
    return _outside(settings, heading, sentence, status_of(error))


def unauthorized(settings: Settings, shop_domain: str | None) -> Response:
    """Return the one 401 page; it does not say why, the log does."""
    sentence = "Open Partner Hub from the Apps menu of your Shopify admin."
    return _outside(settings, "We could not tell who you are", sentence, 401, shop_domain)


def bad_request(settings: Settings) -> Response:
    """Return the 400 page of a request that names no shop or no page of ours; nobody may frame it."""
    return _outside(
        settings, "This address is not complete", "Open Partner Hub from the Apps menu of your Shopify admin.", 400
    )


def _outside(settings: Settings, heading: str, sentence: str, status: int, shop_domain: str | None = None) -> Response:
    content = render(
        "errors/page.html", heading=heading, sentence=sentence, layout="layouts/public.html", settings=settings
    )
    return secure(HTMLResponse(content, status_code=status), settings, shop_domain)
