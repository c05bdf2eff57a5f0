"""What a journey needs: a world of its own and a browser."""

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.journeys.local_world import LocalWorld, local_world
from tests.journeys.people import PATIENCE
from tests.support.browser import find_browser

expect.set_options(timeout=PATIENCE)


@pytest.fixture
def world() -> Iterator[LocalWorld]:
    """A local world, up."""
    with local_world() as running:
        yield running


@pytest.fixture
def browser_path() -> str:
    """The browser that starts here."""
    return find_browser()


@pytest.fixture
async def browser(browser_path: str) -> AsyncIterator[Browser]:
    """A real browser that knows no other machine."""
    only_here = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path, args=[only_here])
        yield browser
        await browser.close()
