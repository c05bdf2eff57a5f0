"""Verbs of the orders: capture one, route what could not be routed, remember what is to be read."""

from app.orders.service.ageing import review_old
from app.orders.service.capture import capture_order, waits_for_routing
from app.orders.service.forgetting import forget_wishes
from app.orders.service.gone import GONE, give_up_order, give_up_read, go_on_with, hold_again, look_for_unsent
from app.orders.service.locking import lock_order
from app.orders.service.reading import (
    ask_for_read,
    ask_for_read_of_fulfillment_order,
    begin_poll,
    due_reads,
    finish_poll,
    finish_read,
    is_announced,
    list_uncaptured,
    note_compared,
    plan_next_read,
    postpone_read,
    seen_until,
)
from app.orders.service.routing import route_unmapped
from app.orders.service.stranded import review_partner
from app.orders.service.unpaid import review_unpaid

__all__ = [
    "GONE",
    "ask_for_read",
    "ask_for_read_of_fulfillment_order",
    "begin_poll",
    "capture_order",
    "due_reads",
    "finish_poll",
    "finish_read",
    "forget_wishes",
    "give_up_order",
    "give_up_read",
    "go_on_with",
    "hold_again",
    "is_announced",
    "list_uncaptured",
    "lock_order",
    "look_for_unsent",
    "note_compared",
    "plan_next_read",
    "postpone_read",
    "review_old",
    "review_partner",
    "review_unpaid",
    "route_unmapped",
    "seen_until",
    "waits_for_routing",
]
