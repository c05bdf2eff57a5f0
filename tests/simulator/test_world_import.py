"""Orders posted as real stores send them: read, or refused with the reason, never an error of ours."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.simulator.control_world import Driver, simulated, tail

pytestmark = pytest.mark.anyio

LINE = {"id": 466157049, "quantity": 2, "price": "199.00", "sku": "IPOD", "title": "Pod", "variant_id": None}
ORDER = {
    "id": 820982911946154508,
    "admin_graphql_api_id": "gid://shopify/Order/820982911946154508",
    "created_at": "2026-10-30T19:00:00-05:00",
    "processed_at": "2026-10-30T19:00:00-05:00",
    "financial_status": "paid",
    "name": "#9999",
    "order_number": 9999,
    "currency": "USD",
    "tags": "one, two",
    "shipping_address": {"first_name": "Steve", "zip": 40003},
    "line_items": [LINE],
}


async def _import(world: Driver, shop: str, payload: Any, status: int = 200) -> dict[str, Any]:
    return await world.call("POST", f"/stores/{shop}/orders:import", payload, status)


async def test_a_payload_becomes_an_order_with_its_own_number_and_times() -> None:
    async with simulated() as world:
        shop = await world.store()

        order = (await _import(world, shop, ORDER))["changed"]

        assert (order["id"], order["name"], order["tags"]) == (ORDER["admin_graphql_api_id"], "#9999", ["one", "two"])
        assert (order["created_at"], order["updated_at"]) == ("2026-10-31T00:00:00Z", "2026-11-02T09:00:00Z")
        assert order["financial"] == [{"at": "2026-10-31T00:00:00Z", "status": "PAID"}]
        assert order["changes"][0] == {
            "at": "2026-10-31T00:00:00Z",
            "line_id": "gid://shopify/LineItem/466157049",
            "delta": 2,
            "cause": "order",
        }
        await world.advance(60)
        assert len(world.world.stores[shop].fulfillment_orders) == 1


async def test_the_webhook_carries_the_payload_as_it_came() -> None:
    async with simulated() as world:
        shop = await world.store()
        world.subscribe(shop, "orders/create")

        await _import(world, shop, {"order": ORDER | {"unheard_of": {"a": [None, 1.5]}}})
        await world.advance(0)

        sent = json.loads(world.hub.received[0][1])
        line = {**LINE, "admin_graphql_api_id": "gid://shopify/LineItem/466157049"}
        assert sent == ORDER | {"unheard_of": {"a": [None, 1.5]}, "line_items": [line]}


async def test_a_number_that_is_taken_is_replaced_in_the_order_and_in_the_webhook() -> None:
    async with simulated() as world:
        shop = await world.store()
        world.subscribe(shop, "orders/create")
        await _import(world, shop, ORDER)

        second = (await _import(world, shop, ORDER))["changed"]
        await world.advance(0)

        assert second["id"] != ORDER["admin_graphql_api_id"]
        sent = json.loads(world.hub.received[1][1])
        assert (sent["id"], sent["line_items"][0]["id"]) == (
            int(tail(second["id"])),
            int(tail(second["lines"][0]["id"])),
        )


async def test_a_known_variant_takes_its_stock() -> None:
    async with simulated() as world:
        shop = await world.store()
        variant = await world.variant(shop, 1)

        await _import(world, shop, {"line_items": [{"variant_id": tail(variant), "quantity": "2"}]})
        await world.advance(60)

        assert await world.stock(shop, variant) == (-1, 2, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"order_number": "9999", "id": None, "name": None},
        {"shipping_address": None, "billing_address": [], "customer": None, "email": None, "phone": 31},
        {"created_at": None, "processed_at": "yesterday", "cancelled_at": ""},
        {"created_at": "0001-01-01T00:00:00+14:00"},
        {"line_items": []},
        {"line_items": [LINE | {"sku": None, "grams": None, "price": None, "title": None, "properties": None}]},
        {
            "line_items": [
                LINE | {"sku": 12, "grams": "7.0", "price": 1.5, "variant_id": "gid://shopify/ProductVariant/9"}
            ]
        },
        {"line_items": [LINE | {"quantity": 2.0, "current_quantity": None, "fulfillable_quantity": 99}]},
        {
            "line_items": [
                LINE | {"properties": {"Grind": "fine"}},
                LINE | {"properties": [{"name": 1, "value": None}, 3]},
            ]
        },
        {"line_items": [LINE | {"grams": 10**40, "price": "1e400", "id": -1}]},
        {"tags": ["a", 1, None], "note_attributes": "x", "currency": "dollars", "test": "true"},
        {"note": "\ud800 half", "name": "nul \x00", "financial_status": "voided"},
        {"financial_status": 7, "shipping_lines": [{"price": None}, 4], "total_price": 10**400},
        {"financial_status": "authorized", "fulfillment_status": "fulfilled"},
        {"cancelled_at": "2026-11-01T00:00:00Z", "cancel_reason": None},
    ],
)
async def test_odd_payloads_are_readable_orders(changes: dict[str, Any]) -> None:
    async with simulated() as world:
        shop = await world.store()
        world.subscribe(shop, "orders/create")

        told = await world.client.post(f"/stores/{shop}/orders:import", content=json.dumps(ORDER | changes))
        await world.advance(60)

        assert told.status_code == 200, told.text
        assert len(world.hub.received) == 1
        json.loads(world.hub.received[0][1])
        await world.truth(shop)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ([], "an order is a JSON object"),
        ({"id": 1}, "line_items is not a list"),
        ({"line_items": {}}, "line_items is not a list"),
        ({"line_items": [3]}, "line 1 is not an object"),
        ({"line_items": [LINE, LINE | {"quantity": None}]}, "line 2 has no quantity"),
        ({"line_items": [LINE | {"quantity": -1}]}, "line 1 has no quantity"),
        ({"line_items": [LINE | {"quantity": "many"}]}, "line 1 has no quantity"),
    ],
)
async def test_what_is_no_order_is_refused_with_the_reason(payload: Any, reason: str) -> None:
    async with simulated() as world:
        shop = await world.store()

        refused = await _import(world, shop, payload, status=400)

        assert reason in refused["error"]
        assert (await world.truth(shop))["orders"] == []


@pytest.mark.parametrize(
    "text", [b"", b"{", b"\xff\xfe", b'{"line_items": [], "n": NaN}', b"[" * 100_000, b'{"a":' * 3000]
)
async def test_what_is_not_json_is_refused(text: bytes) -> None:
    async with simulated() as world:
        shop = await world.store()

        refused = await world.client.post(f"/stores/{shop}/orders:import", content=text)

        assert refused.status_code == 400
        assert refused.json()["error"]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    [*ORDER, "note", "email", "test", "note_attributes", "shipping_lines", "cancelled_at", "currency"]
)
LINE_FIELDS = st.sampled_from([*LINE, "grams", "properties", "current_quantity", "fulfillment_status", "gift_card"])


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(fields=st.dictionaries(FIELDS, JUNK, max_size=6), line=st.dictionaries(LINE_FIELDS, JUNK, max_size=4))
async def test_whatever_is_posted_is_read_or_refused(fields: dict[str, Any], line: dict[str, Any]) -> None:
    async with simulated() as world:
        shop = await world.store()
        world.subscribe(shop, "orders/create", "orders/updated")

        payload = {**ORDER, "line_items": [LINE | line], **fields}
        told = await world.client.post(f"/stores/{shop}/orders:import", content=json.dumps(payload))

        assert told.status_code in (200, 400), told.text
        await world.advance(60)
        assert len((await world.truth(shop))["orders"]) == len(world.hub.received) == (told.status_code == 200)
