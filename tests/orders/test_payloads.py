"""Payloads as real stores send them, and odd ones that are signed all the same: captured or listed, never a failure."""

import json
from pathlib import Path
from typing import Any

import pytest

from simulator.world.importing import import_order
from tests.support.shops import PARTNER, RETAILER
from tests.support.trade import Trade

pytestmark = pytest.mark.anyio

# Shopify's own samples lie beside the project where it is built; they are read there, not copied.
SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "webhook_samples"
MOST_DELIVERIES = 5
LARGE = 820982911946154508  # above 2^53: whoever reads it as a float asks for another order

LINE: dict[str, Any] = {"id": LARGE - 1, "title": "Beans", "quantity": 2, "price": "19.60", "sku": "PARTNER-oak-BEAN"}
ORDERS: dict[str, dict[str, Any]] = {
    "E7: integers as text, nothing of the customer": {
        "id": LARGE,
        "order_number": 1234,
        "line_items": [LINE | {"grams": None, "variant_id": None, "properties": None}],
        "shipping_address": None,
        "customer": None,
    },
    "no SKU, no variant": {"line_items": [{"title": "Wrapping", "quantity": 1, "price": None, "sku": None}]},
    "E16: a tip and a gift card": {
        "line_items": [
            {"title": "Tip", "quantity": 1, "price": "3.00", "requires_shipping": False},
            {"title": "Card", "quantity": 1, "price": "50.00", "gift_card": True},
        ]
    },
    "nothing on it": {"line_items": []},
    "nothing of anything": {"line_items": [{"quantity": 0}]},
    "many": {"line_items": [{**LINE, "id": None, "quantity": 1_000_000}]},
    "names of properties that are not text": {
        "line_items": [{**LINE, "id": 7, "properties": [{"name": 1, "value": {"a": 1}}, "x", None]}]
    },
    "E18: a product that is gone": {"line_items": [{**LINE, "id": 8, "variant_id": 1, "product_id": None}]},
    "unmapped": {"line_items": [{**LINE, "id": 9, "sku": "PARTNER-oak-OTHER"}]},
    "a sign no database holds": {"name": "#9\x00", "line_items": [{**LINE, "id": 10, "title": "a\x00b"}]},
    "long texts": {"name": "#" * 5000, "line_items": [{**LINE, "id": 11, "title": "x" * 70000, "sku": "y" * 5000}]},
    "from long ago, in another currency, refunded": {
        "created_at": "2001-01-01T00:00:00+14:00",
        "currency": "JPY",
        "financial_status": "refunded",
        "line_items": [{**LINE, "id": 12}],
    },
    "cancelled": {"cancelled_at": "2026-11-01T00:00:00Z", "line_items": [{**LINE, "id": 13}]},
}
BODIES: dict[str, Any] = {
    "a list": [],
    "a number": 1,
    "nothing": None,
    "text": "order",
    "an empty object": {},
    "an id that is none": {"id": "x", "order_id": {}, "inventory_item_id": True, "order_edit": [], "updated_at": 5},
    "numbers too long": {"id": 10**25, "order_id": -1, "fulfillment_order": {"id": None}},
    "a time no clock shows": {"id": 5, "updated_at": "0001-01-01T00:00:00+14:00"},
    "nobody's": {
        "id": LARGE,
        "order_id": LARGE,
        "inventory_item_id": LARGE,
        "order_edit": {"order_id": LARGE},
        "fulfillment_order": {"id": "gid://shopify/FulfillmentOrder/1"},
        "moved_fulfillment_order": {"id": "x\x00"},
    },
}
RETAILERS = (
    *("orders/create", "orders/updated", "orders/cancelled", "orders/edited", "refunds/create"),
    *("fulfillment_orders/moved", "fulfillment_orders/split", "fulfillment_orders/placed_on_hold"),
    *("fulfillment_orders/hold_released", "fulfillment_orders/cancelled", "inventory_levels/update"),
    *("products/update", "products/delete"),
)
PARTNERS = ("products/update", "products/delete", "inventory_levels/update")


@pytest.fixture
async def stocked(trade: Trade) -> Trade:
    """Oak's beans are imported."""
    await trade.bring_in(trade.product())
    return trade


async def insist(trade: Trade, shop: str, topic: str, body: bytes) -> int:
    """Send it as Shopify does: again when the hub is too busy to store it in time; return the status of the answer."""
    for _ in range(MOST_DELIVERIES):
        status = await trade.send(shop, topic, body)
        if status != 503:
            break
    return status


async def check_captured(trade: Trade, imported: dict[str, Any]) -> None:
    """Each of these is known or listed, and no job failed."""
    known = {order.shopify_order_id for order in await trade.orders()}
    listed = {each.subject_id for each in await trade.problems()}
    lost = [name for name, one in imported.items() if one.gid not in known and f"order-{one.id}" not in listed]
    assert lost == []
    assert await trade.failed_jobs() == []


async def test_orders_of_any_shape_are_captured_or_listed(stocked: Trade) -> None:
    """E7, E16, E18"""
    store = stocked.shops.store(RETAILER)
    imported = {name: import_order(stocked.shops.world, store, payload) for name, payload in ORDERS.items()}

    await stocked.settle()

    await check_captured(stocked, imported)
    kinds = sorted(each.kind for each in await stocked.problems())
    assert kinds == ["order_not_readable", "unmapped"]  # the one from long ago is out of reach
    (large,) = [each for each in await stocked.orders() if each.shopify_order_id.endswith(str(LARGE))]
    assert await stocked.where(large.lines[0].id) == {"queued": 2}


@pytest.mark.skipif(not SAMPLES.exists(), reason="the samples are not beside this copy of the project")
async def test_shopifys_own_samples(stocked: Trade) -> None:
    """Imported as orders where they are some, and sent as they are to both kinds of store."""
    store = stocked.shops.store(RETAILER)
    bodies = {path.stem.replace("__", "/"): path.read_bytes() for path in sorted(SAMPLES.glob("*.json"))}
    ours = {topic: body for topic, body in bodies.items() if topic in RETAILERS}
    orders = {topic: json.loads(body) for topic, body in bodies.items() if topic.startswith("orders/")}
    imported = {
        topic: import_order(stocked.shops.world, store, payload)
        for topic, payload in orders.items()
        if isinstance(payload.get("line_items"), list)
    }

    answers = [await insist(stocked, RETAILER, topic, body) for topic, body in ours.items()]
    answers += [await insist(stocked, PARTNER, topic, body) for topic, body in ours.items() if topic in PARTNERS]
    await stocked.settle()

    assert set(answers) == {200}
    assert len(imported) >= 5
    await check_captured(stocked, imported)


async def test_odd_bodies_are_set_aside(stocked: Trade) -> None:
    """Signed, so answered 200; what nobody understands is an exception, and no job fails."""
    sent = [
        await insist(stocked, shop, topic, json.dumps(body).encode())
        for shop, topics in ((RETAILER, RETAILERS), (PARTNER, PARTNERS))
        for topic in topics
        for body in BODIES.values()
    ]
    await stocked.settle()

    assert set(sent) == {200}
    assert await stocked.failed_jobs() == []
    kinds = {each.kind for each in await stocked.problems()}
    assert kinds == {"not_understood", "order_not_readable"}
