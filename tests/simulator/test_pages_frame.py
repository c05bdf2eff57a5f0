"""The embedded app's frame: signed loads, deep links, installation."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.simulator.page_world import HUB, SHOP, Site, site

pytestmark = pytest.mark.anyio


async def frame_of(visit: Site, path: str) -> dict[str, Any]:
    """What the frame on the page was told."""
    page = await visit.read(path)
    settings = re.search(r'id="frame-settings">(.*?)</script>', page, re.DOTALL)
    assert settings is not None
    told: dict[str, Any] = json.loads(settings.group(1))
    return told


@pytest.mark.parametrize(
    ("path", "opened"),
    [
        (f"/admin/{SHOP}/app", "/app"),
        (f"/admin/{SHOP}/app/orders/5", "/app/orders/5"),
        (f"/admin/{SHOP}/apps/simulated-client-id", "/app"),
        (f"/admin/{SHOP}/apps/simulated-client-id/app/orders", "/app/orders"),
    ],
)
async def test_a_deep_link_opens_that_page_of_the_app(path: str, opened: str) -> None:
    async with site(installed=True) as visit:
        told = await frame_of(visit, path)

    source = urlsplit(told["source"])
    assert (f"{source.scheme}://{source.netloc}", source.path) == (HUB, opened)
    assert told["appOrigin"] == HUB


async def test_the_load_is_signed_and_keeps_the_pages_own_query() -> None:
    async with site(installed=True) as visit:
        told = await frame_of(visit, f"/admin/{SHOP}/app/orders?page=2&hmac=old&shop=evil.myshopify.com")

    query = parse_qs(urlsplit(told["source"]).query)
    assert query["page"] == ["2"]
    assert query["shop"] == [SHOP]
    assert {"embedded", "hmac", "host", "id_token", "locale", "session", "timestamp"} <= set(query)
    assert all(len(values) == 1 for values in query.values())


async def test_the_addresses_of_the_real_admin_lead_here() -> None:
    async with site(installed=True) as visit:
        order = await visit.browser.get("/admin/store/oak/orders/7")
        app = await visit.browser.get("/admin/store/oak/apps/key/app/orders?page=2")

    assert order.headers["location"] == f"/admin/{SHOP}/orders/7"
    assert app.headers["location"] == f"/admin/{SHOP}/apps/key/app/orders?page=2"


async def test_an_app_that_is_not_installed_is_offered_instead_of_opened() -> None:
    async with site() as visit:
        answer = await visit.browser.get(f"/admin/{SHOP}/app", follow_redirects=True)

    assert "not installed in this store" in answer.text
    assert f'href="/shops/{SHOP}/admin/oauth/install?client_id=simulated-client-id"' in answer.text


async def test_uninstalling_is_a_button_of_the_apps_page() -> None:
    async with site(installed=True) as visit:
        answer = await visit.press(f"/admin/{SHOP}/apps/uninstall")

    assert "Partner Hub is uninstalled." in answer.text
    assert not visit.store.app.installed


async def test_a_link_to_the_stores_own_domain_opens_where_a_browser_finds_it() -> None:
    async with site() as visit:
        own = f"https://{SHOP}/admin/oauth/authorize?client_id=1"
        inside = await visit.browser.get(f"/admin/{SHOP}/apps/link", params={"url": own})
        outside = await visit.browser.get(f"/admin/{SHOP}/apps/link", params={"url": f"{HUB}/invitations/abc"})
        odd = await visit.browser.get(f"/admin/{SHOP}/apps/link", params={"url": "javascript:alert(1)"})

    assert inside.headers["location"] == f"/shops/{SHOP}/admin/oauth/authorize?client_id=1"
    assert outside.headers["location"] == f"{HUB}/invitations/abc"
    assert odd.status_code == 400
