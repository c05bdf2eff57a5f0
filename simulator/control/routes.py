"""The control API's routes: the table of verbs on stores, the routes of the world, and the schemas of all bodies."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from simulator.control import bodies, machinery
from simulator.control.answers import Answer
from simulator.control.http import read_body, world_of, write
from simulator.control.verbs import VERBS, Verb
from simulator.oauth.control import Approve
from simulator.world.errors import Unreadable
from simulator.world.importing import import_order
from simulator.world.truth import order_truth

Endpoint = Callable[[Request], Awaitable[Response]]

OTHER_BODIES: dict[str, type[bodies.Body]] = {
    "POST /reset": bodies.Reset,
    "PUT /clock": bodies.SetClock,
    "POST /clock/advance": bodies.Advance,
    "POST /oauth/approve": Approve,
    "POST /webhooks/{id}/redeliver": bodies.Redeliver,
    "POST /webhooks/forge": bodies.Forge,
    "PUT /faults": bodies.SetFaults,
}
FREE_BODIES: dict[str, dict[str, Any]] = {
    "PUT /switches": {"type": "object", "description": "names and values as GET /switches shows them"},
    "POST /stores/{shop}/orders:import": {
        "type": "object",
        "required": ["line_items"],
        "description": "an order as the REST Admin API and webhooks carry it, bare or under `order`",
        "properties": {"line_items": {"type": "array", "items": {"type": "object"}}},
    },
}


def _endpoint(verb: Verb) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        body, world = await read_body(request, verb.body), world_of(request)
        return write(world, lambda: verb.act(world, request.path_params, body))

    return endpoint


async def show_schema(request: Request) -> Response:
    """Tell the JSON schema of each write's body."""
    named = {verb.name: verb.body for verb in VERBS} | OTHER_BODIES
    schemas, components = msgspec.json.schema_components(named.values(), ref_template="#/$defs/{name}")
    verbs = dict(zip(named, schemas, strict=True)) | FREE_BODIES
    return JSONResponse({"verbs": verbs, "$defs": components})


async def import_posted(request: Request) -> Response:
    """Make an order of what a real store sent."""
    world = world_of(request)
    try:
        payload = json.loads(await request.body())
    except (ValueError, RecursionError) as failure:
        raise Unreadable(f"not JSON: {failure}") from None
    store = world.store(request.path_params["shop"])

    def act() -> Answer:
        order = import_order(world, store, payload)
        return Answer(order.gid, order_truth(store, order))

    return write(world, act)


def control_routes() -> list[BaseRoute]:
    """Every control route, as printed in the architecture."""
    on_stores = [Route(f"/stores{verb.path}", _endpoint(verb), methods=[verb.method]) for verb in VERBS]
    return [
        Route("/_control", machinery.show_control),
        Route("/_control/schema", show_schema),
        Route("/schema", show_schema),
        Route("/reset", machinery.reset, methods=["POST"]),
        Route("/clock", machinery.show_clock),
        Route("/clock", machinery.set_clock, methods=["PUT"]),
        Route("/clock/advance", machinery.advance, methods=["POST"]),
        Route("/switches", machinery.show_switches),
        Route("/switches", machinery.set_switches, methods=["PUT"]),
        Route("/stores/{shop}/orders:import", import_posted, methods=["POST"]),
        *on_stores,
        Route("/stores/{shop}", machinery.show_store),
        Route("/webhooks", machinery.show_webhooks),
        Route("/webhooks/forge", machinery.forge, methods=["POST"]),
        Route("/webhooks/{id}/redeliver", machinery.redeliver, methods=["POST"]),
        Route("/faults", machinery.show_faults),
        Route("/faults", machinery.set_faults, methods=["PUT"]),
        Route("/faults/log", machinery.show_fault_log),
        Route("/truth", machinery.show_truth),
        Route("/requests", machinery.show_requests),
    ]
