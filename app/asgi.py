"""Assembles the web application: pages, webhooks, internal routes, on one runtime."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware

from app.core.log import configure_logging
from app.core.request_ids import RequestIds
from app.core.runtime import Runtime, build_runtime
from app.core.settings import Settings, load_settings
from app.gateways.shopify.budget import PAGES, Budget
from app.gateways.shopify.client import ShopifyClient
from app.gateways.shopify.network import build_http_client
from app.stores.budgets import SharedBudgets
from app.stores.flows import ConnectedShopify
from embedded_ui.routes import routes as pages
from embedded_ui.session import Services
from jobs.assembly import build_runner, drain
from jobs.schedule import plan_standing
from jobs.subscriptions import subscribers
from webhooks import internal, shopify
from webhooks.intake import Intake

app: Starlette


def create_app(settings: Settings, runtime: Runtime | None = None, http: httpx.AsyncClient | None = None) -> Starlette:
    """Return the web application; a test brings its own runtime and its own way to Shopify."""
    runtime = runtime or build_runtime(settings, for_pages=True)
    http = http or build_http_client(settings)
    units = runtime.units_of_work(subscribers())
    budget = Budget(SharedBudgets(runtime.direct), PAGES)
    access = ConnectedShopify(units, ShopifyClient(http, api_version=settings.api_version, budget=budget), settings)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with runtime.running():
            yield
            await http.aclose()

    application = Starlette(
        routes=[*shopify.routes, *internal.routes, *pages(Services(settings, units, access))],
        middleware=[Middleware(RequestIds)],
        lifespan=lifespan,
    )
    application.router.redirect_slashes = False  # such a redirect leads to whatever host the request names
    application.state.runtime = runtime
    application.state.intake = Intake(runtime.direct, runtime.bell)
    application.state.drain = partial(_drain, runtime, asyncio.Event())
    return application


async def _drain(runtime: Runtime, is_planned: asyncio.Event, seconds: float) -> int:
    """Run what is due, with hands of its own: they are needed only where no worker runs.

    The first call of a process plans the regular work, as a worker does that starts.
    """
    async with build_http_client(runtime.settings) as http:
        runner = build_runner(runtime, http)
        if not is_planned.is_set():
            await plan_standing(runner.units)
            is_planned.set()
        return await drain(runner, seconds)


def __getattr__(name: str) -> Any:
    """Build `app` when a server first asks for it, so that importing this module needs no settings."""
    if name != "app":
        raise AttributeError(name)
    settings = load_settings(os.environ)
    configure_logging(settings.log_level)
    globals()["app"] = create_app(settings)
    return globals()["app"]
