"""Master orders: the running ones, those that were sent, and one of them with its lines and changes."""

from starlette.requests import Request
from starlette.responses import Response

from app.events.queries import timeline
from app.exceptions.queries import done_about
from app.master_orders import service
from app.receiving.service import order_again as order_cancelled_again
from embedded_ui.forms.listing import Listing
from embedded_ui.session import Visit, redirect
from embedded_ui.views import master_orders as view


async def index(visit: Visit, request: Request) -> Response:
    """Show the running master orders with their cut-off, and those that were sent."""
    session, listing = visit.uow.session, Listing.read(request)
    return visit.page(
        "master_orders/index.html",
        listing=listing,
        running=await view.list_running(session, visit.store.id),
        past=await view.list_past(session, visit.store.id, listing),
        now=visit.uow.now,
    )


async def show(visit: Visit, request: Request) -> Response:
    """Show one master order."""
    session, cycle_id = visit.uow.session, request.path_params["cycle_id"]
    shown = await view.read_master(session, visit.store.id, cycle_id)
    entries = await timeline(session, "master_order", cycle_id, done_about("master", [cycle_id]))
    return visit.page("master_orders/show.html", shown=shown, entries=entries, now=visit.uow.now)


async def look_again(visit: Visit, request: Request) -> Response:
    """Look for an uncertain master order now."""
    cycle_id = request.path_params["cycle_id"]
    await service.look_now(visit.uow, cycle_id)
    return redirect(f"/app/master-orders/{cycle_id}", told="looking")


async def send_again(visit: Visit, request: Request) -> Response:
    """Send an uncertain master order again, which somebody says is not there."""
    cycle_id = request.path_params["cycle_id"]
    await service.send_again(visit.uow, cycle_id)
    return redirect(f"/app/master-orders/{cycle_id}", told="sent_again")


async def order_again(visit: Visit, request: Request) -> Response:
    """Order the units of a master order again that the partner cancelled."""
    cycle_id = request.path_params["cycle_id"]
    await order_cancelled_again(visit.uow, cycle_id)
    return redirect(f"/app/master-orders/{cycle_id}", told="ordered_again")


async def keep(visit: Visit, request: Request) -> Response:
    """Let a line stand as the partner changed it."""
    cycle_id = request.path_params["cycle_id"]
    await service.keep_line(visit.uow, cycle_id, request.path_params["variant_id"])
    return redirect(f"/app/master-orders/{cycle_id}", told="kept")


async def restore(visit: Visit, request: Request) -> Response:
    """Write our quantity again where the partner had changed it."""
    cycle_id = request.path_params["cycle_id"]
    await service.restore_line(visit.uow, cycle_id, request.path_params["variant_id"])
    return redirect(f"/app/master-orders/{cycle_id}", told="restored")
