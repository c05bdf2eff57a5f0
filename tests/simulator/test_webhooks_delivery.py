"""Delivery of webhooks: signed, retried for four hours, dropped, doubled, delivered again, forged."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from tests.simulator.control_world import SECRET, Driver, simulated

pytestmark = pytest.mark.anyio


def _signature(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


async def _sold(world: Driver, *topics: str, **fields: Any) -> tuple[str, dict[str, Any]]:
    shop = await world.store()
    world.subscribe(shop, *(topics or ("orders/create",)), **fields)
    return shop, await world.order(shop, await world.variant(shop, 50))


async def _log(world: Driver) -> list[dict[str, Any]]:
    return list((await world.call("GET", "/webhooks"))["webhooks"])


async def test_a_webhook_is_signed_and_carries_its_headers() -> None:
    async with simulated() as world:
        shop, order = await _sold(world, name="capture")

        await world.advance(0)

        headers, body = world.hub.received[0]
        assert headers["x-shopify-hmac-sha256"] == _signature(body)
        assert json.loads(body)["admin_graphql_api_id"] == order["id"]
        (logged,) = await _log(world)
        expected = {
            "x-shopify-topic": "orders/create",
            "x-shopify-shop-domain": shop,
            "x-shopify-api-version": "2026-10",
            "x-shopify-webhook-id": logged["id"],
            "x-shopify-event-id": logged["event_id"],
            "x-shopify-triggered-at": "2026-11-02T09:00:00Z",
            "x-shopify-name": "capture",
            "content-type": "application/json",
            "path": "/webhooks/shopify",
        }
        assert expected.items() <= headers.items()
        assert (logged["state"], logged["body"], logged["resource"]) == ("done", body.decode(), order["id"])
        assert logged["deliveries"] == [{"at": "2026-11-02T09:00:00Z", "status": 200}]


async def test_webhooks_of_one_action_share_their_event_and_nothing_else() -> None:
    async with simulated() as world:
        shop, order = await _sold(world, "orders/cancelled", "orders/updated", "refunds/create")

        await world.on(shop, order, "cancel")
        await world.advance(0)

        logged = await _log(world)
        assert sorted(one["topic"] for one in logged) == ["orders/cancelled", "orders/updated", "refunds/create"]
        assert (len({one["event_id"] for one in logged}), len({one["id"] for one in logged})) == (1, 3)


async def test_a_failure_is_retried_eight_times_over_four_hours_with_the_same_body() -> None:
    async with simulated() as world:
        world.hub.status = 500
        shop, order = await _sold(world)
        await world.on(shop, order, "risk", {"level": "HIGH"})

        await world.advance(5 * 3600)

        (logged,) = await _log(world)
        assert (logged["state"], len(logged["deliveries"])) == ("gave_up", 9)
        assert logged["deliveries"][-1] == {"at": "2026-11-02T13:00:00Z", "status": 500}
        assert len({body for _, body in world.hub.received}) == 1
        assert len({headers["x-shopify-webhook-id"] for headers, _ in world.hub.received}) == 1


async def test_a_later_success_ends_the_retries() -> None:
    async with simulated() as world:
        world.hub.status = 503
        await _sold(world)
        await world.advance(30)
        assert (await _log(world))[0]["state"] == "pending"

        world.hub.status = 200
        await world.advance(5 * 3600)

        (logged,) = await _log(world)
        assert (logged["state"], [one["status"] for one in logged["deliveries"]]) == ("done", [503, 200])


@pytest.mark.parametrize("status", [301, 302, 404])
async def test_only_a_two_hundred_is_accepted(status: int) -> None:
    async with simulated() as world:
        world.hub.status = status
        await _sold(world)

        await world.advance(0)

        assert (await _log(world))[0]["state"] == "pending"


async def test_a_subscription_made_by_the_app_is_dropped_after_eight_failures_in_a_row() -> None:
    async with simulated() as world:
        world.hub.status = 500
        shop, _ = await _sold(world)

        await world.advance(5 * 3600)

        assert (await world.truth(shop))["subscriptions"][0]["deleted_at"]
        await world.order(shop, (await world.truth(shop))["variants"][0]["id"], 1)
        assert len(await _log(world)) == 1


async def test_a_success_between_failures_keeps_the_subscription() -> None:
    async with simulated() as world:
        world.hub.status = 500
        shop, order = await _sold(world, "orders/create", "orders/updated")
        await world.advance(3600)

        world.hub.status = 200
        await world.on(shop, order, "risk", {"level": "LOW"})
        await world.advance(5 * 3600)

        assert [one["deleted_at"] for one in (await world.truth(shop))["subscriptions"]] == [None, None]


async def test_nothing_is_sent_without_the_app_or_its_scope() -> None:
    async with simulated() as world:
        shop, order = await _sold(world, "orders/updated")
        await world.call("POST", f"/stores/{shop}/app/scopes", {"scopes": ["read_products"]})
        await world.on(shop, order, "risk", {"level": "LOW"})

        await world.call("POST", f"/stores/{shop}/app/uninstall")
        await world.on(shop, order, "risk", {"level": "HIGH"})
        await world.advance(60)

        assert world.hub.received == []
        assert (await world.truth(shop))["subscriptions"][0]["deleted_at"]


async def test_a_subscription_gets_its_fields_and_what_its_filter_lets_through() -> None:
    async with simulated() as world:
        fields = ["id", "tags", "line_items.id", "line_items.quantity"]
        shop, _ = await _sold(world, include_fields=fields, filter="tags:ph-* AND test:false")
        variant = (await world.truth(shop))["variants"][0]["id"]

        await world.order(shop, variant, 2, tags=["own", "ph-7"])
        await world.order(shop, variant, 2, tags=["ph-7"], test=True)
        await world.advance(0)

        ((_, body),) = world.hub.received
        sent = json.loads(body)
        assert sorted(sent) == ["id", "line_items", "tags"]
        assert sorted(sent["line_items"][0]) == ["id", "quantity"]


async def test_redelivery_repeats_the_webhook_at_one_instant() -> None:
    async with simulated() as world:
        await _sold(world)
        await world.advance(0)
        (logged,) = await _log(world)

        await world.call("POST", f"/webhooks/{logged['id']}/redeliver", {"times": 3, "delay": 90})
        await world.advance(120)

        (again,) = await _log(world)
        assert [one["at"] for one in again["deliveries"][1:]] == ["2026-11-02T09:01:30Z"] * 3
        assert len({headers["x-shopify-webhook-id"] for headers, _ in world.hub.received}) == 1
        await world.call("POST", "/webhooks/none/redeliver", {}, status=404)


@pytest.mark.parametrize(
    ("secret", "key"), [("right", SECRET), ("old", "the-secret-before"), ("wrong", "not-the-secret"), ("none", None)]
)
async def test_a_forged_webhook_is_signed_as_asked(secret: str, key: str | None) -> None:
    async with simulated() as world:
        world.hub.status = 401

        body = {"shop": "x.myshopify.com", "topic": "orders/create", "body": {"id": 1}, "secret": secret}
        told = await world.call("POST", "/webhooks/forge", body)

        headers, sent = world.hub.received[0]
        assert (told["changed"]["status"], json.loads(sent)) == (401, {"id": 1})
        assert headers.get("x-shopify-hmac-sha256") == (None if key is None else _signature(sent, key))
        assert await _log(world) == []


async def test_a_forged_webhook_has_the_headers_and_the_text_asked_for() -> None:
    async with simulated() as world:
        body = {
            "shop": "x.myshopify.com",
            "topic": "orders/create",
            "raw": "{not json",
            "headers": {"X-Shopify-Topic": None, "x-shopify-shop-domain": "höhe", "X-Extra": "1"},
            "method": "PUT",
        }
        await world.call("POST", "/webhooks/forge", body)

        headers, sent = world.hub.received[0]
        assert sent == b"{not json"
        assert "x-shopify-topic" not in headers
        assert headers["x-extra"] == "1"
        assert headers["x-shopify-shop-domain"] == "höhe".encode().decode("latin-1")


async def test_without_a_hub_nothing_waits() -> None:
    async with simulated(has_hub=False) as world:
        await _sold(world)

        await world.advance(0)

        assert [(one["state"], one["deliveries"]) for one in await _log(world)] == [("lost", [])]
