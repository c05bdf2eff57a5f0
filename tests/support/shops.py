"""Shops of a simulated world and the hub's web application, joined without a network: staff open pages, jobs run."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette

from app.asgi import create_app
from app.core.clock import FixedClock
from app.core.runtime import Runtime, build_runtime
from app.core.settings import Settings
from app.core.unit_of_work import UnitsOfWork
from app.stores import scopes
from app.stores.flows import ConnectedShopify
from jobs.assembly import build_runner
from jobs.runner import Runner
from simulator.oauth.grants import approve
from simulator.oauth.id_tokens import id_token
from simulator.oauth.signed_queries import embed_url
from simulator.server import create_app as create_simulator
from simulator.world.apps import install, set_scopes
from simulator.world.settings import Settings as WorldSettings
from simulator.world.store import Store
from simulator.world.stores import create_store
from simulator.world.switches import Switches
from simulator.world.world import World
from tests.support.database import TestDatabase
from tests.support.hub import make_settings

HUB = "https://hub.example.com"
ADMIN = "http://admin.example.com"
RETAILER = "corner.myshopify.com"
PARTNER = "oak.myshopify.com"
ADDRESS = {"address1": "1 Mill Lane", "city": "Denver", "zip": "80202", "province_code": "CO", "country_code": "US"}
OPTIONAL = {"retailer": sorted(scopes.RETAILER), "partner": sorted(scopes.PARTNER)}


Wrap = Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport]


def _as_it_is(transport: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
    return transport


@dataclass
class Shops:
    """Several shops, their staff's browsers, and the hub they have in common."""

    world: World
    hub: httpx.AsyncClient
    runner: Runner

    @property
    def shopify(self) -> ConnectedShopify:
        """Shopify as the hub's jobs reach it."""
        return self.runner.shopify

    @property
    def open_uow(self) -> UnitsOfWork:
        """Opens units of work as the hub does."""
        return self.runner.units

    def make_shop(self, domain: str, **fields: Any) -> Store:
        """A shop with one location, the app installed with the scopes every store grants."""
        place = {"name": "Main street", "address": ADDRESS}
        store = create_store(
            self.world, domain, {"name": domain.partition(".")[0].title(), "locations": [place], **fields}
        )
        install(self.world, store, sorted(scopes.REQUIRED))
        return store

    def store(self, domain: str) -> Store:
        """The shop of this name."""
        return self.world.stores[domain]

    def grant(self, domain: str, *more: str) -> None:
        """Let the staff grant more; the hub learns of it when it next asks."""
        store = self.store(domain)
        set_scopes(self.world, store, [*store.app.scopes, *more])

    def approve(self, url: str, tamper: Any = None, *, is_granted: bool = True) -> str:
        """Answer Shopify's grant screen, and return where the browser goes then."""
        parts = urlsplit(url)
        domain = parts.path.split("/")[2] if parts.path.startswith("/shops/") else parts.netloc
        path = parts.path.removeprefix(f"/shops/{domain}")
        outcome = approve(self.world, f"https://{domain}{path}?{parts.query}", is_granted, tamper)
        return str(outcome["redirect"])

    async def load(self, domain: str, path: str = "/app", **tampered: Any) -> httpx.Response:
        """Load a page as the admin's frame does: a signed document request, no header."""
        return await self.hub.get(embed_url(self.world, self.store(domain), path, **tampered))

    async def get(self, domain: str, path: str, **headers: str) -> httpx.Response:
        """Follow a link inside the app: a fetch with a token."""
        return await self.hub.get(path, headers={**self._token(domain), **headers})

    async def post(
        self, domain: str, path: str, headers: dict[str, str] | None = None, /, **fields: object
    ) -> httpx.Response:
        """Send a form of the app: a fetch with a token."""
        form = {name: str(value) for name, value in fields.items()}
        return await self.hub.post(path, data=form, headers={**self._token(domain), **(headers or {})})

    async def ask(
        self, domain: str, method: str, path: str, headers: dict[str, str], body: bytes | None = None
    ) -> httpx.Response:
        """Pass on what a browser inside the admin asks, with a token; redirects are its own to follow."""
        return await self.hub.request(method, path, headers={**headers, **self._token(domain)}, content=body)

    async def work(self) -> int:
        """Run what is due until nothing is."""
        ran = 0
        while claimed := await self.runner.claim(1):
            for held in claimed:
                await self.runner.run(held)
                ran += 1
        return ran

    async def dump(self) -> str:
        """Everything the database holds, as text."""
        engine = self.runner.units.engine
        async with AsyncSession(engine, join_transaction_mode="create_savepoint") as session:
            await session.execute(text("SELECT set_config('role', 'hub_system', true)"))
            names = (await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))).all()
            kept = [name for name in names if name != "alembic_version"]
            rows = [(await session.scalars(text(f"SELECT t::text FROM {name} t"))).all() for name in kept]
        return "\n".join(line for table in rows for line in table)

    def _token(self, domain: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {id_token(self.world, self.store(domain))}"}


@asynccontextmanager
async def open_shops(
    runtime: Runtime, world: World, way: Wrap = _as_it_is, door: Wrap = _as_it_is
) -> AsyncIterator[Shops]:
    """The hub on this runtime, with this world around it; a test may stand in the hub's way outside and at its door."""
    outside = httpx.AsyncClient(transport=way(httpx.ASGITransport(create_simulator(world))))
    application: Starlette = create_app(runtime.settings, runtime, outside)
    runner = build_runner(runtime, outside)
    async with application.router.lifespan_context(application):
        transport = door(httpx.ASGITransport(application))
        async with httpx.AsyncClient(transport=transport, base_url=HUB) as browser:
            yield Shops(world, browser, runner)


def make_world() -> World:
    """An empty world in which everything happens at once."""
    world = World(WorldSettings(hub_url=HUB, api_secret="a-client-secret-of-more-than-32-bytes"))
    world.switches = Switches(fulfillment_orders_late=False, inventory_commits_late=False, draft_ready_late=False)
    return world


def settings_for(database_url: str, world: World) -> Settings:
    """Settings of a hub in the local world."""
    return make_settings(
        database_url,
        SHOPIFY_API_KEY=world.settings.api_key,
        SHOPIFY_API_SECRET=world.settings.api_secret,
        SHOPIFY_STORE_URL=ADMIN + "/shops/{shop}",
        SHOPIFY_ADMIN_URL=ADMIN + "/admin",
        APP_BRIDGE_SCRIPT_URL=ADMIN + "/static/app-bridge.js",
        POLARIS_SCRIPT_URL=ADMIN + "/static/polaris.js",
    )


@asynccontextmanager
async def alive_shops(database: TestDatabase, clock: FixedClock) -> AsyncIterator[Shops]:
    """Shops around a hub whose commits are real, on a database of the test's own."""
    world = make_world()
    runtime = replace(build_runtime(settings_for(database.url, world)), clock=clock)
    async with open_shops(runtime, world) as opened:
        yield opened
