"""By itself the world goes on: what falls due while the clock runs is done without anybody turning it."""

import time
from collections.abc import Callable

import anyio
import anyio.lowlevel
import httpx
import pytest

from simulator.control.pump import Pump
from simulator.webhooks.delivery import Courier
from tests.simulator.control_world import Driver, simulated

pytestmark = pytest.mark.anyio


async def _until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not is_true():
        assert time.monotonic() < deadline
        await anyio.sleep(0.005)


async def _sold(world: Driver) -> str:
    shop = await world.store()
    world.subscribe(shop, "orders/create", "fulfillment_orders/order_routing_complete")
    await world.order(shop, await world.variant(shop))
    return shop


async def test_due_things_happen_as_the_clock_runs() -> None:
    async with simulated() as world:
        courier = Courier(world.world, httpx.ASGITransport(world.hub.app))
        pump = Pump(world.world, courier)
        shop = await _sold(world)
        await world.call("PUT", "/clock", {"rate": 600})

        pump.start()
        await _until(lambda: len(world.hub.received) == 2 and courier.is_idle)
        await pump.stop()

        assert world.hub.topics() == ["orders/create", "fulfillment_orders/order_routing_complete"]
        assert len(world.world.stores[shop].fulfillment_orders) == 1
        await courier.close()


async def test_a_waking_ends_its_sleep() -> None:
    async with simulated() as world:
        courier = Courier(world.world, httpx.ASGITransport(world.hub.app))
        pump = Pump(world.world, courier)
        pump.start()
        await anyio.lowlevel.checkpoint()

        await _sold(world)
        pump.wake()
        await _until(lambda: bool(world.hub.received))

        assert world.hub.topics() == ["orders/create"]
        await pump.stop()
        await courier.close()
