"""The deliveries a load is made of: Shopify's headers, an invented order of some ten kilobytes, a right signature."""

import base64
import hmac
import json
from collections.abc import Iterator

SHOP = "bench-retailer.myshopify.com"
PATH = "/webhooks/shopify"
BODIES = 16


def deliveries(host: str, secret: str, run: str) -> Iterator[bytes]:
    """Give requests as they go over the wire, each with an id of its own, for as long as somebody asks."""
    signed = [(body, _signature(body, secret)) for body in map(order, range(BODIES))]
    number = 0
    while True:
        body, signature = signed[number % BODIES]
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nAccept: */*\r\n"
            f"Content-Length: {len(body)}\r\nX-Shopify-Topic: orders/create\r\nX-Shopify-Shop-Domain: {SHOP}\r\n"
            f"X-Shopify-API-Version: 2026-10\r\nX-Shopify-Webhook-Id: {run}-{number}\r\n"
            f"X-Shopify-Event-Id: event-{run}-{number}\r\nX-Shopify-Triggered-At: 2026-11-02T11:59:00.000Z\r\n"
            f"X-Shopify-Hmac-Sha256: {signature}\r\nUser-Agent: Shopify-Captain-Hook\r\n\r\n"
        )
        yield head.encode() + body
        number += 1


def order(number: int) -> bytes:
    """Return an order of eight lines as the webhook carries it."""
    lines = [
        {
            "id": 7_000_000 + 8 * number + line,
            "admin_graphql_api_id": f"gid://shopify/LineItem/{7_000_000 + 8 * number + line}",
            "sku": f"BENCH-{number}-{line}",
            "title": "Stoneware mug, hand thrown, glazed inside and out",
            "quantity": 1 + line % 3,
            "current_quantity": 1 + line % 3,
            "price": "24.00",
            "price_set": {
                "shop_money": {"amount": "24.00", "currency_code": "EUR"},
                "presentment_money": {"amount": "24.00", "currency_code": "EUR"},
            },
            "properties": [{"name": "Engraving", "value": f"Piece {line} of {number}"}],
            "tax_lines": [{"price": "3.83", "rate": 0.19, "title": "VAT", "channel_liable": False}] * 3,
            "discount_allocations": [{"amount": "1.20", "discount_application_index": 0}] * 2,
            "fulfillable_quantity": 1 + line % 3,
            "fulfillment_status": None,
            "requires_shipping": True,
            "taxable": True,
            "variant_id": 9_000_000 + line,
            "product_id": 8_000_000 + line,
        }
        for line in range(8)
    ]
    return json.dumps(
        {
            "id": 5_000_000 + number,
            "admin_graphql_api_id": f"gid://shopify/Order/{5_000_000 + number}",
            "name": f"#{1000 + number}",
            "tags": "",
            "currency": "EUR",
            "financial_status": "paid",
            "created_at": "2026-11-02T11:59:00Z",
            "updated_at": "2026-11-02T11:59:00Z",
            "line_items": lines,
            "note_attributes": [{"name": f"field {each}", "value": "x" * 90} for each in range(12)],
        }
    ).encode()


def _signature(body: bytes, secret: str) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()
