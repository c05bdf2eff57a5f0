"""The App Bridge stand-in in a real browser: identity on requests, navigation, the bounce page, the save bar."""

import pytest
from playwright.async_api import Browser, expect

from tests.simulator.standin_pages import AppUnderTest, framed, news

pytestmark = pytest.mark.anyio

XHR = """() => new Promise((resolve) => { const request = new XMLHttpRequest(); request.open("GET", "/call");
request.onload = () => resolve(JSON.parse(request.responseText).authorization); request.send(); })"""
FETCH = "async () => (await (await fetch('/call', { method: 'POST', body: 'x' })).json()).authorization"
NAVIGATION = """<s-app-nav><s-link href="/" rel="home">Home</s-link><s-link href="/orders">Orders</s-link></s-app-nav>
<s-link href="/orders/1">Order</s-link><s-button href="/orders/2">Button</s-button>
<s-link href="shopify://admin/orders/7">In the admin</s-link>
<script>window.visited = []; document.addEventListener("shopify:navigate", (event) => {
  window.visited.push(event.target.getAttribute("href")); });</script>"""
SAVED = """<form data-save-bar method="post" action="/form">
<s-text-field label="Name" name="name"></s-text-field></form>"""
PRESS_SAVE = """document.querySelector("iframe").contentWindow
.postMessage({ bridge: "news", name: "save", detail: {} }, "*")"""


@pytest.mark.parametrize("script", [FETCH, XHR])
async def test_fetch_and_xhr_carry_an_id_token(browser: Browser, script: str) -> None:
    app = AppUnderTest("")

    async with framed(browser, app) as page:
        authorization = await page.frames[1].evaluate(script)

    assert authorization == "Bearer token-1"


@pytest.mark.parametrize("script", [FETCH, XHR])
async def test_a_refused_request_is_sent_once_more_with_a_fresh_token(browser: Browser, script: str) -> None:
    app = AppUnderTest("", refused=1)

    async with framed(browser, app) as page:
        authorization = await page.frames[1].evaluate(script)

    assert authorization == "Bearer token-2"
    assert [token for path, token in app.requests if path == "/call"] == ["Bearer token-1", "Bearer token-2"]


@pytest.mark.parametrize("shadow", ["open", "closed"])
async def test_links_of_polaris_fire_navigate_instead_of_loading(browser: Browser, shadow: str) -> None:
    app = AppUnderTest(NAVIGATION, shadow=shadow)

    async with framed(browser, app) as page:
        frame = page.frames[1]
        loads = len(app.requests)
        await frame.locator('s-link[href="/orders/1"]').click()
        await frame.locator('s-button[href="/orders/2"]').click()
        await frame.wait_for_function("window.visited.length === 2")
        visited = await frame.evaluate("window.visited")

    assert visited == ["/orders/1", "/orders/2"]
    assert len(app.requests) == loads


async def test_without_a_listener_a_polaris_link_is_a_full_load(browser: Browser) -> None:
    app = AppUnderTest('<s-link href="/orders/1">Order</s-link>')

    async with framed(browser, app) as page:
        await page.frames[1].locator("s-link").click()
        await page.frames[1].wait_for_url("**/orders/1")

    assert app.requests[-1] == ("/orders/1", "")


async def test_the_admin_learns_the_menu_the_path_and_where_links_lead_outside(browser: Browser) -> None:
    app = AppUnderTest(NAVIGATION)

    async with framed(browser, app, path="/orders?shop=a.myshopify.com&hmac=1&page=2") as page:
        await page.frames[1].locator('s-link[href^="shopify:"]').click()
        await page.wait_for_function("window.told.some((one) => one.name === 'open')")
        menu, paths, opened = await news(page, "nav"), await news(page, "path"), await news(page, "open")

    assert menu[-1]["links"] == [
        {"href": "/", "label": "Home", "isHome": True},
        {"href": "/orders", "label": "Orders", "isHome": False},
    ]
    assert paths[0]["path"] == "/orders?page=2"
    assert opened == [{"url": "shopify://admin/orders/7", "target": "_top"}]


async def test_the_bounce_page_returns_with_a_token(browser: Browser) -> None:
    app = AppUnderTest("")

    async with framed(browser, app, path="/patch?shopify-reload=%2Forders%3Fpage%3D2") as page:
        await page.frames[1].wait_for_url("**/orders?page=2&id_token=token-1")

    assert app.requests[-1] == ("/orders", "page=2&id_token=token-1")


async def test_a_changed_form_shows_the_save_bar_and_save_submits_it(browser: Browser) -> None:
    app = AppUnderTest(
        '<form data-save-bar method="post" action="/form"><s-text-field label="Name" name="name"></s-text-field></form>'
    )

    async with framed(browser, app) as page:
        frame = page.frames[1]
        await frame.get_by_label("Name").fill("Roaster")
        await page.wait_for_function("window.told.some((one) => one.name === 'saveBar')")
        await page.evaluate(PRESS_SAVE)
        await expect(frame.get_by_role("heading", name="Taken")).to_be_visible()
        shown = await news(page, "saveBar")

    assert app.forms == [[("name", "Roaster")]]
    assert shown[0] == {"isShown": True}
