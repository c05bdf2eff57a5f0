"""The clock that turns: stopping at each instant at which something is due, here or in the hub, until all is quiet."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.simulator.control_world import simulated

pytestmark = pytest.mark.anyio


async def test_the_clock_is_set_stopped_and_goes_on() -> None:
    async with simulated() as world:
        before = (await world.call("GET", "/clock"))["turns"]
        stopped = await world.call("PUT", "/clock", {"now": "2026-03-01T12:00:00+01:00"})
        assert stopped["changed"] == {"now": "2026-03-01T11:00:00Z", "rate": 0}
        assert await world.call("GET", "/clock") == stopped["changed"] | {"turns": before + 1}

        await world.call("PUT", "/clock", {"rate": 1_000_000})

        later = datetime.fromisoformat((await world.call("GET", "/clock"))["now"])
        assert later > datetime(2026, 3, 1, 11, tzinfo=UTC)


async def test_it_begins_with_the_real_time() -> None:
    async with simulated() as world:
        await world.call("POST", "/reset", {"seed": 1})

        clock = await world.call("GET", "/clock")

        assert clock["rate"] == 1
        assert abs((datetime.fromisoformat(clock["now"]) - datetime.now(UTC)).total_seconds()) < 5


async def test_each_step_stops_where_something_is_due() -> None:
    async with simulated() as world:
        world.hub.planned = ["2026-11-02T10:00:00Z", "2026-11-02T11:30:00Z", "2026-11-03T00:00:00Z"]

        turned = await world.call("POST", "/clock/advance", {"to": "2026-11-02T12:00:00Z", "settle": True})

        assert turned == {"now": "2026-11-02T12:00:00Z", "steps": 3, "settled": True, "waited_for": []}


async def test_effects_happen_at_their_own_instants() -> None:
    async with simulated() as world:
        shop = await world.store()
        await world.order(shop, await world.variant(shop))

        await world.call("POST", "/clock/advance", {"seconds": 86400})

        changes = (await world.truth(shop))["stock"][0]["changes"]
        assert changes[1]["at"] < "2026-11-02T09:00:10Z"
        assert (await world.call("GET", "/clock"))["now"] == "2026-11-03T09:00:00Z"


@pytest.mark.parametrize(
    ("quiet", "reason"),
    [
        ({"jobs_due": 1}, ["jobs_due"]),
        ({"jobs_running": 1, "inbox_unhandled": 2}, ["jobs_running", "inbox_unhandled"]),
        ({"next_planned_at": "2026-11-02T08:00:00Z"}, ["next_planned_at"]),
        ({"at": "2026-11-02T08:59:00Z"}, ["clock"]),
    ],
)
async def test_a_hub_that_never_rests_is_not_waited_for_without_end(quiet: dict[str, Any], reason: list[str]) -> None:
    async with simulated() as world:
        world.hub.quiet = quiet

        body = {"seconds": 60, "settle": True, "patience": 0.02}
        turned = await world.call("POST", "/clock/advance", body)

        assert turned == {"now": "2026-11-02T09:00:00Z", "steps": 0, "settled": False, "waited_for": reason}
        assert world.hub.asked > 1


async def test_a_failed_job_is_no_work_left() -> None:
    async with simulated() as world:
        world.hub.quiet = {"jobs_failed": 3}

        assert (await world.advance(60))["settled"]


async def test_a_hub_that_cannot_answer_is_named() -> None:
    async with simulated() as world:
        world.hub.quiet_status = 503

        turned = await world.call("POST", "/clock/advance", {"seconds": 60, "settle": True, "patience": 0.01})

        assert turned["waited_for"] == ["hub: HTTP 503"]


async def test_a_hub_that_is_told_nothing_is_not_asked_at_every_step() -> None:
    async with simulated() as world:
        shop = await world.store()
        variant = await world.variant(shop, 50)
        for _ in range(5):
            await world.order(shop, variant, 1)

        turned = await world.advance(3600)

        assert (turned["steps"], world.hub.asked) == (11, 2)


async def test_without_a_hub_only_the_own_queue_matters() -> None:
    async with simulated(has_hub=False) as world:
        shop = await world.store()
        await world.order(shop, await world.variant(shop))

        turned = await world.advance(7 * 86400)

        assert (turned["settled"], turned["steps"]) == (True, 3)
        assert world.hub.asked == 0


async def test_the_clock_goes_on_at_its_rate_afterwards() -> None:
    async with simulated() as world:
        await world.call("PUT", "/clock", {"rate": 2})

        await world.advance(3600)

        clock = await world.call("GET", "/clock")
        assert (clock["rate"], clock["now"][:15]) == (2, "2026-11-02T10:0")


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"seconds": 1, "to": "2026-11-03T00:00:00Z"}, 400), ({"seconds": -1}, 400), ({"to": "tomorrow"}, 400)],
)
async def test_refuses_what_is_no_turn(body: dict[str, Any], status: int) -> None:
    async with simulated() as world:
        refused = await world.call("POST", "/clock/advance", body, status)

        assert refused["error"]


async def test_is_not_turned_back() -> None:
    async with simulated() as world:
        past = {"to": "2026-11-01T00:00:00Z"}

        await world.call("POST", "/clock/advance", past, status=409)

        assert (await world.call("POST", "/clock/advance", past | {"settle": True}))["now"] == "2026-11-02T09:00:00Z"
