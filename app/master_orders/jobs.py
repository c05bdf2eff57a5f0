"""The work this domain asks for."""

from dataclasses import dataclass
from typing import ClassVar

from app.job_runs.declaration import Job


@dataclass(frozen=True, slots=True)
class OpenCycle(Job):
    """Give a connected partner its running week."""

    name: ClassVar[str] = "master_orders.open_cycle"

    store_id: int
    partner_id: int

    @property
    def coalesce_key(self) -> str:
        """Once per partnership."""
        return str(self.partner_id)

    @property
    def lane(self) -> str:
        """What touches one partnership's master orders runs one after the other."""
        return f"master_orders:{self.partner_id}"


@dataclass(frozen=True, slots=True)
class RewriteDraft(Job):
    """Bring the draft on the partner's store to what is ordered so far."""

    name: ClassVar[str] = "master_orders.rewrite_draft"

    store_id: int
    partner_id: int

    @property
    def coalesce_key(self) -> str:
        """Changes of five minutes are one rewrite."""
        return str(self.partner_id)

    @property
    def lane(self) -> str:
        """What touches one partnership's master orders runs one after the other."""
        return f"master_orders:{self.partner_id}"


@dataclass(frozen=True, slots=True)
class CloseCycle(Job):
    """Freeze the week and make it the partner's order."""

    name: ClassVar[str] = "master_orders.close_cycle"
    max_seconds: ClassVar[int] = 600

    store_id: int
    partner_id: int
    cycle_id: int

    @property
    def coalesce_key(self) -> str:
        """A cycle closes once."""
        return str(self.cycle_id)

    @property
    def lane(self) -> str:
        """What touches one partnership's master orders runs one after the other."""
        return f"master_orders:{self.partner_id}"


@dataclass(frozen=True, slots=True)
class NoteRelease(Job):
    """Write to the change ledger that units of a sealed master order are not needed any more."""

    name: ClassVar[str] = "master_orders.note_release"

    store_id: int
    partner_id: int
    master_line_id: int
    order_id: int
    quantity: int
