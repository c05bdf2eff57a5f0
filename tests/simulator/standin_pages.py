"""Serves a page with the stand-ins, and the admin's frame around it, to a real browser."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from simulator.pages import scripts
from tests.support.serving import serving

HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Test</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="shopify-api-key" content="the-key">
<script src="{admin}/static/app-bridge.js"></script><script src="{admin}/static/polaris.js?shadow={shadow}"></script>
</head><body>{body}</body></html>"""

# The admin's side of the bridge, as small as can be: it mints tokens and keeps what it was told.
PARENT = """<!doctype html><title>Admin</title><iframe src="{app}" style="width:100%;height:600px"></iframe>
<script>
window.told = []; window.minted = 0;
addEventListener("message", (event) => {{
  const {{ bridge, id, method, name, detail, params }} = event.data;
  if (bridge === "news") window.told.push({{ name, detail }});
  if (bridge !== "request") return;
  if (method === "idToken") window.minted += 1;
  const results = {{ idToken: `token-${{window.minted}}`, hello: {{ shop: "a.myshopify.com" }}, confirm: true }};
  event.source.postMessage({{ bridge: "answer", id, result: results[method] ?? {{ method, params }} }}, event.origin);
}});
</script>"""


@dataclass
class AppUnderTest:
    """An app that shows one page and remembers what it was sent."""

    body: str
    shadow: str = "open"
    admin: str = ""
    refused: int = 0  # how many requests are still refused with "ask for a fresh token"
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    forms: list[list[tuple[str, str]]] = field(default_factory=list)

    def asgi(self) -> Starlette:
        pages = [Route("/", self.show), Route("/{path:path}", self.show)]
        return Starlette(
            routes=[
                Route("/call", self.call, methods=["GET", "POST"]),
                Route("/form", self.take, methods=["POST"]),
                *pages,
            ]
        )

    async def show(self, request: Request) -> Response:
        self.requests.append((str(request.url.path), request.url.query))
        return HTMLResponse(HEAD.format(admin=self.admin, shadow=self.shadow, body=self.body))

    async def call(self, request: Request) -> Response:
        self.requests.append(("/call", request.headers.get("Authorization")))
        if self.refused:
            self.refused -= 1
            return Response(status_code=401, headers={"X-Shopify-Retry-Invalid-Session-Request": "1"})
        return JSONResponse({"authorization": request.headers.get("Authorization")})

    async def take(self, request: Request) -> Response:
        form = await request.form()
        self.forms.append([(name, str(value)) for name, value in form.multi_items()])
        return HTMLResponse("<h1>Taken</h1>")


def find_chromium() -> str | None:
    """The installed browser; none: Playwright's own download is tried."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = (Path(folder) / name for folder in ("/usr/bin", "/usr/local/bin", "/snap/bin") for name in names)
    return next((str(path) for path in found if path.exists()), None)


@asynccontextmanager
async def started_browser() -> AsyncIterator[Browser]:
    """A real browser that knows no other machine."""
    async with async_playwright() as playwright:
        arguments = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
        yield browser
        await browser.close()


@asynccontextmanager
async def new_page(browser: Browser, width: int = 1280) -> AsyncIterator[Page]:
    """A page with cookies of its own."""
    context = await browser.new_context(viewport={"width": width, "height": 800})
    yield await context.new_page()
    await context.close()


@asynccontextmanager
async def framed(browser: Browser, app: AppUnderTest, width: int = 1280, path: str = "/") -> AsyncIterator[Page]:
    """Open the app's page in the frame of a small admin."""
    async with serving(app.asgi()) as app_url:

        async def show_parent(request: Request) -> Response:
            return HTMLResponse(PARENT.format(app=app_url + path))

        admin = Starlette(routes=[Route("/", show_parent), *scripts.routes])
        async with serving(admin) as app.admin, new_page(browser, width) as page:
            await page.goto(app.admin)
            await page.frames[1].wait_for_function("() => Boolean(customElements.get('s-page'))")
            yield page


async def news(page: Page, name: str) -> list[dict[str, object]]:
    """What the admin was told under that name."""
    told = json.loads(await page.evaluate("JSON.stringify(window.told)"))
    return [one["detail"] for one in told if one["name"] == name]
