"""Any object by its global id."""

from typing import Any

from simulator.admin_api.call import Call
from simulator.admin_api.registry import resolves
from simulator.admin_api.resolvers.ids import find_any


def _nodes(_root: Any, call: Call, ids: list[str]) -> list[Any]:
    return [find_any(call, gid) for gid in ids]


resolves("QueryRoot", {"node": lambda _, call, id: find_any(call, id), "nodes": _nodes})
