"""Where units are, told as the steps they take: of an order line to its customer, of a master order to the centre."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from app.units.states import DemandState, SupplyState

D, S = DemandState, SupplyState


@dataclass(frozen=True, slots=True)
class Place:
    """One state in words: for a sentence, for a badge, and how loudly it is said."""

    words: str
    badge: str
    tone: str = "info"


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the way, and how it stands on a bar."""

    words: str
    units: int
    mark: str  # passed, here or ahead


@dataclass(frozen=True, slots=True)
class Journey:
    """Where some units are."""

    stages: tuple[Stage, ...]
    sentence: str
    badge: str
    tone: str
    units: int  # on their way or arrived
    arrived: int
    awaited: int  # not at the centre yet
    ready: int  # at the centre, in no box yet

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to happen."""
        return self.arrived == self.units


AT_HAND: Mapping[str, Place] = {
    D.ALLOCATED: Place("ready to pack", "Ready to pack", "caution"),
    D.PACKED: Place("packed", "Packed", "caution"),
}
"""What waits for somebody at the centre."""
ROUTE_TO_CUSTOMER: tuple[tuple[str, Mapping[str, Place]], ...] = (
    (
        "Ordered",
        {
            D.CAPTURED: Place("waiting for payment", "Payment missing", "warning"),
            D.HELD: Place("on hold", "On hold", "warning"),
            D.QUEUED: Place("joining the next master order", "Next master order"),
        },
    ),
    (
        "With the partner",
        {
            D.SENT: Place("ordered from the partner", "With the partner"),
            S.ACKNOWLEDGED: Place("confirmed by the partner", "With the partner"),
        },
    ),
    ("On the way here", {S.INBOUND: Place("on the way to the centre", "On the way here")}),
    (
        "At the centre",
        {
            S.RECEIVED: Place("at the centre", "At the centre"),
            D.ALLOCATED: AT_HAND[D.ALLOCATED],
        },
    ),
    ("Packed", {D.PACKED: AT_HAND[D.PACKED]}),
    (
        "Sent",
        {
            D.OUTBOUND: Place("on the way to the customer", "Sent", "success"),
            D.DELIVERED: Place("delivered", "Delivered", "success"),
        },
    ),
)
ROUTE_TO_CENTRE: tuple[tuple[str, Mapping[str, Place]], ...] = (
    (
        "With the partner",
        {
            S.SENT: Place("with the partner", "With the partner"),
            S.ACKNOWLEDGED: Place("confirmed by the partner", "Confirmed"),
        },
    ),
    ("On the way", {S.INBOUND: Place("on the way", "On the way")}),
    (
        "At the centre",
        {
            S.ALLOCATED: Place("arrived", "Arrived", "success"),
            S.RECEIVED: Place("arrived as surplus", "Arrived", "success"),
        },
    ),
)
ROUTE_FROM_YOU: tuple[tuple[str, Mapping[str, Place]], ...] = (
    (
        "With you",
        {
            S.SENT: Place("with you", "With you"),
            S.ACKNOWLEDGED: Place("confirmed by you", "Confirmed"),
        },
    ),
    ROUTE_TO_CENTRE[1],
    ("At the centre", dict.fromkeys((S.ALLOCATED, S.RECEIVED), Place("arrived", "Arrived", "success"))),
)
"""The same way as the partner reads it, to whom it is the same who got what."""
BEFORE_THE_CENTRE = frozenset({"Ordered", "With the partner", "With you", "On the way here", "On the way"})
ENDED: Mapping[str, str] = {
    D.CANCELLED: "cancelled",
    D.REFUNDED: "refunded",
    D.SHORTED: "will not come",
    D.RETURNED: "returned",
    S.WITHDRAWN: "no longer counted",
    S.DAMAGED: "damaged",
}
NOTHING = Place("", "Nothing to send", "neutral")
PARTLY = Place("", "Partly shipped", "info")


def to_customer(places: Mapping[str, int]) -> Journey:
    """Return the journey of an order line's units, called by what somebody can do now, else by whether some left."""
    journey = _journey(ROUTE_TO_CUSTOMER, places)
    work = next((place for state, place in AT_HAND.items() if places.get(state)), None)
    place = work or (PARTLY if 0 < journey.arrived < journey.units else None)
    return replace(journey, badge=place.badge, tone=place.tone) if place else journey


def to_centre(places: Mapping[str, int], *, for_partner: bool = False) -> Journey:
    """Return the journey of a master line's units, in the words of who reads it."""
    return _journey(ROUTE_FROM_YOU if for_partner else ROUTE_TO_CENTRE, places)


def together(places: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Return the places of several lines as one."""
    total: dict[str, int] = {}
    for each in places:
        for state, units in each.items():
            total[state] = total.get(state, 0) + units
    return total


def _journey(route: tuple[tuple[str, Mapping[str, Place]], ...], places: Mapping[str, int]) -> Journey:
    counts = [sum(places.get(state, 0) for state in step) for _, step in route]
    reached = next((index for index, units in enumerate(counts) if units), len(route))
    stages = tuple(
        Stage(words, units, "here" if units else "passed" if index < reached and any(counts) else "ahead")
        for index, ((words, _), units) in enumerate(zip(route, counts, strict=True))
    )
    awaited = sum(units for (words, _), units in zip(route, counts, strict=True) if words in BEFORE_THE_CENTRE)
    told = {state: place for _, step in route for state, place in step.items() if places.get(state)}
    first = next(iter(told.values()), NOTHING)
    by_words: dict[str, int] = {}
    for state, words in [*((state, place.words) for state, place in told.items()), *ENDED.items()]:
        by_words[words] = by_words.get(words, 0) + places.get(state, 0)
    sentence = ", ".join(f"{units} {words}" for words, units in by_words.items() if units)
    return Journey(
        stages,
        sentence,
        first.badge,
        first.tone,
        sum(counts),
        counts[-1],
        awaited,
        places.get(D.ALLOCATED, 0),
    )
