"""A world repeats: equal control calls give equal numbers, times and faults, whatever the hub does in between."""

from typing import Any

import pytest

from simulator.world.inventory import set_inventory
from tests.simulator.control_world import Driver, simulated, tail
from tests.simulator.test_world_drafts import _draft

pytestmark = pytest.mark.anyio


async def _script(world: Driver, hub_is_busy: bool) -> list[Any]:
    """Some control calls, and between them perhaps what the hub does."""
    await world.call("POST", "/reset", {"seed": 7, "switches": "drawn"})
    await world.call("PUT", "/clock", {"now": "2026-11-02T09:00:00Z", "rate": 0})
    shop = await world.store()
    await world.call("PUT", "/faults", {"profile": "standard"})
    variant = await world.variant(shop, 50)
    store = world.world.stores[shop]
    if hub_is_busy:
        world.subscribe(shop, "orders/create")
        _draft(world, shop, variant)
        world.world.faults.draw_request(world.world, shop, "Orders")
        level = next(iter(store.levels))
        set_inventory(world.world, store, level, 49, "app", "key-1")
    answers: list[Any] = [await world.order(shop, variant, 2) for _ in range(3)]
    await world.advance(60)
    answers.append(await world.on(shop, answers[0], "fulfillments"))
    await world.call("POST", f"/stores/{shop}/orders/1/cancel", status=404)
    answers.append(await world.on(shop, answers[1], "cancel"))
    answers.append([one.id for one in store.fulfillment_orders.values()])
    answers.append([one.routed_at for one in store.orders.values() if one.by == "sale"])
    answers.append((await world.call("GET", "/switches"), [world.world.draws.fraction(shop, "x", n) for n in range(3)]))
    return answers


async def test_equal_calls_give_equal_answers_whatever_the_hub_did() -> None:
    async with simulated() as one, simulated() as other:
        first = await _script(one, hub_is_busy=False)
        second = await _script(other, hub_is_busy=True)

    assert first == second


async def test_a_reset_begins_anew() -> None:
    async with simulated() as world:
        first = await _script(world, hub_is_busy=True)

        second = await _script(world, hub_is_busy=False)

    assert first == second


async def test_another_seed_gives_other_faults_and_people() -> None:
    async with simulated() as world:
        people = []
        for seed in (1, 2):
            await world.call("POST", "/reset", {"seed": seed})
            shop = await world.store()
            variant = await world.variant(shop, 50)
            people.append([(await world.order(shop, variant, 1))["person"] for _ in range(3)])

    assert people[0] != people[1]


async def test_every_invented_string_carries_the_mark_of_its_store() -> None:
    async with simulated() as world:
        marks = (await world.call("GET", "/_control"))["marks"]
        for name, role in (("shopkeeper", "retailer"), ("maker", "partner")):
            shop = await world.store(name, role=role)
            variant = await world.variant(shop, 50)

            orders = [await world.order(shop, variant, 1) for _ in range(6)]

            strings = [text for order in orders for text in order["person"]]
            assert len(strings) > 40
            assert all(marks[f"{role}_customer"] in text for text in strings)
            stored = world.world.stores[shop].orders[int(tail(orders[0]["id"]))]
            assert stored.shipping_address is not None
            assert {stored.email, stored.phone, stored.note, stored.shipping_address.address1} <= set(
                orders[0]["person"]
            )


async def test_without_a_role_the_granted_scopes_tell_whose_customers_they_are() -> None:
    async with simulated() as world:
        shop = await world.store()
        variant = await world.variant(shop)

        partners = await world.order(shop, variant, 1)
        await world.call("POST", f"/stores/{shop}/app/scopes", {"scopes": ["read_products"]})
        retailers = await world.order(shop, variant, 1)

        assert "zolvarra" in partners["person"][0]
        assert "quendrix" in retailers["person"][0]
