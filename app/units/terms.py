"""What the ledger is told and what it answers, as plain values; all quantities are units of the partner."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.core.money import Money
from app.units.states import DemandState, OwnerKind, SupplyState

LotUnits = tuple[int, int]
"""A lot's id and how many of its units."""


@dataclass(frozen=True, slots=True)
class Because:
    """Why units move: the cause, the thing it happened to, and since when it is true in the world."""

    cause: str
    reference_kind: str
    reference_id: str
    true_from: datetime


@dataclass(frozen=True, slots=True)
class Demand:
    """An order line that wants units of one partner variant, at the cost agreed when it was captured."""

    line_id: int
    partner_id: int
    partner_store_id: int
    partner_variant_id: int
    unit_cost: Money
    units_per: int = 1
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Supply:
    """A master line that asks for units of one partner variant at one cost."""

    line_id: int
    partner_id: int
    partner_store_id: int
    partner_variant_id: int
    unit_cost: Money


@dataclass(frozen=True, slots=True)
class OrderedUnits:
    """Units ordered at one instant; eligible from the latest of order, payment and release, not while unpaid."""

    quantity: int
    eligible_at: datetime | None


@dataclass(frozen=True, slots=True)
class Target:
    """How many units a line is to have in all; `ordered` says when they were ordered, oldest first."""

    units: int
    ordered: Sequence[OrderedUnits]
    held: bool = False
    ends_as: DemandState = DemandState.CANCELLED


@dataclass(frozen=True, slots=True)
class Released:
    """Units that left where they were: no longer wanted, or back in the queue."""

    lot_id: int
    supply_line_id: int | None
    state: DemandState
    quantity: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What it took to bring a line to its target."""

    entered: int = 0
    released: tuple[Released, ...] = ()
    over_shipped: int = 0
    rearranged: int = 0  # units that changed between captured, held and queued
    placed: Mapping[DemandState, int] = field(default_factory=dict)  # where the units that moved stand now

    @property
    def released_count(self) -> int:
        """How many units are no longer wanted."""
        return sum(each.quantity for each in self.released)

    @property
    def changed(self) -> bool:
        """Whether anything moved."""
        return bool(self.entered or self.released or self.rearranged)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What became of the units meant for a supply when the partner's store confirmed it."""

    sent: int = 0
    requeued: int = 0


@dataclass(frozen=True, slots=True)
class Received:
    """How much of a receipt was awaited, and how much nobody had asked for."""

    expected: int = 0
    over: int = 0


@dataclass(frozen=True, slots=True)
class LotTerms:
    """What a lot hands on to the lots that split from it."""

    partner_id: int
    partner_store_id: int
    partner_variant_id: int
    unit_cost: Money
    units_per: int
    note: str | None
    captured_at: datetime
    late: bool = False


@dataclass(frozen=True, slots=True)
class LotState:
    """A lot as a verb finds it under its lock."""

    id: int
    owner_kind: OwnerKind
    owner_id: int
    supply_id: int | None
    eligible_at: datetime | None
    terms: LotTerms
    balances: Mapping[str, int] = field(default_factory=dict)

    def count(self, *states: DemandState | SupplyState) -> int:
        """How many units are in these states."""
        return sum(self.balances.get(state, 0) for state in states)


@dataclass(frozen=True, slots=True)
class Move:
    """Units of one owner that go from a lot's state (none: they enter) to a lot's state."""

    start: LotState | None
    start_state: DemandState | SupplyState | None
    end: LotState
    end_state: DemandState | SupplyState
    quantity: int
