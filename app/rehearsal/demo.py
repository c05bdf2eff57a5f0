"""The demo: a week played once, something left to do of it, and the addresses a newcomer opens."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from app.core.local_services.world import World
from app.partners.queries import PartnerFacts
from app.rehearsal import run, staff
from app.rehearsal.control import Control
from app.rehearsal.hub import Hub
from app.rehearsal.play import Player, Say, monday_after
from app.rehearsal.run import Wish
from app.rehearsal.setting_up import Staged
from app.rehearsal.staff import Miscount

PLAYED = "demo-played"
WEEK = Wish(weeks=1, retailers=1, partners=3, orders=40, seed=7, faults="none")
NEXT_WEEKS_ORDERS = 6
A_DRAFT_FOLLOWS = timedelta(minutes=10)
LOOK_EVERY = 0.5


async def show(hub: Hub, control: Control, world: World, say: Say) -> int:
    """Play the week unless it was played before, let the clock run, and say where to look."""
    marker = world.folder / PLAYED
    if marker.exists():
        say("The data of the last time is still here (make demo RESET=1 begins anew).")
        staged = await run.set_stage(hub, control, WEEK)
    else:
        staged = await _play(hub, control, say)
        marker.touch()
    await control.put("/clock", {"rate": 1})
    for line in _tour(world, staged[0]):
        say(line)
    return 0


async def _play(hub: Hub, control: Control, say: Say) -> list[Staged]:
    say("Setting up a retailer and three partners …")
    staged = await run.set_stage(hub, control, WEEK)
    *punctual, late = staged[0].partners
    player = Player(hub, control, [Staged(staged[0].store, tuple(punctual))], WEEK.seed, say)
    say("Playing a week …")
    async with days_said(control, say):
        await player.play_week(0, monday_after(await control.now()), WEEK.orders)
        # A few orders of the new week wait for the next cut-off.
        await player.buy_some(1, NEXT_WEEKS_ORDERS)
        await control.advance(await control.now() + A_DRAFT_FOLLOWS)
        await leave_something(hub, control, late)
    return staged


@asynccontextmanager
async def days_said(control: Control, say: Say) -> AsyncIterator[None]:
    """Say each day of the world as it comes, so that whoever waits sees that time passes."""
    saying = asyncio.create_task(_say_days(control, say))
    try:
        yield
    finally:
        saying.cancel()


async def _say_days(control: Control, say: Say) -> None:
    said = ""
    while True:
        day = f"  {await control.now():%A}"
        if day != said:
            say(day)
        said = day
        await asyncio.sleep(LOOK_EVERY)


async def leave_something(hub: Hub, control: Control, partner: PartnerFacts) -> None:
    """Leave of a partner that is late units to pack, a parcel on its way, and a draft with one unit less than sold."""
    shop = f"/stores/{partner.shop_domain}"
    truth = await control.truth(partner.shop_domain)
    for order in truth["orders"]:
        fulfillments = f"{shop}/orders/{_number(order)}/fulfillments"
        every_other = [{"line_id": line["id"], "quantity": line["unfulfilled"]} for line in order["lines"][::2]]
        await control.post(fulfillments, {"lines": every_other, "tracking": _tracking(1)})
        await control.settle()
        await staff.receive_all(hub, WEEK.seed, Miscount())
        await control.post(fulfillments, {"tracking": _tracking(2)})
    for draft in truth["draft_orders"]:
        if draft["status"] == "OPEN":
            line = draft["lines"][0]
            one_less = [{"line_id": line["id"], "quantity": line["quantity"] - 1}]
            await control.post(f"{shop}/draft_orders/{_number(draft)}/edit", {"lines": one_less})
    await control.settle()


def _tracking(number: int) -> dict[str, str]:
    return {"company": "DHL Express", "number": f"IN9{number:07d}"}


def _number(thing: dict[str, Any]) -> str:
    number: str = thing["id"].rsplit("/", 1)[-1]
    return number


def _tour(world: World, staged: Staged) -> Iterator[str]:
    simulator, shop = world.simulator_url, staged.store.shop_domain
    yield ""
    yield "  Partner Hub is up. Open in a browser:"
    yield f"    overview and clock      {simulator}/"
    yield f"    the retailer's admin    {simulator}/admin/{shop}/app"
    for partner in staged.partners:
        yield f"    a partner's admin       {simulator}/admin/{partner.shop_domain}/app"
    yield f"    the storefront          {simulator}/storefront/{shop}"
    yield ""
    yield "  Try: buy in the storefront, see the order split in the hub, turn the clock past the cut-off, fulfil as the"
    yield "  partner, receive, pack and ship, and read the tracking on the customer's order status page."
    yield "  Stop with Ctrl-C; everything is kept."
