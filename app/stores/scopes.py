"""The permissions we ask of a store: what every store grants at installation, and what each role adds by a click."""

from collections.abc import Iterable, Mapping

from app.stores.states import StoreRole

REQUIRED = frozenset({"read_products", "read_inventory", "read_locations"})
RETAILER = frozenset({"write_products", "write_inventory", "read_orders", "write_merchant_managed_fulfillment_orders"})
PARTNER = frozenset({"write_draft_orders", "read_orders", "read_fulfillments", "write_payment_terms"})
CREATE_LOCATION = frozenset({"write_locations"})  # only when the retailer lets us create the stock location
PAYMENT_TERMS = frozenset({"read_payment_terms"})  # without it, orders with payment terms wait until they are paid

OPTIONAL = RETAILER | PARTNER | CREATE_LOCATION | PAYMENT_TERMS

WHAT_FOR: Mapping[str, str] = {
    "read_products": "show the products of a store",
    "read_inventory": "read how much is in stock",
    "read_locations": "know where stock is kept",
    "write_products": "create the products you import, as drafts, and draft what their partner deletes",
    "write_inventory": "keep the stock of imported products true",
    "read_orders": "see which orders contain units we take care of",
    "write_merchant_managed_fulfillment_orders": "mark what was shipped, with its tracking",
    "write_draft_orders": "place one master order a week, as a draft order",
    "read_payment_terms": "know which orders are paid later, so that they do not wait",
    "read_fulfillments": "see when a master order was shipped",
    "write_payment_terms": "put the agreed payment terms on the master order",
    "write_locations": "create the location for partner stock",
}

_BY_ROLE: Mapping[StoreRole | None, frozenset[str]] = {
    None: REQUIRED,
    StoreRole.RETAILER: REQUIRED | RETAILER,
    StoreRole.PARTNER: REQUIRED | PARTNER,
}


def wanted_by(role: StoreRole | None) -> frozenset[str]:
    """Return every permission the role needs to do its whole work."""
    return _BY_ROLE[role]


def expanded(granted: Iterable[str]) -> frozenset[str]:
    """Return the permissions with those they imply: writing implies reading."""
    scopes = frozenset(granted)
    return scopes | {f"read_{scope.removeprefix('write_')}" for scope in scopes if scope.startswith("write_")}


def missing(wanted: Iterable[str], granted: Iterable[str]) -> tuple[str, ...]:
    """Return what is wanted and not granted, in a stable order."""
    return tuple(sorted(frozenset(wanted) - expanded(granted)))
