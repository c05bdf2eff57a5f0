"""The executable Admin schema: Shopify's reduced SDL with the resolvers, scalars and types of the simulator."""

import inspect
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any, cast

from graphql import (
    GraphQLError,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_abstract_type,
    value_from_ast_untyped,
)

from simulator.admin_api.access import Marks
from simulator.admin_api.call import Call
from simulator.admin_api.errors import not_modelled
from simulator.admin_api.money import decimal_text
from simulator.admin_api.registry import find_resolver, has_resolvers, snake_case

VERSION = "2026-10"
_FOLDER = Path(__file__).parent.parent / "schema"
_WRAPPERS = ("Connection", "Edge", "Payload")


@cache
def load_marks() -> Marks:
    """The marks beside the SDL."""
    return Marks.parse((_FOLDER / "schema_marks.json").read_text(encoding="utf-8"))


@cache
def load_schema() -> GraphQLSchema:
    """The schema, built once; Shopify's own deprecations keep it from being validated."""
    schema = build_schema((_FOLDER / f"admin_{VERSION}.graphql").read_text(encoding="utf-8"), assume_valid=True)
    for name, (parse, serialize) in _SCALARS.items():
        _teach_scalar(schema, name, parse, serialize)
    return schema


def resolve_field(source: Any, info: GraphQLResolveInfo[Call], **arguments: Any) -> Any:
    """Answer one field: access first, then the registered function, else the parent's own entry."""
    call: Call = info.context
    marks = load_marks()
    type_name = info.parent_type.name
    named = get_named_type(info.return_type)
    marks.check_field(call, type_name, info.field_name, named.name)
    if marks.hides(call, type_name, info.field_name):
        return None
    value = _answer(source, call, type_name, info, arguments)
    if is_abstract_type(named):
        _check_members(marks, call, info.field_name, value)
    return value


def _answer(
    source: Any, call: Call, type_name: str, info: GraphQLResolveInfo[Call], arguments: Mapping[str, Any]
) -> Any:
    resolver = find_resolver(type_name, info.field_name)
    if resolver is not None:
        given = {snake_case(name): value for name, value in arguments.items()}
        if type_name == "Mutation":
            given["info"] = info
        return resolver(source, call, **given)
    if isinstance(source, Mapping) and not has_resolvers(type_name):
        if info.field_name in source:
            return source[info.field_name]
        if type_name.endswith("Payload"):
            return None
    raise not_modelled(f"{type_name}.{info.field_name}")


def _check_members(marks: Marks, call: Call, field_name: str, value: Any) -> None:
    for one in value if isinstance(value, list) else [value]:
        if one is not None:
            marks.check_type(call, type_name_of(one), field_name)


def resolve_type(value: Any, info: GraphQLResolveInfo[Call], _abstract: Any) -> str:
    """The concrete type of something behind an interface or a union."""
    return type_name_of(value)


def type_name_of(value: Any) -> str:
    """The GraphQL type of an entity, read from its global id, or of a mapping, from its `__typename`."""
    if isinstance(value, Mapping):
        return str(value["__typename"])
    return str(value.gid).split("/")[3]


def unmodelled_arguments() -> list[str]:
    """Arguments of the SDL that the resolver of their field does not take; empty when all is well."""
    missing = []
    for type_name, field_name, definition in _object_fields():
        resolver = find_resolver(type_name, field_name)
        parameters = inspect.signature(resolver).parameters if resolver else {}
        if any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters.values()):
            continue
        for argument in definition.args:
            if snake_case(argument) not in parameters:
                missing.append(f"{type_name}.{field_name}({argument})")
    return missing


def unmodelled_fields() -> list[str]:
    """Fields of the SDL that no resolver answers; empty when all is well."""
    missing = []
    for type_name, field_name, _ in _object_fields():
        if has_resolvers(type_name) and find_resolver(type_name, field_name) is None:
            missing.append(f"{type_name}.{field_name}")
    return missing


def _object_fields() -> list[tuple[str, str, Any]]:
    found = []
    for name, kind in load_schema().type_map.items():
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__"):
            found += [(name, field_name, definition) for field_name, definition in kind.fields.items()]
    return found


# Shopify's scalars.


def _teach_scalar(
    schema: GraphQLSchema, name: str, parse: Callable[[Any], Any], serialize: Callable[[Any], Any]
) -> None:
    scalar = cast(GraphQLScalarType | None, schema.get_type(name))
    if scalar is None:
        return

    scalar.coerce_input_value = parse
    scalar.coerce_input_literal = lambda node: parse(value_from_ast_untyped(node))
    scalar.coerce_output_value = serialize


def _parse_time(value: Any) -> datetime:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise GraphQLError(f"DateTime cannot represent {value!r}") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _write_time(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _parse_decimal(value: Any) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise GraphQLError(f"Decimal cannot represent {value!r}") from error
    if not number.is_finite():
        raise GraphQLError(f"Decimal cannot represent {value!r}")
    return number


def _parse_text(value: Any) -> str:
    if not isinstance(value, str):
        raise GraphQLError(f"String cannot represent {value!r}")
    return value


def _parse_whole(value: Any) -> int:
    return int(value)


_SCALARS: Mapping[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "DateTime": (_parse_time, _write_time),
    "Decimal": (_parse_decimal, lambda value: decimal_text(value) if isinstance(value, Decimal) else str(value)),
    "Money": (_parse_decimal, str),
    "UnsignedInt64": (_parse_whole, str),
    "URL": (_parse_text, str),
    "HTML": (_parse_text, str),
    "JSON": (lambda value: value, lambda value: value),
}
