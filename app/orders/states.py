"""Where a line goes, and what an order's payment and fulfilment words mean for its units."""

import enum


class Route(enum.StrEnum):
    """Where the units of a line are made."""

    PARTNER = "partner"  # units are ordered from the mapped partner
    OWN = "own"  # the retailer's own item, gift card, tip or custom line
    UNMAPPED = "unmapped"  # carries a partner's SKU, but no mapping leads to a variant
    EARLIER = "earlier"  # ordered before its mapping went live; listed for a decision


PAID = frozenset({"PAID", "PARTIALLY_REFUNDED", "REFUNDED"})
"""Displayed financial statuses under which the order came to stand fully paid at some time."""

TO_FULFILL = frozenset({"OPEN", "SCHEDULED", "ON_HOLD", "IN_PROGRESS", "INCOMPLETE"})
"""Fulfilment order statuses whose remaining quantity is still wanted (reference §2.7)."""
