"""The stock: what is offered of each variant, the sum behind it, and reading it now."""

from starlette.requests import Request
from starlette.responses import Response

from app.catalog.queries import get_mapping
from app.catalog.service import choose_source as choose_variant
from app.catalog.service import leave_out as leave_product_out
from app.catalog.service import suggest_sources
from app.inventory import service
from app.partners.queries import ended_at
from app.stores.queries import get_settings
from embedded_ui.forms.listing import Listing
from embedded_ui.session import Visit, redirect
from embedded_ui.views import stock as view


async def index(visit: Visit, request: Request) -> Response:
    """Show what is offered of everything sold for partners."""
    known, listing = await view.read_known(visit.uow), Listing.read(request, path="/app/stock")
    chosen = listing.partner_id or (known.live[0].id if len(known.live) == 1 else None)
    return visit.page(
        "stock/index.html",
        listing=listing,
        partners=known.live,
        page=await view.list_stock(visit.uow, known, listing),
        reading=await view.read_reading(visit.uow, known, chosen),
        chosen=await get_settings(visit.uow.session, visit.store.id),
    )


async def show(visit: Visit, request: Request) -> Response:
    """Show one number with each term of its sum."""
    known = await view.read_known(visit.uow)
    row = await view.read_number(visit.uow, known, request.path_params["mapping_id"])
    return visit.page(
        "stock/show.html",
        row=row,
        suggestions=await suggest_sources(visit.uow, row.mapping.id),
        ended_at=await ended_at(visit.uow.session, row.partner),
        reading=await view.read_reading(visit.uow, known, row.partner.id),
    )


async def sync(visit: Visit, request: Request) -> Response:
    """Have a partner's stock read and written now."""
    partner_id = request.path_params["partner_id"]
    await service.sync_now(visit.uow, partner_id)
    return redirect(f"/app/stock?partner={partner_id}&told=syncing")


async def sync_number(visit: Visit, request: Request) -> Response:
    """Have the stock behind one number read and written now."""
    mapping = await get_mapping(visit.uow.session, visit.store.id, request.path_params["mapping_id"])
    await service.sync_now(visit.uow, mapping.partner_id)
    return redirect(f"/app/stock/{mapping.id}", told="syncing")


async def leave_out(visit: Visit, request: Request) -> Response:
    """Take the word of staff that a product they deleted is not sold any more."""
    await leave_product_out(visit.uow, request.path_params["mapping_id"])
    return redirect(f"/app/stock/{request.path_params['mapping_id']}", told="left_out")


async def choose_source(visit: Visit, request: Request) -> Response:
    """Have what is sold lead to the variant that took another's place."""
    await choose_variant(visit.uow, request.path_params["mapping_id"], request.path_params["variant_id"])
    return redirect("/app/stock", told="source")
