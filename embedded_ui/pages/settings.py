"""The retailer's settings: the centre, the location for partner stock, the defaults, the permissions."""

from starlette.requests import Request
from starlette.responses import Response

from app.core.errors import HubError
from app.gateways.shopify.locations import list_locations
from app.stores import service
from app.stores.flows import check_installation
from app.stores.flows.locations import find_location, make_stock_location
from app.stores.queries import get_settings, get_store, settings_saved_at
from app.stores.scopes import CREATE_LOCATION, missing
from embedded_ui.forms.settings import DefaultsForm, location_of
from embedded_ui.session import Visit, redirect


async def show(visit: Visit, request: Request) -> Response:
    """Show every setting with a form of its own; without an answer from Shopify what is chosen is still shown."""
    async with visit.open_uow(visit.actor) as uow:
        chosen = await get_settings(uow.session, visit.store.id)
        store = await get_store(uow, visit.store.id)
        saved_at = await settings_saved_at(uow.session, visit.store.id)
    try:
        locations = await visit.shopify.call(visit.store.id, list_locations)
    except HubError as error:
        locations = ()
        visit.banner = visit.banner or ("warning", error.sentence)
    return visit.page(
        "settings/show.html",
        chosen=chosen,
        store=store,
        saved_at=saved_at,
        locations=[location for location in locations if location.is_active],
        creating_needs=missing(CREATE_LOCATION, store.scopes),
    )


async def choose_centre(visit: Visit, request: Request) -> Response:
    """Let partners' parcels go to one of the store's locations."""
    location = await find_location(visit.shopify, visit.store.id, location_of(await request.form(), "centre"), "centre")
    async with visit.open_uow(visit.actor) as uow:
        await service.choose_centre(uow, location.as_centre())
    return redirect("/app/settings", told="centre")


async def choose_stock_location(visit: Visit, request: Request) -> Response:
    """Let partner stock be written at one of the store's locations."""
    location = await find_location(visit.shopify, visit.store.id, location_of(await request.form(), "stock"), "stock")
    async with visit.open_uow(visit.actor) as uow:
        await service.choose_stock_location(uow, location.id, location.name)
    return redirect("/app/settings", told="stock")


async def create_stock_location(visit: Visit, request: Request) -> Response:
    """Create the location whose stock only we write, at the centre's address."""
    await check_installation(visit.shopify, visit.store.id)
    await make_stock_location(visit.shopify, visit.actor, visit.store.id)
    return redirect("/app/settings", told="stock")


async def change_defaults(visit: Visit, request: Request) -> Response:
    """Let new imports and partners start from other values."""
    form = DefaultsForm.read(await request.form())
    await service.change_defaults(visit.uow, form.markup, form.buffer)
    return redirect("/app/settings", told="defaults")
