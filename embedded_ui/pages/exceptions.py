"""What cannot proceed, why, and what to do next."""

from starlette.requests import Request
from starlette.responses import Response

from app.exceptions.queries import count_open
from app.exceptions.service import end_by_hand
from app.partners.service import retry_work
from app.stores.flows import check_installation
from app.stores.scopes import PAYMENT_TERMS, missing
from embedded_ui.forms.listing import Listing
from embedded_ui.session import Visit, redirect
from embedded_ui.views import exceptions as view


async def index(visit: Visit, request: Request) -> Response:
    """Show what stands open, oldest first."""
    listing = Listing.read(request, path="/app/exceptions")
    page = await view.list_exceptions(visit.uow, listing.place)
    return visit.page(
        "exceptions/index.html",
        listing=listing,
        page=page,
        count=await count_open(visit.uow.session),
        done=await view.list_done(visit.uow),
        recovered=await view.count_recovered(visit.uow),
        terms=missing(PAYMENT_TERMS, visit.store.scopes),
        now=visit.uow.now,
    )


async def read_permission(visit: Visit, request: Request) -> Response:
    """Read whether the store's staff let us see payment terms; the next comparison then ends what waits for it."""
    store = await check_installation(visit.shopify, visit.store.id)
    return redirect("/app/exceptions", told="not_permitted" if missing(PAYMENT_TERMS, store.scopes) else "terms")


async def retry(visit: Visit, request: Request) -> Response:
    """Try a failed job again, the store's own or one for a partner's store."""
    await retry_work(visit.uow, request.path_params["run_id"])
    return redirect("/app/exceptions", told="retried")


async def done(visit: Visit, request: Request) -> Response:
    """Take the word of staff that nothing is left to do about it."""
    await end_by_hand(visit.uow, request.path_params["exception_id"])
    return redirect("/app/exceptions", told="done")
