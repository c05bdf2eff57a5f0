"""The work this domain asks for."""

from dataclasses import dataclass
from typing import ClassVar

from app.job_runs.declaration import Job, PartnerStoreJob


@dataclass(frozen=True, slots=True)
class ReadMasterOrders(PartnerStoreJob):
    """Read what the partner did with our orders since the last look."""

    name: ClassVar[str] = "receiving.read_master_orders"
    max_seconds: ClassVar[int] = 600
    coalesce_by: ClassVar[tuple[str, ...]] = ("partner_store_id",)  # one look is enough
    lane_by: ClassVar[tuple[str, str]] = ("parcels", "partner_store_id")  # one partner's parcels in order

    partner_store_id: int


@dataclass(frozen=True, slots=True)
class ReadMasterOrder(PartnerStoreJob):
    """Read one of our orders on the partner's store, because there is news of it."""

    name: ClassVar[str] = "receiving.read_master_order"
    coalesce_by: ClassVar[tuple[str, ...]] = ("partner_store_id", "order_gid")  # several news are one reading
    lane_by: ClassVar[tuple[str, str]] = ("parcels", "partner_store_id")  # one partner's parcels in order

    partner_store_id: int
    order_gid: str


@dataclass(frozen=True, slots=True)
class UseSurplus(Job):
    """Give surplus at the centre to orders that wait, before more is ordered."""

    name: ClassVar[str] = "receiving.use_surplus"
    follows: ClassVar[bool] = True
    coalesce_by: ClassVar[tuple[str, ...]] = ("partner_id",)  # one pass serves all that wait

    store_id: int
    partner_id: int


@dataclass(frozen=True, slots=True)
class ReviewParcels(Job):
    """Tell of parcels that should have come by now, and look whether those on the way were delivered."""

    name: ClassVar[str] = "receiving.review_parcels"
    coalesce_by: ClassVar[tuple[str, ...]] = ("store_id",)  # the last look counts

    store_id: int
