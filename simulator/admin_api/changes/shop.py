"""Mutations of the store itself: a further location, the app removing itself."""

from typing import Any

from simulator.admin_api.call import Call
from simulator.admin_api.changes.draft_orders import address_of
from simulator.admin_api.errors import user_error
from simulator.admin_api.mutations import Payload, Refused, mutation
from simulator.world.apps import uninstall
from simulator.world.errors import Impossible
from simulator.world.stores import add_location

MAX_NAME = 100


@mutation("locationAdd")
def location_add(call: Call, input: dict[str, Any]) -> Payload:
    """Give the store another location."""
    name = input["name"].strip()
    if not name:
        raise Refused(user_error(["input", "name"], "Add a location name", "BLANK"))
    if len(name) > MAX_NAME:
        raise Refused(user_error(["input", "name"], "Use a shorter location name", "TOO_LONG"))
    address = address_of(input["address"])
    assert address is not None
    try:
        location = add_location(call.world, call.store, name, address)
    except Impossible as error:
        message = "You already have a location with this name"
        raise Refused(user_error(["input", "name"], message, "TAKEN")) from error
    location.fulfills_online_orders = input.get("fulfillsOnlineOrders", True)
    call.touched(location)
    return {"location": location}


@mutation("appUninstall")
def app_uninstall(call: Call) -> Payload:
    """Remove the app from the store: its tokens die at once."""
    uninstall(call.world, call.store)
    call.touched(call.store.app)
    return {"app": None}
