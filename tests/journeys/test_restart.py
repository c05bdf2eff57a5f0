"""Stopping the local world leaves no process behind; starting it again keeps the data."""

import httpx
import pytest
from playwright.async_api import Browser

from app.core.local_services.state import read_state
from app.rehearsal.control import Control
from tests.journeys.local_world import LocalWorld
from tests.journeys.people import installs, somebody
from tests.support.worlds import processes_mentioning

pytestmark = [pytest.mark.anyio, pytest.mark.journey, pytest.mark.xdist_group("journey")]

SHOP = "harbour.myshopify.com"


async def test_a_stopped_world_is_gone_and_a_started_one_remembers(world: LocalWorld, browser: Browser) -> None:
    async with httpx.AsyncClient() as http:
        await Control(http, world.world.simulator_url).post("/stores", {"shop": SHOP, "name": "Harbour"})
    owner = await somebody(browser, "owner", world.world.simulator_url)
    await installs(owner, SHOP)
    await owner.presses("Set up as a retailer")
    await owner.sees_heading("Home")

    world.stop()
    left = processes_mentioning(str(world.world.folder))
    said = read_state(world.world)
    world.start()
    await owner.page.reload()

    assert not left
    assert said["state"] == "down"
    await owner.sees_heading("Home")
    await owner.sees("Choose your fulfilment centre")
