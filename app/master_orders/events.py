"""What happens to master orders."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from app.core.dates import in_words
from app.events.declaration import Event


@dataclass(frozen=True, slots=True)
class CycleOpened(Event):
    """A partner's next week takes units."""

    name: ClassVar[str] = "master_order.cycle.opened"
    sentence: ClassVar[str] = "Opened for the cut-off on {cutoff_on}"
    subject: ClassVar[str] = "master_order"

    cycle_id: int
    partner_id: int
    cutoff_on: str

    def told(self) -> str:
        """Return the sentence with the date as people read it."""
        return f"Opened for the cut-off on {in_words(date.fromisoformat(self.cutoff_on))}"


@dataclass(frozen=True, slots=True)
class DraftWritten(Event):
    """The draft on the partner's store says what is ordered so far."""

    name: ClassVar[str] = "master_order.draft.written"
    sentence: ClassVar[str] = "Draft {draft} in the partner's store now has {units} units in {lines} lines"
    subject: ClassVar[str] = "master_order"

    cycle_id: int
    partner_id: int
    draft: str
    lines: int
    units: int


@dataclass(frozen=True, slots=True)
class DraftMissing(Event):
    """The partner deleted our draft; it is made again."""

    name: ClassVar[str] = "master_order.draft.rebuilt"
    sentence: ClassVar[str] = "The partner deleted the draft; it is made again"
    subject: ClassVar[str] = "master_order"

    cycle_id: int
    partner_id: int


@dataclass(frozen=True, slots=True)
class DraftChangedByPartner(Event):
    """The partner changed a line of our draft; it stays so until somebody decides."""

    name: ClassVar[str] = "master_order.draft.changed_by_partner"
    sentence: ClassVar[str] = "The partner changed {title} from {wanted} to {found}"
    subject: ClassVar[str] = "master_order"

    cycle_id: int
    partner_id: int
    title: str
    wanted: int
    found: int


@dataclass(frozen=True, slots=True)
class DraftChangeKept(Event):
    """Somebody decided that a line stays as the partner changed it."""

    name: ClassVar[str] = "master_order.draft.change_kept"
    sentence: ClassVar[str] = "{title} stays at {found}, as the partner changed it from {wanted}"
    subject: ClassVar[str] = "master_order"

    cycle_id: int
    partner_id: int
    title: str
    wanted: int
    found: int


@dataclass(frozen=True, slots=True)
class CycleFrozen(Event):
    """The list of units is sealed; later changes go to the change ledger."""

    name: ClassVar[str] = "master_order.cycle.frozen"
    sentence: ClassVar[str] = "Sealed with {units} units in {lines} lines"
    subject: ClassVar[str] = "master_order"

    cycle_id: int
    partner_id: int
    lines: int
    units: int


@dataclass(frozen=True, slots=True)
class CycleClosedEmpty(Event):
    """A week is over of which nothing stands in the partner's store."""

    name: ClassVar[str] = "master_order.cycle.empty"
    sentence: ClassVar[str] = "No master order this week: nothing stood on it"
    subject: ClassVar[str] = "master_order"

    cycle_id: int
    partner_id: int


@dataclass(frozen=True, slots=True)
class CycleGivenUp(Event):
    """The partner left before the week could be ordered; what was meant for it waits in the queue."""

    name: ClassVar[str] = "master_order.cycle.given_up"
    sentence: ClassVar[str] = "Ended without a master order: the partner was disconnected"
    subject: ClassVar[str] = "master_order"

    cycle_id: int
    partner_id: int


@dataclass(frozen=True, slots=True)
class MasterOrderClosed(Event):
    """The partner's order stands."""

    name: ClassVar[str] = "master_order.closed"
    sentence: ClassVar[str] = "Sent as {order}: {units} units"
    subject: ClassVar[str] = "master_order"

    cycle_id: int
    partner_id: int
    partner_store_id: int
    order: str
    order_gid: str
    units: int


@dataclass(frozen=True, slots=True)
class MasterOrderUncertain(Event):
    """The partner's store confirmed nothing and shows nothing; a person decides."""

    name: ClassVar[str] = "master_order.uncertain"
    sentence: ClassVar[str] = "Uncertain whether the partner's store made the draft; looked for each hour"
    subject: ClassVar[str] = "master_order"

    cycle_id: int
    partner_id: int


@dataclass(frozen=True, slots=True)
class MasterOrderLost(Event):
    """The order that was made of our draft is gone; a person decides."""

    name: ClassVar[str] = "master_order.lost"
    sentence: ClassVar[str] = "The order made of {draft} is not in the partner's store any more; looked for each hour"
    subject: ClassVar[str] = "master_order"

    cycle_id: int
    partner_id: int
    draft: str


@dataclass(frozen=True, slots=True)
class ChangedAfterFreeze(Event):
    """Units of a sealed master order are not needed any more; the change ledger has them."""

    name: ClassVar[str] = "master_order.changed_after_freeze"
    sentence: ClassVar[str] = "{quantity} × {title} is no longer needed and will be surplus"
    subject: ClassVar[str] = "master_order"

    cycle_id: int
    partner_id: int
    title: str
    quantity: int
