"""The partner's desk: the master orders of one retailer, and one of them."""

from starlette.requests import Request
from starlette.responses import Response

from embedded_ui.forms.listing import Listing
from embedded_ui.session import Visit
from embedded_ui.views import desk as view


async def index(visit: Visit, request: Request) -> Response:
    """Show the running master order and those that were sent."""
    partner_id = request.path_params["partner_id"]
    partnership = await view.get_partnership(visit.open_uow, visit.actor, visit.store.id, partner_id)
    listing = Listing.read(request)
    shown = await view.read_orders(visit.open_uow, visit.actor, partnership, listing)
    return visit.page("desk/orders.html", shown=shown, listing=listing)


async def show(visit: Visit, request: Request) -> Response:
    """Show one master order with its parcels."""
    partner_id, cycle_id = request.path_params["partner_id"], request.path_params["cycle_id"]
    partnership = await view.get_partnership(visit.open_uow, visit.actor, visit.store.id, partner_id)
    shown = await view.read_order(visit.open_uow, visit.actor, partnership, cycle_id)
    return visit.page("desk/order.html", shown=shown)
