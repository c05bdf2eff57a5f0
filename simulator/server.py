"""The simulator as one web application: stores by their host name, control routes and pages by any other."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Host, Mount, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.control.http import refuse
from simulator.control.pump import Pump
from simulator.control.routes import control_routes
from simulator.control.settle import Clockmaker
from simulator.oauth import control as oauth_control
from simulator.oauth.routes import store_routes
from simulator.pages import order_status
from simulator.pages import routes as pages
from simulator.webhooks.delivery import Courier
from simulator.world.effects import apply_due
from simulator.world.errors import Impossible, Unknown, Unreadable
from simulator.world.world import World


class Kept:
    """Around everything: what is due has happened before a request, and what it wrote is kept before its answer."""

    def __init__(self, app: ASGIApp, world: World, pump: Pump) -> None:
        self._app = app
        self._world = world
        self._pump = pump

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_kept(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._world.commit()
                self._pump.wake()
            await send(message)

        apply_due(self._world)
        await self._app(scope, receive, send_kept)


def create_app(world: World, hub_transport: httpx.AsyncBaseTransport | None = None) -> ASGIApp:
    """The application of one world; webhooks and questions to the hub go through the transport, if one is given."""
    courier = Courier(world, hub_transport)
    pump = Pump(world, courier)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        pump.start()
        yield
        await pump.stop()
        await courier.close()
        world.close()

    at_stores, control = store_routes(world), [*control_routes(), *oauth_control.routes]
    app = Starlette(
        routes=[
            Host("{shop}.myshopify.com", Router(at_stores), name="store"),
            Mount("/shops/{shop}", Router(at_stores)),
            *control,
            Mount("/_control", Router([*control, *order_status.routes])),
            *pages.routes,
        ],
        exception_handlers={Impossible: _refused, Unknown: _refused, Unreadable: _refused},
        lifespan=lifespan,
    )
    app.state.world = world
    app.state.courier = courier
    app.state.pump = pump
    app.state.clockmaker = Clockmaker(world, courier)
    return Kept(app, world, pump)


async def _refused(request: Request, failure: Exception) -> Response:
    return await refuse(request, failure)
