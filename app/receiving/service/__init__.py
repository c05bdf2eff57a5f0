"""Verbs of receiving: know what the partner sent, count what arrived, settle what is short, give it to orders."""

from app.receiving.service.ageing import review_old
from app.receiving.service.allocation import allocate_received, use_surplus
from app.receiving.service.awaiting import review_parcels
from app.receiving.service.corrections import correct_count
from app.receiving.service.parcels import (
    finish_poll,
    is_news,
    list_unfollowed,
    record_order_gone,
    record_partner_order,
)
from app.receiving.service.receipts import Count, forget_staff, receive_parcel
from app.receiving.service.shortages import order_again, settle_shortages
from app.receiving.service.watching import keep_watch

__all__ = [
    "Count",
    "allocate_received",
    "correct_count",
    "finish_poll",
    "forget_staff",
    "is_news",
    "keep_watch",
    "list_unfollowed",
    "order_again",
    "receive_parcel",
    "record_order_gone",
    "record_partner_order",
    "review_old",
    "review_parcels",
    "settle_shortages",
    "use_surplus",
]
