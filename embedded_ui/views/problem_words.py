"""What each kind of exception is called on its page, and which page mends it."""

from collections.abc import Mapping

HEADINGS: Mapping[str, str] = {
    "access_lost": "We lost access to a store",
    "booked_as_paid": "A master order was booked as paid",
    "completed_early": "The partner completed a master order early",
    "draft_invoice_sent": "The partner sent an invoice for the running draft",
    "draft_refused": "The partner’s store refuses the running draft",
    "frozen_without_reconciliation": "Sealed without a last look at your orders",
    "fulfilled_by_hand": "Somebody fulfilled by hand what a partner is to send",
    "job_failed": "A piece of work did not succeed",
    "job_waiting": "A piece of work has waited for long",
    "master_order_ageing": "A master order will soon be out of our reach",
    "master_order_cancelled": "The partner cancelled a master order",
    "master_order_not_followed": "What a partner did with a master order could not be read",
    "master_order_uncertain": "We do not know whether a master order was taken",
    "master_order_waits": "A master order cannot be sent yet",
    "master_order_without_centre": "A master order does not know where to go",
    "not_understood": "A message from Shopify could not be read",
    "order_ageing": "An order will soon be out of our reach",
    "order_gone": "An order may be gone from your store",
    "order_not_asked_for": "A partner made an order nobody asked for",
    "order_not_captured": "An order could not be taken in",
    "order_not_readable": "An order could not be read",
    "ordered_before_import": "Ordered before the product was imported",
    "over_shipped": "More was sent than the customer wants now",
    "parcel_cancelled_after_receipt": "The partner cancelled a parcel that is here",
    "parcel_overdue": "A parcel should have come by now",
    "parcel_with_other_goods": "A parcel holds goods you did not order",
    "partner_access_lost": "A partner’s store no longer lets us in",
    "partner_changed_draft": "The partner changed the running master order",
    "partner_gone": "Sold units wait for a partner who is gone",
    "partner_permission_missing": "A partner’s store lacks a permission",
    "partner_reduced": "The partner took less than we ordered",
    "partner_shows_nothing": "A partner’s store shows no products",
    "partner_silent": "A partner’s store cannot be reached",
    "partners_number_shown": "A box bears a partner’s tracking number",
    "payment_not_seen": "An order waits for a payment that may not be needed",
    "permission_taken_back": "A permission was taken back",
    "price_missing": "A partner shows no price",
    "shipment_not_accepted": "A shipment could not be posted",
    "shipment_uncertain": "We do not know whether your store took a shipment",
    "shipped_not_shown": "Your store shows as unsent what was shipped",
    "shipped_though_cancelled": "A box left although its order was cancelled",
    "stock_blocked": "Your store takes no stock of a partner",
    "stock_location_closed": "A partner closed a location whose stock you sell",
    "stock_not_read": "A partner’s stock could not be read",
    "stock_not_writable": "Stock of a product cannot be written",
    "store_frozen": "Shopify has paused a store",
    "store_silent": "A store gives no answer",
    "target_missing": "A partner’s product was deleted in your store",
    "tracking_not_corrected": "The tracking of a shipment could not be corrected",
    "unknown_shop": "A message came from a shop nobody knows",
    "unmapped": "What was sold leads to no partner’s product",
    "variant_gone": "The partner deleted a product that was sold",
    "variant_recreated": "A partner’s product may have been made anew",
}
PLACES: Mapping[str, tuple[str, str]] = {
    "access_lost": ("/app/settings", "Open the settings"),
    "master_order_without_centre": ("/app/settings", "Open the settings"),
    "partner_changed_draft": ("/app/master-orders", "See the running master orders"),
    "shipment_not_accepted": ("/app/shipments", "See the shipments"),
    "shipment_uncertain": ("/app/shipments", "See the shipments"),
    "stock_blocked": ("/app/settings", "Open the settings"),
}
"""Where it is mended, when that is not the page of what it is about."""
WORK: Mapping[str, str] = {
    "catalog.": "Reading or importing products",
    "fulfillment.": "Telling your store of a shipment",
    "inbox.": "Taking in a message from Shopify",
    "inventory.": "Keeping stock in step",
    "master_orders.": "Writing a master order",
    "orders.": "Reading your orders",
    "partners.": "Checking a partner’s store",
    "receiving.": "Following a partner’s parcels",
    "stores.": "Checking what a store permits",
}
"""By the beginning of a job's name."""


def cause_of(kind: str, cause: str) -> str:
    """Return the cause as a person reads it: a job is called by what it does, and the heading is not said twice."""
    cause = cause.removeprefix(f"{HEADINGS.get(kind, '')}: ")
    name, colon, why = cause.partition(": ")
    work = next((words for prefix, words in WORK.items() if name.startswith(prefix)), "")
    return f"{work}: {why}" if kind.startswith("job_") and colon and work else cause
