"""What a write answers: which resource changed, when, and how it stands now."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """`id` of the changed resource, and the resource itself as in /truth."""

    id: str
    changed: dict[str, Any]
