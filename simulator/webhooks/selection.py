"""What of a payload a subscription gets: its `include_fields`, and its `filter` in Shopify's search syntax."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Any

TERM = re.compile(r"""(?P<not>-|NOT\s+)?(?P<field>[\w.]+):(?P<op><=|>=|<|>)?(?P<value>"[^"]*"|'[^']*'|[^\s()]+)""")


def include_fields(payload: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """Keep only the named fields; a dot goes into objects and lists. No names: everything."""
    if not names:
        return payload
    whole = {name for name in names if "." not in name}
    nested: dict[str, list[str]] = {}
    for name in names:
        head, _, rest = name.partition(".")
        if rest and head not in whole:
            nested.setdefault(head, []).append(rest)
    kept = {key: value for key, value in payload.items() if key in whole}
    return kept | {key: _nested(payload[key], rest) for key, rest in nested.items() if key in payload}


def _nested(value: Any, names: list[str]) -> Any:
    if isinstance(value, list):
        return [_nested(one, names) for one in value]
    return include_fields(value, names) if isinstance(value, dict) else value


def matches(payload: dict[str, Any], search: str | None) -> bool:
    """Whether the payload satisfies the search: terms joined by AND (also unsaid) or OR, each perhaps negated."""
    if not search:
        return True
    return any(_all_match(payload, alternative) for alternative in re.split(r"\s+OR\s+", search))


def _all_match(payload: dict[str, Any], search: str) -> bool:
    terms = list(TERM.finditer(search))
    return bool(terms) and all(_matches(payload, term) != bool(term["not"]) for term in terms)


def _matches(payload: dict[str, Any], term: re.Match[str]) -> bool:
    wanted = term["value"].strip("\"'")
    return any(_compare(value, term["op"], wanted) for value in _values(payload, term["field"].split(".")))


def _values(value: Any, path: list[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for one in value:
            yield from _values(one, path)
    elif path and isinstance(value, dict):
        yield from _values(value.get(path[0]), path[1:])
    elif not path:
        yield value


def _compare(value: Any, operator: str | None, wanted: str) -> bool:
    if value is None:
        return False
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if operator:
        try:
            number, limit = float(text), float(wanted)
        except ValueError:
            return False
        return {"<": number < limit, ">": number > limit, "<=": number <= limit, ">=": number >= limit}[operator]
    parts = [part.strip() for part in text.split(",")] if "," in text else [text]
    return any(fnmatch(part.lower(), wanted.lower()) for part in (text, *parts))
