"""Mutations of metafields and their definitions, and the metafields that come inside other inputs."""

import json
from typing import Any

from simulator.admin_api.call import Call
from simulator.admin_api.errors import access_denied, user_error
from simulator.admin_api.mutations import Payload, Refused, mutation
from simulator.admin_api.resolvers.ids import find_any
from simulator.admin_api.resolvers.metafields import digest, namespace_of
from simulator.admin_api.schema import type_name_of
from simulator.world.metafields import define_metafield, find_by_custom_id, find_definition, set_metafield
from simulator.world.model import Metafield, MetafieldDefinition

MAX_METAFIELDS = 25
_OWNERS = {
    "Product": ("PRODUCT", ("write_products",)),
    "ProductVariant": ("PRODUCTVARIANT", ("write_products",)),
    "Order": ("ORDER", ("write_orders",)),
    "DraftOrder": ("DRAFTORDER", ("write_draft_orders",)),
    "Shop": ("SHOP", ()),
    "AppInstallation": ("API_PERMISSION", ()),
}
_SCOPES = dict(_OWNERS.values())


class MetafieldRefusal(Exception):
    """A metafield input that cannot be stored, with its path and Shopify's code."""

    def __init__(self, path: tuple[str, ...], message: str, code: str) -> None:
        super().__init__(message)
        self.path, self.message, self.code = path, message, code


def check_inputs(call: Call, inputs: list[dict[str, Any]], owner_type: str, owner: str | None) -> None:
    """Refuse what has no name, no type, a value that does not fit it, or a unique value that is taken."""
    for number, one in enumerate(inputs):
        at = str(number)
        namespace = namespace_of(call, one.get("namespace"))
        key = one.get("key")
        if not key or one.get("value") in (None, ""):
            raise MetafieldRefusal((at, "value" if key else "key"), "can't be blank", "BLANK")
        definition = find_definition(call.store, owner_type, namespace, key)
        kind = _type(one, definition)
        if kind is None:
            raise MetafieldRefusal((at, "type"), "can't be blank", "BLANK")
        if definition is not None and kind != definition.type:
            message = f"Type must be consistent with the definition's type: {definition.type}."
            raise MetafieldRefusal((at, "type"), message, "INVALID_TYPE")
        if not _fits(kind, one["value"]):
            raise MetafieldRefusal((at, "value"), f"Value is not a valid {kind}.", "INVALID_VALUE")
        if definition is not None and definition.unique_values:
            taken = find_by_custom_id(call.store, owner_type, namespace, key, one["value"])
            if taken is not None and taken.owner != owner and find_any(call, taken.owner) is not None:
                raise MetafieldRefusal((at, "value"), "Value has already been taken.", "TAKEN")


def write_inputs(
    call: Call, inputs: list[dict[str, Any]] | None, owner: tuple[str, str], replace: bool = False
) -> None:
    """Store metafields that came inside another input; a replacing list removes what it does not name."""
    if inputs is None:
        return
    written = [_write(call, owner, one) for one in inputs]
    if replace:
        for other in call.store.metafields_of(owner[0]):
            if other not in written:
                call.world.remove(call.store, other)


def _write(call: Call, owner: tuple[str, str], one: dict[str, Any]) -> Metafield:
    namespace = namespace_of(call, one.get("namespace"))
    definition = find_definition(call.store, owner[1], namespace, one["key"])
    content = (_type(one, definition) or "single_line_text_field", one["value"])
    return set_metafield(call.world, call.store, owner, (namespace, one["key"]), content)


def _type(one: dict[str, Any], definition: MetafieldDefinition | None) -> str | None:
    given: str | None = one.get("type")
    return given or (None if definition is None else definition.type)


def _fits(kind: str, value: str) -> bool:
    if kind == "json" or kind.startswith("list."):
        try:
            json.loads(value)
        except ValueError:
            return False
    if kind == "number_integer":
        return value.lstrip("-").isdigit()
    if kind in ("single_line_text_field", "id"):
        return "\n" not in value
    return kind != "boolean" or value in ("true", "false")


@mutation("metafieldsSet")
def set_metafields(call: Call, metafields: list[dict[str, Any]]) -> Payload:
    """Set up to 25 metafields, all or none."""
    if len(metafields) > MAX_METAFIELDS:
        message = f"Exceeded the maximum metafields input limit of {MAX_METAFIELDS}."
        raise Refused(user_error(["metafields"], message, "LESS_THAN_OR_EQUAL_TO"))
    owners = [_owner(call, one["ownerId"], number) for number, one in enumerate(metafields)]
    for number, (owner, one) in enumerate(zip(owners, metafields, strict=True)):
        try:
            check_inputs(call, [one], owner[1], owner[0])
        except MetafieldRefusal as error:
            raise Refused(
                user_error(["metafields", str(number), *error.path[1:]], error.message, error.code)
            ) from error
        _compare(call, owner, one, number)
    written = [_write(call, owner, one) for owner, one in zip(owners, metafields, strict=True)]
    for gid, _ in owners:
        call.touched(find_any(call, gid))
    return {"metafields": written}


def _owner(call: Call, gid: str, number: int) -> tuple[str, str]:
    owner = find_any(call, gid)
    if owner is None:
        raise Refused(user_error(["metafields", str(number), "ownerId"], "Owner does not exist.", "INVALID"))
    owner_type, scopes = _OWNERS[type_name_of(owner)]
    _check_scopes(call, "metafieldsSet", scopes)
    return gid, owner_type


def _check_scopes(call: Call, field: str, scopes: tuple[str, ...]) -> None:
    if scopes and not call.may(scopes):
        raise access_denied(field, scopes)


def _compare(call: Call, owner: tuple[str, str], one: dict[str, Any], number: int) -> None:
    if "compareDigest" not in one:
        return
    found = call.store.find_metafield(owner[0], namespace_of(call, one.get("namespace")), one["key"])
    if one["compareDigest"] != (None if found is None else digest(found)):
        message = "The resource has been updated since it was loaded. Try again with an updated `compareDigest` value."
        raise Refused(user_error(["metafields", str(number)], message, "STALE_OBJECT"))


@mutation("metafieldsDelete")
def delete_metafields(call: Call, metafields: list[dict[str, Any]]) -> Payload:
    """Delete metafields by owner, namespace and key; what is not there is no error."""
    removed: list[dict[str, Any] | None] = []
    for number, one in enumerate(metafields):
        owner = _owner(call, one["ownerId"], number)
        found = call.store.find_metafield(owner[0], namespace_of(call, one["namespace"]), one["key"])
        if found is None:
            removed.append(None)
        else:
            call.world.remove(call.store, found)
            removed.append({"ownerId": owner[0], "namespace": one["namespace"], "key": one["key"]})
    return {"deletedMetafields": removed}


@mutation("metafieldDefinitionCreate")
def create_definition(call: Call, definition: dict[str, Any]) -> Payload:
    """Define a metafield for one type of owner."""
    owner_type, namespace = definition["ownerType"], namespace_of(call, definition.get("namespace"))
    _check_scopes(call, "metafieldDefinitionCreate", _SCOPES.get(owner_type, ()))
    if find_definition(call.store, owner_type, namespace, definition["key"]) is not None:
        message = f"Key is in use for {owner_type.title()} metafields on the '{namespace}' namespace."
        raise Refused(user_error(["definition", "key"], message, "TAKEN"))
    unique = bool(((definition.get("capabilities") or {}).get("uniqueValues") or {}).get("enabled"))
    if definition["type"] == "id" and not unique:
        message = "The unique values capability is required for this type."
        raise Refused(user_error(["definition", "capabilities"], message, "CAPABILITY_REQUIRED_BUT_DISABLED"))
    made = MetafieldDefinition(
        id=call.world.new_id(),
        owner_type=owner_type,
        namespace=namespace,
        key=definition["key"],
        name=definition["name"],
        type=definition["type"],
        unique_values=unique,
        access={name: value for name, value in (definition.get("access") or {}).items() if value},
    )
    define_metafield(call.world, call.store, made)
    call.touched(made)
    return {"createdDefinition": made}
