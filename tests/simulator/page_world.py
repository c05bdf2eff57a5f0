"""A small world with its pages, for tests that look at them without a network."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal

import httpx

from simulator.server import create_app
from simulator.world.apps import install
from simulator.world.clock import machine_now
from simulator.world.model import Variant
from simulator.world.order_model import Order
from simulator.world.placing import place_order
from simulator.world.products import publish_product, upsert_product
from simulator.world.settings import Settings
from simulator.world.store import Store
from simulator.world.stores import create_store
from simulator.world.switches import Switches
from simulator.world.world import World

SHOP = "oak.myshopify.com"
HUB = "http://hub.example.com"


@dataclass
class Site:
    """The pages of one world and a visitor's browser."""

    world: World
    store: Store
    browser: httpx.AsyncClient

    async def read(self, path: str) -> str:
        """The text of a page that must be there."""
        answer = await self.browser.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return answer.text

    async def press(self, path: str, **fields: object) -> httpx.Response:
        """Send a form and follow to the page it leads to."""
        return await self.browser.post(path, data=fields, follow_redirects=True)


def make_world(hub_url: str | None = HUB) -> World:
    """A world with one store; everything in it happens at once."""
    world = World(Settings(hub_url=hub_url))
    world.switches = Switches(fulfillment_orders_late=False, inventory_commits_late=False, draft_ready_late=False)
    create_store(world, SHOP, {"name": "Oak & Ash", "locations": [{"name": "Centre"}], "role": "retailer"})
    return world


def make_variant(world: World, title: str = "Blend", price: str = "12.50", quantity: int = 10) -> Variant:
    """A published product with one variant and so many of it."""
    store = world.stores[SHOP]
    stock = {"location_id": next(iter(store.locations)), "quantity": quantity}
    fields = {"title": title, "variants": [{"price": Decimal(price), "sku": title.upper(), "quantities": [stock]}]}
    product = upsert_product(world, store, fields, by="staff")
    publish_product(world, store, product, list(store.publications))
    return store.variants_of(product)[0]


def make_order(world: World, quantity: int = 2, **fields: object) -> Order:
    """An order of a customer, routed already."""
    variant = make_variant(world)
    order = place_order(
        world, world.stores[SHOP], {"lines": [{"variant_id": variant.id, "quantity": quantity}], **fields}
    )
    return order


@asynccontextmanager
async def site(world: World | None = None, *, installed: bool = False) -> AsyncIterator[Site]:
    """Open the pages of a world."""
    world = world or make_world()
    if installed:
        install(world, world.stores[SHOP], ["read_products"])
    world.clock.set(now=machine_now(), rate=0)
    transport = httpx.ASGITransport(create_app(world))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
        yield Site(world, world.stores[SHOP], browser)
