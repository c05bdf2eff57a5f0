"""Where histories are played: worlds set up once per shape, a copy of database and world for each history."""

import copy
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from app.asgi import create_app
from app.catalog.service import Chosen, request_import
from app.core.db import create_engine
from app.core.direct import DirectPool
from app.core.local_services.postgres import Postgres
from app.core.local_services.roles import LOGIN, address, create_database, drop_database
from app.core.runtime import Runtime
from app.core.unit_of_work import SilentBell, system_for
from app.gateways.shopify.client import ShopifyClient
from app.stores import scopes
from app.stores.flows import ConnectedShopify
from jobs.assembly import build_runner
from jobs.runner import Runner
from simulator.server import create_app as create_simulator
from simulator.webhooks.delivery import Courier
from simulator.world.products import publish_product, upsert_product
from simulator.world.store import Store
from simulator.world.switches import Switches
from simulator.world.world import World
from tests.histories.clockwork import Hands
from tests.histories.packs import sell_in_packs
from tests.histories.weather import Outside
from tests.support.database import TEMPLATE
from tests.support.linked import Linked, link, make_retailer
from tests.support.shops import HUB, Shops, make_world, settings_for

BEGINS = datetime(2026, 10, 19, 6, 0, tzinfo=UTC)
"""A Monday; Europe's clocks go back on the Sunday after, America's a week later."""


@dataclass(frozen=True, slots=True)
class Maker:
    """A partner's store, and when its week ends."""

    name: str
    time_zone: str
    weekday: int
    cutoff_time: str
    buffer: int

    @property
    def shop(self) -> str:
        """Its domain."""
        return f"{self.name}.myshopify.com"


MAKERS: Mapping[str, Maker] = {
    each.name: each
    for each in (
        Maker("oak", "America/Denver", 4, "18:00", 2),
        Maker("oak-hill", "America/New_York", 7, "01:30", 0),
        Maker("harbour", "Europe/Amsterdam", 1, "08:00", 1),
        Maker("lantern", "Pacific/Auckland", 3, "23:59", 0),
        Maker("juniper", "America/New_York", 7, "02:30", 3),
    )
}

SHAPES: tuple[Mapping[str, tuple[str, ...]], ...] = (
    {"corner": ("oak", "oak-hill")},
    {"corner": ("oak", "harbour"), "lane": ("oak",)},
    {"corner": ("oak-hill", "lantern"), "lane": ("juniper", "oak-hill")},
    {"corner": ("oak", "juniper", "lantern")},
    {"corner": ("oak", "oak-hill"), "lane": ("oak", "harbour"), "pier": ("oak",)},
    {"corner": ("oak", "lantern", "harbour"), "lane": ("juniper", "oak-hill")},
)
"""Which retailers sell which partners; a seed plays on the shape of its remainder."""


@dataclass(slots=True)
class WorldClock:
    """The hub's business clock: the world's."""

    world: World

    async def now(self) -> datetime:
        """Return the world's time."""
        return self.world.now

    async def look(self) -> datetime:
        """Return the world's time."""
        return self.world.now

    async def turned(self) -> None:
        """Wait for ever: a history says itself when it is time to look."""
        raise NotImplementedError


@dataclass(slots=True)
class Stage:
    """One world with the hub around it."""

    shops: Shops
    control: httpx.AsyncClient
    courier: Courier
    outside: Outside
    runtime: Runtime
    links: Mapping[tuple[str, str], Linked]

    @property
    def world(self) -> World:
        """The simulated world."""
        return self.shops.world

    @property
    def runner(self) -> Runner:
        """The hub's hands."""
        return self.shops.runner


@dataclass(slots=True)
class Template:
    """A shape that is set up: the database to copy, the world to copy, who is linked."""

    database: str
    world: World
    links: dict[tuple[str, str], Linked] = field(default_factory=dict)


class Theatre:
    """Sets up each shape once and opens a fresh copy of it for each history."""

    def __init__(self, server: Postgres, name: str) -> None:
        self._server = server
        self._name = name
        self._templates: dict[int, Template] = {}
        self._engine: AsyncEngine | None = None

    @asynccontextmanager
    async def open(self, shape: int, seed: int, switches: Switches) -> AsyncIterator[Stage]:
        """A stage as its shape has it, with chance of the history's own."""
        template = self._templates.get(shape) or await self._set_up(shape)
        world = copy.deepcopy(template.world)
        world.seed = world.draws.seed = seed
        world.switches = switches
        async with self._stage(template.database, world, template.links) as stage:
            yield stage

    async def close(self) -> None:
        """Remove what was set up."""
        if self._engine is not None:
            await self._engine.dispose()
        for template in self._templates.values():
            drop_database(self._server, template.database)
        drop_database(self._server, self._name)

    def _cut(self) -> None:
        """End every connection to the database that is played on."""
        with self._server.connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [self._name]
            )

    @asynccontextmanager
    async def _stage(
        self, database: str, world: World, links: Mapping[tuple[str, str], Linked]
    ) -> AsyncIterator[Stage]:
        url = address(self._server, LOGIN, self._name)
        drop_database(self._server, self._name)
        create_database(self._server, self._name, database)
        settings = settings_for(url, world)
        # One engine for all: what SQLAlchemy compiled once serves every history.
        self._engine = self._engine or create_engine(url, patient=False)
        direct = DirectPool(url, 2)
        runtime = Runtime(settings, self._engine, direct, WorldClock(world), SilentBell())
        await direct.open()
        try:
            async with joined(runtime, world, links, self._cut) as stage:
                yield stage
        finally:
            await direct.close()
            await self._engine.dispose()

    async def _set_up(self, shape: int) -> Template:
        world = make_world()
        world.clock.set(now=BEGINS, rate=0)
        template = Template(f"{self._name}_{shape}", world)
        async with self._stage(TEMPLATE, world, template.links) as stage:
            template.links = await furnish(stage, SHAPES[shape])
        drop_database(self._server, template.database)
        create_database(self._server, template.database, self._name)
        self._templates[shape] = template
        return template


@asynccontextmanager
async def joined(
    runtime: Runtime, world: World, links: Mapping[tuple[str, str], Linked], cut_database: Callable[[], None]
) -> AsyncIterator[Stage]:
    """The world and the hub, joined without a network."""
    simulator = create_simulator(world)
    calm = httpx.AsyncClient(transport=httpx.ASGITransport(simulator))
    outside = Outside(httpx.ASGITransport(simulator), cut_database)
    application = create_app(runtime.settings, runtime, calm)
    runner = build_runner(runtime, httpx.AsyncClient(transport=outside))
    client = ShopifyClient(runner.shopify.client.http, api_version=runtime.settings.api_version, pause=at_once)
    runner = replace(runner, shopify=ConnectedShopify(runner.units, client, runtime.settings))
    async with application.router.lifespan_context(application):
        hub = httpx.ASGITransport(application)
        courier = Courier(world, hub)
        async with (
            httpx.AsyncClient(transport=hub, base_url=HUB) as browser,
            httpx.AsyncClient(transport=httpx.ASGITransport(simulator), base_url="http://control") as control,
        ):
            yield Stage(Shops(world, browser, runner), control, courier, outside, runtime, links)
        await courier.close()


async def at_once(_seconds: float) -> None:
    """Wait for nothing: machine time is no part of a history."""


async def furnish(stage: Stage, shape: Mapping[str, tuple[str, ...]]) -> dict[tuple[str, str], Linked]:
    """Let everybody in, and put on sale what partners have."""
    hands, shops, links = Hands(stage), stage.shops, dict[tuple[str, str], Linked]()
    for retailer, partners in shape.items():
        domain = f"{retailer}.myshopify.com"
        await make_retailer(shops, domain, role="retailer")
        shops.grant(domain, *sorted(scopes.PAYMENT_TERMS))
        for name in partners:
            links[retailer, name] = await _link(stage, domain, MAKERS[name])
            await hands.settle()
    for linked in links.values():
        await _import(stage, linked)
        await hands.settle()
        await sell_in_packs(shops, linked)
    for store in shops.world.stores.values():
        for product in store.products.values():
            publish_product(shops.world, store, product, list(store.publications))
    await hands.settle()
    return links


async def _link(stage: Stage, retailer: str, maker: Maker) -> Linked:
    shops = stage.shops
    if maker.shop not in shops.world.stores:
        store = shops.make_shop(maker.shop, time_zone=maker.time_zone, role="partner")
        _stock_shelves(shops.world, store, maker.name)
    terms = {"weekday": maker.weekday, "cutoff_time": maker.cutoff_time, "buffer": maker.buffer}
    return await link(shops, retailer, maker.shop, name=maker.name.title(), email="", **terms)


def _stock_shelves(world: World, store: Store, name: str) -> None:
    place = next(iter(store.locations))
    for title, price, stock in (("Beans", "14.00", 30), ("Decaf", "9.50", 12)):
        variant: dict[str, Any] = {
            "sku": f"{name}-{title}".upper(),
            "price": Decimal(price),
            "tracked": True,
            "quantities": [{"location_id": place, "quantity": stock}],
        }
        upsert_product(world, store, {"title": title, "status": "ACTIVE", "variants": [variant]}, by="staff")


async def _import(stage: Stage, linked: Linked) -> None:
    products = stage.world.stores[linked.partner_store.shop_domain].products.values()
    async with stage.shops.open_uow(system_for(linked.retailer.id)) as uow:
        chosen = [Chosen(each.gid, each.title) for each in products if each.by == "staff"]
        await request_import(uow, linked.partner.id, chosen, Decimal("0.4"))
