"""The demo: a week played once, a new one begun, and the addresses a newcomer opens."""

from collections.abc import Iterator
from datetime import timedelta

from app.core.local_services.world import World
from app.rehearsal import run
from app.rehearsal.control import Control
from app.rehearsal.hub import Hub
from app.rehearsal.play import Player, Say, monday_after
from app.rehearsal.run import Wish
from app.rehearsal.setting_up import Staged

PLAYED = "demo-played"
WEEK = Wish(weeks=1, retailers=1, partners=3, orders=40, seed=7, faults="none")
NEXT_WEEKS_ORDERS = 6


async def show(hub: Hub, control: Control, world: World, say: Say) -> int:
    """Play the week unless it was played before, let the clock run, and say where to look."""
    marker = world.folder / PLAYED
    if marker.exists():
        say("The data of the last time is still here (make demo RESET=1 begins anew).")
        staged = await run.set_stage(hub, control, WEEK)
    else:
        say("Setting up a retailer and three partners, then playing a week …")
        staged = await _play(hub, control, say)
        marker.touch()
    await control.put("/clock", {"rate": 1})
    for line in _tour(world, staged[0]):
        say(line)
    return 0


async def _play(hub: Hub, control: Control, say: Say) -> list[Staged]:
    staged = await run.set_stage(hub, control, WEEK)
    player = Player(hub, control, staged, WEEK.seed, say)
    begins = monday_after(await control.now())
    await player.play_week(0, begins, WEEK.orders)
    # A few orders of the new week wait for the next cut-off, so that there is something to do.
    await player.buy_some(1, NEXT_WEEKS_ORDERS)
    await control.advance(await control.now() + timedelta(minutes=10))
    return staged


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
