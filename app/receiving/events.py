"""What happens to inbound parcels."""

from dataclasses import dataclass
from typing import ClassVar

from app.core.words import plural
from app.events.declaration import Event


@dataclass(frozen=True, slots=True)
class ParcelSent(Event):
    """The partner sent a parcel to the centre."""

    name: ClassVar[str] = "receiving.parcel.sent"
    sentence: ClassVar[str] = "The partner sent {units} units to the centre"
    subject: ClassVar[str] = "master_order"

    cycle_id: int
    partner_id: int
    parcel_id: int
    units: int


@dataclass(frozen=True, slots=True)
class ParcelTrackingCorrected(Event):
    """The partner replaced a parcel's tracking number, or added one."""

    name: ClassVar[str] = "receiving.parcel.tracking_corrected"
    sentence: ClassVar[str] = "The partner corrected the tracking number of a parcel"
    subject: ClassVar[str] = "master_order"

    cycle_id: int
    partner_id: int
    parcel_id: int


@dataclass(frozen=True, slots=True)
class ParcelCancelled(Event):
    """The partner took a parcel back before it arrived."""

    name: ClassVar[str] = "receiving.parcel.cancelled"
    sentence: ClassVar[str] = "The partner cancelled a parcel with {units} units"
    subject: ClassVar[str] = "master_order"

    cycle_id: int
    partner_id: int
    parcel_id: int
    units: int


@dataclass(frozen=True, slots=True)
class ParcelReceived(Event):
    """A parcel was opened and counted."""

    name: ClassVar[str] = "receiving.parcel.received"
    sentence: ClassVar[str] = "Received {units} of {announced} units announced, {over} more than ordered"
    subject: ClassVar[str] = "master_order"

    cycle_id: int
    partner_id: int
    parcel_id: int
    announced: int
    units: int
    over: int

    def told(self) -> str:
        """Return the sentence without what did not happen."""
        if self.units == 0:
            return f"Nothing arrived of {plural(self.announced, 'unit')} announced"
        return Event.told(self).removesuffix(", 0 more than ordered")


@dataclass(frozen=True, slots=True)
class ParcelCorrected(Event):
    """What was counted in a parcel was wrong, and something else stands there now."""

    name: ClassVar[str] = "receiving.parcel.corrected"
    sentence: ClassVar[str] = "Corrected what was found in a parcel: {units} units instead of {before}"
    subject: ClassVar[str] = "master_order"

    cycle_id: int
    partner_id: int
    partner_store_id: int
    parcel_id: int
    before: int
    units: int


@dataclass(frozen=True, slots=True)
class UnitsTakenBack(Event):
    """Units an order had been given were never at the centre: their parcel had been counted wrong."""

    name: ClassVar[str] = "receiving.units.taken_back"
    sentence: ClassVar[str] = "{quantity} units are not at the centre after all: the parcel had been counted wrong"
    subject: ClassVar[str] = "order"

    order_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class UnitsShorted(Event):
    """Ordered units will not come; whoever waited for them is back in the queue."""

    name: ClassVar[str] = "receiving.units.shorted"
    sentence: ClassVar[str] = "{quantity} units will not come; {requeued} of them wait for the next master order"
    subject: ClassVar[str] = "master_order"

    cycle_id: int
    partner_id: int
    partner_store_id: int
    quantity: int
    requeued: int

    def told(self) -> str:
        """Return what becomes of the units, without what does not."""
        missing = f"{plural(self.quantity, 'unit')} will not come"
        if not self.requeued:
            return missing
        again = "it" if self.quantity == 1 else "they" if self.requeued == self.quantity else f"{self.requeued} of them"
        return f"{missing}; {again} {'waits' if self.requeued == 1 else 'wait'} for the next master order"


@dataclass(frozen=True, slots=True)
class UnitsOrderedAgain(Event):
    """Units an order waited for did not come; they wait for the partner's next master order."""

    name: ClassVar[str] = "receiving.units.ordered_again"
    sentence: ClassVar[str] = (
        "{quantity} units from {partner} did not come; they are ordered again with the next master order"
    )
    subject: ClassVar[str] = "order"

    order_id: int
    quantity: int
    partner: str

    def told(self) -> str:
        """Return the sentence for one unit or for several."""
        if self.quantity == 1:
            return f"1 unit from {self.partner} did not come; it is ordered again with the next master order"
        return Event.told(self)


@dataclass(frozen=True, slots=True)
class UnitsAllocated(Event):
    """Units at the centre were given to an order."""

    name: ClassVar[str] = "receiving.units.allocated"
    sentence: ClassVar[str] = "{quantity} units are at the centre, ready to pack"
    subject: ClassVar[str] = "order"

    order_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class UnitsPromised(Event):
    """Units of an order wait for goods on their way that nobody else needs."""

    name: ClassVar[str] = "receiving.units.promised"
    sentence: ClassVar[str] = "{quantity} units are in a parcel on its way already, so nothing more is ordered"
    subject: ClassVar[str] = "order"

    order_id: int
    quantity: int
