"""A received webhook event as the handlers see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class InboxEvent:
    """A delivery that was stored; its payload is a hint, since the signature covers only the body."""

    id: int
    source: str
    store_id: int | None  # none: the shop was unknown when it arrived
    shop_domain: str
    topic: str
    webhook_id: str
    event_id: str | None
    triggered_at: str | None  # as sent
    received_at: datetime
    payload: Any
