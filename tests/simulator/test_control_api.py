"""The control API itself: its schemas, its refusals, its answers, its pages of logs."""

import re
from typing import Any

import pytest

from simulator.control.verbs import VERBS
from simulator.world.switches import Switches
from tests.simulator.control_world import simulated, tail

pytestmark = pytest.mark.anyio


async def test_the_world_tells_what_it_is() -> None:
    async with simulated() as world:
        await world.store()

        told = await world.call("GET", "/_control")

        assert (told["schema"], told["seed"], told["clock"]) == (
            "2026-10",
            1,
            {"now": "2026-11-02T09:00:00Z", "rate": 0},
        )
        assert set(told["marks"]) == {"retailer_customer", "partner_customer"}
        assert told["stores"][0]["shop"] == "oak.myshopify.com"


async def test_every_write_publishes_the_schema_of_its_body() -> None:
    async with simulated() as world:
        told = await world.call("GET", "/_control/schema")

        assert {verb.name for verb in VERBS} < set(told["verbs"])
        assert "POST /stores/{shop}/orders:import" in told["verbs"]
        for schema in told["verbs"].values():
            reference = schema.get("$ref", "").rpartition("/")[2]
            assert schema.get("type") == "object" or told["$defs"][reference]["additionalProperties"] is False


async def test_everything_is_there_again_under_a_prefix() -> None:
    async with simulated() as world:
        await world.call("POST", "/_control/stores", {"shop": "oak.myshopify.com"})

        for path in ("/clock", "/truth", "/requests", "/webhooks", "/faults", "/stores/oak.myshopify.com"):
            assert await world.call("GET", f"/_control{path}") == await world.call("GET", path)


async def test_every_write_answers_id_time_and_the_changed_thing() -> None:
    async with simulated() as world:
        shop = await world.store()
        variant = await world.variant(shop)
        body = {"lines": [{"variant_id": variant, "quantity": 1}]}

        told = await world.call("POST", f"/stores/{shop}/orders", body)

        assert told["id"].startswith("gid://shopify/Order/")
        assert (told["at"], told["changed"]) == ("2026-11-02T09:00:00Z", (await world.truth(shop))["orders"][0])


@pytest.mark.parametrize("form", ["number", "text", "gid"])
async def test_a_thing_is_named_by_number_or_global_id(form: str) -> None:
    async with simulated() as world:
        shop = await world.store()
        variant = await world.variant(shop)
        named: dict[str, Any] = {"number": int(tail(variant)), "text": tail(variant), "gid": variant}

        order = await world.order(shop, named[form], 1)

        assert order["lines"][0]["variant_id"] == variant


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/stores", {"shop": "oak.example.com"}, 400),
        ("POST", "/stores", {"shop": "oak.myshopify.com\n"}, 400),
        ("POST", "/stores", {"shop": "oak.myshopify.com", "colour": "red"}, 400),
        ("POST", "/stores", {"shop": "elm.myshopify.com", "time_zone": "Mars/Olympus"}, 400),
        ("PATCH", "/stores/oak.myshopify.com", {"time_zone": "../etc/passwd"}, 400),
        ("POST", "/stores", [], 400),
        ("POST", "/stores", {"shop": "oak.myshopify.com"}, 409),
        ("GET", "/stores/elm.myshopify.com", None, 404),
        ("GET", "/truth?shop=elm.myshopify.com", None, 404),
        ("POST", "/stores/elm.myshopify.com/orders", {"lines": [{"variant_id": 1}]}, 404),
        ("POST", "/stores/oak.myshopify.com/orders", {"lines": []}, 400),
        ("POST", "/stores/oak.myshopify.com/orders", {"lines": [{"variant_id": "x"}]}, 400),
        ("POST", "/stores/oak.myshopify.com/orders", {"lines": [{"variant_id": 1}]}, 404),
        ("POST", "/stores/oak.myshopify.com/orders", {"lines": [{"quantity": 1}]}, 400),
        ("POST", "/stores/oak.myshopify.com/orders/1/pay", {}, 404),
        ("POST", "/stores/oak.myshopify.com/orders/x/pay", {}, 404),
        ("PATCH", "/stores/oak.myshopify.com/variants/1", {"price": "cheap"}, 400),
        ("PUT", "/stores/oak.myshopify.com/inventory", {"available": 1}, 400),
        ("DELETE", "/stores/oak.myshopify.com/draft_orders/1", {}, 404),
        ("PUT", "/switches", {"no_such_doubt": True}, 400),
        ("PUT", "/switches", {"draft_ready_late": "maybe"}, 400),
        ("GET", "/requests?since=x", None, 400),
        ("POST", "/webhooks/forge", {"shop": "x", "topic": "y", "secret": "stolen"}, 400),
    ],
)
async def test_refuses_with_a_sentence(method: str, path: str, body: Any, status: int) -> None:
    async with simulated() as world:
        await world.store()

        refused = await world.call(method, path, body, status)

        assert re.search(r"\w", refused["error"])


async def test_the_log_of_webhooks_goes_on_from_the_last_answer() -> None:
    async with simulated() as world:
        shop = await world.store()
        world.subscribe(shop, "orders/create")
        variant = await world.variant(shop)
        await world.order(shop, variant, 1)
        first = await world.call("GET", "/webhooks")

        await world.order(shop, variant, 1)
        second = await world.call("GET", f"/webhooks?since={first['next']}")

        assert (len(first["webhooks"]), len(second["webhooks"]), second["next"]) == (1, 1, 2)
        assert (await world.call("GET", "/webhooks?since=2"))["webhooks"] == []


async def test_the_switches_can_be_drawn_and_set() -> None:
    async with simulated() as world:
        drawn = (await world.call("POST", "/reset", {"seed": 3, "switches": "drawn"}))["changed"]["switches"]
        other = (await world.call("POST", "/reset", {"seed": 4, "switches": "drawn"}))["changed"]["switches"]
        same = (await world.call("POST", "/reset", {"seed": 3, "switches": "drawn"}))["changed"]["switches"]

        assert drawn == same != other
        assert set(drawn) == set(Switches.__dataclass_fields__)
        plain = (await world.call("POST", "/reset", {"seed": 3}))["changed"]["switches"]
        assert plain["draft_ready_late"]
        await world.call("PUT", "/switches", {"frozen_status": 423})
        assert (await world.call("GET", "/switches"))["frozen_status"] == 423


async def test_late_effects_can_be_switched_off() -> None:
    async with simulated() as world:
        await world.call("PUT", "/switches", {"fulfillment_orders_late": False, "inventory_commits_late": False})
        shop = await world.store()
        variant = await world.variant(shop)

        order = await world.order(shop, variant, 3)
        await world.on(shop, order, "fulfillments")

        assert await world.stock(shop, variant) == (7, 0, 7)


async def test_the_truth_of_all_stores_has_each_under_its_name() -> None:
    async with simulated() as world:
        for name in ("oak", "elm"):
            await world.store(name)

        told = await world.call("GET", "/truth")

        assert list(told["stores"]) == ["oak.myshopify.com", "elm.myshopify.com"]
        kinds = {
            "orders",
            "draft_orders",
            "products",
            "variants",
            "stock",
            "fulfillments",
            "metafields",
            "subscriptions",
        }
        assert kinds < set(await world.truth("oak.myshopify.com"))


async def test_tokens_end_and_a_store_freezes() -> None:
    async with simulated() as world:
        shop = await world.store()

        frozen = await world.call("POST", f"/stores/{shop}/app/freeze")
        thawed = await world.call("POST", f"/stores/{shop}/app/freeze", {"frozen": False})
        await world.call("POST", f"/stores/{shop}/tokens/expire")
        revoked = await world.call("POST", f"/stores/{shop}/tokens/revoke")

        assert (frozen["changed"]["app"]["frozen"], thawed["changed"]["app"]["frozen"]) == (True, False)
        assert revoked["changed"]["app"]["tokens"] == 0


async def test_the_customer_reads_what_was_sent() -> None:
    async with simulated() as world:
        shop = await world.store()
        order = await world.order(shop, await world.variant(shop), 2)
        await world.advance(60)
        await world.on(
            shop, order, "fulfillments", {"tracking": {"company": "DPD", "number": "1", "url": "https://t.example"}}
        )

        told = await world.client.get(
            f"/order_status/{shop}/{tail(order['id'])}", headers={"Accept": "application/json"}
        )

        (parcel,) = told.json()["fulfillments"]
        assert parcel["tracking"] == [{"company": "DPD", "number": "1", "url": "https://t.example"}]
        assert parcel["lines"][0]["quantity"] == 2
