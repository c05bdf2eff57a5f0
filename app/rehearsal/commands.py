"""The commands `hub rehearse`, `hub staff` and `hub books`, apart from their options."""

import asyncio
import json
import subprocess
import sys
from argparse import Namespace
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import httpx

from app.books.export import export_books
from app.core.local_services.errors import LocalServiceError
from app.core.local_services.lease import PROJECT
from app.core.local_services.services import services_of
from app.core.local_services.supervisor import Supervisor, remove_world
from app.core.local_services.world import World
from app.core.log import configure_logging
from app.core.runtime import build_runtime
from app.core.settings import load_settings
from app.gateways.shopify.client import ShopifyClient
from app.gateways.shopify.network import build_http_client
from app.rehearsal import run
from app.rehearsal.control import Control
from app.rehearsal.demo import show
from app.rehearsal.hub import Hub
from app.rehearsal.killing import Killer, draw_strikes
from app.rehearsal.report import told
from app.rehearsal.run import Wish
from app.rehearsal.staff import Miscount
from app.rehearsal.world import is_up, private_world, start_world, world_of_environment
from app.stores.flows import ConnectedShopify

T = TypeVar("T")
Subscribers = Mapping[str, Sequence[Callable[[Any], Any]]]


def rehearse(options: Namespace, subscribers: Subscribers) -> int:
    """Play weeks on a world of its own, or only set one up and leave it; 1 when a promise is broken."""
    wish = Wish(
        weeks=options.weeks,
        retailers=options.retailers,
        partners=options.partners,
        orders=options.orders,
        seed=options.seed,
        faults=options.faults,
        shared_partner=options.shared_partner,
        kills=options.kills,
    )
    if options.setup_only:
        return _set_up_only(wish, subscribers, as_json=options.json)
    world = world_of_environment()
    if is_up(world):
        return _play(world, wish, subscribers, as_json=options.json)
    with private_world(world.environ) as own:
        return _play(own, wish, subscribers, as_json=options.json)


def demo(options: Namespace, subscribers: Subscribers) -> int:
    """Bring the world up, play a week in it the first time, show where to look, and stay until stopped."""
    world = world_of_environment()
    if options.play:
        return _in_hub(world, subscribers, lambda hub, control: show(hub, control, world, print_line))
    if options.reset:
        remove_world(world)
    command = [sys.executable, "-m", "app.cli", "demo", "--play"]
    Supervisor(world, print_line, lambda: subprocess.Popen(command, cwd=PROJECT, start_new_session=True)).run()
    return 0


def staff(options: Namespace, subscribers: Subscribers) -> int:
    """Do what people at the centre do, or accept as a partner."""

    async def work(hub: Hub, control: Control) -> list[dict[str, Any]]:
        acts = await run.accept_as_partner(hub, control, options.accept_partner) if options.accept_partner else []
        miscount = Miscount(options.short, options.over)
        return acts + await run.work_as_staff(
            hub, receive=options.receive, ship=options.ship, miscount=miscount, seed=options.seed
        )

    acts = _in_hub(_running_world(), subscribers, work)
    print(json.dumps({"acts": acts}, indent=2) if options.json else "\n".join(map(str, acts)) or "Nothing to do.")
    return 0


def books(options: Namespace, subscribers: Subscribers) -> int:
    """Print the books."""

    async def read(hub: Hub, _control: Control) -> dict[str, Any]:
        return await export_books(hub.open_uow)

    exported = _in_hub(world_of_environment(), subscribers, read)
    print(json.dumps(exported, indent=None if options.json else 2))
    return 0


def _set_up_only(wish: Wish, subscribers: Subscribers, *, as_json: bool) -> int:
    world = world_of_environment()
    if not is_up(world):
        start_world(world)

    async def set_stage(hub: Hub, control: Control) -> list[dict[str, Any]]:
        staged = await run.set_stage(hub, control, wish)
        return [
            {"retailer": each.store.shop_domain, "partners": [partner.shop_domain for partner in each.partners]}
            for each in staged
        ]

    staged = _in_hub(world, subscribers, set_stage)
    print(json.dumps({"staged": staged, "addresses": dict(world.addresses), "state_dir": str(world.folder)}, indent=2))
    return 0 if as_json or staged else 1


def _play(world: World, wish: Wish, subscribers: Subscribers, *, as_json: bool) -> int:
    async def play(hub: Hub, control: Control) -> run.Outcome:
        killer = Killer(world, draw_strikes(wish.seed, wish.kills, wish.steps()))
        return await run.rehearse(hub, control, wish, (lambda line: None) if as_json else print_line, killer)

    outcome = _in_hub(world, subscribers, play)
    if as_json:
        verdicts = [
            {"promise": each.number, "about": each.promise, "held": each.held, "broken": each.broken}
            for each in outcome.verdicts
        ]
        print(json.dumps({"tally": outcome.tally, "books": outcome.figures, "promises": verdicts}, indent=2))
    else:
        print("\n".join(told(outcome.figures, outcome.verdicts, outcome.tally["killed"])))
    return 0 if outcome.held else 1


def print_line(line: str) -> None:
    """Print a line at once, whoever reads it."""
    print(line, flush=True)


def _running_world() -> World:
    world = world_of_environment()
    if not is_up(world):
        raise LocalServiceError("The local world is not up. Start it with `hub up`.")
    return world


def _in_hub(world: World, subscribers: Subscribers, work: Callable[[Hub, Control], Awaitable[T]]) -> T:
    async def within(environment: Mapping[str, str]) -> T:
        async with _hub(environment, subscribers) as hub, httpx.AsyncClient() as http:
            return await work(hub, Control(http, world.simulator_url))

    with services_of(world) as environment:
        return asyncio.run(within(environment))


@asynccontextmanager
async def _hub(environment: Mapping[str, str], subscribers: Subscribers) -> AsyncIterator[Hub]:
    settings = load_settings(environment)
    configure_logging("warning")  # to standard error: what a command prints is for whoever asked
    async with build_runtime(settings).running() as runtime, build_http_client(settings) as http:
        open_uow = runtime.units_of_work(subscribers)
        client = ShopifyClient(http, api_version=settings.api_version)
        yield Hub(open_uow, ConnectedShopify(open_uow, client, settings), settings)
