"""What a store is to us, and whether we can reach it."""

from enum import StrEnum


class StoreRole(StrEnum):
    """A store has one role; the second is refused."""

    RETAILER = "retailer"  # sells partners' products
    PARTNER = "partner"  # its products are sold by retailers


class AccessState(StrEnum):
    """Whether our calls to the store are answered."""

    WORKING = "working"  # the last call was accepted
    DEAD = "dead"  # the token is refused for good; the store must open the app again
    FROZEN = "frozen"  # Shopify has paused the store; nothing is wrong with the token
    SILENT = "silent"  # calls get no answer, again and again


RESTING = frozenset({AccessState.FROZEN, AccessState.SILENT})
"""Nothing is wrong with our access, but calling now is of no use: one looks again from time to time."""
