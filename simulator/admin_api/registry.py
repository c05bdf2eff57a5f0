"""Which function answers a field of the Admin schema, registered per type by the resolver modules."""

import re
from collections.abc import Callable, Mapping
from typing import Any

Resolver = Callable[..., Any]

_RESOLVERS: dict[str, dict[str, Resolver]] = {}
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[a-zA-Z])(?=V\d$)")

# Types whose values are plain mappings from field name to value, made by the resolver above them.
_PLAIN_SUFFIXES = ("Connection", "Edge", "Payload")


def resolves(type_name: str, fields: Mapping[str, Resolver]) -> None:
    """Answer these fields of the type: each function takes the parent, the call and the arguments in snake case."""
    known = _RESOLVERS.setdefault(type_name, {})
    if doubled := known.keys() & fields.keys():
        raise ValueError(f"{type_name} already has {sorted(doubled)}")
    known.update(fields)


def find_resolver(type_name: str, field_name: str) -> Resolver | None:
    """The function that answers this field, if somebody registered one."""
    return _RESOLVERS.get(type_name, {}).get(field_name)


def has_resolvers(type_name: str) -> bool:
    """Whether values of this type are entities with resolvers; otherwise they are plain mappings."""
    return type_name in _RESOLVERS


def attribute(name: str) -> Resolver:
    """A resolver that reads an attribute of the parent as it is."""

    def read(parent: Any, _call: Any) -> Any:
        return getattr(parent, name)

    return read


def attributes(names: str) -> dict[str, Resolver]:
    """Resolvers for fields whose snake-case attribute of the parent is the answer."""
    return {name: attribute(snake_case(name)) for name in names.split()}


def constant(value: Any) -> Resolver:
    """A resolver for what is the same in every simulated store."""

    def answer(_parent: Any, _call: Any) -> Any:
        return value

    return answer


def snake_case(name: str) -> str:
    """Shopify's camel case as Python writes it."""
    return _CAMEL.sub("_", name).lower()
