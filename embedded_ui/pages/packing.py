"""Packing: the orders whose items are at the centre, and what of one goes into a box."""

from starlette.requests import Request
from starlette.responses import Response

from app.fulfillment import service
from embedded_ui.forms.counts import read_boxes, read_counts
from embedded_ui.session import Visit, redirect
from embedded_ui.views import fulfillment as view


async def index(visit: Visit, request: Request) -> Response:
    """Show the orders of which something can be packed."""
    return visit.page("packing/index.html", ready=await view.list_ready(visit.uow.session, visit.store.id))


async def show(visit: Visit, request: Request) -> Response:
    """Show an order on the packing table."""
    return visit.page("packing/show.html", shown=await view.read_packing(visit.uow, request.path_params["order_id"]))


async def pack(visit: Visit, request: Request) -> Response:
    """Put what was counted into a box."""
    order_id, form = request.path_params["order_id"], await request.form()
    shipment_id = await service.pack_order(visit.uow, order_id, read_counts(form), read_boxes(form))
    return redirect(f"/app/shipments/{shipment_id}", told="packed")
