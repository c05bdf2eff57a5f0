"""What a handler may take from a webhook's payload: ids and times, or the statement that it is not understood."""

from datetime import UTC, datetime
from typing import Any

from app.inbox.errors import NotUnderstood


def part_of(payload: Any, *keys: str) -> Any:
    """Return what stands under the keys, one inside the other; `NotUnderstood` when something is missing."""
    part = payload
    for key in keys:
        if not isinstance(part, dict) or part.get(key) is None:
            raise NotUnderstood(f"The payload has no “{'.'.join(keys)}”.")
        part = part[key]
    return part


def gid_of(kind: str, number: Any) -> str:
    """Return the global id of a thing from its number, as REST-shaped payloads carry it (reference §5.5)."""
    text = str(number)
    if isinstance(number, bool) or not (text.isascii() and text.isdigit()) or len(text) > 20:
        raise NotUnderstood(f"What stands for the id of a {kind} is none.")  # not quoted: it may hold anything
    return f"gid://shopify/{kind}/{int(text)}"


def gid_in(payload: Any, kind: str) -> str:
    """Return the global id of the thing the payload is about."""
    given = payload.get("admin_graphql_api_id") if isinstance(payload, dict) else None
    if isinstance(given, str) and given.startswith(f"gid://shopify/{kind}/"):
        return gid_of(kind, given.rsplit("/", 1)[-1])
    return gid_of(kind, part_of(payload, "id"))


def time_in(payload: Any, key: str) -> datetime | None:
    """Return a time of the payload in UTC, or None when it carries none that can be read."""
    text = payload.get(key) if isinstance(payload, dict) else None
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
        return at.astimezone(UTC) if at is not None and at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def listed(payload: Any, key: str) -> list[Any]:
    """Return what is listed under the key; nothing where no list stands."""
    found = payload.get(key) if isinstance(payload, dict) else None
    return found if isinstance(found, list) else []
