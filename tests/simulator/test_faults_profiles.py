"""Faults on demand: profiles and rules, drawn by seed, for requests and for webhooks."""

from collections import Counter
from typing import Any

import pytest

from simulator.faults.faults import Fault
from tests.simulator.control_world import Driver, simulated

pytestmark = pytest.mark.anyio

SHOP = "oak.myshopify.com"


def _draws(world: Driver, count: int, operation: str = "Orders") -> list[Fault | None]:
    return [world.world.faults.draw_request(world.world, SHOP, operation) for _ in range(count)]


def _shares(faults: list[Fault | None]) -> dict[Any, float]:
    counts = Counter((fault.action, fault.phase) if fault else None for fault in faults)
    return {what: round(100 * count / len(faults), 1) for what, count in counts.items()}


async def test_the_standard_profile_has_its_shares() -> None:
    async with simulated() as world:
        await world.call("PUT", "/faults", {"profile": "standard"})

        shares = _shares(_draws(world, 20_000))

    expected = {
        ("delay", "before"): 3,
        ("drop", "before"): 2,
        ("drop", "after"): 2,
        ("throttle", "before"): 1,
        ("server_error", "before"): 1,
        ("garbage", "before"): 0.5,
    }
    assert {what for what in shares if what} == set(expected)
    assert all(abs(shares[what] - share) < 0.5 for what, share in expected.items())


async def test_the_light_profile_drops_after_the_effect_and_throttles() -> None:
    async with simulated() as world:
        await world.call("PUT", "/faults", {"profile": "light"})

        shares = _shares(_draws(world, 20_000))

    assert {what for what in shares if what} == {("drop", "after"), ("throttle", "before")}


async def test_no_profile_no_fault() -> None:
    async with simulated() as world:
        assert _shares(_draws(world, 1000)) == {None: 100}


async def test_draws_are_keyed_by_operation_and_occurrence() -> None:
    async with simulated() as one, simulated() as other:
        for world in (one, other):
            await world.call("PUT", "/faults", {"profile": "standard", "seed": 5})
        alone = _draws(one, 300)

        mixed = []
        for _ in range(300):
            _draws(other, 2, "Products")
            mixed += _draws(other, 1)

    assert mixed == alone
    assert any(alone)


@pytest.mark.parametrize("phase", ["before", "after"])
async def test_a_rule_names_shop_operation_phase_and_occurrence(phase: str) -> None:
    async with simulated() as world:
        rule = {"shop": "oak*", "operation": "DraftOrder*", "phase": phase, "action": "drop", "nth": 2}
        await world.call("PUT", "/faults", {"rules": [rule]})

        drawn = [*_draws(world, 3, "DraftOrderComplete"), *_draws(world, 3, "Orders")]

    assert drawn == [None, Fault(action="drop", phase=phase, seconds=0), None, None, None, None]  # type: ignore[arg-type]


async def test_a_rule_without_probability_always_holds_and_is_logged() -> None:
    async with simulated() as world:
        await world.call("PUT", "/faults", {"rules": [{"action": "delay", "seconds": 0.05, "operation": "Orders"}]})

        _draws(world, 2)

        (first, _) = (await world.call("GET", "/faults/log"))["log"]
    assert first == {
        "number": 1,
        "at": "2026-11-02T09:00:00Z",
        "shop": SHOP,
        "operation": "Orders",
        "occurrence": 1,
        "phase": "before",
        "action": "delay",
        "seconds": 0.05,
    }


async def _sold(world: Driver, *rules: dict[str, Any]) -> list[dict[str, Any]]:
    shop = await world.store()
    world.subscribe(shop, "orders/create", "orders/cancelled")
    await world.call("PUT", "/faults", {"rules": list(rules)})
    order = await world.order(shop, await world.variant(shop, 50))
    await world.on(shop, order, "cancel")
    await world.advance(0)
    return list((await world.call("GET", "/webhooks"))["webhooks"])


async def test_a_lost_webhook_is_never_delivered() -> None:
    async with simulated() as world:
        logged = await _sold(world, {"action": "lose", "operation": "orders/create"})
        await world.call("PUT", "/faults", {"profile": "none"})

        await world.advance(86400)

        assert [one["state"] for one in logged] == ["lost", "done"]
        assert world.hub.topics() == ["orders/cancelled"]


async def test_a_doubled_webhook_comes_twice_under_one_id() -> None:
    async with simulated() as world:
        await _sold(world, {"action": "double", "operation": "orders/create", "seconds": 20})

        await world.advance(60)

        ids = Counter(headers["x-shopify-webhook-id"] for headers, _ in world.hub.received)
        assert sorted(ids.values()) == [1, 2]


@pytest.mark.parametrize("action", ["late", "reorder"])
async def test_a_late_webhook_is_overtaken(action: str) -> None:
    async with simulated() as world:
        await _sold(world, {"action": action, "operation": "orders/create", "seconds": 25})

        assert world.hub.topics() == ["orders/cancelled"]
        await world.advance(25)
        assert world.hub.topics() == ["orders/cancelled", "orders/create"]


async def test_calm_releases_what_was_delayed_but_not_what_is_being_retried() -> None:
    async with simulated() as world:
        await _sold(world, {"action": "late", "seconds": 600})
        world.hub.status = 500

        await world.call("PUT", "/faults", {"profile": "none"})
        await world.advance(0)

        assert sorted(world.hub.topics()) == ["orders/cancelled", "orders/create"]
        assert {one["state"] for one in (await world.call("GET", "/webhooks"))["webhooks"]} == {"pending"}
        await world.call("PUT", "/faults", {"profile": "none"})
        await world.advance(0)
        assert len(world.hub.received) == 2


async def test_standard_webhook_faults_have_their_shares() -> None:
    async with simulated() as world:
        await world.call("PUT", "/faults", {"profile": "standard"})

        drawn = [world.world.faults.draw_webhook(world.world, SHOP, "orders/create", f"o{n}") for n in range(10_000)]

    counts = Counter(fault.action for fault in drawn if fault)
    for action, share in {"lose": 300, "double": 1000, "late": 1000, "reorder": 500}.items():
        assert abs(counts[action] - share) < 120  # type: ignore[index]
    assert max(fault.seconds for fault in drawn if fault and fault.action == "late") <= 600


@pytest.mark.parametrize(
    "body",
    [
        {"profile": "heavy"},
        {"profile": "light", "rules": [{"action": "drop"}]},
        {"rules": [{"action": "explode"}]},
        {"rules": [{"action": "drop", "probability": 2}]},
        {"rules": [{}]},
    ],
)
async def test_refuses_what_is_no_fault(body: dict[str, Any]) -> None:
    async with simulated() as world:
        await world.call("PUT", "/faults", body, status=400)

        assert (await world.call("GET", "/faults"))["profile"] == "none"
