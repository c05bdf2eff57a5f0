"""The life of an import and of each product in it."""

import enum


class ImportState(enum.StrEnum):
    """What is true of an import."""

    WAITING = "waiting"  # asked for; no product was tried yet
    RUNNING = "running"  # products are being brought in
    FINISHED = "finished"  # every product was imported or refused with its reason


class ItemState(enum.StrEnum):
    """What is true of one product of an import."""

    WAITING = "waiting"  # not tried, or to be tried again
    IMPORTED = "imported"  # exists in the retailer's store, and is mapped
    REFUSED = "refused"  # cannot be imported as it is; the reason is kept
