"""The retailer's home: what is left to set up, what to do next, what is on its way."""

from starlette.requests import Request
from starlette.responses import Response

from app.partners.queries import partners_of
from app.partners.service import pending_invitations
from app.stores.queries import get_settings
from embedded_ui.session import Visit
from embedded_ui.views.home import read_latest, read_overview


async def show(visit: Visit, request: Request) -> Response:
    """Show the retailer's home."""
    session, store = visit.uow.session, visit.store
    partners = await partners_of(session, store.id)
    return visit.page(
        "home/show.html",
        settings_facts=await get_settings(session, store.id),
        partners=partners,
        foreign_invitations=await pending_invitations(visit.uow, store.shop_domain),
        overview=await read_overview(visit.uow, partners),
        now=visit.uow.now,
    )


async def latest(visit: Visit, request: Request) -> Response:
    """Show the latest orders, for the home page to take in."""
    return visit.page("home/latest.html", orders=await read_latest(visit.uow.session, visit.store.id))
