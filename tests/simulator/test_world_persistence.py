"""The world survives its process: whatever a write was answered with is there after a kill."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from simulator.world.settings import MANIFEST, Settings
from simulator.world.world import World
from tests.simulator.control_world import Driver, simulated, tail

pytestmark = pytest.mark.anyio


async def _lived(world: Driver) -> str:
    """A world in which something of everything happened."""
    shop = await world.store()
    world.subscribe(shop, "orders/create")
    variant = await world.variant(shop)
    order = await world.order(shop, variant, 2, attributes={"a": "b"})
    await world.advance(60)
    await world.on(shop, order, "fulfillments", {"tracking": {"number": "1"}})
    await world.on(shop, await world.order(shop, variant, 1), "refund", {"amount": "1.00"})
    world.world.record_request(
        shop=shop,
        operation="Orders",
        document="query Orders { shop { id } }",
        selected_fields=["shop.id"],
        variables={},
        key=None,
        cost=1,
        outcome="ok",
        resource=None,
    )
    await world.call("PUT", "/faults", {"profile": "light"})
    await world.call("PUT", "/switches", {"draft_ready_late": False})
    return shop


async def test_a_killed_process_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    async with simulated(state_dir=tmp_path) as world:
        shop = await _lived(world)
        paths = ("/_control", f"/truth?shop={shop}", "/webhooks", "/requests", "/faults/log")
        before = [await world.call("GET", path) for path in paths]

        async with simulated(state_dir=tmp_path) as revived:  # the first was never closed
            after = [await revived.call("GET", path) for path in paths]

        assert after == before


async def test_time_and_numbers_go_on_where_they_were(tmp_path: Path) -> None:
    async with simulated(state_dir=tmp_path) as world:
        shop = await _lived(world)
        known = {one["id"] for one in (await world.truth(shop))["orders"]}

        async with simulated(state_dir=tmp_path) as revived:
            variant = (await revived.truth(shop))["variants"][0]["id"]
            order = await revived.order(shop, variant, 1)
            await revived.advance(60)

            assert order["id"] not in known
            assert order["name"] == "#1003"
            assert await revived.stock(shop, variant) == (6, 2, 8)


async def test_what_was_due_still_falls_due(tmp_path: Path) -> None:
    async with simulated(state_dir=tmp_path) as world:
        shop = await world.store()
        await world.order(shop, await world.variant(shop))

        async with simulated(state_dir=tmp_path) as revived:
            await revived.advance(60)

            assert len(revived.world.stores[shop].fulfillment_orders) == 1


async def test_a_delivery_under_way_when_the_process_ended_is_made_again(tmp_path: Path) -> None:
    async with simulated(state_dir=tmp_path) as world:
        shop = await world.store()
        world.subscribe(shop, "orders/create")
        await world.order(shop, await world.variant(shop))
        due = world.world.queue.pop_due(world.world.now, deliveries=True)
        world.world.commit()

        async with simulated(state_dir=tmp_path) as revived:
            await revived.advance(1)

            assert due is not None
            assert [headers["x-shopify-webhook-id"] for headers, _ in revived.hub.received] == [due.args["webhook"]]


def test_a_reset_leaves_nothing_on_the_disk(tmp_path: Path) -> None:
    world = World(Settings(state_dir=tmp_path))
    world.reset(3)

    revived = World(Settings(state_dir=tmp_path))

    assert (revived.seed, revived.stores) == (3, {})


async def test_equal_text_is_told_after_a_restart(tmp_path: Path) -> None:
    async with simulated(state_dir=tmp_path) as world:
        shop = await _lived(world)
        number = tail((await world.truth(shop))["orders"][0]["id"])
        told = await world.client.get(f"/order_status/{shop}/{number}", headers={"Accept": "application/json"})

        async with simulated(state_dir=tmp_path) as revived:
            again = await revived.client.get(f"/order_status/{shop}/{number}", headers={"Accept": "application/json"})

        assert told.json()["fulfillments"][0]["tracking"] == [{"company": None, "number": "1", "url": None}]
        assert again.text == told.text


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _process(folder: Path) -> Iterator[tuple[httpx.Client, subprocess.Popen[bytes]]]:
    """The simulator as a process of its own, answering."""
    port = _free_port()
    environment = {**os.environ, "SIMULATOR_PORT": str(port), "SIMULATOR_STATE_DIR": str(folder)}
    process = subprocess.Popen([sys.executable, "-m", "simulator"], env=environment, cwd=MANIFEST.parent)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        deadline = time.monotonic() + 30
        while True:
            try:
                client.get("/clock")
                break
            except httpx.TransportError:
                assert time.monotonic() < deadline
                assert process.poll() is None
        try:
            yield client, process
        finally:
            process.kill()
            process.wait()


def test_a_killed_process_answers_the_same_when_it_is_back(tmp_path: Path) -> None:
    shop = "oak.myshopify.com"
    with _process(tmp_path) as (client, _):
        client.put("/clock", json={"now": "2026-11-02T09:00:00Z", "rate": 0})
        client.post("/stores", json={"shop": shop})
        body = {"title": "Espresso", "variants": [{"price": 9, "quantity": 4}]}
        variant = client.post(f"/stores/{shop}/products", json=body).json()["changed"]["variant_ids"][0]
        client.post(f"/stores/{shop}/orders", json={"lines": [{"variant_id": variant}]})
        before = client.get("/truth").json()

    with _process(tmp_path) as (client, process):
        after = client.get("/truth").json()
        refused = client.post(
            "/admin/api/2026-10/graphql.json", headers={"Host": shop}, json={"query": "{ shop { id } }"}
        )
        process.terminate()
        ended = process.wait(10)

    assert after == before
    assert refused.status_code == 401
    assert ended in (0, -15)
