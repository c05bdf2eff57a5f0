"""The overview in a real browser: the clock while it is turned, and the page on a phone."""

from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser, Route, expect

from simulator.server import create_app
from tests.simulator.page_world import make_order, make_world
from tests.simulator.standin_pages import new_page
from tests.support.serving import serving

pytestmark = pytest.mark.anyio


async def test_while_the_clock_is_turned_the_page_shows_how_far_it_has_come(browser: Browser) -> None:
    world = make_world(hub_url=None)

    async def stay_on_the_page(route: Route) -> None:
        await route.fulfill(status=204)

    async with serving(create_app(world)) as address, new_page(browser) as page:
        await page.route("**/clock/turn", stay_on_the_page)
        await page.goto(address)
        await expect(page.get_by_text("Time passes")).to_be_hidden()
        await page.get_by_role("button", name="1 hour").click()
        world.clock.set(now=datetime(2031, 5, 4, 9, tzinfo=UTC), rate=0)
        await expect(page.get_by_text("Time passes")).to_be_visible()
        await expect(page.get_by_text("Sun 04 May 2031, 09:00")).to_be_visible()
        await expect(page.get_by_role("button", name="1 day")).to_be_disabled()


async def test_a_phone_shows_every_store_whole(browser: Browser) -> None:
    world = make_world()
    make_order(world)

    async with serving(create_app(world)) as address, new_page(browser, width=390) as page:
        await page.goto(address)
        await expect(page.get_by_role("link", name="Storefront")).to_be_in_viewport(ratio=1)
        scrolled = await page.evaluate(
            "[...document.querySelectorAll('.scroll')].map((box) => box.scrollWidth - box.clientWidth)"
        )

    assert scrolled == [0]
