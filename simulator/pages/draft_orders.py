"""A store's draft orders: read, changed, made into an order, deleted."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.pages.view import act, quantities, render, store_of, world_of
from simulator.world.draft_orders import DraftEdit, complete_draft, delete_draft, edit_draft
from simulator.world.errors import Unknown
from simulator.world.order_model import DraftOrder
from simulator.world.store import Store


def _draft(store: Store, draft_id: int) -> DraftOrder:
    draft = store.draft_orders.get(draft_id)
    if draft is None or draft.deleted_at is not None:
        raise Unknown(f"no draft order {draft_id}")
    return draft


async def list_drafts(request: Request) -> Response:
    """Show all draft orders, the last changed first."""
    store = store_of(request)
    drafts = sorted(store.draft_orders.values(), key=lambda one: one.updated_at, reverse=True)
    return render(request, "draft_orders.html", store=store, drafts=[one for one in drafts if one.deleted_at is None])


async def show_draft(request: Request) -> Response:
    """Show one draft order."""
    store = store_of(request)
    draft = _draft(store, request.path_params["id"])
    return render(request, "draft_order.html", store=store, draft=draft, metafields=store.metafields_of(draft.gid))


async def edit(request: Request) -> Response:
    """Change quantities; a zero removes the line."""
    world, store = world_of(request), store_of(request)
    draft = _draft(store, request.path_params["id"])

    def save(form: FormData) -> None:
        edit_draft(world, store, draft, DraftEdit(quantities=quantities(form)))

    return await act(request, f"/admin/{store.domain}/draft_orders/{draft.id}", "Draft saved.", save)


async def complete(request: Request) -> Response:
    """Make an order of the draft."""
    world, store = world_of(request), store_of(request)
    draft = _draft(store, request.path_params["id"])
    back = f"/admin/{store.domain}/draft_orders/{draft.id}"
    return await act(request, back, "Order created.", lambda form: complete_draft(world, store, draft, by="staff"))


async def delete(request: Request) -> Response:
    """Delete the draft."""
    world, store = world_of(request), store_of(request)
    draft = _draft(store, request.path_params["id"])
    back = f"/admin/{store.domain}/draft_orders"
    return await act(request, back, "Draft deleted.", lambda form: delete_draft(world, store, draft))


routes = [
    Route("/admin/{shop}/draft_orders", list_drafts),
    Route("/admin/{shop}/draft_orders/{id:int}", show_draft),
    Route("/admin/{shop}/draft_orders/{id:int}/edit", edit, methods=["POST"]),
    Route("/admin/{shop}/draft_orders/{id:int}/complete", complete, methods=["POST"]),
    Route("/admin/{shop}/draft_orders/{id:int}/delete", delete, methods=["POST"]),
]
