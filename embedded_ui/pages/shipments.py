"""Shipments: boxes that wait for a carrier, and those on their way to customers."""

from starlette.requests import Request
from starlette.responses import Response

from app.fulfillment import service
from app.fulfillment.queries import next_to_hand_over
from app.fulfillment.rules import CARRIERS
from embedded_ui.forms.listing import Listing
from embedded_ui.forms.shipments import read_handover, reads_notify
from embedded_ui.session import Visit, redirect
from embedded_ui.views import fulfillment as view


async def index(visit: Visit, request: Request) -> Response:
    """Show what waits for a person, and all shipments."""
    session, listing = visit.uow.session, Listing.read(request)
    return visit.page(
        "shipments/index.html",
        listing=listing,
        shown=await view.read_shipments(session, visit.store.id, listing),
    )


async def show(visit: Visit, request: Request) -> Response:
    """Show one shipment with the step that is next."""
    session, store_id = visit.uow.session, visit.store.id
    shown = await view.read_shipment(session, store_id, request.path_params["shipment_id"])
    following = await next_to_hand_over(session, store_id)
    return visit.page("shipments/show.html", shown=shown, following=following, carriers=CARRIERS)


async def hand_over(visit: Visit, request: Request) -> Response:
    """Record carrier and number, and have the store told."""
    shipment_id = request.path_params["shipment_id"]
    await service.hand_over(visit.uow, shipment_id, read_handover(await request.form()))
    return redirect(f"/app/shipments/{shipment_id}", told="handed_over")


async def look_again(visit: Visit, request: Request) -> Response:
    """Look now whether the store shows an uncertain shipment."""
    shipment_id = request.path_params["shipment_id"]
    await service.look_now(visit.uow, shipment_id)
    return redirect(f"/app/shipments/{shipment_id}", told="looking")


async def send_again(visit: Visit, request: Request) -> Response:
    """Tell the store again of a shipment that somebody says is not there."""
    shipment_id = request.path_params["shipment_id"]
    await service.send_again(visit.uow, shipment_id)
    return redirect(f"/app/shipments/{shipment_id}", told="sent_again")


async def correct(visit: Visit, request: Request) -> Response:
    """Have the store show another carrier or number of a box on its way."""
    shipment_id, form = request.path_params["shipment_id"], await request.form()
    await service.correct_tracking(visit.uow, shipment_id, read_handover(form), notify=reads_notify(form))
    return redirect(f"/app/shipments/{shipment_id}", told="corrected")


async def unpack(visit: Visit, request: Request) -> Response:
    """Take a box apart again."""
    shipment_id = request.path_params["shipment_id"]
    await service.unpack(visit.uow, shipment_id)
    return redirect(f"/app/shipments/{shipment_id}", told="unpacked")
