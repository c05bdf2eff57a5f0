"""The world survives its process: whatever a write was answered with is there after a kill."""

from pathlib import Path

import pytest

from simulator.world.settings import Settings
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
