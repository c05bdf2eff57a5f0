"""Runs one GraphQL request against the schema: parse, validate, weigh, execute, and word the errors as Shopify does."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    execute_sync,
    parse,
    validate,
    value_from_ast_untyped,
)

from simulator.admin_api import answers  # noqa: F401 - registers every resolver and mutation
from simulator.admin_api.call import Call
from simulator.admin_api.cost import CostModel, fragments_of
from simulator.admin_api.schema import load_marks, load_schema, resolve_field, resolve_type

_UNKNOWN_FIELD = re.compile(r"Cannot query field '(?P<field>\w+)' on type '(?P<type>\w+)'")
_UNKNOWN_ARGUMENT = re.compile(r"Unknown argument '(?P<argument>\w+)' on field '(?P<type>\w+)\.(?P<field>\w+)'")
_UNKNOWN_INPUT = re.compile(r"value of type '(?P<type>\w+)' not to include unknown field '(?P<field>\w+)'")


@dataclass(frozen=True)
class Prepared:
    """A request that may run, or the errors why not."""

    document: DocumentNode | None
    operation: OperationDefinitionNode | None
    variables: Mapping[str, Any]
    errors: tuple[dict[str, Any], ...] = ()

    @property
    def name(self) -> str:
        """The operation's name, else that of its first field."""
        if self.operation is None:
            return "unreadable"
        if self.operation.name is not None:
            return self.operation.name.value
        first = self.operation.selection_set.selections[0]
        return first.name.value if isinstance(first, FieldNode) else "anonymous"

    @property
    def is_mutation(self) -> bool:
        """Whether it may change something."""
        return self.operation is not None and self.operation.operation is OperationType.MUTATION

    @property
    def root_fields(self) -> list[str]:
        """The names of the operation's top fields."""
        if self.operation is None:
            return []
        return [node.name.value for node in self.operation.selection_set.selections if isinstance(node, FieldNode)]

    @property
    def cost_model(self) -> CostModel:
        """What weighs this operation."""
        assert self.document is not None
        assert self.operation is not None
        defaults = {
            one.variable.name.value: value_from_ast_untyped(one.default_value)
            for one in self.operation.variable_definitions or ()
            if one.default_value is not None
        }
        return CostModel(load_schema(), fragments_of(self.document.definitions), {**defaults, **self.variables})


def prepare(query: str, variables: Mapping[str, Any], operation_name: str | None) -> Prepared:
    """Parse and validate a document; a document seen before is not looked at again."""
    document, errors = _checked(query)
    operation = None if document is None else _operation(document, operation_name)
    if not errors and operation is None:
        errors = ({"message": "An operation name is required", "extensions": {"code": "BAD_REQUEST"}},)
    return Prepared(document, operation, variables, errors)


@lru_cache(maxsize=512)
def _checked(query: str) -> tuple[DocumentNode | None, tuple[dict[str, Any], ...]]:
    try:
        document = parse(query)
    except GraphQLError as error:
        return None, (_worded(error),)
    return document, tuple(_worded(error) for error in validate(load_schema(), document))


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    if name:
        operations = [one for one in operations if one.name is not None and one.name.value == name]
    return operations[0] if len(operations) == 1 else None


def run(prepared: Prepared, call: Call) -> dict[str, Any]:
    """Execute the operation: `data`, and `errors` when there are some."""
    assert prepared.document is not None
    assert prepared.operation is not None
    name = prepared.operation.name
    result = execute_sync(
        load_schema(),
        prepared.document,
        context_value=call,
        variable_values=dict(prepared.variables),
        operation_name=name.value if name else None,
        field_resolver=resolve_field,
        type_resolver=resolve_type,
    )
    return _answer(result)


def _answer(result: ExecutionResult) -> dict[str, Any]:
    for error in result.errors or ():
        if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
            raise error.original_error
    answer: dict[str, Any] = {}
    if result.errors:
        answer["errors"] = [_worded(error) for error in result.errors]
    if result.data is not None or result.errors is None or any(error.path for error in result.errors):
        answer["data"] = result.data
    return answer


def _worded(error: GraphQLError) -> dict[str, Any]:
    formatted: dict[str, Any] = dict(error.formatted)
    message, extensions = _shopify_wording(error.message)
    formatted["message"] = message
    formatted["extensions"] = {**extensions, **(error.extensions or {})}
    return formatted


def _shopify_wording(message: str) -> tuple[str, dict[str, Any]]:
    left_out = load_marks().left_out
    if found := _UNKNOWN_FIELD.search(message):
        field, type_name = found["field"], found["type"]
        if field in left_out.get(type_name, ()):
            return f"not modelled by the simulator: {type_name}.{field}", {"code": "NOT_MODELLED"}
        text = f"Field '{field}' doesn't exist on type '{type_name}'"
        return text, {"code": "undefinedField", "typeName": type_name, "fieldName": field}
    if found := _UNKNOWN_ARGUMENT.search(message):
        text = f"Field '{found['field']}' doesn't accept argument '{found['argument']}'"
        return text, {"code": "argumentNotAccepted", "typeName": "Field", "argumentName": found["argument"]}
    if (found := _UNKNOWN_INPUT.search(message)) and found["field"] in left_out.get(found["type"], ()):
        return f"not modelled by the simulator: {found['type']}.{found['field']}", {"code": "NOT_MODELLED"}
    if message.startswith("Variable '$"):
        return message, {"code": "INVALID_VARIABLE"}
    return message, {}
