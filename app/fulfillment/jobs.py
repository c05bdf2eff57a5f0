"""The work this domain asks for."""

from dataclasses import dataclass
from typing import ClassVar

from app.job_runs.declaration import Job


@dataclass(frozen=True, slots=True)
class PostShipment(Job):
    """Tell the retailer's store that a box is on its way, with its tracking."""

    name: ClassVar[str] = "fulfillment.post_shipment"
    interactive: ClassVar[bool] = True
    coalesce_by: ClassVar[tuple[str, ...]] = ("shipment_id",)  # a shipment is posted once
    lane_by: ClassVar[tuple[str, str]] = ("post", "order_id")  # boxes of one order are posted one after the other

    store_id: int
    shipment_id: int
    order_id: int


@dataclass(frozen=True, slots=True)
class CorrectTracking(Job):
    """Tell the retailer's store of another carrier or number of a box on its way."""

    name: ClassVar[str] = "fulfillment.correct_tracking"
    interactive: ClassVar[bool] = True
    coalesce_by: ClassVar[tuple[str, ...]] = ("shipment_id",)  # what was asked for last counts
    lane_by: ClassVar[tuple[str, str]] = ("post", "order_id")  # never beside another telling of the order

    store_id: int
    shipment_id: int
    order_id: int


@dataclass(frozen=True, slots=True)
class LookAtNumbers(Job):
    """See whether a customer reads the number that a partner's parcel turned out to bear."""

    name: ClassVar[str] = "fulfillment.look_at_numbers"
    coalesce_by: ClassVar[tuple[str, ...]] = ("parcel_id",)  # how it stands when the job runs counts

    store_id: int
    parcel_id: int


@dataclass(frozen=True, slots=True)
class EraseCustomer(Job):
    """Erase what is held of a customer's orders, each in its time."""

    name: ClassVar[str] = "fulfillment.erase_customer"
    coalesce_by: ClassVar[tuple[str, ...]] = ("request_id",)  # one waiting look is enough

    store_id: int
    request_id: int


@dataclass(frozen=True, slots=True)
class EraseStore(Job):
    """Erase the people of a store that is gone."""

    name: ClassVar[str] = "fulfillment.erase_store"
    coalesce_by: ClassVar[tuple[str, ...]] = ("request_id",)  # once is enough

    store_id: int
    request_id: int
