"""Pages of a connection: sorting, cursors, `pageInfo`."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from simulator.admin_api.errors import refusal

MAX_PAGE = 250
Node = TypeVar("Node")
SortValue = str | float | int
Position = tuple[SortValue, int]


@dataclass(frozen=True, kw_only=True)
class Page:
    """The paging arguments of a connection."""

    first: int | None = None
    last: int | None = None
    after: str | None = None
    before: str | None = None
    reverse: bool = False


def connection(
    nodes: Iterable[Node],
    page: Page,
    *,
    sort_value: Callable[[Node], Any] | None = None,
    number: Callable[[Node], int] | None = None,
) -> dict[str, Any]:
    """The page of these nodes as the mapping a Connection type answers from; unsorted nodes keep their order."""
    _check(page)
    placed = _placed(list(nodes), sort_value, number)
    if page.reverse:
        placed.reverse()
    chosen = _between(placed, page)
    cut = chosen[: page.first] if page.first is not None else chosen[max(0, len(chosen) - (page.last or 0)) :]
    edges = [{"cursor": _cursor(position), "node": node} for position, node in cut]
    return {
        "edges": edges,
        "nodes": [node for _, node in cut],
        "pageInfo": {
            "hasNextPage": bool(cut) and cut[-1] is not placed[-1],
            "hasPreviousPage": bool(cut) and cut[0] is not placed[0],
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
        },
    }


def _check(page: Page) -> None:
    if page.first is None and page.last is None:
        raise refusal("you must provide one of first or last", "BAD_REQUEST")
    if page.first is not None and page.last is not None:
        raise refusal("providing both first and last is not supported", "BAD_REQUEST")
    size = page.first if page.first is not None else page.last
    if size is not None and size < 0:
        raise refusal("first and last cannot be negative", "BAD_REQUEST")
    if size is not None and size > MAX_PAGE:
        raise refusal(f"The requested page of {size} exceeds the maximum of {MAX_PAGE}.", "MAX_PAGE_SIZE_EXCEEDED")


def _placed(
    nodes: list[Node], sort_value: Callable[[Node], Any] | None, number: Callable[[Node], int] | None
) -> list[tuple[Position, Node]]:
    if sort_value is None:
        return [((index, index), node) for index, node in enumerate(nodes)]
    numbered = number or _number
    placed = [((_comparable(sort_value(node)), numbered(node)), node) for node in nodes]
    return sorted(placed, key=lambda entry: entry[0])


def _number(node: Any) -> int:
    value: int = node.id
    return value


def _comparable(value: Any) -> SortValue:
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, str):
        return value.casefold()
    return int(value)


def _between(placed: list[tuple[Position, Node]], page: Page) -> list[tuple[Position, Node]]:
    chosen = placed
    if page.after is not None:
        after = _position(page.after)
        chosen = [entry for entry in chosen if _is_past(entry[0], after, reverse=page.reverse)]
    if page.before is not None:
        before = _position(page.before)
        chosen = [entry for entry in chosen if _is_past(before, entry[0], reverse=page.reverse)]
    return chosen


def _is_past(position: Position, other: Position, *, reverse: bool) -> bool:
    return position < other if reverse else position > other


def _cursor(position: Position) -> str:
    value, number = position
    return base64.b64encode(json.dumps({"last_id": number, "last_value": value}).encode()).decode()


def _position(cursor: str) -> Position:
    try:
        content = json.loads(base64.b64decode(cursor, validate=True))
        return content["last_value"], int(content["last_id"])
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise refusal("Invalid cursor for current pagination sort.", "BAD_REQUEST") from error
