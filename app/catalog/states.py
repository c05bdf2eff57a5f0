"""The life of an import and of each product in it."""

import enum
from collections.abc import Mapping

from app.core.errors import Conflict


class ImportState(enum.StrEnum):
    """What is true of an import."""

    WAITING = "waiting"  # asked for; no product was tried yet, or refused ones are to be tried again
    RUNNING = "running"  # products are being brought in
    FINISHED = "finished"  # every product was imported or refused with its reason


class ItemState(enum.StrEnum):
    """What is true of one product of an import."""

    WAITING = "waiting"  # not tried, or to be tried again
    IMPORTED = "imported"  # exists in the retailer's store, and is mapped
    REFUSED = "refused"  # cannot be imported as it is; the reason is kept


IMPORT_TRANSITIONS: Mapping[ImportState, frozenset[ImportState]] = {
    ImportState.WAITING: frozenset(ImportState),
    ImportState.RUNNING: frozenset(ImportState),  # a run that was killed begins again
    ImportState.FINISHED: frozenset({ImportState.WAITING, ImportState.RUNNING}),
}
ITEM_TRANSITIONS: Mapping[ItemState, frozenset[ItemState]] = {
    ItemState.WAITING: frozenset({ItemState.IMPORTED, ItemState.REFUSED}),
    ItemState.IMPORTED: frozenset(),
    ItemState.REFUSED: frozenset({ItemState.WAITING, ItemState.IMPORTED}),
}


def ensure_import(current: ImportState, wanted: ImportState) -> None:
    """Refuse a step an import cannot take from where it stands."""
    if wanted not in IMPORT_TRANSITIONS[current]:
        raise Conflict(f"This import is {current}; it cannot become {wanted}.")


def ensure_item(current: ItemState, wanted: ItemState) -> None:
    """Refuse a step a product of an import cannot take from where it stands."""
    if wanted not in ITEM_TRANSITIONS[current]:
        raise Conflict(f"This product is {current}; it cannot become {wanted}.")
