"""The local world's clock, as a process of the product reads it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpcore
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from app.core.clock import TurnedClock
from app.core.errors import Unavailable
from simulator.control.machinery import show_clock
from simulator.world.settings import Settings
from simulator.world.world import World
from tests.support.serving import serving

pytestmark = pytest.mark.anyio

MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)


@asynccontextmanager
async def watched() -> AsyncIterator[tuple[World, TurnedClock]]:
    """A world whose clock stands at nine, and the clock as the product reads it over HTTP."""
    world = World(Settings(api_secret="a-secret"))
    world.clock.set(now=MONDAY, rate=0)
    app = Starlette(routes=[Route("/clock", show_clock)])
    app.state.world = world
    async with serving(app) as url, httpcore.AsyncConnectionPool() as http:
        yield world, TurnedClock(f"{url}/clock", http)


async def test_tells_the_time_of_the_local_world() -> None:
    async with watched() as (world, clock):
        before = await clock.now()
        world.clock.set(now=MONDAY + timedelta(days=1))

        assert (before, await clock.now(), await clock.look()) == (MONDAY, world.now, world.now)


async def test_says_at_once_when_somebody_turned_it() -> None:
    async with watched() as (world, clock):
        watching = asyncio.create_task(clock.turned())
        await asyncio.sleep(0.1)
        was_turned_before = watching.done()
        world.clock.set(now=MONDAY + timedelta(hours=1))

        await asyncio.wait_for(watching, 0.5)

        assert not was_turned_before
        assert await clock.look() == MONDAY + timedelta(hours=1)


async def test_a_turn_between_two_questions_is_not_missed() -> None:
    async with watched() as (world, clock):
        watching = asyncio.create_task(clock.turned())
        await asyncio.sleep(0.1)
        world.clock.set(now=MONDAY + timedelta(hours=1))
        await watching
        world.clock.set(now=MONDAY + timedelta(hours=2))

        await asyncio.wait_for(clock.turned(), 0.5)

        assert await clock.look() == MONDAY + timedelta(hours=2)


async def test_a_clock_that_does_not_answer_is_unavailable() -> None:
    async def nonsense(request: Request) -> JSONResponse:
        return JSONResponse({"time": "noon"})

    async with serving(Starlette(routes=[Route("/clock", nonsense)])) as url, httpcore.AsyncConnectionPool() as http:
        for address in (f"{url}/clock", f"{url}/nothing", "http://127.0.0.1:1/clock"):
            with pytest.raises(Unavailable):
                await TurnedClock(address, http).now()
