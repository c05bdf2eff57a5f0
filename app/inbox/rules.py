"""Decisions about received webhooks: which of a partner store's events are about our own orders."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MARKER = re.compile(r"ph-[^\s,]{1,20}-\d{4}-\d{2}-\d{2}-\d+", re.ASCII)
_DIGITS = re.compile(r"\d{1,20}", re.ASCII)


@dataclass(frozen=True, slots=True)
class About:
    """Where a topic's payload names the resource it is about."""

    kind: str  # as `remember_resource` knows it
    path: tuple[str, ...]


ABOUT: Mapping[str, About] = {
    "orders/create": About("order", ("id",)),
    "orders/updated": About("order", ("id",)),
    "orders/cancelled": About("order", ("id",)),
    "orders/paid": About("order", ("id",)),
    "orders/delete": About("order", ("id",)),
    "orders/edited": About("order", ("order_edit", "order_id")),
    "fulfillments/create": About("order", ("order_id",)),
    "fulfillments/update": About("order", ("order_id",)),
    "fulfillment_events/create": About("order", ("order_id",)),
    "refunds/create": About("order", ("order_id",)),
    "draft_orders/create": About("draft_order", ("id",)),
    "draft_orders/update": About("draft_order", ("id",)),
    "draft_orders/delete": About("draft_order", ("id",)),
}
_PRIVATE = (
    "orders/",
    "order_",
    "draft_orders/",
    "fulfillment",
    "refunds/",
    "checkouts/",
    "carts/",
    "customer",
    "returns/",
)


def is_private_business(topic: str) -> bool:
    """Tell whether events of this topic on a partner's store may be about the partner's own customers."""
    return topic.startswith(_PRIVATE) and topic not in COMPLIANCE


COMPLIANCE = frozenset({"customers/data_request", "customers/redact", "shop/redact"})


def resource_in(topic: str, payload: Any) -> tuple[str, str] | None:
    """Return the kind and id of what the payload is about, where the topic tells."""
    about = ABOUT.get(topic)
    if about is None:
        return None
    found = payload
    for key in about.path:
        found = found.get(key) if isinstance(found, Mapping) else None
    tail = str(found) if isinstance(found, int) and not isinstance(found, bool) else None
    return (about.kind, tail) if tail and _DIGITS.fullmatch(tail) else None


def carries_marker(payload: Any) -> bool:
    """Tell whether the payload's tags contain the marker of a master order."""
    tags = payload.get("tags") if isinstance(payload, Mapping) else None
    listed = tags.split(",") if isinstance(tags, str) else tags if isinstance(tags, list) else []
    return any(isinstance(tag, str) and MARKER.fullmatch(tag.strip()) for tag in listed)


def numeric_tail(gid: str) -> str:
    """Return the number at the end of a global id, as webhooks name the resource."""
    return gid.rpartition("/")[2].partition("?")[0]
