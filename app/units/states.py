"""Where a unit can be on each side of the ledger, and the moves between these places."""

import enum
from collections.abc import Mapping


class Side(enum.StrEnum):
    """What customers want and what partners send are different things that meet."""

    DEMAND = "demand"
    SUPPLY = "supply"


class OwnerKind(enum.StrEnum):
    """Whose units a lot holds; each kind belongs to one side."""

    ORDER_LINE = "order_line"
    MASTER_LINE = "master_line"


class DemandState(enum.StrEnum):
    """Where a unit is that a customer bought."""

    CAPTURED = "captured"  # bought, payment is missing
    HELD = "held"  # somebody or a rule said not to proceed
    QUEUED = "queued"  # joins the next master order, or is in a frozen one that is not confirmed yet
    SENT = "sent"  # a confirmed supply is meant for it
    ALLOCATED = "allocated"  # matched with a received unit
    PACKED = "packed"
    OUTBOUND = "outbound"  # on its way to the customer
    DELIVERED = "delivered"
    CANCELLED = "cancelled"  # no longer wanted
    REFUNDED = "refunded"  # no longer wanted, money returned
    SHORTED = "shorted"  # somebody decided not to supply it
    RETURNED = "returned"  # came back after it was sent out


class SupplyState(enum.StrEnum):
    """Where a unit is that a partner was asked for."""

    SENT = "sent"  # on a confirmed master order
    ACKNOWLEDGED = "acknowledged"  # the partner said yes
    INBOUND = "inbound"  # in a parcel to the centre
    RECEIVED = "received"  # at the centre, free: nobody's yet
    ALLOCATED = "allocated"  # at the centre or beyond, matched with a demand
    WITHDRAWN = "withdrawn"  # both agreed that it is not needed, it was sent back, or counted by mistake
    SHORTED = "shorted"  # did not come
    DAMAGED = "damaged"  # came, cannot be sold


OPEN = ("queued", "sent", "acknowledged", "inbound", "received")
"""States of both sides in which units wait for one another."""

UNSEEN = frozenset({DemandState.CAPTURED, DemandState.HELD, DemandState.QUEUED})
"""Sold, and not yet asked of the partner: their stock does not show it."""

MATCHED = frozenset(
    {DemandState.ALLOCATED, DemandState.PACKED, DemandState.OUTBOUND, DemandState.DELIVERED, DemandState.RETURNED}
)
"""A received unit stands behind each of these."""

SHIPPED = frozenset({DemandState.OUTBOUND, DemandState.DELIVERED, DemandState.RETURNED})
"""Gone to the customer: no change of the order takes it back."""

GONE = frozenset({DemandState.CANCELLED, DemandState.REFUNDED})
"""Ends that the order's target does not count; a unit shorted or returned was still asked for."""

AWAITED = frozenset({SupplyState.SENT, SupplyState.ACKNOWLEDGED, SupplyState.INBOUND})
"""Asked for and not here yet."""

D, S = DemandState, SupplyState

DEMAND_MOVES: Mapping[DemandState | None, frozenset[DemandState]] = {
    None: frozenset({D.CAPTURED, D.HELD, D.QUEUED}),
    D.CAPTURED: frozenset({D.HELD, D.QUEUED, D.CANCELLED, D.REFUNDED}),
    D.HELD: frozenset({D.CAPTURED, D.QUEUED, D.CANCELLED, D.REFUNDED}),
    D.QUEUED: frozenset({D.HELD, D.QUEUED, D.SENT, D.ALLOCATED, D.CANCELLED, D.REFUNDED, D.SHORTED}),
    D.SENT: frozenset({D.QUEUED, D.SENT, D.ALLOCATED, D.CANCELLED, D.REFUNDED, D.SHORTED}),
    D.ALLOCATED: frozenset({D.SENT, D.PACKED, D.CANCELLED, D.REFUNDED}),
    D.PACKED: frozenset({D.ALLOCATED, D.OUTBOUND, D.CANCELLED, D.REFUNDED}),
    D.OUTBOUND: frozenset({D.PACKED, D.DELIVERED, D.RETURNED}),
    D.DELIVERED: frozenset({D.RETURNED}),
    D.SHORTED: frozenset({D.QUEUED, D.CANCELLED, D.REFUNDED}),
    D.CANCELLED: frozenset(),
    D.REFUNDED: frozenset(),
    D.RETURNED: frozenset(),
}
"""From each state (none: the unit enters) to which; to the same one is to another lot. The database holds the same."""

SUPPLY_MOVES: Mapping[SupplyState | None, frozenset[SupplyState]] = {
    None: frozenset({S.SENT, S.RECEIVED}),
    S.SENT: frozenset({S.ACKNOWLEDGED, S.INBOUND, S.RECEIVED, S.WITHDRAWN, S.SHORTED}),
    S.ACKNOWLEDGED: frozenset({S.INBOUND, S.RECEIVED, S.WITHDRAWN, S.SHORTED}),
    S.INBOUND: frozenset({S.SENT, S.RECEIVED, S.SHORTED}),
    S.RECEIVED: frozenset({S.INBOUND, S.ALLOCATED, S.DAMAGED, S.WITHDRAWN}),
    S.ALLOCATED: frozenset({S.RECEIVED}),
    S.SHORTED: frozenset({S.INBOUND, S.RECEIVED}),
    S.WITHDRAWN: frozenset(),
    S.DAMAGED: frozenset(),
}

ADVANCES: frozenset[tuple[DemandState, DemandState]] = frozenset(
    {
        (D.ALLOCATED, D.PACKED),
        (D.PACKED, D.ALLOCATED),
        (D.PACKED, D.OUTBOUND),
        (D.OUTBOUND, D.PACKED),
        (D.OUTBOUND, D.DELIVERED),
        (D.OUTBOUND, D.RETURNED),
        (D.DELIVERED, D.RETURNED),
        (D.QUEUED, D.SHORTED),
        (D.SENT, D.SHORTED),
    }
)
"""Steps a demand takes within its lot without touching the supply side."""

SUPPLY_SOURCES: Mapping[SupplyState, tuple[SupplyState, ...]] = {
    S.SENT: (S.INBOUND,),
    S.ACKNOWLEDGED: (S.SENT,),
    S.INBOUND: (S.ACKNOWLEDGED, S.SENT, S.SHORTED),
    S.RECEIVED: (S.INBOUND, S.ACKNOWLEDGED, S.SENT, S.SHORTED),
    S.SHORTED: (S.SENT, S.ACKNOWLEDGED, S.INBOUND),
    S.WITHDRAWN: (S.SENT, S.ACKNOWLEDGED),
    S.DAMAGED: (S.RECEIVED,),
}
"""Where the units come from that are to reach a state, the first ones first."""
