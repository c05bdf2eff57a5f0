"""The work this domain asks for."""

from dataclasses import dataclass
from typing import ClassVar

from app.job_runs.declaration import Job


@dataclass(frozen=True, slots=True)
class CheckPartnerStore(Job):
    """Make the pre-flight check of a partner's store, for every retailer it works with."""

    name: ClassVar[str] = "partners.check_store"
    max_seconds: ClassVar[int] = 600
    interactive: ClassVar[bool] = True

    partner_store_id: int

    @property
    def store_id(self) -> int:
        """The partner's store."""
        return self.partner_store_id

    @property
    def coalesce_key(self) -> str:
        """One waiting check is enough."""
        return str(self.partner_store_id)


@dataclass(frozen=True, slots=True)
class EndPartnerships(Job):
    """Disconnect a store that removed the app from every retailer."""

    name: ClassVar[str] = "partners.end_partnerships"

    partner_store_id: int

    @property
    def store_id(self) -> int:
        """The partner's store."""
        return self.partner_store_id

    @property
    def coalesce_key(self) -> str:
        """Once is enough."""
        return str(self.partner_store_id)


@dataclass(frozen=True, slots=True)
class TellOfAccess(Job):
    """Tell every retailer of a partner's store that it no longer lets us in, or does again."""

    name: ClassVar[str] = "partners.tell_of_access"

    partner_store_id: int

    @property
    def store_id(self) -> int:
        """The partner's store."""
        return self.partner_store_id

    @property
    def coalesce_key(self) -> str:
        """How it stands when the job runs is told."""
        return str(self.partner_store_id)


@dataclass(frozen=True, slots=True)
class EraseContacts(Job):
    """Forget whom an erased store knew, and who knew it."""

    name: ClassVar[str] = "partners.erase_contacts"

    store_id: int
