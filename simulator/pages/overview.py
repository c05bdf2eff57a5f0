"""The first page: every store, and the business clock with the means to turn it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, available_timezones

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from simulator.control.settle import Clockmaker, Turned
from simulator.pages.view import number, render, store_of, text, when, world_of
from simulator.world.errors import Impossible, Unreadable
from simulator.world.store import Store

HOUR, DAY = 3600, 86_400
STEPS = (("1 minute", 60), ("15 minutes", 900), ("1 hour", HOUR), ("1 day", DAY), ("1 week", 7 * DAY))
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
USUAL_CUTOFF = {"weekday": "Thursday", "time": "18:00"}  # when the week of the demo's partners ends
# An app waits through its grace for what was bought just before the cut-off, and closing takes it a moment more.
GRACE_MINUTES = 15
CLOSED_AFTER = timedelta(minutes=GRACE_MINUTES + 5)


async def show_overview(request: Request) -> Response:
    """Show all stores and the clock."""
    world = world_of(request)
    stores = sorted(world.stores.values(), key=lambda store: store.name)
    return render(
        request,
        "overview.html",
        stores=[_summary(one) for one in stores],
        steps=STEPS,
        weekdays=WEEKDAYS,
        usual=USUAL_CUTOFF,
        grace=GRACE_MINUTES,
        zones=_last_first({store.iana_time_zone for store in stores} | {"UTC"}, world.now),
    )


def _last_first(zones: set[str], now: datetime) -> list[str]:
    """The zones from west to east: once a cut-off is past in the first, it is past in all of them."""
    return sorted(zones, key=lambda zone: (now.astimezone(ZoneInfo(zone)).utcoffset(), zone))


def _summary(store: Store) -> dict[str, Any]:
    return {"store": store} | count(store)


def count(store: Store) -> dict[str, int]:
    """How many products, orders and drafts a store has."""
    orders = [one for one in store.orders.values() if one.deleted_at is None]
    waiting = [one for one in orders if one.cancelled_at is None and one.fulfillment_status != "FULFILLED"]
    drafts = [one for one in store.draft_orders.values() if one.deleted_at is None and one.status != "COMPLETED"]
    products = [one for one in store.products.values() if one.deleted_at is None]
    return {"products": len(products), "orders": len(orders), "to_fulfill": len(waiting), "drafts": len(drafts)}


async def show_home(request: Request) -> Response:
    """Show a store's first page."""
    store = store_of(request)
    return render(request, "home.html", store=store, counts=count(store))


async def turn_clock(request: Request) -> Response:
    """Turn the clock forward, letting everything on the way happen."""
    world, form = world_of(request), await request.form()
    clockmaker: Clockmaker = request.app.state.clockmaker
    try:
        turned = await clockmaker.advance(_target(form, world.now), settle=True)
        message = _told(turned)
    except (Impossible, Unreadable) as refusal:
        message = {"problem": str(refusal)}
    return RedirectResponse(f"/?{urlencode(message)}", status_code=303)


def _told(turned: Turned) -> dict[str, str]:
    if turned.settled:
        return {"said": f"It is {when(turned.now)} now, after {turned.steps} stops."}
    return {"problem": f"At {when(turned.now)} these did not come to rest: {', '.join(turned.waited_for)}."}


def _target(form: FormData, now: datetime) -> datetime:
    if text(form, "seconds"):
        return now + timedelta(seconds=number(form, "seconds"))
    if text(form, "zone") not in available_timezones():
        raise Unreadable("there is no such time zone")
    try:
        hour, minute = map(int, text(form, "time").split(":"))
        return next_closing(now, number(form, "weekday"), (hour, minute), text(form, "zone"))
    except ValueError:
        raise Unreadable("the time is written 17:00") from None


def next_closing(now: datetime, weekday: int, time: tuple[int, int], zone: str) -> datetime:
    """The next instant shortly after a cut-off, when what it closes is closed."""
    return next_instant(now - CLOSED_AFTER, weekday, time, zone).astimezone(UTC) + CLOSED_AFTER


def next_instant(now: datetime, weekday: int, time: tuple[int, int], zone: str) -> datetime:
    """The next instant at which it is that weekday (1 to 7) and time in the zone."""
    local = now.astimezone(ZoneInfo(zone))
    wanted = local.replace(hour=time[0], minute=time[1], second=0, microsecond=0)
    wanted += timedelta(days=(weekday - local.isoweekday()) % 7)
    return wanted if wanted > local else wanted + timedelta(days=7)


routes = [
    Route("/", show_overview),
    Route("/clock/turn", turn_clock, methods=["POST"]),
    Route("/admin/{shop}", show_home),
]
