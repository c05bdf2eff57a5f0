"""The sales channels products can be published on."""

from typing import Any

from simulator.admin_api.call import Call
from simulator.admin_api.connections import Page, connection
from simulator.admin_api.registry import attribute, attributes, constant, resolves
from simulator.admin_api.resolvers.ids import find


def _publications(_root: Any, call: Call, **paging: Any) -> dict[str, Any]:
    return connection(call.store.publications.values(), Page(**paging), sort_value=lambda one: one.id)


resolves(
    "Publication",
    attributes("name")
    | {"id": attribute("gid"), "autoPublish": constant(False), "supportsFuturePublishing": constant(True)},
)
resolves(
    "QueryRoot",
    {"publications": _publications, "publication": lambda _, call, id: find(call, id, "Publication")},
)
