"""The verbs of the stock: keep what was read, compute what is offered, record what was written."""

from app.inventory.service.offering import Offer, Shelf, Weighed, read_shelf, weigh_offers
from app.inventory.service.reading import (
    Reading,
    announce_change,
    ask_every_retailer,
    ask_for_every_partner,
    ask_for_lost_partners,
    ask_to_leave,
    begin_shelf,
    count_unannounced,
    is_shelf,
    note_closed,
    notice_change,
    record_stock,
    shelved_items,
    sync_now,
)
from app.inventory.service.writing import record_blocked, record_look, record_refused, record_written

__all__ = [
    "Offer",
    "Reading",
    "Shelf",
    "Weighed",
    "announce_change",
    "ask_every_retailer",
    "ask_for_every_partner",
    "ask_for_lost_partners",
    "ask_to_leave",
    "begin_shelf",
    "count_unannounced",
    "is_shelf",
    "note_closed",
    "notice_change",
    "read_shelf",
    "record_blocked",
    "record_look",
    "record_refused",
    "record_stock",
    "record_written",
    "shelved_items",
    "sync_now",
    "weigh_offers",
]
