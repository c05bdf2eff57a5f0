"""The work this domain asks for."""

from dataclasses import dataclass
from typing import ClassVar

from app.job_runs.declaration import Job


@dataclass(frozen=True, slots=True)
class PostShipment(Job):
    """Tell the retailer's store that a box is on its way, with its tracking."""

    name: ClassVar[str] = "fulfillment.post_shipment"
    interactive: ClassVar[bool] = True

    store_id: int
    shipment_id: int
    order_id: int

    @property
    def coalesce_key(self) -> str:
        """A shipment is posted once."""
        return str(self.shipment_id)

    @property
    def lane(self) -> str:
        """Boxes of one order are posted one after the other."""
        return f"post:{self.order_id}"
