"""The work this domain asks for."""

from dataclasses import dataclass
from typing import ClassVar

from app.job_runs.declaration import Job


@dataclass(frozen=True, slots=True)
class SyncStock(Job):
    """Read what a partner has of everything that is mapped; one reading serves every retailer."""

    name: ClassVar[str] = "inventory.sync_stock"
    max_seconds: ClassVar[int] = 900

    partner_store_id: int

    @property
    def store_id(self) -> int:
        """The partner's store."""
        return self.partner_store_id

    @property
    def coalesce_key(self) -> str:
        """One reading is enough."""
        return str(self.partner_store_id)

    @property
    def lane(self) -> str:
        """One reading of a partner's stock at a time (D20)."""
        return f"stock:{self.partner_store_id}"


@dataclass(frozen=True, slots=True)
class ReadStock(Job):
    """Read the few items of a partner whose stock was announced to have changed."""

    name: ClassVar[str] = "inventory.read_stock"

    partner_store_id: int

    @property
    def store_id(self) -> int:
        """The partner's store."""
        return self.partner_store_id

    @property
    def coalesce_key(self) -> str:
        """What changes within a second is one reading (D15)."""
        return str(self.partner_store_id)

    @property
    def lane(self) -> str:
        """One reading of a partner's stock at a time."""
        return f"stock:{self.partner_store_id}"


@dataclass(frozen=True, slots=True)
class RefreshOffers(Job):
    """Have every retailer of a partner compute what it offers."""

    name: ClassVar[str] = "inventory.refresh_offers"

    partner_store_id: int

    @property
    def store_id(self) -> int:
        """The partner's store."""
        return self.partner_store_id

    @property
    def coalesce_key(self) -> str:
        """One round reaches everybody."""
        return str(self.partner_store_id)


@dataclass(frozen=True, slots=True)
class WriteOffers(Job):
    """Write what one retailer offers of one partner to its store, differences only."""

    name: ClassVar[str] = "inventory.write_offers"
    max_seconds: ClassVar[int] = 600

    store_id: int
    partner_id: int

    @property
    def coalesce_key(self) -> str:
        """The last numbers win."""
        return str(self.partner_id)

    @property
    def lane(self) -> str:
        """One writer per partnership."""
        return f"offers:{self.partner_id}"
