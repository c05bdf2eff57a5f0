"""A store's orders as its staff handle them: fulfilled, paid, edited, refunded, held, cancelled."""

from collections.abc import Callable

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.pages.view import act, quantities, render, store_of, text, world_of
from simulator.world import orders as verbs
from simulator.world.errors import Impossible, Unknown
from simulator.world.fulfillment import cancel_fulfillment, create_fulfillment, parts_for, update_tracking
from simulator.world.order_model import Fulfillment, Order, Tracking
from simulator.world.routing import hold_order, release_order
from simulator.world.store import Store
from simulator.world.world import World

Deed = Callable[[World, Store, Order, FormData], object]


def _order(store: Store, order_id: int) -> Order:
    order = store.orders.get(order_id)
    if order is None or order.deleted_at is not None:
        raise Unknown(f"no order {order_id}")
    return order


async def list_orders(request: Request) -> Response:
    """Show all orders, newest first."""
    store = store_of(request)
    orders = sorted(store.orders.values(), key=lambda one: (one.created_at, one.number), reverse=True)
    return render(request, "orders.html", store=store, orders=[one for one in orders if one.deleted_at is None])


async def show_order(request: Request) -> Response:
    """Show one order, what was sent of it, and what can be done with it."""
    store = store_of(request)
    order = _order(store, request.path_params["id"])
    open_orders = [one for one in store.fulfillment_orders_of(order.id) if one.status in ("OPEN", "IN_PROGRESS")]
    return render(
        request,
        "order.html",
        store=store,
        order=order,
        fulfillments=store.fulfillments_of(order.id),
        fulfillable=any(line.remaining_quantity for one in open_orders for line in one.lines),
        metafields=store.metafields_of(order.gid),
    )


def tracking_of(form: FormData) -> list[Tracking]:
    """The tracking written in a form; none if no field is filled."""
    written = {name: text(form, field) or None for name, field in _TRACKING_FIELDS.items()}
    return [Tracking(**written)] if any(written.values()) else []


_TRACKING_FIELDS = {"company": "company", "number": "tracking_number", "url": "url"}


def _fulfill(world: World, store: Store, order: Order, form: FormData) -> None:
    wanted = [(line_id, units) for line_id, units in quantities(form).items() if units]
    if not wanted:
        raise Impossible("choose at least one unit to send")
    for parts in parts_for(store, order, wanted):
        create_fulfillment(world, store, parts, tracking_of(form), by="staff")


def _edit(world: World, store: Store, order: Order, form: FormData) -> None:
    changes = [verbs.LineChange(line_id=line_id, quantity=units) for line_id, units in quantities(form).items()]
    verbs.edit_order(world, store, order, verbs.Edit(changes=changes, restock=bool(text(form, "restock"))))


def _refund(world: World, store: Store, order: Order, form: FormData) -> None:
    units = [(line_id, count) for line_id, count in quantities(form).items() if count]
    verbs.refund_order(world, store, order, verbs.Repayment(units=units, restock=bool(text(form, "restock"))))


def _set_risk(world: World, store: Store, order: Order, form: FormData) -> None:
    level = text(form, "level")
    if level not in ("NONE", "LOW", "MEDIUM", "HIGH"):
        raise Impossible("there is no such risk")
    verbs.set_risk(world, store, order, level)  # type: ignore[arg-type]  # checked above


DEEDS: dict[str, tuple[str, Deed]] = {
    "fulfill": ("Items fulfilled.", _fulfill),
    "edit": ("Order edited.", _edit),
    "refund": ("Refunded.", _refund),
    "risk": ("Risk set.", _set_risk),
    "pay": ("Marked as paid.", lambda world, store, order, form: verbs.pay_order(world, store, order)),
    "cancel": ("Order cancelled.", lambda world, store, order, form: verbs.cancel_order(world, store, order)),
    "hold": ("Fulfillment is on hold.", lambda world, store, order, form: hold_order(world, store, order)),
    "release": ("Hold released.", lambda world, store, order, form: release_order(world, store, order)),
}


async def change_order(request: Request) -> Response:
    """Do to the order what the pressed button names."""
    world, store = world_of(request), store_of(request)
    order = _order(store, request.path_params["id"])
    if request.path_params["deed"] not in DEEDS:
        raise Unknown("there is no such button")
    said, deed = DEEDS[request.path_params["deed"]]
    back = f"/admin/{store.domain}/orders/{order.id}"
    return await act(request, back, said, lambda form: deed(world, store, order, form))


async def change_fulfillment(request: Request) -> Response:
    """Give a fulfilment another tracking, or cancel it."""
    world, store = world_of(request), store_of(request)
    fulfillment: Fulfillment | None = store.fulfillments.get(request.path_params["id"])
    if fulfillment is None:
        raise Unknown("there is no such fulfillment")
    back = f"/admin/{store.domain}/orders/{fulfillment.order_id}"
    if request.path_params["deed"] == "cancel":
        return await act(
            request, back, "Fulfillment cancelled.", lambda form: cancel_fulfillment(world, store, fulfillment)
        )
    return await act(
        request, back, "Tracking saved.", lambda form: update_tracking(world, store, fulfillment, tracking_of(form))
    )


routes = [
    Route("/admin/{shop}/orders", list_orders),
    Route("/admin/{shop}/orders/{id:int}", show_order),
    Route("/admin/{shop}/orders/{id:int}/{deed}", change_order, methods=["POST"]),
    Route("/admin/{shop}/fulfillments/{id:int}/{deed}", change_fulfillment, methods=["POST"]),
]
