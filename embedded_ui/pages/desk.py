"""The partner's desk: who sells their products on which terms, what is shared, and the invitations that wait."""

from starlette.requests import Request
from starlette.responses import Response

from app.partners.flows import accept as accept_flow
from app.partners.flows import decline as decline_flow
from app.partners.flows import leave, waiting_invitations
from embedded_ui.session import Visit, redirect
from embedded_ui.views import desk as view


async def show(visit: Visit, request: Request) -> Response:
    """Show the desk."""
    return visit.page(
        "desk/show.html",
        desks=await view.read_partnership_desks(visit.open_uow, visit.actor, visit.store.id),
        waiting=await waiting_invitations(visit.open_uow, visit.store.shop_domain),
    )


async def connect(visit: Visit, request: Request) -> Response:
    """Show the invitations that wait for this store's answer."""
    waiting = await waiting_invitations(visit.open_uow, visit.store.shop_domain)
    return visit.page("desk/connect.html", waiting=waiting)


async def accept(visit: Visit, request: Request) -> Response:
    """Connect with the retailer on the terms shown."""
    await accept_flow(visit.open_uow, visit.actor, visit.store, request.path_params["invitation_id"])
    return redirect("/app", told="connected")


async def decline(visit: Visit, request: Request) -> Response:
    """End the invitation; the retailer is told."""
    await decline_flow(visit.open_uow, visit.actor, visit.store, request.path_params["invitation_id"])
    return redirect("/app", told="declined")


async def disconnect(visit: Visit, request: Request) -> Response:
    """End one partnership from the partner's side."""
    await leave(visit.open_uow, visit.actor, visit.store.id, request.path_params["partner_id"])
    return redirect("/app", told="disconnected")
