"""What a lost webhook would have told, and which regular comparison tells it all the same (architecture §5.2)."""

from dataclasses import dataclass

from app.catalog.jobs import ReadProducts
from app.inventory.jobs import SyncStock
from app.job_runs.declaration import Job
from app.master_orders.jobs import FollowDrafts
from app.orders.jobs import ReconcileOrders
from app.receiving.jobs import ReadMasterOrders
from app.stores.jobs import CheckInstallation, RegisterTopics
from app.stores.states import StoreRole
from jobs.schedule import DAY, HOUR

RETAILER, PARTNER = StoreRole.RETAILER, StoreRole.PARTNER
EITHER = None
QUARTER = 15


@dataclass(frozen=True, slots=True)
class Poll:
    """A fact, the topics that tell of it in stores of a role, and the job that finds it at the latest after a while."""

    fact: str
    role: StoreRole | None
    topics: tuple[str, ...]
    job: type[Job]
    minutes: int


POLLS: tuple[Poll, ...] = (
    Poll("an order was placed", RETAILER, ("orders/create",), ReconcileOrders, QUARTER),
    Poll("an order was paid or changed", RETAILER, ("orders/updated", "orders/edited"), ReconcileOrders, QUARTER),
    Poll(
        "an order was cancelled or refunded", RETAILER, ("orders/cancelled", "refunds/create"), ReconcileOrders, QUARTER
    ),
    Poll(
        "a part of an order was moved, held or released",
        RETAILER,
        (
            "fulfillment_orders/moved",
            "fulfillment_orders/split",
            "fulfillment_orders/placed_on_hold",
            "fulfillment_orders/hold_released",
            "fulfillment_orders/cancelled",
        ),
        ReconcileOrders,
        QUARTER,
    ),
    # With the first comparison of a day.
    Poll("an order was deleted", RETAILER, (), ReconcileOrders, QUARTER),
    # While something of it is awaited; a day where nothing is.
    Poll("a partner sent goods", PARTNER, ("fulfillments/create", "fulfillments/update"), ReadMasterOrders, QUARTER),
    Poll(
        "a partner changed or cancelled a master order",
        PARTNER,
        ("orders/updated", "orders/edited", "orders/cancelled"),
        ReadMasterOrders,
        QUARTER,
    ),
    # The retailer's job looks at the drafts in the partners' stores; so does each rewrite and each close.
    Poll(
        "a partner changed, completed or deleted a draft",
        PARTNER,
        ("draft_orders/update", "draft_orders/delete"),
        FollowDrafts,
        HOUR,
    ),
    Poll("a product was changed or deleted", PARTNER, ("products/update", "products/delete"), ReadProducts, HOUR),
    # Whoever sells a partner's stock is looked at with each reading of it.
    Poll("a retailer deleted what it sells of a partner", RETAILER, ("products/delete",), SyncStock, HOUR),
    Poll("stock changed", EITHER, ("inventory_levels/update",), SyncStock, HOUR),
    Poll(
        "the app was removed, its permissions or the shop's name changed",
        EITHER,
        ("app/uninstalled", "app/scopes_update", "shop/update"),
        CheckInstallation,
        DAY,
    ),
    Poll("Shopify dropped a subscription", EITHER, (), RegisterTopics, HOUR),
    Poll("a location was deactivated", EITHER, (), SyncStock, HOUR),
)
"""Wishes of people (compliance) are told by webhooks alone: they are stored before they are answered."""
