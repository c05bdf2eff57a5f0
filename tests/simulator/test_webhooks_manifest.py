"""Subscriptions from the app's own configuration: compliance, uninstalling, and scopes a store did not grant."""

import json
from pathlib import Path

import pytest

from simulator.webhooks.selection import include_fields, matches
from tests.simulator.control_world import simulated

pytestmark = pytest.mark.anyio

MANIFEST = """
[access_scopes]
scopes = "read_products, read_inventory"
optional_scopes = ["write_products"]

[webhooks]
api_version = "2026-10"

[[webhooks.subscriptions]]
compliance_topics = ["customers/data_request", "customers/redact", "shop/redact"]
uri = "/webhooks/shopify"

[[webhooks.subscriptions]]
topics = ["app/uninstalled", "app/scopes_update", "products/update", "locations/deactivate"]
uri = "https://hub.example.org/webhooks/shopify?x=1"
include_fields = ["id", "previous", "current"]
"""


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """An app's configuration."""
    file = tmp_path / "shopify.app.toml"
    file.write_text(MANIFEST)
    return file


async def test_installing_without_scopes_grants_the_required_ones_and_fires_nothing(manifest: Path) -> None:
    async with simulated(manifest=manifest) as world:
        shop = "new.myshopify.com"
        await world.call("POST", "/stores", {"shop": shop})

        told = await world.call("POST", f"/stores/{shop}/app/install")
        await world.advance(0)

        assert told["changed"]["app"]["scopes"] == ["read_inventory", "read_products"]
        assert world.hub.received == []
        await world.call("POST", f"/stores/{shop}/app/install", status=409)


async def test_uninstalling_is_told_at_once_and_redaction_asked_for_two_days_later(manifest: Path) -> None:
    async with simulated(manifest=manifest) as world:
        shop = await world.store()

        await world.call("POST", f"/stores/{shop}/app/uninstall")
        await world.advance(47 * 3600)
        assert world.hub.topics() == ["app/uninstalled"]
        await world.advance(2 * 3600)

        assert world.hub.topics() == ["app/uninstalled", "shop/redact"]
        store_id = world.world.stores[shop].id
        assert json.loads(world.hub.received[1][1]) == {"shop_id": store_id, "shop_domain": shop}
        await world.call("POST", f"/stores/{shop}/app/uninstall", status=409)


async def test_who_comes_back_in_time_is_not_redacted_and_has_the_last_scopes(manifest: Path) -> None:
    async with simulated(manifest=manifest) as world:
        shop = await world.store()
        before = (await world.call("GET", f"/stores/{shop}"))["app"]["scopes"]
        await world.call("POST", f"/stores/{shop}/app/uninstall")

        told = await world.call("POST", f"/stores/{shop}/app/install")
        await world.advance(72 * 3600)

        assert told["changed"]["app"]["scopes"] == before
        assert world.hub.topics() == ["app/uninstalled"]


async def test_a_change_of_scopes_is_told_with_its_fields(manifest: Path) -> None:
    async with simulated(manifest=manifest) as world:
        shop = await world.store()

        await world.call("POST", f"/stores/{shop}/app/scopes", {"scopes": ["read_products", "write_products"]})
        await world.call("POST", f"/stores/{shop}/app/scopes", {"scopes": ["write_products", "read_products"]})
        await world.advance(0)

        ((headers, body),) = world.hub.received
        assert headers["path"] == "/webhooks/shopify"
        assert sorted(json.loads(body)) == ["current", "id", "previous"]
        assert json.loads(body)["current"] == ["read_products", "write_products"]


@pytest.mark.parametrize("needs_scope", [True, False])
async def test_a_topic_without_its_scope_is_a_doubt(manifest: Path, needs_scope: bool) -> None:
    async with simulated(manifest=manifest) as world:
        await world.call("PUT", "/switches", {"toml_topics_need_scope": needs_scope})
        shop = await world.store()
        await world.call("POST", f"/stores/{shop}/app/scopes", {"scopes": ["read_locations"]})
        variant = await world.variant(shop)

        await world.call("PATCH", f"/stores/{shop}/variants/{variant.rpartition('/')[2]}", {"price": 3})
        await world.advance(0)

        assert ("products/update" in world.hub.topics()) != needs_scope


async def test_app_specific_subscriptions_outlive_failures(manifest: Path) -> None:
    async with simulated(manifest=manifest) as world:
        world.hub.status = 500
        shop = await world.store()
        variant = await world.variant(shop)
        await world.advance(5 * 3600)
        heard = len(world.hub.received)

        await world.call("PATCH", f"/stores/{shop}/variants/{variant.rpartition('/')[2]}", {"price": 3})
        await world.advance(0)

        assert len(world.hub.received) == heard + 1


async def test_the_configuration_is_read_again_when_it_changes(manifest: Path) -> None:
    later = manifest.with_name("later.toml")
    async with simulated(manifest=later) as world:
        shop = await world.store()
        await world.call("POST", f"/stores/{shop}/app/scopes", {"scopes": []})
        manifest.rename(later)  # noqa: ASYNC240  # a file of some lines

        await world.call("POST", f"/stores/{shop}/app/scopes", {"scopes": ["read_products"]})
        await world.advance(0)

        assert world.hub.topics() == ["app/scopes_update"]


@pytest.mark.parametrize(
    ("search", "passes"),
    [
        (None, True),
        ("id:7", True),
        ("id:8", False),
        ("-id:8", True),
        ("NOT id:7", False),
        ("tags:ph-*", True),
        ("tags:b", True),
        ("id:7 AND tags:zz", False),
        ("id:8 OR tags:a", True),
        ("variants.price:>=10", True),
        ("variants.price:<5", False),
        ("name:'two words'", True),
        ("test:false", True),
        ("missing:1", False),
        ("nonsense", False),
    ],
)
def test_a_filter_reads_the_search_syntax(search: str | None, passes: bool) -> None:
    payload = {"id": 7, "tags": "a, b, ph-1", "variants": [{"price": "9.00"}, {"price": "12.00"}], "test": False}
    payload |= {"name": "two words"}

    assert matches(payload, search) is passes


def test_fields_go_into_objects_and_lists() -> None:
    payload = {"id": 1, "a": {"b": 1, "c": 2}, "list": [{"x": 1, "y": 2}, {"x": 3}], "secret": "s", "none": None}

    kept = include_fields(payload, ["id", "a.b", "list.x", "none.z", "absent"])

    assert kept == {"id": 1, "a": {"b": 1}, "list": [{"x": 1}, {"x": 3}], "none": None}
