"""The work this domain asks for."""

from dataclasses import dataclass
from typing import ClassVar

from app.job_runs.declaration import Job, PartnerStoreJob


@dataclass(frozen=True, slots=True)
class SyncStock(PartnerStoreJob):
    """Read what a partner has of everything that is mapped; one reading serves every retailer."""

    name: ClassVar[str] = "inventory.sync_stock"
    max_seconds: ClassVar[int] = 900
    coalesce_by: ClassVar[tuple[str, ...]] = ("partner_store_id",)  # one reading is enough
    lane_by: ClassVar[tuple[str, str]] = ("stock", "partner_store_id")  # one reading at a time (D20)

    partner_store_id: int
    by_poll: bool = False  # nobody told of a change: what has changed all the same is counted


@dataclass(frozen=True, slots=True)
class ReadStock(PartnerStoreJob):
    """Read the few items of a partner whose stock was announced to have changed."""

    name: ClassVar[str] = "inventory.read_stock"
    coalesce_by: ClassVar[tuple[str, ...]] = ("partner_store_id",)  # what changes within a second is one reading (D15)
    lane_by: ClassVar[tuple[str, str]] = ("stock", "partner_store_id")  # one reading of a partner's stock at a time

    partner_store_id: int


@dataclass(frozen=True, slots=True)
class RefreshOffers(PartnerStoreJob):
    """Have every retailer of a partner compute what it offers."""

    name: ClassVar[str] = "inventory.refresh_offers"
    follows: ClassVar[bool] = True
    coalesce_by: ClassVar[tuple[str, ...]] = ("partner_store_id",)  # one round reaches everybody

    partner_store_id: int


@dataclass(frozen=True, slots=True)
class WriteOffers(Job):
    """Write what one retailer offers of one partner to its store, differences only."""

    name: ClassVar[str] = "inventory.write_offers"
    follows: ClassVar[bool] = True
    max_seconds: ClassVar[int] = 600
    coalesce_by: ClassVar[tuple[str, ...]] = ("partner_id",)  # the last numbers win
    lane_by: ClassVar[tuple[str, str]] = ("offers", "partner_id")  # one writer per partnership

    store_id: int
    partner_id: int


@dataclass(frozen=True, slots=True)
class CompareOffers(Job):
    """Compare a retailer's store with what is offered of every partner it has or had."""

    name: ClassVar[str] = "inventory.compare_offers"
    coalesce_by: ClassVar[tuple[str, ...]] = ("store_id", "by_poll")  # once is enough

    store_id: int
    by_poll: bool = False  # of those only whose stock nobody reads: what is offered of others follows each reading


@dataclass(frozen=True, slots=True)
class LeaveLocation(Job):
    """Take partner stock away from where it was kept before, and write it where it is kept now."""

    name: ClassVar[str] = "inventory.leave_location"
    max_seconds: ClassVar[int] = 600
    coalesce_by: ClassVar[tuple[str, ...]] = ("store_id", "location_id")  # a location is left once
    lane_by: ClassVar[tuple[str, str]] = ("shelf", "store_id")  # moved to and fro, one after the other

    store_id: int
    location_id: str
