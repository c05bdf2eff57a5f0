"""What happens to shipments."""

from dataclasses import dataclass
from typing import ClassVar

from app.events.declaration import Event


@dataclass(frozen=True, slots=True)
class ShipmentPacked(Event):
    """Units of an order are in a box."""

    name: ClassVar[str] = "fulfillment.shipment.packed"
    sentence: ClassVar[str] = "{quantity} items were packed"
    subject: ClassVar[str] = "order"

    order_id: int
    shipment_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class ShipmentUnpacked(Event):
    """A box was opened again."""

    name: ClassVar[str] = "fulfillment.shipment.unpacked"
    sentence: ClassVar[str] = "A box was unpacked"
    subject: ClassVar[str] = "order"

    order_id: int
    shipment_id: int


@dataclass(frozen=True, slots=True)
class ShipmentHandedOver(Event):
    """A carrier has the box; the store is being told."""

    name: ClassVar[str] = "fulfillment.shipment.handed_over"
    sentence: ClassVar[str] = "Handed to {carrier}, number {number}"
    subject: ClassVar[str] = "order"

    order_id: int
    shipment_id: int
    carrier: str
    number: str


@dataclass(frozen=True, slots=True)
class ShipmentPosted(Event):
    """The customer can read the tracking on the order status page."""

    name: ClassVar[str] = "fulfillment.shipment.posted"
    sentence: ClassVar[str] = "The customer sees the tracking on the order status page"
    subject: ClassVar[str] = "order"

    order_id: int
    shipment_id: int


@dataclass(frozen=True, slots=True)
class TrackingCorrectionAsked(Event):
    """The box has another carrier or number than was entered; the store is being told."""

    name: ClassVar[str] = "fulfillment.tracking.correction_asked"
    sentence: ClassVar[str] = "Tracking to be corrected to {carrier}, number {number}"
    subject: ClassVar[str] = "order"

    order_id: int
    shipment_id: int
    carrier: str
    number: str


@dataclass(frozen=True, slots=True)
class TrackingCorrected(Event):
    """The customer reads the corrected tracking."""

    name: ClassVar[str] = "fulfillment.tracking.corrected"
    sentence: ClassVar[str] = "The customer sees the corrected tracking on the order status page"
    subject: ClassVar[str] = "order"

    order_id: int
    shipment_id: int


@dataclass(frozen=True, slots=True)
class ShipmentLinked(Event):
    """Somebody had told the store of the box by hand; it is not told again."""

    name: ClassVar[str] = "fulfillment.shipment.linked"
    sentence: ClassVar[str] = "Your store showed the box as sent already; it was not posted a second time"
    subject: ClassVar[str] = "order"

    order_id: int
    shipment_id: int


@dataclass(frozen=True, slots=True)
class ShipmentUncertain(Event):
    """The store confirmed nothing and shows nothing; a person decides."""

    name: ClassVar[str] = "fulfillment.shipment.uncertain"
    sentence: ClassVar[str] = "Uncertain whether your store took the shipment; looked for each hour"
    subject: ClassVar[str] = "order"

    order_id: int
    shipment_id: int


@dataclass(frozen=True, slots=True)
class ShipmentStuck(Event):
    """The store would not take the fulfilment."""

    name: ClassVar[str] = "fulfillment.shipment.stuck"
    sentence: ClassVar[str] = "The shipment could not be posted: {why}"
    subject: ClassVar[str] = "order"

    order_id: int
    shipment_id: int
    why: str
