"""The admin's frame and App Bridge in a real browser: identity, address bar, menu, toasts, scopes, save bar."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Frame, Page, expect

from simulator.server import create_app
from simulator.world.apps import install
from tests.simulator.page_world import SHOP, make_world
from tests.simulator.standin_pages import AppUnderTest, new_page
from tests.support.serving import serving

pytestmark = pytest.mark.anyio

BODY = """<s-app-nav><s-link href="/app" rel="home">Home</s-link><s-link href="/app/orders">Orders</s-link></s-app-nav>
<s-page heading="App"><s-link href="/app/orders/5">Order</s-link>
<form data-save-bar method="post" action="/form">
<s-text-field label="Name" name="name" value="Old"></s-text-field></form></s-page>
<script>document.addEventListener("shopify:navigate", (event) => {
  history.pushState(null, "", event.target.getAttribute("href")); });</script>"""
REQUEST_SCOPES = "() => { window.answer = shopify.scopes.request(['write_products']); }"


@asynccontextmanager
async def opened(browser: Browser, path: str = "/app") -> AsyncIterator[tuple[Page, Frame, AppUnderTest]]:
    """Open the app's page in the admin of an installed store."""
    app = AppUnderTest(BODY)
    async with serving(app.asgi()) as hub_url:
        world = make_world(hub_url)
        install(world, world.stores[SHOP], ["read_products"])
        async with serving(create_app(world)) as app.admin, new_page(browser) as page:
            await page.goto(f"{app.admin}/admin/{SHOP}{path}")
            frame = page.frames[1]
            await frame.wait_for_url(f"{hub_url}{path}?**")
            await frame.wait_for_function("() => Boolean(customElements.get('s-page'))")
            yield page, frame, app


async def test_the_page_gets_tokens_of_the_store_it_is_shown_in(browser: Browser) -> None:
    async with opened(browser) as (_, frame, app):
        await frame.evaluate("async () => { await fetch('/call') }")
        shop = await frame.evaluate("shopify.config.shop")
        claims = await frame.evaluate("shopify.idToken().then((token) => JSON.parse(atob(token.split('.')[1])))")

    assert shop == SHOP
    assert (claims["dest"], claims["exp"] - claims["iat"]) == (f"https://{SHOP}", 60)
    assert str(app.requests[-1][1]).startswith("Bearer ey")


async def test_the_address_bar_and_the_menu_follow_the_app(browser: Browser) -> None:
    async with opened(browser) as (page, frame, app):
        await page.get_by_role("link", name="Orders").last.click()
        await page.wait_for_url(f"**/admin/{SHOP}/app/orders")
        await frame.get_by_role("link", name="Order", exact=True).click()
        await page.wait_for_url(f"**/admin/{SHOP}/app/orders/5")
        await expect(page.locator("#app-nav a[aria-current]")).to_have_text("Orders")
        await page.reload()
        await page.frames[1].wait_for_url("**/app/orders/5?**")

    assert app.requests[-1][0] == "/app/orders/5"


async def test_a_toast_is_shown_by_the_admin(browser: Browser) -> None:
    async with opened(browser) as (page, frame, _):
        await frame.evaluate("() => { shopify.toast.show('Saved <b>it</b>') }")
        await expect(page.locator(".toast")).to_have_text("Saved <b>it</b>")


@pytest.mark.parametrize(
    ("button", "result", "granted"),
    [("Update access", "granted-all", True), ("Cancel", "declined-all", False)],
)
async def test_scopes_are_asked_for_in_a_modal_of_the_admin(
    browser: Browser, button: str, result: str, granted: bool
) -> None:
    async with opened(browser) as (page, frame, _):
        await frame.evaluate(REQUEST_SCOPES)
        await expect(page.get_by_role("dialog")).to_contain_text("write_products")
        await page.get_by_role("dialog").get_by_role("button", name=button).click()
        answer = await frame.evaluate("window.answer")

    assert answer["result"] == result
    assert ("write_products" in answer["detail"]["granted"]) is granted


async def test_the_save_bar_of_the_admin_saves_and_discards(browser: Browser) -> None:
    async with opened(browser) as (page, frame, app):
        field = frame.get_by_label("Name")
        await field.fill("First")
        await page.get_by_role("button", name="Discard").click()
        await expect(field).to_have_value("Old")
        await expect(page.get_by_role("button", name="Discard")).to_be_hidden()
        await field.fill("Second")
        await page.get_by_role("button", name="Save").click()
        await expect(frame.get_by_role("heading", name="Taken")).to_be_visible()

    assert app.forms == [[("name", "Second")]]
