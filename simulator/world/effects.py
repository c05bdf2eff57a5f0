"""What falls due by itself: each kind of effect and the function that makes it true."""

from collections.abc import Callable
from typing import Any

from simulator.world.apps import redact_shop
from simulator.world.draft_orders import end_reservation, ready_draft
from simulator.world.products import fetch_image
from simulator.world.routing import route_order
from simulator.world.stock_flow import commit_stock
from simulator.world.world import World

EFFECTS: dict[str, Callable[..., Any]] = {
    "commit_stock": commit_stock,
    "end_reservation": end_reservation,
    "fetch_image": fetch_image,
    "ready_draft": ready_draft,
    "redact_shop": redact_shop,
    "route_order": route_order,
}


def apply_due(world: World) -> int:
    """Make every effect that is due true, each at its own instant; says how many."""
    count = 0
    while due := world.queue.pop_due(world.now, deliveries=False):
        with world.clock.pinned(due.at), world.action(f"{due.kind}:{due.args}"):
            EFFECTS[due.kind](world, world.stores[due.shop], **due.args)
        count += 1
    return count
