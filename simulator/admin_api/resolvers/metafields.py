"""Metafields on whatever carries them, and their definitions."""

import hashlib
import json
from typing import Any

from simulator.admin_api.app_identity import stored_namespace
from simulator.admin_api.call import Call
from simulator.admin_api.connections import Page, connection
from simulator.admin_api.registry import attribute, attributes, constant, resolves
from simulator.admin_api.resolvers.ids import find_any
from simulator.admin_api.search import Index
from simulator.world.metafields import find_by_custom_id, find_definition
from simulator.world.model import Metafield, MetafieldDefinition

CARRIERS = ("AppInstallation", "DraftOrder", "Order", "Product", "ProductVariant", "Shop")
_JSON_TYPES = ("json", "boolean", "number_integer")


def namespace_of(call: Call, namespace: str | None) -> str:
    """What a namespace of a request is called in the store."""
    return stored_namespace(namespace, call.client_id)


def by_custom_id(call: Call, owner_type: str, identifier: dict[str, Any]) -> Any:
    """The entity that carries the unique metafield value, or none."""
    namespace = namespace_of(call, identifier.get("namespace"))
    found = find_by_custom_id(call.store, owner_type, namespace, identifier["key"], identifier["value"])
    return None if found is None else find_any(call, found.owner)


def digest(metafield: Metafield) -> str:
    """What `compareDigest` compares."""
    return hashlib.sha256(f"{metafield.type}|{metafield.value}".encode()).hexdigest()


def _metafield(owner: Any, call: Call, key: str, namespace: str | None = None) -> Metafield | None:
    if namespace is None and "." in key:
        namespace, _, key = key.rpartition(".")
    return call.store.find_metafield(owner.gid, namespace_of(call, namespace), key)


def _metafields(
    owner: Any, call: Call, namespace: str | None = None, keys: list[str] | None = None, **paging: Any
) -> dict[str, Any]:
    found = call.store.metafields_of(owner.gid)
    if namespace is not None:
        found = [one for one in found if one.namespace == namespace_of(call, namespace)]
    if keys is not None:
        wanted = {(namespace_of(call, name.rpartition(".")[0] or None), name.rpartition(".")[2]) for name in keys}
        found = [one for one in found if (one.namespace, one.key) in wanted]
    return connection(found, Page(**paging), sort_value=lambda one: one.id)


def _json_value(metafield: Metafield, _call: Call) -> Any:
    if metafield.type in _JSON_TYPES or metafield.type.startswith("list."):
        return json.loads(metafield.value)
    return metafield.value


def _definition(metafield: Metafield, call: Call) -> MetafieldDefinition | None:
    return find_definition(call.store, metafield.owner_type, metafield.namespace, metafield.key)


def _definitions(
    _root: Any,
    call: Call,
    owner_type: str,
    namespace: str | None = None,
    key: str | None = None,
    query: str | None = None,
    sort_key: str = "ID",
    **paging: Any,
) -> dict[str, Any]:
    found = [one for one in call.store.metafield_definitions.values() if one.owner_type == owner_type]
    if namespace is not None:
        found = [one for one in found if one.namespace == namespace_of(call, namespace)]
    if key is not None:
        found = [one for one in found if one.key == key]
    filters = {
        "key": lambda one: one.key,
        "namespace": lambda one: one.namespace,
        "type": lambda one: one.type,
        "id": lambda one: one.id,
    }
    index = Index(kind="metafieldDefinitions", filters=filters, text=lambda one: one.name, now=call.now)
    sort = (lambda one: one.name) if sort_key == "NAME" else (lambda one: one.id)
    return connection(index.matching(found, query), Page(**paging), sort_value=sort)


for _carrier in CARRIERS:
    resolves(_carrier, {"metafield": _metafield, "metafields": _metafields})

resolves(
    "Metafield",
    attributes("namespace key type value createdAt updatedAt ownerType")
    | {
        "id": attribute("gid"),
        "legacyResourceId": attribute("id"),
        "jsonValue": _json_value,
        "compareDigest": lambda metafield, _: digest(metafield),
        "sizeInBytes": lambda metafield, _: len(metafield.value.encode()),
        "owner": lambda metafield, call: find_any(call, metafield.owner),
        "definition": _definition,
    },
)
resolves(
    "MetafieldDefinition",
    attributes("namespace key name ownerType")
    | {
        "id": attribute("gid"),
        "description": constant(None),
        "pinnedPosition": constant(None),
        "type": lambda definition, _: {"name": definition.type, "category": definition.type.split("_")[0].upper()},
        "capabilities": lambda definition, _: {"uniqueValues": {"enabled": definition.unique_values, "eligible": True}},
        "access": lambda definition, _: {
            "admin": definition.access.get("admin"),
            "storefront": definition.access.get("storefront"),
        },
    },
)
resolves("QueryRoot", {"metafieldDefinitions": _definitions})
