"""Mutations of tags on products, orders and draft orders."""

from typing import Any

from simulator.admin_api.call import Call
from simulator.admin_api.changes.draft_orders import checked_tags
from simulator.admin_api.errors import access_denied, user_error
from simulator.admin_api.mutations import Payload, Refused, mutation
from simulator.admin_api.resolvers.ids import find_any
from simulator.admin_api.schema import type_name_of
from simulator.world.changes import add_tags, remove_tags

_SCOPES = {"Product": "write_products", "Order": "write_orders", "DraftOrder": "write_draft_orders"}


@mutation("tagsAdd")
def add(call: Call, id: str, tags: list[str]) -> Payload:
    """Give an object tags it does not have yet."""
    entity = _taggable(call, id, "tagsAdd")
    add_tags(call.world, call.store, entity, checked_tags(tags, ["tags"]))
    call.touched(entity)
    return {"node": entity}


@mutation("tagsRemove")
def remove(call: Call, id: str, tags: list[str]) -> Payload:
    """Take tags from an object."""
    entity = _taggable(call, id, "tagsRemove")
    remove_tags(call.world, call.store, entity, checked_tags(tags, ["tags"]))
    call.touched(entity)
    return {"node": entity}


def _taggable(call: Call, gid: str, field: str) -> Any:
    entity = find_any(call, gid)
    scope = None if entity is None else _SCOPES.get(type_name_of(entity))
    if scope is None:
        raise Refused(user_error(["id"], "Resource does not exist or cannot be tagged"))
    if not call.may([scope]):
        raise access_denied(field, [scope])
    return entity
