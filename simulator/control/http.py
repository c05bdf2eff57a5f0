"""How a control call is read and answered: JSON in, JSON out, refusals as 400, 404 and 409."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulator.control import bodies
from simulator.control.answers import Answer
from simulator.world.clock import iso
from simulator.world.errors import Impossible, Unknown, Unreadable
from simulator.world.world import World

STATUSES: dict[type[Exception], int] = {Impossible: 409, Unknown: 404, Unreadable: 400}
SomeBody = TypeVar("SomeBody", bound=bodies.Body)


def world_of(request: Request) -> World:
    """The world the application serves."""
    world: World = request.app.state.world
    return world


async def read_body(request: Request, kind: type[SomeBody]) -> SomeBody:
    """The body as its type has it; an empty one is an empty object."""
    try:
        return msgspec.json.decode(await request.body() or b"{}", type=kind, strict=True)
    except (msgspec.DecodeError, RecursionError) as failure:
        raise Unreadable(str(failure)) from None


def write(world: World, act: Callable[[], Answer]) -> Response:
    """Do one write as a control call of its own and answer what it changed."""
    with world.control_call():
        answer = act()
    return told(world, answer.id, answer.changed)


def told(world: World, changed_id: str, changed: dict[str, Any]) -> Response:
    """The answer of every write."""
    return JSONResponse({"id": changed_id, "at": iso(world.now), "changed": changed})


async def refuse(request: Request, failure: Exception) -> Response:
    """Answer a refusal with its sentence."""
    status = next(code for kind, code in STATUSES.items() if isinstance(failure, kind))
    return JSONResponse({"error": str(failure)}, status)
