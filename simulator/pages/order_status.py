"""The order status page: what the customer reads of their order, for people and, on request, as JSON."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.pages.view import explained, render, store_of
from simulator.world.errors import Unknown
from simulator.world.order_model import Order
from simulator.world.store import Store

HEADLINES = {
    "UNFULFILLED": "We are preparing it",
    "PARTIALLY_FULFILLED": "Partly on its way",
    "FULFILLED": "On its way",
}


def read_parcels(store: Store, order: Order) -> list[dict[str, Any]]:
    """What was sent, parcel by parcel, with its tracking; cancelled fulfilments are not shown."""
    return [
        {
            "lines": [_line(order, sent.line_id, sent.quantity) for sent in fulfillment.lines],
            "tracking": [
                {"company": one.company, "number": one.number, "url": one.url} for one in fulfillment.tracking
            ],
        }
        for fulfillment in store.fulfillments_of(order.id)
        if fulfillment.status == "SUCCESS"
    ]


def _line(order: Order, line_id: int, quantity: int) -> dict[str, Any]:
    line = order.line(line_id)
    return {
        "line_id": f"gid://shopify/LineItem/{line_id}",
        "title": line.title if line else "",
        "variant_title": line.variant_title if line else None,
        "sku": line.sku if line else None,
        "quantity": quantity,
    }


async def show_order_status(request: Request) -> Response:
    """Show the order as the customer sees it."""
    store = store_of(request)
    order = store.orders.get(request.path_params["order"])
    if order is None or order.deleted_at is not None:
        raise Unknown("there is no such order")
    parcels = read_parcels(store, order)
    if "application/json" in request.headers.get("Accept", ""):
        return JSONResponse({"fulfillments": parcels})
    return render(
        request,
        "order_status.html",
        store=store,
        order=order,
        parcels=parcels,
        headline="Cancelled" if order.cancelled_at else HEADLINES[order.fulfillment_status],
        waiting=sum(line.unfulfilled_quantity for line in order.lines),
        cart_count=0,
    )


routes = [Route("/order_status/{shop}/{order:int}", explained(show_order_status))]
