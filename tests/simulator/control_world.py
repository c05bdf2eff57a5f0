"""Drives a simulated world through its control API, with a hub of our own at the other end of its webhooks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.server import create_app
from simulator.world import apps
from simulator.world.model import Subscription
from simulator.world.settings import Settings
from simulator.world.world import World

Json = dict[str, Any]
NO_MANIFEST = Path("/nonexistent/shopify.app.toml")
SECRET = "the-client-secret"
MONDAY = "2026-11-02T09:00:00Z"
EVERY_SCOPE = [
    "read_products",
    "write_inventory",
    "write_draft_orders",
    "read_locations",
    "read_orders",
    "read_fulfillments",
    "write_merchant_managed_fulfillment_orders",
]


@dataclass
class Hub:
    """Stands where the hub is: keeps what it received, answers what it is told to, says it is quiet."""

    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 200
    quiet: Json = field(default_factory=dict)
    planned: list[str] = field(default_factory=list)
    quiet_status: int = 200
    asked: int = 0
    clock: httpx.AsyncClient | None = None

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/internal/quiet", self._quiet),
                Route("/{path:path}", self._webhook, methods=["POST", "GET", "PUT"]),
            ]
        )

    async def _webhook(self, request: Request) -> Response:
        self.received.append(({**request.headers, "path": request.url.path}, await request.body()))
        return Response(status_code=self.status)

    async def _quiet(self, request: Request) -> Response:
        assert self.clock is not None
        self.asked += 1
        now = (await self.clock.get("/clock")).json()["now"]
        later = [at for at in self.planned if datetime.fromisoformat(at) > datetime.fromisoformat(now)]
        counts = {"jobs_due": 0, "jobs_running": 0, "jobs_failed": 0, "inbox_unhandled": 0}
        return JSONResponse(
            {"at": now, **counts, "next_planned_at": min(later, default=None), **self.quiet}, self.quiet_status
        )

    def topics(self) -> list[str]:
        return [headers["x-shopify-topic"] for headers, _ in self.received]


@dataclass
class Driver:
    """One world and the two ways to it: its control API, and the world itself for what only the app can do."""

    world: World
    client: httpx.AsyncClient
    hub: Hub

    async def call(self, method: str, path: str, body: Any = None, status: int = 200) -> Json:
        answer = await self.client.request(method, path, json=body)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        told: Json = answer.json()
        return told

    async def store(self, name: str = "oak", **fields: Any) -> str:
        shop = f"{name}.myshopify.com"
        await self.call("POST", "/stores", {"shop": shop, **fields})
        await self.call("POST", f"/stores/{shop}/app/install", {"scopes": EVERY_SCOPE})
        return shop

    async def variant(self, shop: str, quantity: int | None = 10, price: str = "12.50", **fields: Any) -> str:
        variant = {"sku": "ESP", "price": price, "quantity": quantity, **fields}
        told = await self.call("POST", f"/stores/{shop}/products", {"title": "Espresso", "variants": [variant]})
        return str(told["changed"]["variant_ids"][0])

    async def order(self, shop: str, variant: str, quantity: int = 3, **fields: Any) -> Json:
        body = {"lines": [{"variant_id": variant, "quantity": quantity}], **fields}
        told = await self.call("POST", f"/stores/{shop}/orders", body)
        return dict(told["changed"])

    async def on(self, shop: str, one: Json, verb: str, body: Json | None = None, status: int = 200) -> Json:
        """A verb on an order, its answer being the order (or what else changed)."""
        path = f"/stores/{shop}/orders/{tail(one['id'])}/{verb}"
        told = await self.call("POST", path, body or {}, status)
        return dict(told.get("changed", told))

    async def advance(self, seconds: float) -> Json:
        return await self.call("POST", "/clock/advance", {"seconds": seconds, "settle": True})

    async def truth(self, shop: str) -> Json:
        return await self.call("GET", f"/truth?shop={shop}")

    async def stock(self, shop: str, variant: str) -> tuple[int, int, int]:
        """Available, committed and on hand of a variant over all locations."""
        levels = [one for one in (await self.truth(shop))["stock"] if one["variant_id"] == variant]
        return (
            sum(one["available"] for one in levels),
            sum(one["committed"] for one in levels),
            sum(one["on_hand"] for one in levels),
        )

    def subscribe(self, shop: str, *topics: str, **fields: Any) -> list[Subscription]:
        """What the app does through the Admin API."""
        store = self.world.stores[shop]
        return [
            apps.subscribe(
                self.world,
                store,
                Subscription(
                    id=self.world.new_id(),
                    topic=topic,
                    uri="/webhooks/shopify",
                    created_at=self.world.now,
                    updated_at=self.world.now,
                    **fields,
                ),
            )
            for topic in topics
        ]


def tail(gid: str) -> str:
    """The number at the end of a global id."""
    return gid.rpartition("/")[2]


@asynccontextmanager
async def simulated(
    has_hub: bool = True, state_dir: Path | None = None, manifest: Path = NO_MANIFEST
) -> AsyncIterator[Driver]:
    """A world at nine on a Monday, its clock standing still."""
    hub = Hub()
    settings = Settings(
        api_secret=SECRET,
        old_api_secret="the-secret-before",
        hub_url="http://hub.example.com" if has_hub else None,
        state_dir=state_dir,
        manifest=manifest,
    )
    world = World(settings)
    app = create_app(world, httpx.ASGITransport(hub.app))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://simulator") as client:
        hub.clock = client
        driver = Driver(world=world, client=client, hub=hub)
        if not world.stores:
            await driver.call("PUT", "/clock", {"now": MONDAY, "rate": 0})
        yield driver
