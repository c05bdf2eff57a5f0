"""The work this domain asks for."""

from dataclasses import dataclass
from typing import ClassVar

from app.job_runs.declaration import Job


@dataclass(frozen=True, slots=True)
class ReadMasterOrders(Job):
    """Read what the partner did with our orders since the last look."""

    name: ClassVar[str] = "receiving.read_master_orders"
    max_seconds: ClassVar[int] = 600

    partner_store_id: int

    @property
    def store_id(self) -> int:
        """The partner's store."""
        return self.partner_store_id

    @property
    def coalesce_key(self) -> str:
        """One look is enough."""
        return str(self.partner_store_id)

    @property
    def lane(self) -> str:
        """Parcels of one partner are read one after the other."""
        return f"parcels:{self.partner_store_id}"


@dataclass(frozen=True, slots=True)
class ReadMasterOrder(Job):
    """Read one of our orders on the partner's store, because there is news of it."""

    name: ClassVar[str] = "receiving.read_master_order"

    partner_store_id: int
    order_gid: str

    @property
    def store_id(self) -> int:
        """The partner's store."""
        return self.partner_store_id

    @property
    def coalesce_key(self) -> str:
        """Several news are one reading."""
        return f"{self.partner_store_id}:{self.order_gid}"

    @property
    def lane(self) -> str:
        """Parcels of one partner are read one after the other."""
        return f"parcels:{self.partner_store_id}"


@dataclass(frozen=True, slots=True)
class UseSurplus(Job):
    """Give surplus at the centre to orders that wait, before more is ordered."""

    name: ClassVar[str] = "receiving.use_surplus"

    store_id: int
    partner_id: int

    @property
    def coalesce_key(self) -> str:
        """One pass serves all that wait."""
        return str(self.partner_id)
