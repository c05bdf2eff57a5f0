"""The work this domain asks for."""

from dataclasses import dataclass
from typing import ClassVar

from app.job_runs.declaration import Job


@dataclass(frozen=True, slots=True)
class ReadOrders(Job):
    """Read the orders that are waiting to be read again."""

    name: ClassVar[str] = "orders.read_orders"
    coalesce_by: ClassVar[tuple[str, ...]] = ("store_id",)  # one reading takes all that wait
    lane_by: ClassVar[tuple[str, str]] = ("orders", "store_id")  # captures of one store run one after the other

    store_id: int


@dataclass(frozen=True, slots=True)
class ReconcileOrders(Job):
    """Compare all orders that changed since the last comparison, whether or not a webhook told of them."""

    name: ClassVar[str] = "orders.reconcile_orders"
    max_seconds: ClassVar[int] = 900
    coalesce_by: ClassVar[tuple[str, ...]] = ("store_id",)  # one comparison is enough
    lane_by: ClassVar[tuple[str, str]] = ("orders", "store_id")  # captures of one store run one after the other

    store_id: int


@dataclass(frozen=True, slots=True)
class RouteUnmapped(Job):
    """Give lines that carried a partner's SKU a route, now that products were mapped."""

    name: ClassVar[str] = "orders.route_unmapped"
    coalesce_by: ClassVar[tuple[str, ...]] = ("store_id",)  # one pass takes all
    lane_by: ClassVar[tuple[str, str]] = ("orders", "store_id")  # captures of one store run one after the other

    store_id: int


@dataclass(frozen=True, slots=True)
class ReviewPartner(Job):
    """List what waits for a partner who went, or end that list when the partner is back."""

    name: ClassVar[str] = "orders.review_partner"
    coalesce_by: ClassVar[tuple[str, ...]] = ("partner_id",)  # the last look counts

    store_id: int
    partner_id: int


@dataclass(frozen=True, slots=True)
class HoldAgain(Job):
    """Hold what came back to a partner's queue of orders that may not proceed."""

    name: ClassVar[str] = "orders.hold_again"
    coalesce_by: ClassVar[tuple[str, ...]] = ("partner_id",)  # one look takes all
    lane_by: ClassVar[tuple[str, str]] = ("orders", "store_id")  # captures of one store run one after the other

    store_id: int
    partner_id: int


@dataclass(frozen=True, slots=True)
class GoOnWithOrder(Job):
    """Let what was held of an order go on, now that somebody said that it is there."""

    name: ClassVar[str] = "orders.go_on_with_order"
    coalesce_by: ClassVar[tuple[str, ...]] = ("store_id", "order_id")  # said twice is said once
    lane_by: ClassVar[tuple[str, str]] = ("orders", "store_id")  # captures of one store run one after the other

    store_id: int
    order_id: int
