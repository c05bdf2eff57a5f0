"""What a store's own host answers: the Admin API and OAuth; the store is the path parameter `shop`."""

from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from simulator.admin_api.endpoint import AdminApi
from simulator.oauth.endpoints import OAuth
from simulator.oauth.store_names import full_domain
from simulator.world.clock import machine_now
from simulator.world.world import World


def store_routes(world: World, *, now: Callable[[], datetime] = machine_now) -> list[BaseRoute]:
    """The routes of every store of the world; `now` is machine time."""
    api, oauth = AdminApi(world, now=now), OAuth(world, now=now)

    async def graphql(request: Request) -> Response:
        return await api.answer(request, _shop(request), request.path_params["version"])

    async def access_token(request: Request) -> Response:
        return await oauth.access_token(request, _shop(request))

    async def authorize(request: Request) -> Response:
        return await oauth.authorize(request, _shop(request))

    async def install(request: Request) -> Response:
        return await oauth.install(request, _shop(request))

    return [
        Route("/admin/api/{version}/graphql.json", graphql, methods=["POST"]),
        Route("/admin/oauth/access_token", access_token, methods=["POST"]),
        Route("/admin/oauth/authorize", authorize, methods=["GET", "POST"]),
        Route("/admin/oauth/install", install, methods=["GET", "POST"]),
    ]


def _shop(request: Request) -> str:
    return full_domain(str(request.path_params["shop"]))
