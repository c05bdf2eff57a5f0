"""What happens to partnerships."""

from dataclasses import dataclass
from typing import ClassVar

from app.events.declaration import Event


@dataclass(frozen=True, slots=True)
class PartnerInvited(Event):
    """A link was made for a partner."""

    name: ClassVar[str] = "partner.invited"
    sentence: ClassVar[str] = "{partner} was invited"
    subject: ClassVar[str] = "partner"

    partner_id: int
    partner: str


@dataclass(frozen=True, slots=True)
class PartnerInvitationWithdrawn(Event):
    """The retailer took the invitation back."""

    name: ClassVar[str] = "partner.invitation.withdrawn"
    sentence: ClassVar[str] = "The invitation of {partner} was taken back"
    subject: ClassVar[str] = "partner"

    partner_id: int
    partner: str


@dataclass(frozen=True, slots=True)
class PartnerContactChanged(Event):
    """The retailer calls the partner otherwise, or writes to another address; which one is kept out of events."""

    name: ClassVar[str] = "partner.contact_changed"
    sentence: ClassVar[str] = "Name and e-mail of {partner} were saved"
    subject: ClassVar[str] = "partner"

    partner_id: int
    partner: str


@dataclass(frozen=True, slots=True)
class PartnerConnected(Event):
    """The partner's staff accepted the connection, what is shared, and the terms."""

    name: ClassVar[str] = "partner.connected"
    sentence: ClassVar[str] = "{partner} accepted the connection with {discount} off their retail prices"
    subject: ClassVar[str] = "partner"

    partner_id: int
    partner_store_id: int
    partner: str
    discount: str


@dataclass(frozen=True, slots=True)
class PartnerDeclined(Event):
    """The partner's staff said no."""

    name: ClassVar[str] = "partner.declined"
    sentence: ClassVar[str] = "{partner} declined the invitation"
    subject: ClassVar[str] = "partner"

    partner_id: int
    partner: str


@dataclass(frozen=True, slots=True)
class PartnerDisconnected(Event):
    """One side ended the partnership."""

    name: ClassVar[str] = "partner.disconnected"
    sentence: ClassVar[str] = "The partnership with {partner} ended"
    subject: ClassVar[str] = "partner"

    partner_id: int
    partner_store_id: int
    partner: str


@dataclass(frozen=True, slots=True)
class PartnerCalendarChanged(Event):
    """The partner's weekly cut-off is another one from the next cycle on."""

    name: ClassVar[str] = "partner.calendar_changed"
    sentence: ClassVar[str] = "The weekly cut-off of {partner} is now {calendar}"
    subject: ClassVar[str] = "partner"

    partner_id: int
    partner: str
    calendar: str


@dataclass(frozen=True, slots=True)
class PartnerBufferChanged(Event):
    """Another number of units is left to the partner of each variant."""

    name: ClassVar[str] = "partner.buffer_changed"
    sentence: ClassVar[str] = "{buffer} units of each variant are left to {partner}"
    subject: ClassVar[str] = "partner"

    partner_id: int
    partner: str
    buffer: int


@dataclass(frozen=True, slots=True)
class PartnerChecked(Event):
    """The pre-flight check was made."""

    name: ClassVar[str] = "partner.checked"
    sentence: ClassVar[str] = "The store of {partner} was checked: {found}"
    subject: ClassVar[str] = "partner"

    partner_id: int
    partner: str
    found: str
