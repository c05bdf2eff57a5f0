"""Shopify's search syntax for `query:` arguments, as far as the modelled filters go."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from simulator.admin_api.errors import not_modelled

_QUOTED = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_PLAIN = r"(?:\\.|[^\s()\\])+"
_TOKEN = re.compile(
    r"\s*(?:(?P<open>\()|(?P<close>\))|(?P<word>(?:AND|OR|NOT)\b)|(?P<minus>-)?(?P<field>[A-Za-z_.$]+):(?P<compare>>=|<=|>|<)?"
    rf"(?P<value>{_QUOTED}|\([^)]*\)|{_PLAIN})|(?P<text>{_QUOTED}|{_PLAIN}))"
)
_TIMES = frozenset({"updated_at", "created_at", "processed_at", "published_at"})

Filter = Callable[[Any], Any]  # the entity's value, or its values, for a filter
Predicate = Callable[[Any], bool]


@dataclass(frozen=True, kw_only=True)
class Index:
    """How entities of one kind are searched: their filters, the text that default search looks into, and the lag."""

    kind: str
    filters: Mapping[str, Filter]
    text: Filter
    now: datetime
    lag: timedelta = timedelta(0)

    def matching(self, entities: Iterable[Any], query: str | None) -> list[Any]:
        """The entities a query finds; without a query all, and then without the lag of the index.

        The index misses what is younger than its lag and holds back later changes of `updated_at`; others show at once.
        """
        if query is None or not query.strip() or query.strip() == "*":
            return list(entities)
        accepts = self._parse(query)
        return [one for one in entities if self._is_indexed(one) and accepts(one)]

    def _is_indexed(self, entity: Any) -> bool:
        return self._created(entity) <= self.now - self.lag

    def _created(self, entity: Any) -> datetime:
        created: datetime = getattr(entity, "created_at", self.now - self.lag)
        return created

    def _parse(self, query: str) -> Predicate:
        tokens = [match for match in _TOKEN.finditer(query) if match.group().strip()]
        predicate, rest = self._any(tokens)
        if rest:
            raise not_modelled(f"search query {query!r}")
        return predicate

    def _any(self, tokens: list[re.Match[str]]) -> tuple[Predicate, list[re.Match[str]]]:
        predicate, tokens = self._all(tokens)
        options = [predicate]
        while tokens and tokens[0]["word"] == "OR":
            predicate, tokens = self._all(tokens[1:])
            options.append(predicate)
        return (lambda entity: any(option(entity) for option in options)), tokens

    def _all(self, tokens: list[re.Match[str]]) -> tuple[Predicate, list[re.Match[str]]]:
        parts: list[Predicate] = []
        while tokens and not tokens[0]["close"] and tokens[0]["word"] != "OR":
            if tokens[0]["word"] == "AND":
                tokens = tokens[1:]
                continue
            predicate, tokens = self._one(tokens)
            parts.append(predicate)
        return (lambda entity: all(part(entity) for part in parts)), tokens

    def _one(self, tokens: list[re.Match[str]]) -> tuple[Predicate, list[re.Match[str]]]:
        token, rest = tokens[0], tokens[1:]
        if token["word"] == "NOT":
            inner, rest = self._one(rest)
            return (lambda entity: not inner(entity)), rest
        if token["open"]:
            inner, rest = self._any(rest)
            if not rest or not rest[0]["close"]:
                raise not_modelled("a search query with an open bracket")
            return inner, rest[1:]
        if token["text"]:
            wanted = _unquoted(token["text"]).casefold().rstrip("*")
            return (lambda entity: wanted in str(self.text(entity) or "").casefold()), rest
        inner = self._field(token["field"], token["compare"] or "", token["value"])
        return ((lambda entity: not inner(entity)) if token["minus"] else inner), rest

    def _field(self, name: str, compare: str, raw: str) -> Predicate:
        if name not in self.filters:
            raise not_modelled(f"search filter {name} of {self.kind}")
        read = self.filters[name]
        if name in _TIMES:
            return self._time(name, read, compare, _time(_unquoted(raw)))
        if compare:
            limit = _number(_unquoted(raw))
            return lambda entity: any(_compares(_number(value), compare, limit) for value in _values(read(entity)))
        wanted = [_plain(part) for part in _alternatives(name, raw)]
        return lambda entity: any(_equals(value, one) for value in _values(read(entity)) for one in wanted)

    def _time(self, name: str, read: Filter, compare: str, limit: datetime) -> Predicate:
        def accepts(entity: Any) -> bool:
            at = read(entity)
            if at is None or (name == "updated_at" and at > self.now - self.lag and compare.startswith(">")):
                return False  # the index still holds the entity as it was before
            return _compares(at, compare, limit)

        return accepts


def _alternatives(name: str, raw: str) -> list[str]:
    text = _unquoted(raw)
    if raw.startswith("("):
        return [_unquoted(part.strip()) for part in re.split(r"\s+OR\s+", raw[1:-1])]
    return text.split(",") if name.endswith("_ids") or name == "status" else [text]


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return re.sub(r"\\(.)", r"\1", text)


def _plain(text: str) -> str:
    return text.strip().rsplit("/", 1)[-1].casefold() if text.startswith("gid://") else text.strip().casefold()


def _values(value: Any) -> list[Any]:
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    return [] if value is None else [value]


def _equals(value: Any, wanted: str) -> bool:
    text = str(value).casefold()
    return text.startswith(wanted[:-1]) if wanted.endswith("*") else text == wanted


def _compares(value: Any, compare: str, limit: Any) -> bool:
    if compare == ">":
        return bool(value > limit)
    if compare == ">=":
        return bool(value >= limit)
    if compare == "<":
        return bool(value < limit)
    if compare == "<=":
        return bool(value <= limit)
    return bool(value == limit)


def _number(text: Any) -> float:
    try:
        return float(str(text).rsplit("/", 1)[-1])
    except ValueError as error:
        raise not_modelled(f"search for a number like {text!r}") from error


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise not_modelled(f"search for a time like {text!r}") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
