"""A store of a simulated world with the app installed, asked over an ASGI transport as the product asks it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.routing import Host, Mount, Router

from simulator.admin_api.call import ProtectedData
from simulator.control.http import refuse
from simulator.oauth import control
from simulator.oauth.routes import store_routes
from simulator.oauth.tokens import issue_token
from simulator.world.apps import install
from simulator.world.effects import apply_due
from simulator.world.errors import Impossible, Unknown, Unreadable
from simulator.world.model import AccessToken, Product
from simulator.world.placing import place_order
from simulator.world.products import upsert_product
from simulator.world.settings import Settings
from simulator.world.store import Store
from simulator.world.stores import create_store
from simulator.world.switches import Switches
from simulator.world.world import World

ALL_SCOPES = [
    "read_products",
    "read_inventory",
    "read_locations",
    "write_locations",
    "write_products",
    "write_inventory",
    "write_publications",
    "read_orders",
    "write_orders",
    "read_customers",
    "write_draft_orders",
    "write_payment_terms",
    "read_fulfillments",
    "write_merchant_managed_fulfillment_orders",
]
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@dataclass
class MachineClock:
    """Machine time that a test can turn."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@dataclass
class StoreHost:
    """One store and a client that holds a token for it."""

    world: World
    store: Store
    token: AccessToken
    clock: MachineClock
    client: httpx.AsyncClient

    async def post(
        self, query: str, variables: dict[str, Any] | None = None, *, token: str | None = None
    ) -> httpx.Response:
        """Send one GraphQL request."""
        url = f"https://{self.store.domain}/admin/api/2026-10/graphql.json"
        body = {"query": query, "variables": variables or {}}
        presented = self.token.token if token is None else token
        return await self.client.post(url, json=body, headers={"X-Shopify-Access-Token": presented})

    async def ask(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """Send a request that must answer without errors, and return its data."""
        answer = (await self.post(query, variables)).json()
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    async def errors(self, query: str, variables: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """Send a request that must fail, and return its errors."""
        answer = (await self.post(query, variables)).json()
        found: list[dict[str, Any]] = answer["errors"]
        return found

    async def turn(self, seconds: float) -> None:
        """Move the business clock and let happen what falls due."""
        self.world.clock.set(self.world.now + timedelta(seconds=seconds))
        apply_due(self.world)

    def make_product(self, **fields: Any) -> Product:
        """A product of the store's staff."""
        return upsert_product(self.world, self.store, {"title": "Coffee", **fields}, by="staff")

    def place(self, *lines: tuple[int, int], **fields: Any) -> Any:
        """An order of (variant number, quantity) lines, paid."""
        wanted = [{"variant_id": number, "quantity": quantity} for number, quantity in lines]
        return place_order(self.world, self.store, {"lines": wanted, "paid": True, **fields})


def make_host(
    scopes: list[str] | None = None,
    *,
    domain: str = "roaster.myshopify.com",
    protected_data: ProtectedData = "level1",
    settings: Settings | None = None,
    **fields: Any,
) -> StoreHost:
    """A world with one store, the app installed with the scopes, at noon of a day in November 2026."""
    world = World(settings or Settings(hub_url="http://127.0.0.1:9"))
    world.clock.set(NOON, rate=0)
    world.switches = Switches(protected_data=protected_data)
    store = create_store(world, domain, {"currency": "USD", "time_zone": "America/New_York", **fields})
    install(world, store, ALL_SCOPES if scopes is None else scopes)
    clock = MachineClock()
    token = issue_token(world, store, clock.now, expiring=True)
    return StoreHost(world, store, token, clock, client_of(world, clock))


def client_of(world: World, clock: MachineClock) -> httpx.AsyncClient:
    """A client to every store of the world and to its control API."""
    at_stores = store_routes(world, now=clock)
    routes = [
        Host("{shop}.myshopify.com", Router(at_stores)),
        Mount("/shops/{shop}", Router(at_stores)),
        *control.routes,
    ]
    app = Starlette(routes=routes, exception_handlers={Impossible: refuse, Unknown: refuse, Unreadable: refuse})
    app.state.world = world
    return httpx.AsyncClient(transport=httpx.ASGITransport(app))
