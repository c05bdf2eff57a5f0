"""The work this domain asks for."""

from dataclasses import dataclass
from typing import ClassVar

from app.job_runs.declaration import Job


@dataclass(frozen=True, slots=True)
class ReadOrders(Job):
    """Read the orders that are waiting to be read again."""

    name: ClassVar[str] = "orders.read_orders"

    store_id: int

    @property
    def coalesce_key(self) -> str:
        """One reading takes all that wait."""
        return str(self.store_id)

    @property
    def lane(self) -> str:
        """Captures of one store run one after the other."""
        return f"orders:{self.store_id}"


@dataclass(frozen=True, slots=True)
class ReconcileOrders(Job):
    """Compare all orders that changed since the last comparison, whether or not a webhook told of them."""

    name: ClassVar[str] = "orders.reconcile_orders"
    max_seconds: ClassVar[int] = 900

    store_id: int

    @property
    def coalesce_key(self) -> str:
        """One comparison is enough."""
        return str(self.store_id)

    @property
    def lane(self) -> str:
        """Captures of one store run one after the other."""
        return f"orders:{self.store_id}"


@dataclass(frozen=True, slots=True)
class RouteUnmapped(Job):
    """Give lines that carried a partner's SKU a route, now that products were mapped."""

    name: ClassVar[str] = "orders.route_unmapped"

    store_id: int

    @property
    def coalesce_key(self) -> str:
        """One pass takes all."""
        return str(self.store_id)

    @property
    def lane(self) -> str:
        """Captures of one store run one after the other."""
        return f"orders:{self.store_id}"


@dataclass(frozen=True, slots=True)
class ReviewPartner(Job):
    """List what waits for a partner who went, or end that list when the partner is back."""

    name: ClassVar[str] = "orders.review_partner"

    store_id: int
    partner_id: int

    @property
    def coalesce_key(self) -> str:
        """The last look counts."""
        return str(self.partner_id)
