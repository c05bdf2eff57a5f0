"""What happens to orders."""

from dataclasses import dataclass
from typing import ClassVar

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
    added: int
    released: int

    def told(self) -> str:
        """Return what changed in numbers, without what did not."""
        changes = [
            f"{self.added} more to order" if self.added else "",
            f"{self.released} no longer needed" if self.released else "",
        ]
        said = ", ".join(filter(None, changes)) or "when it can be ordered changed, with a payment or a hold"
        return f"{self.partner}: {said}"


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
