"""Receiving: the parcels on their way, and counting what is in one; and correcting what was counted."""

from starlette.requests import Request
from starlette.responses import Response

from app.events.queries import timeline_of_part
from app.receiving import service
from app.receiving.errors import NotReceived
from app.receiving.service import Count
from embedded_ui.forms.counts import read_correction, read_counts
from embedded_ui.forms.listing import Listing
from embedded_ui.session import Visit, redirect
from embedded_ui.views import receiving as view


async def index(visit: Visit, request: Request) -> Response:
    """Show the parcels awaited, and those opened lately."""
    listing = Listing.read(request)
    parcels = await view.list_both(visit.uow.session, visit.store.id, listing.search)
    return visit.page("receiving/index.html", listing=listing, parcels=parcels, now=visit.uow.now)


async def show(visit: Visit, request: Request) -> Response:
    """Show one parcel, to be counted or as it was counted."""
    session, parcel_id = visit.uow.session, request.path_params["parcel_id"]
    page = await view.read_parcel(session, visit.store.id, parcel_id)
    entries = await timeline_of_part(session, "master_order", page.master.id, ("parcel_id", parcel_id))
    return visit.page("receiving/show.html", shown=page, entries=entries, now=visit.uow.now)


async def receive(visit: Visit, request: Request) -> Response:
    """Record what was found in a parcel."""
    parcel_id, counts = request.path_params["parcel_id"], read_counts(await request.form())
    await service.receive_parcel(visit.uow, parcel_id, [Count(line, quantity) for line, quantity in counts.items()])
    return redirect(f"/app/receiving/{parcel_id}", told="received")


async def correction(visit: Visit, request: Request) -> Response:
    """Show what was counted, to be corrected."""
    page = await view.read_parcel(visit.uow.session, visit.store.id, request.path_params["parcel_id"])
    if page.receipt is None:
        raise NotReceived
    return visit.page("receiving/correct.html", shown=page, receipt=page.receipt)


async def correct(visit: Visit, request: Request) -> Response:
    """Let other counts stand than those that were entered."""
    parcel_id, entered = request.path_params["parcel_id"], read_correction(await request.form())
    counts = [Count(line, quantity) for line, quantity in entered.counts.items()]
    await service.correct_count(visit.uow, parcel_id, counts, entered.why, entered.seen)
    return redirect(f"/app/receiving/{parcel_id}", told="count_corrected")
