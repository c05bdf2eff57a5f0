"""The catalogue: whose products are sold, browse a partner's, look at prices, import, read the report."""

from starlette.requests import Request
from starlette.responses import Response

from app.catalog import queries, service
from app.catalog.flows import browse_partner, preview_import
from app.core.errors import HubError
from app.partners.queries import get_partner, partners_of
from app.stores.queries import get_settings
from embedded_ui.forms.catalogue import Choice, ImportForm
from embedded_ui.forms.listing import Listing
from embedded_ui.session import Visit, redirect
from embedded_ui.views.imports import reported

FEW = 3


async def index(visit: Visit, request: Request) -> Response:
    """Show the partners with what is sold of each, and the latest imports."""
    session, store_id = visit.uow.session, visit.store.id
    partners = await partners_of(session, store_id)
    return visit.page(
        "catalogue/index.html",
        partners=[partner for partner in partners if partner.is_live],
        names={partner.id: partner.name for partner in partners},
        counts=await queries.product_counts(session, store_id),
        imports=await queries.latest_imports(session, store_id),
    )


async def browse(visit: Visit, request: Request) -> Response:
    """Show a partner's products as they are in their store now."""
    listing, partner_id = Listing.read(request), request.path_params["partner_id"]
    after = request.query_params.get("after")
    async with visit.open_uow(visit.actor) as uow:
        partner = await get_partner(uow.session, uow.store_id, partner_id)
    try:
        page = await browse_partner(visit.shopify, partner, listing.search, after)
    except HubError as error:
        visit.banner = visit.banner or ("warning", error.sentence)
        page = None
    async with visit.open_uow(visit.actor) as uow:
        gids = [product.id for product in page.items] if page else []
        imported = await queries.imported_products(uow.session, uow.store_id, partner_id, gids)
        imports = await queries.latest_imports(uow.session, uow.store_id, partner_id, FEW)
    shown = {"partner": partner, "listing": listing, "products": page, "imported": imported, "imports": imports}
    return visit.page("catalogue/browse.html", most=service.MOST_PRODUCTS, is_first=not after, **shown)


async def choose(visit: Visit, request: Request) -> Response:
    """Show what the ticked products would sell at."""
    partner_id = request.path_params["partner_id"]
    async with visit.open_uow(visit.actor) as uow:
        partner = await get_partner(uow.session, uow.store_id, partner_id)
        choice = Choice.read(request.query_params, (await get_settings(uow.session, uow.store_id)).default_markup)
    products = await preview_import(visit.open_uow, visit.shopify, visit.actor, partner_id, choice.gids, choice.markup)
    return visit.page("catalogue/choose.html", partner=partner, choice=choice, products=products)


async def create_import(visit: Visit, request: Request) -> Response:
    """Ask for an import of the products looked at; with a markup nobody saw the prices of, show these first."""
    form = ImportForm.read(await request.form())
    seen = Choice.read(request.query_params, form.markup)
    if seen.markup != form.markup:
        return redirect(seen.address(request.path_params["partner_id"], form.markup), told="priced")
    import_id = await service.request_import(visit.uow, request.path_params["partner_id"], form.chosen, form.markup)
    return redirect(f"/app/imports/{import_id}")


async def show_import(visit: Visit, request: Request) -> Response:
    """Show how far an import is, and its report."""
    session, import_id = visit.uow.session, request.path_params["import_id"]
    progress = await queries.import_progress(session, visit.store.id, import_id)
    return visit.page(
        "catalogue/import.html",
        progress=progress,
        partner=await get_partner(session, visit.store.id, progress.partner_id),
        rows=reported(await queries.import_report(session, visit.store.id, import_id)),
    )


async def retry_import(visit: Visit, request: Request) -> Response:
    """Try again what was refused."""
    await service.retry_refused(visit.uow, request.path_params["import_id"])
    return redirect(f"/app/imports/{request.path_params['import_id']}", told="retried")


async def confirm_gone(visit: Visit, request: Request) -> Response:
    """Take the word of staff that products a partner's store does not show are gone."""
    await service.confirm_gone(visit.uow, request.path_params["partner_id"])
    return redirect("/app/exceptions", told="given_up")
