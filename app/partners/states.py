"""The life of a partnership."""

from collections.abc import Mapping
from enum import StrEnum

from app.core.errors import Conflict


class PartnerState(StrEnum):
    """Where a partnership stands."""

    INVITED = "invited"  # a link was made; the partner has not answered
    DECLINED = "declined"  # the partner said no, or the invitation was taken back
    CONNECTED = "connected"  # the partner's staff accepted
    PAUSED = "paused"  # connected, and nothing new is sold for now
    DISCONNECTED = "disconnected"  # one side ended it


TRANSITIONS: Mapping[PartnerState, frozenset[PartnerState]] = {
    PartnerState.INVITED: frozenset({PartnerState.INVITED, PartnerState.CONNECTED, PartnerState.DECLINED}),
    PartnerState.DECLINED: frozenset({PartnerState.INVITED}),
    PartnerState.CONNECTED: frozenset({PartnerState.PAUSED, PartnerState.DISCONNECTED}),
    PartnerState.PAUSED: frozenset({PartnerState.CONNECTED, PartnerState.DISCONNECTED}),
    PartnerState.DISCONNECTED: frozenset({PartnerState.INVITED}),
}

LIVE = frozenset({PartnerState.CONNECTED, PartnerState.PAUSED})


def ensure(current: PartnerState, wanted: PartnerState) -> None:
    """Refuse a step the partnership cannot take from where it stands."""
    if wanted not in TRANSITIONS[current]:
        raise Conflict(f"This partnership is {current}; it cannot become {wanted}.")
