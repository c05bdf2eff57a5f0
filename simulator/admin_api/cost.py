"""What a query costs, by the inferred formula, and the leaky bucket of each app and store."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    value_from_ast_untyped,
)

MAX_QUERY_COST = 1000
MUTATION_COST = 10
BUCKET_SECONDS = 20
RESTORE_RATES = {"advanced": 200, "plus": 1000, "enterprise": 2000}
STANDARD_RATE = 100

_FREE_TYPES = frozenset({"MoneyBag", "MoneyV2", "Attribute", "PageInfo"})
_SET_EXTRAS = {"variants": 0.2, "files": 1.9, "metafields": 0.4}
_VARIANT_EXTRAS = {"file": 0.6, "metafields": 0.4}

Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType


def sized(count: int) -> int:
    """How much a page of so many nodes weighs."""
    return max(1, math.floor(2 * math.log(count))) if count > 0 else 0


@dataclass(frozen=True)
class CostModel:
    """Weighs one operation: before it ran by its arguments, afterwards by what it returned."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]

    def requested(self, operation: OperationDefinitionNode) -> int:
        """The points that must be at hand before the operation runs."""
        return self._operation(operation, None)

    def actual(self, operation: OperationDefinitionNode, data: Mapping[str, Any] | None) -> int:
        """The points the answer was worth; never more than were asked."""
        return min(self.requested(operation), self._operation(operation, data or {}))

    def _operation(self, operation: OperationDefinitionNode, data: Any) -> int:
        root = self.schema.get_root_type(operation.operation)
        assert root is not None
        if operation.operation.value != "mutation":
            return self._selections(root, operation.selection_set, data)
        return sum(self._mutation(root, node, data) for node, _ in self._fields(root, operation.selection_set))

    def _mutation(self, root: Composite, node: FieldNode, data: Any) -> int:
        definition = _definition(root, node)
        payload = get_named_type(definition.type)
        below = _value(data, node)
        inside = 0
        for child, parent in self._fields(payload, node.selection_set):
            if not is_leaf_type(get_named_type(_definition(parent, child).type)):
                inside += self._selections(
                    get_named_type(_definition(parent, child).type), child.selection_set, _value(below, child)
                )
        return MUTATION_COST + inside + self._extras(node)

    def _extras(self, node: FieldNode) -> int:
        if node.name.value != "productSet":
            return 0
        asked: Any = self._argument(node, "input") or {}
        extra = sum(weight * len(asked.get(name) or ()) for name, weight in _SET_EXTRAS.items())
        for variant in asked.get("variants") or ():
            extra += _VARIANT_EXTRAS["file"] if variant.get("file") else 0
            extra += _VARIANT_EXTRAS["metafields"] * len(variant.get("metafields") or ())
        return math.ceil(extra)

    def _selections(self, parent: Any, selection_set: SelectionSetNode | None, data: Any) -> int:
        if isinstance(data, list):
            return max((self._selections(parent, selection_set, one) for one in data), default=0)
        common = 0
        special: dict[str, int] = {}
        for node, owner in self._fields(parent, selection_set):
            weight = self._field(owner, node, data)
            if owner is parent:
                common += weight
            else:
                special[owner.name] = special.get(owner.name, 0) + weight
        return common + max(special.values(), default=0)

    def _field(self, parent: Composite, node: FieldNode, data: Any) -> int:
        if node.name.value.startswith("__"):
            return 0
        definition = _definition(parent, node)
        named = get_named_type(definition.type)
        below = _value(data, node)
        if is_leaf_type(named) or named.name in _FREE_TYPES or (data is not None and below is None):
            return 0
        if named.name.endswith("Connection"):
            return self._connection(named, node, below)
        one = 1 + self._selections(named, node.selection_set, below)
        return one * self._list_size(definition, node, below)

    def _connection(self, named: Any, node: FieldNode, below: Any) -> int:
        asked = self._argument(node, "first") or self._argument(node, "last") or 0
        weight = 0
        count = asked
        for child, _ in self._fields(named, node.selection_set):
            inner, inner_data, found = self._node_selection(named, child, _value(below, child))
            if inner is None:
                continue
            if below is not None:
                count = found
            weight += sized(count) * (1 + self._selections(inner[0], inner[1], inner_data))
        return 2 + (weight or sized(count))

    def _node_selection(self, named: Any, child: FieldNode, data: Any) -> tuple[Any, Any, int]:
        if child.name.value == "nodes":
            found = data or ()
            return (get_named_type(named.fields["nodes"].type), child.selection_set), data, len(found)
        if child.name.value == "edges":
            edge = get_named_type(named.fields["edges"].type)
            for inner, _ in self._fields(edge, child.selection_set):
                if inner.name.value == "node":
                    found = [_value(one, inner) for one in data] if isinstance(data, list) else None
                    return (get_named_type(edge.fields["node"].type), inner.selection_set), found, len(found or ())
        return None, None, 0

    def _list_size(self, definition: GraphQLField, node: FieldNode, below: Any) -> int:
        if not _is_list(definition.type):
            return 1
        if below is not None:
            return max(1, sized(len(below))) if self._has_size(node) else 1
        ids = self._argument(node, "ids")
        if ids is not None:
            return max(1, sized(len(ids)))
        first = self._argument(node, "first")
        return sized(int(first)) if first else 1

    def _has_size(self, node: FieldNode) -> bool:
        return any(argument.name.value in ("ids", "first") for argument in node.arguments or ())

    def _argument(self, node: FieldNode, name: str) -> Any:
        for argument in node.arguments or ():
            if argument.name.value == name:
                return value_from_ast_untyped(argument.value, dict(self.variables))
        return None

    def _fields(self, parent: Any, selection_set: SelectionSetNode | None) -> Iterator[tuple[FieldNode, Any]]:
        for selection in selection_set.selections if selection_set else ():
            if isinstance(selection, FieldNode):
                yield selection, parent
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                inner = self.schema.get_type(condition.name.value) if condition else parent
                yield from self._fields(inner, selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode):
                fragment = self.fragments[selection.name.value]
                yield from self._fields(
                    self.schema.get_type(fragment.type_condition.name.value), fragment.selection_set
                )


def _definition(parent: Any, node: FieldNode) -> GraphQLField:
    definition: GraphQLField = parent.fields[node.name.value]
    return definition


def _is_list(kind: GraphQLOutputType) -> bool:
    inner: Any = kind.of_type if is_non_null_type(kind) else kind
    return is_list_type(inner)


def _value(data: Any, node: FieldNode) -> Any:
    if not isinstance(data, dict):
        return None
    return data.get(node.alias.value if node.alias else node.name.value)


@dataclass
class Bucket:
    """Points of one app on one store: they leak back at the plan's rate, on whichever clock went further.

    Business time counts because a turned hour is an hour for the store; machine time because callers wait by it.
    """

    restore_rate: int
    available: float = field(init=False)
    seen: tuple[datetime, datetime] | None = None

    def __post_init__(self) -> None:
        self.available = float(self.maximum)

    @property
    def maximum(self) -> int:
        return self.restore_rate * BUCKET_SECONDS

    def restore(self, machine_now: datetime, business_now: datetime) -> None:
        """Give back what leaked since the last look."""
        if self.seen is not None:
            passed = max(machine_now - self.seen[0], business_now - self.seen[1], timedelta()).total_seconds()
            self.available = min(self.maximum, self.available + passed * self.restore_rate)
        self.seen = (machine_now, business_now)

    def take(self, points: int) -> bool:
        """Whether so many points were there; then they are gone."""
        if points > self.available:
            return False
        self.available -= points
        return True

    def give_back(self, points: int) -> None:
        """Refund what a query turned out not to need."""
        self.available = min(self.maximum, self.available + points)


def rate_of(plan: str) -> int:
    """Points a second that a store of this plan gives back."""
    return RESTORE_RATES.get(plan, STANDARD_RATE)


def cost_extension(requested: int, actual: int | None, bucket: Bucket) -> dict[str, Any]:
    """`extensions.cost` of an answer."""
    return {
        "requestedQueryCost": requested,
        "actualQueryCost": actual,
        "throttleStatus": {
            "maximumAvailable": float(bucket.maximum),
            "currentlyAvailable": math.floor(bucket.available),
            "restoreRate": float(bucket.restore_rate),
        },
    }


def fragments_of(definitions: Iterable[Any]) -> dict[str, FragmentDefinitionNode]:
    """The document's fragments by name."""
    return {one.name.value: one for one in definitions if isinstance(one, FragmentDefinitionNode)}
