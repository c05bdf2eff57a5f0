"""What can be lost and what makes up for it: fact, the topics that tell it, the poll that finds it anyway."""

from dataclasses import dataclass

from app.inbox.rules import COMPLIANCE


@dataclass(frozen=True, slots=True)
class Safety:
    """A fact that webhooks tell us, and the regular work that finds it when they are lost."""

    fact: str
    topics: frozenset[str]
    poll: str  # the job's name
    minutes: int  # how long the loss can last


SAFETY: tuple[Safety, ...] = (
    Safety(
        "an order of a retailer came, changed, was cancelled, edited or refunded, or its fulfilment moved",
        frozenset(
            {
                *("orders/create", "orders/updated", "orders/cancelled", "orders/edited", "refunds/create"),
                *("fulfillment_orders/moved", "fulfillment_orders/split", "fulfillment_orders/cancelled"),
                *("fulfillment_orders/placed_on_hold", "fulfillment_orders/hold_released"),
            }
        ),
        "orders.reconcile_orders",
        15,
    ),
    Safety(
        "a partner sent, changed or cancelled what we ordered",
        frozenset(
            {"fulfillments/create", "fulfillments/update", "orders/updated", "orders/cancelled", "orders/edited"}
        ),
        "receiving.read_master_orders",
        15,
    ),
    Safety(
        "a partner changed or deleted our draft",
        frozenset({"draft_orders/update", "draft_orders/delete"}),
        "master_orders.rewrite_draft",
        7 * 24 * 60,  # read back before it is written, and at the latest at the freeze
    ),
    Safety("a partner's stock changed", frozenset({"inventory_levels/update"}), "inventory.sync_stock", 60),
    Safety(
        "a partner changed or deleted a product",
        frozenset({"products/update", "products/delete"}),
        "catalog.read_products",
        60,
    ),
    Safety(
        "a store changed its permissions, its details, or removed the app",
        frozenset({"app/scopes_update", "shop/update", "app/uninstalled"}),
        "stores.check_installation",
        24 * 60,
    ),
)

WITHOUT_POLL = (
    COMPLIANCE  # demands, not facts: Shopify repeats them until they are accepted, and lists them for the owner
)
