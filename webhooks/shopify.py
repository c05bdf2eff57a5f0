"""Shopify's webhooks: raw bytes, signature, inbox, 200."""

from collections.abc import Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from app.core.errors import Unavailable
from app.core.runtime import Runtime
from app.gateways.shopify.shop_domains import parse_shop_domain
from app.gateways.shopify.webhooks import verify_signature
from app.inbox.reading import NotJson, TooStrange, glance
from webhooks.intake import Delivery, Intake

LARGEST_BODY = 5 * 1024 * 1024
MOST_DIGITS = len(str(LARGEST_BODY))
LONGEST_ID = 255
SIGNATURE = "x-shopify-hmac-sha256"
TOPIC, SHOP, WEBHOOK_ID, EVENT_ID = (
    *("x-shopify-topic", "x-shopify-shop-domain"),
    *("x-shopify-webhook-id", "x-shopify-event-id"),
)
KEPT = NAME, TRIGGERED_AT, API_VERSION = "x-shopify-name", "x-shopify-triggered-at", "x-shopify-api-version"


async def answer(request: Request) -> Response:
    """Store what Shopify signed, whatever we think of it; the first failure answers."""
    runtime: Runtime = request.app.state.runtime
    intake: Intake = request.app.state.intake
    headers = dict(reversed(request.headers.items()))  # of a repeated one the first counts
    body = await read_body(request, headers.get("content-length", ""))
    if body is None:
        return Response(status_code=413)
    if not verify_signature(body, headers.get(SIGNATURE), runtime.settings.api_secrets):
        return Response(status_code=401)
    try:
        delivery = read_delivery(headers, body)
        await intake.take(delivery, await runtime.clock.now())
    except (BadHeaders, NotJson):
        return Response(status_code=400)
    except Unavailable:
        return Response(status_code=503)
    return Response(status_code=200)


class BadHeaders(Exception):
    """A header we need is missing, blank or too long, or cannot be stored."""


async def read_body(request: Request, told: str) -> bytes | None:
    """Return the body, or none as soon as it is too large, whatever its Content-Length says, or its sender is gone."""
    told = told.lstrip("0")
    if told.isascii() and told.isdigit() and (len(told) > MOST_DIGITS or int(told) > LARGEST_BODY):
        return None
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > LARGEST_BODY:
                return None
            parts.append(part)
    except ClientDisconnect:
        return None
    return b"".join(parts)


def read_delivery(headers: Mapping[str, str], body: bytes) -> Delivery:
    """Return the delivery, or raise `BadHeaders` or `NotJson`, in this order."""
    topic, shop = headers.get(TOPIC, ""), headers.get(SHOP, "")
    webhook_id, event_id = headers.get(WEBHOOK_ID, ""), headers.get(EVENT_ID)
    if any(not needed.strip() for needed in (topic, shop, webhook_id)):
        raise BadHeaders
    if any("\x00" in headers.get(name, "") for name in (TOPIC, SHOP, WEBHOOK_ID, EVENT_ID, *KEPT)):
        raise BadHeaders
    if any(len(given) > LONGEST_ID for given in (webhook_id, event_id or "")):  # one character is one byte here
        raise BadHeaders
    try:
        payload = glance(body)
    except TooStrange:
        payload = None
    return Delivery(
        source="shopify",
        shop_domain=parse_shop_domain(shop) or shop[:LONGEST_ID],
        topic=topic[:LONGEST_ID],
        webhook_id=webhook_id,
        event_id=event_id,
        triggered_at=headers.get(TRIGGERED_AT),
        api_version=headers.get(API_VERSION),
        headers={name: headers[name] for name in KEPT if name in headers},
        body=body,
        payload=payload,
    )


class Door:
    """`answer` without what Starlette wraps around a page: a sale's peak goes through here."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one delivery."""
        response = await answer(Request(scope, receive))
        await response(scope, receive, send)


routes = [Route("/webhooks/shopify", Door(), methods=["POST"], name="webhooks.shopify")]
