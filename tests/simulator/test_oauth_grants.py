"""The grant page, what it redirects to, signed loads, and App Bridge's scopes."""

import hashlib
import hmac
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest

from simulator.oauth.grants import approve
from simulator.world.apps import uninstall
from simulator.world.errors import Impossible
from simulator.world.settings import Settings
from simulator.world.switches import Switches
from tests.simulator.store_host import StoreHost, make_host

pytestmark = pytest.mark.anyio

HUB = "http://127.0.0.1:9"
CALLBACK = f"{HUB}/auth/callback"
MANIFEST = """
[access_scopes]
scopes = "read_products,read_inventory,read_locations"
optional_scopes = ["write_products", "read_orders", "write_draft_orders"]
"""


@pytest.fixture
def host(tmp_path: Path) -> StoreHost:
    """A store that does not have the app, which asks for three scopes and three more later."""
    manifest = tmp_path / "shopify.app.toml"
    manifest.write_text(MANIFEST)
    host = make_host([], settings=Settings(hub_url=HUB, manifest=manifest))
    uninstall(host.world, host.store)
    host.store.app.scopes = []
    return host


def link(host: StoreHost, **changes: str) -> str:
    """The authorize link as a browser opens it here."""
    query = {"client_id": host.world.settings.api_key, "redirect_uri": CALLBACK, "state": "s-1", "scope": "", **changes}
    return f"http://sim.example.com/shops/{host.store.domain}/admin/oauth/authorize?{urlencode(query)}"


def is_signed(query: str, secret: str) -> bool:
    """The check of the reference, written once more."""
    pairs = parse_qsl(query, keep_blank_values=True)
    message = "&".join(
        sorted(f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in pairs if key != "hmac")
    )
    expected = hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, dict(pairs)["hmac"])


async def test_the_page_shows_the_required_scopes_and_installs_with_a_code(host: StoreHost) -> None:
    page = await host.client.get(link(host))

    answer = await host.client.post(link(host), data={"decision": "install"})

    assert "read_products" in page.text
    assert "Cancel" in page.text
    target = urlsplit(answer.headers["location"])
    query = dict(parse_qsl(target.query))
    assert f"{target.scheme}://{target.netloc}{target.path}" == CALLBACK
    assert (query["shop"], query["state"]) == (host.store.domain, "s-1")
    assert {"code", "hmac", "host", "timestamp"} <= query.keys()
    assert is_signed(target.query, host.world.settings.api_secret)
    assert host.store.app.scopes == ["read_inventory", "read_locations", "read_products"]


async def test_without_a_code_it_installs_and_opens_the_app(host: StoreHost) -> None:
    host.world.switches = Switches(authorize_grants_code=False)

    answer = await host.client.post(link(host), data={"decision": "install"})

    assert answer.headers["location"] == f"/admin/{host.store.domain}/app"
    assert host.store.app.installed


async def test_cancelling_installs_nothing(host: StoreHost) -> None:
    answer = await host.client.post(link(host), data={"decision": "cancel"})

    assert answer.headers["location"] == f"/admin/{host.store.domain}"
    assert not host.store.app.installed


async def test_who_has_it_already_is_not_asked_again(host: StoreHost) -> None:
    await host.client.post(link(host), data={"decision": "install"})

    answer = await host.client.get(link(host, state="s-2"))

    assert answer.status_code == 303
    assert dict(parse_qsl(urlsplit(answer.headers["location"]).query))["state"] == "s-2"


@pytest.mark.parametrize(
    "changes", [{"client_id": "another"}, {"redirect_uri": "https://evil.example.com/cb"}, {"redirect_uri": ""}]
)
async def test_a_link_that_is_not_ours_shows_an_error(host: StoreHost, changes: dict[str, str]) -> None:
    page = await host.client.get(link(host, **changes))
    posted = await host.client.post(link(host, **changes), data={"decision": "install"})

    assert page.status_code == posted.status_code == 400
    assert not host.store.app.installed


async def test_a_store_that_does_not_exist_has_no_page(host: StoreHost) -> None:
    page = await host.client.get("https://nobody.myshopify.com/admin/oauth/authorize?client_id=x")

    assert page.status_code == 404


async def test_the_install_link_asks_for_optional_scopes_too(host: StoreHost) -> None:
    query = urlencode({"client_id": host.world.settings.api_key, "optional_scopes": "write_products,write_themes"})
    url = f"https://{host.store.domain}/admin/oauth/install?{query}"

    page = await host.client.get(url)
    answer = await host.client.post(url, data={"decision": "install"})

    assert "write_products" in page.text
    assert "write_themes" not in page.text
    assert answer.headers["location"] == f"/admin/{host.store.domain}/app"
    assert "write_products" in host.store.app.scopes


def test_staff_answer_without_a_browser(host: StoreHost) -> None:
    refused = approve(host.world, link(host), granted=False)
    granted = approve(host.world, link(host))

    assert refused == {"shop": host.store.domain, "granted": False, "redirect": f"/admin/{host.store.domain}"}
    assert granted["redirect"].startswith(f"{CALLBACK}?")
    with pytest.raises(Impossible):
        approve(host.world, link(host, client_id="another"))


@pytest.mark.parametrize(
    ("tamper", "valid"), [(None, True), ("reorder", True), ("hmac", False), ("shop", False), ("repeat", False)]
)
def test_a_spoiled_callback_fails_its_check(host: StoreHost, tamper: Any, valid: bool) -> None:
    query = urlsplit(approve(host.world, link(host), tamper=tamper)["redirect"]).query

    assert is_signed(query, host.world.settings.api_secret) is valid
    assert (query.count("shop=") == 2) is (tamper == "repeat")


def test_an_old_callback_is_signed_rightly_and_a_day_old(host: StoreHost) -> None:
    fresh = dict(parse_qsl(urlsplit(approve(host.world, link(host))["redirect"]).query))
    query = urlsplit(approve(host.world, link(host), tamper="timestamp")["redirect"]).query

    assert is_signed(query, host.world.settings.api_secret)
    assert int(fresh["timestamp"]) - int(dict(parse_qsl(query))["timestamp"]) >= 24 * 3600


async def test_the_control_api_approves_and_hands_out_addresses_and_tokens(host: StoreHost) -> None:
    base = f"http://sim.example.com/stores/{host.store.domain}"

    approved = (await host.client.post(f"{base}/oauth/approve", json={"authorize_url": link(host)})).json()
    url = (await host.client.get(f"{base}/embed_url?path=/app/orders?filter=open")).json()["url"]
    spoiled = (await host.client.get(f"{base}/embed_url?tamper=hmac")).json()["url"]
    token = (await host.client.get(f"{base}/id_token", params={"claims": '{"sub": null}'})).json()["id_token"]
    wrong = await host.client.get(f"{base}/embed_url?tamper=everything")

    assert approved["granted"] is True
    assert approved["changed"]["installed"] is True
    assert urlsplit(url).path == "/app/orders"
    query = urlsplit(url).query
    assert is_signed(query, host.world.settings.api_secret)
    assert dict(parse_qsl(query))["embedded"] == "1"
    assert dict(parse_qsl(query))["filter"] == "open"
    assert not is_signed(urlsplit(spoiled).query, host.world.settings.api_secret)
    assert token.count(".") == 2
    assert wrong.status_code == 400


async def test_app_bridge_asks_for_scopes_once_and_tells_the_truth(host: StoreHost) -> None:
    approve(host.world, link(host))
    url = f"http://sim.example.com/admin/{host.store.domain}/app-bridge/scopes"

    async def scopes(**body: Any) -> dict[str, Any]:
        answer: dict[str, Any] = (await host.client.post(url, json=body)).json()
        return answer

    asked = await scopes(action="request", scopes=["read_orders", "write_products"])
    declined = await scopes(action="request", scopes=["read_orders"], decision="decline")
    granted = await scopes(action="request", scopes=["read_orders", "write_products"], decision="grant")
    again = await scopes(action="request", scopes=["read_orders", "read_products"])
    revoked = await scopes(action="revoke", scopes=["write_products", "read_products"])
    unknown = await host.client.post(url, json={"action": "request", "scopes": ["write_themes"]})

    assert asked == {"needs_decision": True, "scopes": ["read_orders", "write_products"]}
    assert declined["result"] == "declined-all"
    assert granted["result"] == "granted-all"
    assert again["needs_decision"] is False
    assert revoked["detail"]["granted"] == ["read_inventory", "read_locations", "read_orders", "read_products"]
    assert (await scopes(action="query"))["optional"] == ["write_products", "read_orders", "write_draft_orders"]
    assert unknown.status_code == 400


async def test_app_bridge_mints_tokens_for_installed_stores_only(host: StoreHost) -> None:
    url = f"http://sim.example.com/admin/{host.store.domain}/app-bridge/id-token"

    before = await host.client.post(url)
    approve(host.world, link(host))
    after = await host.client.post(url)

    assert before.status_code == 409
    assert after.json()["id_token"].count(".") == 2
