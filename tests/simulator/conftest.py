"""The browser that tests of the simulator's pages share."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.simulator.standin_pages import started_browser


@pytest.fixture(scope="session")
async def browser(anyio_backend: object) -> AsyncIterator[Browser]:
    """One real browser; each test opens pages of its own in it."""
    async with started_browser() as browser:
        yield browser
