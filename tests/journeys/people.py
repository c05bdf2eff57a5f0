"""People of a journey: each has a browser window, sees only what is on the page, and must meet no fault there."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

import anyio
from playwright.async_api import Browser, ConsoleMessage, FrameLocator, Locator, Page, TimeoutError, expect

# A loaded machine takes its time; what is there is seen at once.
PATIENCE = 60_000
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
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
        """Take a picture of the page, wide and narrow, and hold every fault against it."""
        await self._is_sound(name)
        if folder := os.environ.get("JOURNEY_PICTURES"):
            self.pictures += 1
            await self._picture(Path(folder) / f"{self.name}-{self.pictures:02}-{name}")

    async def _is_sound(self, name: str) -> None:
        for frame in self.page.frames:
            for one in await frame.evaluate("window.__polarisProblems ?? []"):
                self.faults.append(f"{name}: <{one['element']}> {one['problem']}")
        assert not self.faults, "\n".join(self.faults)

    async def _picture(self, path: Path) -> None:
        await self._picture_at(WIDE, path.with_suffix(".png"))
        if len(self.page.frames) > 1:
            await self._picture_at(NARROW, path.with_name(f"{path.name}-narrow.png"))
            await self.page.set_viewport_size(WIDE)  # type: ignore[arg-type]

    async def _picture_at(self, size: dict[str, int], path: Path) -> None:
        """The whole page, although it scrolls inside a frame."""
        await self.page.set_viewport_size(size)  # type: ignore[arg-type]
        if len(self.page.frames) > 1:
            height = await self.page.frames[1].evaluate("document.documentElement.scrollHeight")
            tall = {"width": size["width"], "height": min(max(size["height"], height + 160), 4000)}
            await self.page.set_viewport_size(tall)  # type: ignore[arg-type]
        await self.page.screenshot(path=path, full_page=True)
        await self.page.set_viewport_size(size)  # type: ignore[arg-type]


async def somebody(browser: Browser, name: str, url: str) -> Person:
    """A person with a window and cookies of their own."""
    context = await browser.new_context(viewport=WIDE)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    person = Person(name, await context.new_page(), url)

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            person.faults.append(f"console: {message.text} ({message.location.get('url')})")

    person.page.on("console", hear)
    person.page.on("pageerror", lambda error: person.faults.append(f"script: {error}"))
    return person


async def installs(person: Person, shop: str) -> None:
    """Install the app from the admin's list of apps, on Shopify's own screen."""
    await person.goes_to(f"/admin/{shop}/app")
    await person.page.get_by_role("link", name="Install").click()
    await person.reads("Partner Hub will be able to:")
    await person.looks("grant")
    await person.page.get_by_role("button", name="Install").click()
