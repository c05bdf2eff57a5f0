"""A staff member's browser in front of the hub's pages: real scripts and elements, the hub inside the test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
from playwright.async_api import Page, async_playwright
from playwright.async_api import Route as Asked
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.pages.scripts import polaris_script
from tests.support.browser import find_browser
from tests.support.serving import serving
from tests.support.shops import ADMIN, Shops

PATIENCE = 60_000

# What the pages call of App Bridge, noting each call; a press of a link is announced instead of followed.
BRIDGE = """
window.told = []; window.left = 0; let shown = 0;
window.shopify = {
  toast: {
    show: (message) => { told.push(["toast", message]); return `toast-${shown += 1}`; },
    hide: (id) => told.push(["hide", id]),
  },
  saveBar: { leaveConfirmation: async () => { left += 1; } },
  loading: (isLoading) => told.push(["loading", isLoading]),
};
addEventListener("click", (event) => {
  const link = event.composedPath().find((one) => one.matches?.("s-link[href], s-button[href], s-clickable[href]"));
  if (!link || event.defaultPrevented) return;
  event.preventDefault();
  link.dispatchEvent(new Event("shopify:navigate", { bubbles: true, composed: true }));
}, true);
"""


@dataclass
class Window:
    """One window, inside the admin of one shop."""

    shops: Shops
    shop: str
    page: Page
    url: str = ""
    asked: list[str] = field(default_factory=list)  # what the window asked of the hub, in order
    one_by_one: anyio.Lock = field(default_factory=anyio.Lock)  # the test's database connection serves one request

    async def opens(self, path: str) -> None:
        """Load a page of the hub."""
        await self.page.goto(self.url + path)

    async def told(self) -> list[list[Any]]:
        """What the admin around the page was told, in order."""
        found: list[list[Any]] = await self.page.evaluate("told")
        return found

    async def answer(self, request: Request) -> Response:
        """Let the hub answer, as to somebody whose admin sent a token along."""
        path = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
        headers = {name: value for name, value in request.headers.items() if name in ("accept", "content-type")}
        async with self.one_by_one:
            self.asked.append(f"{request.method} {path}")
            answer = await self.shops.ask(self.shop, request.method, path, headers, await request.body())
        kept = {name: answer.headers[name] for name in ("content-type", "location") if name in answer.headers}
        return Response(answer.content, answer.status_code, kept)


async def _script(asked: Asked) -> None:
    script = BRIDGE if asked.request.url.endswith("app-bridge.js") else polaris_script()
    await asked.fulfill(body=script, content_type="text/javascript")


@asynccontextmanager
async def window(shops: Shops, shop: str, width: int = 1280) -> AsyncIterator[Window]:
    """A browser window of a shop's staff."""
    path = await anyio.to_thread.run_sync(find_browser)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path)
        page = await browser.new_page(viewport={"width": width, "height": 900})
        page.set_default_timeout(PATIENCE)
        await page.route(f"{ADMIN}/static/*", _script)
        opened = Window(shops, shop, page)
        everything = Starlette(routes=[Route("/{rest:path}", opened.answer, methods=["GET", "POST"])])
        async with serving(everything) as opened.url:
            try:
                yield opened
            finally:
                await browser.close()  # the server waits for whoever is still connected
