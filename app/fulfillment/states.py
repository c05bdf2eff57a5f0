"""The life of a shipment to a customer."""

import enum
from collections.abc import Mapping

from app.core.errors import Conflict


class ShipmentState(enum.StrEnum):
    """What is true of a shipment."""

    PACKED = "packed"  # goods are in a box; no carrier has it yet
    POSTING = "posting"  # handed over; being told to the retailer's store
    SHIPPED = "shipped"  # the customer can read the tracking
    UNCERTAIN = "uncertain"  # asked for again and again without an answer, and not there; people are told
    STUCK = "stuck"  # the store would not take it; the reason is kept
    UNPACKED = "unpacked"  # the box was opened again; the goods are back on the shelf


TRANSITIONS: Mapping[ShipmentState, frozenset[ShipmentState]] = {
    ShipmentState.PACKED: frozenset({ShipmentState.POSTING, ShipmentState.UNPACKED}),
    ShipmentState.POSTING: frozenset({ShipmentState.SHIPPED, ShipmentState.STUCK, ShipmentState.UNCERTAIN}),
    ShipmentState.UNCERTAIN: frozenset({ShipmentState.POSTING, ShipmentState.SHIPPED, ShipmentState.STUCK}),
    ShipmentState.STUCK: frozenset({ShipmentState.POSTING, ShipmentState.UNPACKED}),
    ShipmentState.SHIPPED: frozenset(),
    ShipmentState.UNPACKED: frozenset(),
}


class IllegalTransition(Conflict):
    """The shipment is past this."""

    sentence = "This shipment has moved on. Reload the page to see where it is."


def ensure(state: ShipmentState, target: ShipmentState) -> None:
    """Refuse a step that is not in the table."""
    if target not in TRANSITIONS[state]:
        raise IllegalTransition()
