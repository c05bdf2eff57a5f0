"""Every GraphQL document is valid, current, repeatable where it must be, frugal, and asks for nothing personal."""

import gzip
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    NoDeprecatedCustomRule,
    OperationDefinitionNode,
    SelectionSetNode,
    build_client_schema,
    build_schema,
    get_named_type,
    is_list_type,
    parse,
    specified_rules,
    validate,
)
from graphql.type import get_nullable_type

from app.gateways.shopify.documents import find_document, texts
from app.gateways.shopify.inventory import ITEMS_PER_CALL, QUANTITIES_PER_CALL
from app.gateways.shopify.orders import ORDERS_PER_CALL
from app.gateways.shopify.products import PRODUCTS_PER_CALL
from app.stores.scopes import CREATE_LOCATION, PARTNER, PAYMENT_TERMS, REQUIRED, RETAILER, expanded

PROJECT = Path(__file__).parents[2]
SCHEMA = PROJECT / "simulator" / "schema"
FULL_SCHEMA = PROJECT.parent / "shared" / "data" / "admin_2026-10.json.gz"

BOTH = (REQUIRED,)
RETAILERS = (REQUIRED | RETAILER,)
PARTNERS = (REQUIRED | PARTNER,)
ROLES: Mapping[str, tuple[frozenset[str], ...]] = {
    "DraftOrder": PARTNERS,
    "DraftOrderComplete": PARTNERS,
    "DraftOrderCreate": PARTNERS,
    "DraftOrderDelete": PARTNERS,
    "DraftOrderUpdate": PARTNERS,
    "DraftOrdersByTag": PARTNERS,
    "Marked": PARTNERS,
    "FulfillmentCreate": RETAILERS,
    "FulfillmentLines": RETAILERS + PARTNERS,
    "FulfillmentOrderLines": RETAILERS,
    "FulfillmentOrders": RETAILERS,
    "FulfillmentTrackingInfoUpdate": RETAILERS,
    "Fulfillments": RETAILERS + PARTNERS,
    "GrantedScopes": BOTH,
    "InventorySetQuantities": RETAILERS,
    "LocationAdd": (REQUIRED | CREATE_LOCATION,),
    "Locations": BOTH,
    "MetafieldDefinitionCreate": RETAILERS,
    "OrderAgreements": RETAILERS,
    "OrderLines": RETAILERS,
    "OrderTransactions": RETAILERS,
    "OrderUpdatedAt": RETAILERS + PARTNERS,
    "OrdersById": RETAILERS,
    "OrdersUpdated": RETAILERS,
    "PartnerOrder": PARTNERS,
    "PartnerOrderLines": PARTNERS,
    "PartnerOrders": PARTNERS,
    "PaymentTermsTemplates": PARTNERS,
    "ProductBySource": RETAILERS,
    "ProductSearch": BOTH,
    "ProductSet": RETAILERS,
    "ProductUpdate": RETAILERS,
    "ProductVariants": BOTH,
    "Products": BOTH,
    "ProductsById": BOTH,
    "Shop": BOTH,
    "Stock": BOTH,
    "StockAtLocation": BOTH,
    "StockById": BOTH,
    "StockLevels": BOTH,
    "StoredProduct": RETAILERS,
    "WebhookSubscriptionCreate": BOTH,
    "WebhookSubscriptionDelete": BOTH,
    "WebhookSubscriptions": BOTH,
}
OPERATIONS = sorted(name for name, text in texts().items() if not text.startswith("fragment"))

PERSONAL_FIELDS_ALLOWED: frozenset[str] = frozenset()
PERSONAL_TYPES = frozenset({"Customer", "FulfillmentOrderDestination", "MailingAddress", "PurchasingEntity"})
FREE_TEXT = frozenset(
    {"Order.note", "Order.customAttributes", "Order.statusPageUrl", "DraftOrder.note2", "Order.clientIp"}
)
NEVER_READ = frozenset({"InventoryItem.unitCost"})
KEY_DEMANDED = frozenset(
    {
        "inventoryActivate",
        "inventoryAdjustQuantities",
        "inventoryMoveQuantities",
        "inventorySetOnHandQuantities",
        "inventorySetQuantities",
        "locationActivate",
        "locationDeactivate",
        "refundCreate",
    }
)
MOST_POINTS = 1000
FREE_TYPES = frozenset({"MoneyBag", "MoneyV2", "PageInfo"})
IDS_PER_CALL = {
    "OrdersById": ORDERS_PER_CALL,
    "ProductsById": PRODUCTS_PER_CALL,
    "StockAtLocation": QUANTITIES_PER_CALL,
    "StockById": ITEMS_PER_CALL,
}
LONGEST_PAGE = 250


@dataclass(frozen=True)
class Selected:
    """A field as a document reaches it."""

    parent: str
    node: FieldNode
    returned: str

    @property
    def name(self) -> str:
        """The field with its type, as the marks name it."""
        return f"{self.parent}.{self.node.name.value}"

    @property
    def is_conditional(self) -> bool:
        """Whether it is asked for only when a variable says so."""
        return any(directive.name.value == "include" for directive in self.node.directives or ())


@cache
def _reduced_schema() -> GraphQLSchema:
    return build_schema((SCHEMA / "admin_2026-10.graphql").read_text(encoding="utf-8"), assume_valid=True)


@cache
def _full_schema() -> GraphQLSchema:
    return build_client_schema(json.loads(gzip.decompress(FULL_SCHEMA.read_bytes()))["data"], assume_valid=True)


@cache
def _marks() -> Mapping[str, Any]:
    marks: Mapping[str, Any] = json.loads((SCHEMA / "schema_marks.json").read_text(encoding="utf-8"))
    return marks


SCHEMAS = [_reduced_schema] + ([_full_schema] if FULL_SCHEMA.exists() else [])


@cache
def _document(operation: str) -> DocumentNode:
    return parse(find_document(operation).text)


def _operation(operation: str) -> OperationDefinitionNode:
    (node,) = [each for each in _document(operation).definitions if isinstance(each, OperationDefinitionNode)]
    return node


def _fragments(operation: str) -> dict[str, FragmentDefinitionNode]:
    return {
        each.name.value: each for each in _document(operation).definitions if isinstance(each, FragmentDefinitionNode)
    }


def _selected(operation: str) -> list[Selected]:
    node = _operation(operation)
    root = _reduced_schema().get_root_type(node.operation)
    assert root is not None
    return list(_walk(operation, root, node.selection_set))


def _fields_of(operation: str, parent: Any, selections: SelectionSetNode | None) -> Iterator[tuple[Any, FieldNode]]:
    schema = _reduced_schema()
    for selection in selections.selections if selections else ():
        if isinstance(selection, FieldNode):
            yield parent, selection
        elif isinstance(selection, InlineFragmentNode):
            condition = schema.get_type(selection.type_condition.name.value) if selection.type_condition else parent
            yield from _fields_of(operation, condition, selection.selection_set)
        elif isinstance(selection, FragmentSpreadNode):
            fragment = _fragments(operation)[selection.name.value]
            condition = schema.get_type(fragment.type_condition.name.value)
            yield from _fields_of(operation, condition, fragment.selection_set)


def _walk(operation: str, parent: Any, selections: SelectionSetNode | None) -> Iterator[Selected]:
    for owner, node in _fields_of(operation, parent, selections):
        assert isinstance(owner, GraphQLObjectType | GraphQLInterfaceType)
        returned = get_named_type(owner.fields[node.name.value].type)
        yield Selected(owner.name, node, returned.name)
        yield from _walk(operation, returned, node.selection_set)


def _points(operation: str, parent: Any, selections: SelectionSetNode | None) -> int:
    """The formula of the platform reference; things asked for by id count each, since the formula does not tell."""
    total = 0
    for owner, node in _fields_of(operation, parent, selections):
        definition = owner.fields[node.name.value]
        returned = get_named_type(definition.type)
        if node.selection_set is None or returned.name in FREE_TYPES or returned.name.endswith("UserError"):
            continue
        inside = _points(operation, returned, node.selection_set)
        if owner.name == "Mutation":
            total += 10 + inside
        elif returned.name.endswith("Connection"):
            total += 2 + _sized(operation, node) * max(1, inside)
        else:
            many = _sized(operation, node) if is_list_type(get_nullable_type(definition.type)) and node.arguments else 1
            # Below a connection, `nodes` is the page itself: one node stands for it here.
            total += many * (1 + inside)
    return total


def _sized(operation: str, node: FieldNode) -> int:
    if node.name.value == "nodes":
        return IDS_PER_CALL[operation]
    for argument in node.arguments or ():
        if argument.name.value == "first":
            count = int(argument.value.value) if isinstance(argument.value, IntValueNode) else LONGEST_PAGE
            return max(1, math.floor(2 * math.log(count)))
    return 1


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: str(schema.__name__))
@pytest.mark.parametrize("operation", OPERATIONS)
def test_is_valid_and_names_nothing_deprecated(operation: str, schema: Any) -> None:
    document = _document(operation)

    complaints = validate(schema(), document, [*specified_rules, NoDeprecatedCustomRule])

    assert [complaint.message for complaint in complaints] == []


@pytest.mark.parametrize("operation", OPERATIONS)
def test_holds_one_operation_named_like_its_file(operation: str) -> None:
    node = _operation(operation)

    assert node.name is not None
    assert node.name.value == operation


def test_every_fragment_is_used_and_named_like_its_file() -> None:
    fragments = {name for name, text in texts().items() if text.startswith("fragment")}

    used = {name for operation in OPERATIONS for name in _fragments(operation)}

    assert used == fragments


@pytest.mark.parametrize("operation", OPERATIONS)
def test_carries_a_key_exactly_where_the_platform_demands_one(operation: str) -> None:
    node = _operation(operation)
    marked = {name.removeprefix("Mutation.") for name, mark in _marks()["fields"].items() if mark.get("idempotent")}

    for field in node.selection_set.selections:
        assert isinstance(field, FieldNode)
        carries = any(directive.name.value == "idempotent" for directive in field.directives or ())
        assert carries is (field.name.value in KEY_DEMANDED | marked)
        assert find_document(operation).repeatable is (node.operation.value == "query" or carries)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_needs_only_scopes_its_role_declares(operation: str) -> None:
    marks = _marks()

    for granted in ROLES[operation]:
        for field in _selected(operation):
            # What is asked for only on condition may need what only some stores grant.
            held = expanded(granted | (PAYMENT_TERMS if field.is_conditional else frozenset()))
            for wanted in (
                marks["fields"].get(field.name, {}).get("scopes"),
                marks["types"].get(field.returned.removesuffix("Connection"), {}).get("scopes"),
            ):
                assert not wanted or held & set(wanted), f"{field.name} needs one of {wanted}"


def test_every_operation_has_its_role() -> None:
    assert sorted(ROLES) == OPERATIONS


@pytest.mark.parametrize("operation", OPERATIONS)
def test_selects_nothing_personal_and_no_cost_of_goods(operation: str) -> None:
    protected = {name for name, mark in _marks()["fields"].items() if "protected" in mark}

    selected = _selected(operation)

    names = {field.name for field in selected}
    assert names & (protected | FREE_TEXT) <= PERSONAL_FIELDS_ALLOWED
    assert not {field.returned for field in selected} & PERSONAL_TYPES
    assert not names & NEVER_READ
    # Line attributes can hold a customer's own words: only documents whose reader filters them may ask.
    assert "LineItem.customAttributes" not in names or operation in {"OrdersById", "OrderLines"}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_asks_for_no_more_than_a_single_query_may_cost(operation: str) -> None:
    node = _operation(operation)
    root = _reduced_schema().get_root_type(node.operation)

    points = _points(operation, root, node.selection_set)

    assert points <= MOST_POINTS
