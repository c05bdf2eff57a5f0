"""People of a journey: each has a browser window, sees only what is on the page, and must meet no fault there."""

import os
import re
from dataclasses import dataclass, field

import anyio
from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Error,
    FrameLocator,
    Locator,
    Page,
    TimeoutError,
    ViewportSize,
    expect,
)

# A loaded machine takes its time; what is there is seen at once.
PATIENCE = 60_000
WIDE, NARROW = ViewportSize(width=1280, height=900), ViewportSize(width=390, height=844)
APP = "iframe#app"


@dataclass
class Person:
    """Somebody at a browser."""

    name: str
    page: Page
    url: str  # of the simulated world
    faults: list[str] = field(default_factory=list)
    pictures: int = 0

    @property
    def app(self) -> FrameLocator:
        """The hub's page inside the admin."""
        return self.page.frame_locator(APP)

    async def goes_to(self, path: str) -> None:
        """Open an address of the world."""
        await self.page.goto(path if path.startswith("http") else self.url + path)

    async def presses(self, words: str) -> None:
        """Press a button of the hub's page."""
        await self.app.get_by_role("button", name=words, exact=True).click()

    async def follows(self, words: str | re.Pattern[str]) -> None:
        """Follow a link of the hub's page; a button may be one."""
        await self.app.get_by_role("link", name=words).first.click()

    async def fills(self, label: str, value: str) -> None:
        """Fill a field of the hub's page."""
        starred = re.compile(rf"^{re.escape(label)}( \*)?$")  # what is required carries a star
        await self.app.get_by_label(starred).fill(value)

    async def opens_menu(self, words: str) -> None:
        """Follow an entry of the app's menu in the admin."""
        await self.page.locator("#app-nav").get_by_role("link", name=words, exact=True).click()
        await self.sees_heading(words)

    async def agrees(self) -> None:
        """Grant what the admin asks for."""
        await self.page.get_by_role("button", name="Update access").click()

    async def sees_heading(self, words: str | re.Pattern[str]) -> None:
        """Wait for the hub's page with this heading."""
        await expect(self.app.get_by_role("heading", name=words, level=1)).to_be_visible()

    async def sees(self, words: str | re.Pattern[str]) -> None:
        """Wait until these words stand on the hub's page."""
        await expect(self.app.get_by_text(words).first).to_be_visible()

    async def reads(self, words: str | re.Pattern[str]) -> None:
        """Wait until these words stand on a page that is not the hub's."""
        await expect(self.page.get_by_text(words).first).to_be_visible()

    async def waits_for(self, what: Locator) -> None:
        """Load the page again and again until it shows this."""
        with anyio.fail_after(PATIENCE / 1000):
            while True:
                try:
                    await what.wait_for(timeout=3_000)
                except TimeoutError:
                    await self.page.reload()
                else:
                    return

    async def looks(self, name: str) -> None:
        """Hold every fault against the page, wide and on a phone; keep a picture of it where one is wanted."""
        self.pictures += 1
        await self._picture(f"{self.name}-{self.pictures:02}-{name}")
        if len(self.page.frames) > 1:
            await self.page.set_viewport_size(NARROW)
            await self._fits(name)
            await self._picture(f"{self.name}-{self.pictures:02}-{name}-narrow")
            await self.page.set_viewport_size(WIDE)
        await self._strict(name)
        assert not self.faults, "\n".join(self.faults)

    async def _strict(self, name: str) -> None:
        """Take over what the stand-in for the Polaris elements objected to."""
        for frame in self.page.frames:
            for one in await frame.evaluate("window.__polarisProblems ?? []"):
                self.faults.append(f"{name}: <{one['element']}> {one['problem']}")

    async def _fits(self, name: str) -> None:
        """Note a hub's page that has to be scrolled sideways."""
        too_wide = await self.page.frames[1].evaluate("document.documentElement.scrollWidth - innerWidth")
        if too_wide > 0:
            self.faults.append(f"{name}: {too_wide} pixels wider than a phone")

    async def _picture(self, name: str) -> None:
        """Keep a picture of the whole page, although it scrolls inside a frame."""
        folder, size = os.environ.get("JOURNEY_PICTURES"), self.page.viewport_size
        if not folder or not size:
            return
        if len(self.page.frames) > 1:
            height = await self.page.frames[1].evaluate("document.documentElement.scrollHeight")
            await self.page.set_viewport_size({**size, "height": min(max(size["height"], height + 160), 4000)})
        await self.page.screenshot(path=f"{folder}/{name}.png", full_page=True)
        await self.page.set_viewport_size(size)


async def somebody(browser: Browser, name: str, url: str) -> Person:
    """A person with a window and cookies of their own."""
    context = await browser.new_context(viewport=WIDE)
    context.set_default_timeout(PATIENCE)
    person = Person(name, await context.new_page(), url)

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            person.faults.append(f"console: {message.text} ({message.location.get('url')})")

    person.page.on("console", hear)

    def hear_script(error: Error) -> None:
        if error.name != "AbortError":  # a page that is left ends what it was still reading, and Turbo says so aloud
            person.faults.append(f"script: {error}")

    person.page.on("pageerror", hear_script)
    return person


async def installs(person: Person, shop: str) -> None:
    """Install the app from the admin's list of apps, on Shopify's own screen."""
    await person.goes_to(f"/admin/{shop}/app")
    await person.page.get_by_role("link", name="Install").click()
    await person.reads("Partner Hub will be able to:")
    await person.looks("grant")
    await person.page.get_by_role("button", name="Install").click()
