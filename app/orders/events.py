"""What happens to orders."""

from dataclasses import dataclass
from typing import ClassVar

from app.core.words import plural
from app.events.declaration import Event


@dataclass(frozen=True, slots=True)
class OrderCaptured(Event):
    """An order of the retailer's store is known to the hub."""

    name: ClassVar[str] = "order.captured"
    sentence: ClassVar[str] = "Captured; {partner_lines} of {lines} order lines are for partners"
    subject: ClassVar[str] = "order"

    order_id: int
    lines: int
    partner_lines: int
    is_recovered: bool

    def told(self) -> str:
        """Return how much of it is for partners."""
        if self.partner_lines == self.lines:
            return "Captured; all of it comes from partners"
        if not self.partner_lines:
            return "Captured; nothing of it comes from partners"
        come = "comes" if self.partner_lines == 1 else "come"
        return f"Captured; {self.partner_lines} of its {self.lines} lines {come} from partners"


@dataclass(frozen=True, slots=True)
class OrderLineRouted(Event):
    """A line's units are a partner's to make."""

    name: ClassVar[str] = "order.line.routed"
    sentence: ClassVar[str] = "{quantity} × {title} comes from {partner}"
    subject: ClassVar[str] = "order"

    order_id: int
    line_id: int
    title: str
    quantity: int
    partner: str


@dataclass(frozen=True, slots=True)
class OrderLineChanged(Event):
    """The units wanted of a line became more or fewer."""

    name: ClassVar[str] = "order.line.changed"
    sentence: ClassVar[str] = "{title}: {before} → {after} wanted"
    subject: ClassVar[str] = "order"

    order_id: int
    line_id: int
    title: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class OrderCancelled(Event):
    """The order was cancelled in the retailer's store."""

    name: ClassVar[str] = "order.cancelled"
    sentence: ClassVar[str] = "Cancelled in your store"
    subject: ClassVar[str] = "order"

    order_id: int


@dataclass(frozen=True, slots=True)
class OrderGivenUp(Event):
    """Somebody said that the order is gone from the retailer's store."""

    name: ClassVar[str] = "order.given_up"
    sentence: ClassVar[str] = "Gone from your store; nothing more is made for it"
    subject: ClassVar[str] = "order"

    order_id: int


@dataclass(frozen=True, slots=True)
class OrderHeld(Event):
    """A line may not proceed."""

    name: ClassVar[str] = "order.line.held"
    sentence: ClassVar[str] = "{title} is on hold: {reason}"
    subject: ClassVar[str] = "order"

    order_id: int
    line_id: int
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class OrderReleased(Event):
    """A hold on a line ended."""

    name: ClassVar[str] = "order.line.released"
    sentence: ClassVar[str] = "{title} was released"
    subject: ClassVar[str] = "order"

    order_id: int
    line_id: int
    title: str


@dataclass(frozen=True, slots=True)
class OrderDemandChanged(Event):
    """Units wanted from a partner became more or fewer; drafts and stock follow."""

    name: ClassVar[str] = "order.demand.changed"
    sentence: ClassVar[str] = "{partner}: what is ordered from them for this order changed"
    subject: ClassVar[str] = "order"

    order_id: int
    partner_id: int
    partner_store_id: int
    partner: str
    to_order: int
    unpaid: int
    held: int
    released: int

    def told(self) -> str:
        """Return where the units stand that moved, in numbers."""
        places = (
            (self.to_order, "to order"),
            (self.unpaid, "not to be ordered before the payment"),
            (self.held, "on hold"),
            (self.released, "no longer needed"),
        )
        return f"{self.partner}: " + ", ".join(f"{plural(units, 'unit')} {words}" for units, words in places if units)


@dataclass(frozen=True, slots=True)
class SentUnitsReleased(Event):
    """Units already on a frozen master order are not wanted any more; the goods will come and are surplus."""

    name: ClassVar[str] = "order.sent_units.released"
    sentence: ClassVar[str] = "{quantity} already ordered from the partner will be surplus at the centre"
    subject: ClassVar[str] = "order"

    order_id: int
    partner_id: int
    partner_store_id: int
    master_line_id: int
    quantity: int
