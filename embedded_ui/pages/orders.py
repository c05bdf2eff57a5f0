"""Orders: the list, and one order with where each unit of it is."""

from starlette.requests import Request
from starlette.responses import Response

from app.events.queries import timeline
from app.exceptions.queries import done_about
from app.orders.queries import last_comparison
from app.orders.service import give_up_order
from embedded_ui.forms.listing import Listing
from embedded_ui.session import Visit, redirect
from embedded_ui.views import orders as view


async def index(visit: Visit, request: Request) -> Response:
    """Show the orders, newest first."""
    session, listing = visit.uow.session, Listing.read(request, standings=view.STANDINGS)
    page = await view.list_orders(session, visit.store.id, listing)
    compared_at, _ = await last_comparison(session, visit.store.id)
    shown = {"listing": listing, "standings": view.STANDINGS, "page": page, "compared_at": compared_at}
    return visit.page("orders/index.html", **shown)


async def show(visit: Visit, request: Request) -> Response:
    """Show one order."""
    session, order_id = visit.uow.session, request.path_params["order_id"]
    shown = await view.read_order(session, visit.store.id, order_id)
    done = done_about("order_line", [line.id for line in shown.order.lines])
    return visit.page("orders/show.html", shown=shown, entries=await timeline(session, "order", order_id, done))


async def give_up(visit: Visit, request: Request) -> Response:
    """Take the word of staff that the order is gone from their store."""
    order_id = request.path_params["order_id"]
    await give_up_order(visit.uow, order_id)
    return redirect(f"/app/orders/{order_id}", told="gone")
