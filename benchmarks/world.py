"""A local world for a benchmark: the real processes on free ports, set up by the product's own command."""

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import psycopg

from app.core.direct import conninfo
from app.core.local_services.services import services_of
from app.core.local_services.state import read_state
from app.core.local_services.world import World
from app.core.log import configure_logging
from app.core.runtime import build_runtime
from app.core.settings import load_settings
from app.gateways.shopify.client import ShopifyClient
from app.gateways.shopify.network import build_http_client
from app.rehearsal.cast import RetailerPart, cast
from app.rehearsal.control import Control
from app.rehearsal.hub import Hub
from app.rehearsal.play import monday_after
from app.rehearsal.setting_up import set_up
from app.rehearsal.world import private_world
from app.stores.flows import ConnectedShopify
from jobs.subscriptions import subscribers

RETAILER = "good-cup-1.myshopify.com"
NOT_TAKEN_OVER = ("DATABASE_URL", "DATABASE_MIGRATION_URL", "REDIS_URL", "APP_URL")


@dataclass(frozen=True)
class Benched:
    """A world under measurement, seen from outside: its control address, its database, its processes."""

    world: World
    environment: Mapping[str, str]
    control: httpx.Client
    database: "psycopg.Connection[Any]"

    def get(self, path: str, **parameters: str) -> Any:
        """Return what the control address tells."""
        return self.control.get(path, params=parameters).raise_for_status().json()

    def send(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        """Do something in the world."""
        return self.control.request(method, path, json=body).raise_for_status().json()

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return rows of the hub's database."""
        return self.database.execute(statement, values).fetchall()

    def pid(self, name: str) -> int:
        """Return the process of this name."""
        return next(int(each["pid"]) for each in read_state(self.world)["processes"] if each["name"] == name)

    def set_up(self, partners: int, zone: str | None = None, into_week: timedelta = timedelta()) -> None:
        """Connect one retailer with so many partners, so far into a week; all in one time zone if it is given."""
        parts = cast(1, 1, partners, shared_partner=False)
        if zone:
            parts = [
                replace(part, partners=[replace(each, time_zone=zone) for each in part.partners]) for part in parts
            ]
        asyncio.run(self._set_up(parts, into_week))

    async def _set_up(self, parts: list[RetailerPart], into_week: timedelta) -> None:
        settings = load_settings(self.environment)
        async with (
            build_runtime(settings).running() as runtime,
            build_http_client(settings) as outside,
            httpx.AsyncClient() as http,
        ):
            units = runtime.units_of_work(subscribers())
            client = ShopifyClient(outside, api_version=settings.api_version)
            control = Control(http, self.world.simulator_url)
            begins = monday_after(await control.now()) + into_week
            await control.put("/clock", {"rate": 0, "now": begins.isoformat()})
            await set_up(Hub(units, ConnectedShopify(units, client, settings), settings), control, parts)

    def variants(self) -> list[str]:
        """Return what the retailer sells."""
        found = self.get("/truth", shop=RETAILER)["variants"]
        return sorted(each["id"] for each in found if not each["deleted_at"])

    def calls(self) -> list[dict[str, Any]]:
        """Return every Admin call since the world began."""
        calls: list[dict[str, Any]] = []
        since = "0"
        while True:
            page = self.get("/requests", since=since)
            calls += page["calls"]
            if not page["calls"] or str(page["next"]) == since:
                return calls
            since = str(page["next"])


@contextmanager
def benched_world() -> Iterator[Benched]:
    """Give a world of one's own, gone with everything in it at the end."""
    environ = {name: value for name, value in os.environ.items() if name not in NOT_TAKEN_OVER}
    configure_logging("warning")
    with private_world({**environ, "LOG_LEVEL": "warning"}) as world, services_of(world) as environment:
        address = conninfo(environment["DATABASE_MIGRATION_URL"].replace("hub_owner@", "postgres@"))
        with (
            httpx.Client(base_url=world.simulator_url, timeout=900) as control,
            psycopg.connect(address, autocommit=True) as database,
        ):
            yield Benched(world, environment, control, database)
