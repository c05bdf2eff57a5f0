"""The GraphQL documents in queries/: one file per operation or fragment, joined by name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

QUERIES = Path(__file__).parent / "queries"
SPREAD = re.compile(r"\.\.\.\s*([A-Z]\w*)")


@dataclass(frozen=True, slots=True)
class Document:
    """An operation with the fragments it spreads."""

    operation: str
    text: str
    changes: bool
    repeatable: bool
    """Sending it twice does no more than once: a query, or a mutation with an idempotency key."""


@cache
def texts() -> Mapping[str, str]:
    """Return every file's text by its name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(QUERIES.glob("*.graphql"))}


@cache
def find_document(operation: str) -> Document:
    """Return the operation's document; its fragments follow it, each once."""
    parts: dict[str, str] = {}
    wanted = [operation]
    while wanted:
        name = wanted.pop()
        if name not in parts:
            parts[name] = texts()[name]
            wanted += SPREAD.findall(parts[name])
    text = "".join(parts.values())
    changes = text.startswith("mutation")
    return Document(operation, text, changes=changes, repeatable=not changes or "@idempotent(" in text)
