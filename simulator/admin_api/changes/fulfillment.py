"""Mutations of fulfilment: sending units, tracking, taking back, holds."""

from typing import Any, cast

from simulator.admin_api.call import Call
from simulator.admin_api.errors import user_error
from simulator.admin_api.mutations import Payload, Refused, mutation
from simulator.admin_api.resolvers.fulfillment import hold_mapping
from simulator.admin_api.resolvers.ids import find, number_of
from simulator.world.errors import Impossible, Unknown
from simulator.world.fulfillment import Part, cancel_fulfillment, create_fulfillment, update_tracking
from simulator.world.order_model import Fulfillment, FulfillmentOrder, Hold, Tracking
from simulator.world.routing import place_hold, release_holds

MAX_LINES = 512
MAX_HOLDS = 10
MAX_HANDLE = 64


@mutation("fulfillmentCreate")
def create(call: Call, fulfillment: dict[str, Any]) -> Payload:
    """Send units of fulfilment orders of one order at one location."""
    parts = [_part(call, one, number) for number, one in enumerate(fulfillment["lineItemsByFulfillmentOrder"])]
    if sum(len(part.units) for part in parts) > MAX_LINES:
        raise Refused(user_error(["fulfillment"], f"Fulfillments can have at most {MAX_LINES} line items."))
    try:
        made = create_fulfillment(call.world, call.store, parts, tracking_of(fulfillment.get("trackingInfo")), "app")
    except (Impossible, Unknown) as error:
        raise Refused(user_error(["fulfillment"], _sentence(error))) from error
    call.touched(made)
    return {"fulfillment": made}


def _part(call: Call, input: dict[str, Any], number: int) -> Part:
    one = find(call, input["fulfillmentOrderId"], "FulfillmentOrder")
    if one is None:
        raise Refused(user_error(["fulfillment"], "Fulfillment order does not exist."))
    units = []
    for line in input.get("fulfillmentOrderLineItems") or ():
        line_number = number_of(line["id"], "FulfillmentOrderLineItem")
        units.append((line_number or 0, line["quantity"]))
    return Part(fulfillment_order=one, units=tuple(units))


def tracking_of(input: dict[str, Any] | None) -> list[Tracking]:
    """A FulfillmentTrackingInput: one company, and a number and an address for each parcel."""
    if not input:
        return []
    numbers = input.get("numbers") or ([input["number"]] if input.get("number") else [])
    urls = input.get("urls") or ([input["url"]] if input.get("url") else [])
    count = max(len(numbers), len(urls), 1 if input.get("company") else 0)
    return [
        Tracking(
            company=input.get("company"),
            number=numbers[place] if place < len(numbers) else None,
            url=urls[place] if place < len(urls) else None,
        )
        for place in range(count)
    ]


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."


@mutation("fulfillmentTrackingInfoUpdate")
def update_tracking_info(
    call: Call, fulfillment_id: str, tracking_info_input: dict[str, Any], notify_customer: bool | None = None
) -> Payload:
    """Replace the tracking of a fulfilment."""
    found = _fulfillment(call, fulfillment_id, "fulfillmentId")
    try:
        update_tracking(call.world, call.store, found, tracking_of(tracking_info_input))
    except Impossible as error:
        raise Refused(user_error(["fulfillmentId"], _sentence(error))) from error
    call.touched(found)
    return {"fulfillment": found}


@mutation("fulfillmentCancel")
def cancel(call: Call, id: str) -> Payload:
    """Undo a fulfilment: its units are to be sent again."""
    found = _fulfillment(call, id, "id")
    try:
        cancel_fulfillment(call.world, call.store, found)
    except Impossible as error:
        raise Refused(user_error(["id"], _sentence(error))) from error
    call.touched(found)
    return {"fulfillment": found}


def _fulfillment(call: Call, gid: str, field: str) -> Fulfillment:
    found = find(call, gid, "Fulfillment")
    if found is None:
        raise Refused(user_error([field], "Fulfillment not found."))
    return cast(Fulfillment, found)


@mutation("fulfillmentOrderHold")
def hold(call: Call, id: str, fulfillment_hold: dict[str, Any]) -> Payload:
    """Put a fulfilment order on hold."""
    one = _held(call, id)
    handle = fulfillment_hold.get("handle") or None
    ours = [known for known in one.holds if known.by == "app"]
    if not one.is_live:
        raise Refused(user_error(["id"], "The fulfillment order is not in a holdable state."))
    if handle is not None and len(handle) > MAX_HANDLE:
        message = f"The handle is too long (maximum is {MAX_HANDLE} characters)."
        raise Refused(user_error(["fulfillmentHold", "handle"], message))
    if any(known.handle == handle for known in ours):
        message = (
            "The handle provided for the fulfillment hold is already in use by this app for this fulfillment order."
        )
        raise Refused(user_error(["fulfillmentHold", "handle"], message, "DUPLICATE_FULFILLMENT_HOLD_HANDLE"))
    if len(ours) >= MAX_HOLDS:
        message = f"The maximum of {MAX_HOLDS} holds has been reached."
        raise Refused(user_error(["id"], message, "FULFILLMENT_ORDER_HOLD_LIMIT_REACHED"))
    made = Hold(
        id=call.world.new_id(),
        reason=fulfillment_hold["reason"],
        reason_notes=fulfillment_hold.get("reasonNotes"),
        handle=handle,
        external_id=fulfillment_hold.get("externalId"),
        at=call.now,
        by="app",
    )
    place_hold(call.world, call.store, one, made)
    call.touched(one)
    return {"fulfillmentOrder": one, "fulfillmentHold": hold_mapping(made), "remainingFulfillmentOrder": None}


@mutation("fulfillmentOrderReleaseHold")
def release_hold(call: Call, id: str, hold_ids: list[str] | None = None, external_id: str | None = None) -> Payload:
    """End holds of a fulfilment order: those named, or all."""
    one = _held(call, id)
    if one.status != "ON_HOLD":
        raise Refused(user_error(["id"], "The fulfillment order is not on hold."))
    chosen = [number_of(gid, "FulfillmentHold") or 0 for gid in hold_ids] if hold_ids is not None else None
    if external_id is not None:
        chosen = [known.id for known in one.holds if known.external_id == external_id]
    release_holds(call.world, call.store, one, chosen)
    call.touched(one)
    return {"fulfillmentOrder": one}


def _held(call: Call, gid: str) -> FulfillmentOrder:
    one = find(call, gid, "FulfillmentOrder")
    if one is None:
        raise Refused(user_error(["id"], "Fulfillment order not found.", "FULFILLMENT_ORDER_NOT_FOUND"))
    return cast(FulfillmentOrder, one)
