"""A right signature says what the body is, not whose: bodies under another shop's name or another topic are hints."""

import json
from typing import Any

import pytest

from app.books.export import export_books
from app.stores.topics import TOPICS
from tests.attacks.market import CORNER, ELM, OAK, SQUARE, STAFF, Market
from tests.attacks.test_webhooks import MACHINERY, deliver, headers

pytestmark = pytest.mark.anyio
NAMES = sorted({topic.name for topic in TOPICS})
LOOKS = {"order_reads", "stock_reads", "order_polls", "partner_polls", "partner_products"}
NOTED = MACHINERY | LOOKS | {"exceptions", "domain_events", "privacy_requests"}
HINTS = ("not_understood", "order_not_readable")


def about(market: Market, shop: str) -> bytes:
    """A body that names whatever the shop has, in every place a topic could look at."""
    store = market.shops.store(shop)
    order = next(iter(store.orders), 1)
    product = next(iter(store.products), 1)
    body: dict[str, Any] = {
        "id": order,
        "admin_graphql_api_id": f"gid://shopify/Order/{order}",
        "order_id": order,
        "updated_at": "2026-12-30T00:00:00Z",
        "cancelled_at": "2026-12-30T00:00:00Z",
        "financial_status": "voided",
        "tags": "",
        "order_edit": {"id": 1, "order_id": order, "committed_at": "2026-12-30T00:00:00Z"},
        "fulfillment_order": {"id": f"gid://shopify/FulfillmentOrder/{order}", "status": "cancelled"},
        "original_fulfillment_order": {"id": f"gid://shopify/FulfillmentOrder/{order}", "status": "closed"},
        "inventory_item_id": next(iter(store.variants.values())).inventory_item_id if store.variants else 1,
        "location_id": next(iter(store.locations), 1),
        "available": 0,
        "shop_id": store.id,
        "shop_domain": shop,
        "myshopify_domain": shop,
        "product": product,
        "previous": [],
        "current": [],
        "customer": {"id": 1},
        "orders_to_redact": [order],
    }
    return json.dumps(body).encode()


async def state(market: Market) -> tuple[Any, set[str], list[tuple[Any, ...]]]:
    """What the hub holds, but for what it noted of the deliveries themselves and of having looked again."""
    books = await export_books(market.shops.open_uow)
    books["exceptions"] = [each for each in books["exceptions"] if each["kind"] not in HINTS]
    products = "SELECT shopify_product_id, status, deleted_at FROM partner_products ORDER BY 1"
    return books, await market.dump(apart_from=NOTED), await market.rows(products, SQUARE)


@pytest.mark.parametrize("topic", NAMES)
async def test_a_body_under_another_name_or_topic_changes_nothing(market: Market, topic: str) -> None:
    """Stored as a hint, judged by reading Shopify again: at most an exception says that a hint led nowhere."""
    before = await state(market)
    for named in STAFF[:4]:
        for whose in (CORNER, SQUARE, OAK, ELM):
            body = about(market, whose)
            sent = headers(market, body, **{"X-Shopify-Topic": topic, "X-Shopify-Shop-Domain": named})
            answer = await deliver(market, body, {**sent, "X-Shopify-Webhook-Id": f"{topic} {named} {whose}"})
            assert answer.status_code == 200

    await market.shops.work()

    assert await state(market) == before
