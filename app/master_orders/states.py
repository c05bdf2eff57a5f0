"""The life of a cycle: one partner's week, which becomes one master order."""

import enum
from collections.abc import Mapping

from app.core.errors import Conflict


class CycleState(enum.StrEnum):
    """What is true of a cycle."""

    OPEN = "open"  # units still join; the draft on the partner's store follows
    CLOSING = "closing"  # frozen; being written to the partner's store and completed
    UNCERTAIN = "uncertain"  # completed or not, we could not find out; a person looks
    CLOSED = "closed"  # the partner's order stands
    EMPTY = "empty"  # nothing was ordered; no master order exists


TRANSITIONS: Mapping[CycleState, frozenset[CycleState]] = {
    CycleState.OPEN: frozenset({CycleState.CLOSING, CycleState.EMPTY, CycleState.CLOSED}),
    CycleState.CLOSING: frozenset({CycleState.CLOSED, CycleState.UNCERTAIN, CycleState.EMPTY}),
    CycleState.UNCERTAIN: frozenset({CycleState.CLOSING, CycleState.CLOSED}),
    CycleState.CLOSED: frozenset(),
    CycleState.EMPTY: frozenset(),
}

FROZEN = frozenset(CycleState) - {CycleState.OPEN}


class IllegalTransition(Conflict):
    """The cycle is past this."""

    sentence = "This master order has moved on. Reload the page to see where it is."


def ensure(state: CycleState, target: CycleState) -> None:
    """Refuse a transition that is not in the table."""
    if target not in TRANSITIONS[state]:
        raise IllegalTransition()
