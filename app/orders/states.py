"""Where a line goes, and what an order's payment and fulfilment words mean for its units."""

import enum


class Route(enum.StrEnum):
    """Where the units of a line are made."""

    PARTNER = "partner"  # units are ordered from the mapped partner
    OWN = "own"  # the retailer's own item, gift card, tip or custom line
    UNMAPPED = "unmapped"  # carries a partner's SKU, but no mapping leads to a variant
    EARLIER = "earlier"  # ordered before its mapping went live; listed for a decision


class Standing(enum.StrEnum):
    """How an order stands by where its units are; one that is sent in parts stands in several ways."""

    NEEDS_YOU = "needs_you"  # something about it cannot proceed by itself
    KEPT = "kept"  # units wait for payment, or are on hold
    AWAITED = "awaited"  # units are to come from a partner
    TO_PACK = "to_pack"  # units are at the centre and in no box
    SHIPPED = "shipped"  # units were sent, and none is left


PAID_BACK = "REFUNDED"
PAID = frozenset({"PAID", "PARTIALLY_REFUNDED", PAID_BACK})
"""Displayed financial statuses under which the order came to stand fully paid at some time."""

TO_FULFILL = frozenset({"OPEN", "SCHEDULED", "ON_HOLD", "IN_PROGRESS", "INCOMPLETE"})
"""Fulfilment order statuses whose remaining quantity is still wanted (reference §2.7)."""
