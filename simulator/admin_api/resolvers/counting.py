"""The Count type: how many there are, exactly or at least."""

from collections.abc import Sequence
from typing import Any


def count(found: Sequence[Any], limit: int | None = None) -> dict[str, Any]:
    """The number of things found, cut at the limit."""
    if limit is not None and len(found) > limit:
        return {"count": limit, "precision": "AT_LEAST"}
    return {"count": len(found), "precision": "EXACT"}
