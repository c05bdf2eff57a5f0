"""The life of an inbound parcel."""

import enum
from collections.abc import Mapping

from app.core.errors import Conflict


class ParcelState(enum.StrEnum):
    """What is true of a parcel from a partner."""

    ON_THE_WAY = "on_the_way"  # the partner sent it; it is not opened here yet
    RECEIVED = "received"  # opened and counted
    CANCELLED = "cancelled"  # the partner took it back before it arrived


TRANSITIONS: Mapping[ParcelState, frozenset[ParcelState]] = {
    ParcelState.ON_THE_WAY: frozenset({ParcelState.RECEIVED, ParcelState.CANCELLED}),
    ParcelState.RECEIVED: frozenset(),
    ParcelState.CANCELLED: frozenset(),
}


class AlreadyReceived(Conflict):
    """Two people opened the same parcel's page."""

    sentence = (
        "This parcel was received in the meantime, and what you entered was not taken in. Compare it with what was "
        "counted; what is wrong there you can correct."
    )


class TakenBack(Conflict):
    """The partner cancelled the parcel while somebody had its page open."""

    sentence = (
        "The partner cancelled this parcel in their store. Should it arrive all the same, ask them to send it anew."
    )


def ensure(state: ParcelState, target: ParcelState) -> None:
    """Refuse a step that is not in the table."""
    if target not in TRANSITIONS[state]:
        raise TakenBack() if state is ParcelState.CANCELLED else AlreadyReceived()
