"""The first steps of a store: what it is, and what it permits."""

from starlette.requests import Request
from starlette.responses import Response

from app.core.errors import Invalid
from app.partners.flows import waiting_invitations
from app.stores import service
from app.stores.flows import check_installation
from app.stores.states import StoreRole
from embedded_ui.session import Visit, redirect


async def welcome(visit: Visit, request: Request) -> Response:
    """Show a new store who waits for its answer, or ask what it wants to be."""
    waiting = await waiting_invitations(visit.open_uow, visit.store.shop_domain)
    return visit.page("onboarding/welcome.html", waiting=waiting)


async def choose_role(visit: Visit, request: Request) -> Response:
    """Make the store a retailer or a partner."""
    role = (await request.form()).get("role")
    if role not in set(StoreRole):
        raise Invalid(fields={"role": "Choose one of the two."})
    await service.choose_role(visit.uow, StoreRole(str(role)))
    return redirect("/app")


async def read_permissions(visit: Visit, request: Request) -> Response:
    """Read what the store's staff just granted or refused."""
    store = await check_installation(visit.shopify, visit.store.id)
    is_declined = bool(store.asked_scopes) and store.asked_scopes == visit.store.asked_scopes
    return redirect("/app", told="not_permitted" if store.missing_scopes or is_declined else "permitted")
