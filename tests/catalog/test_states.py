"""The steps imports and their products can take."""

import pytest

from app.catalog.states import (
    IMPORT_TRANSITIONS,
    ITEM_TRANSITIONS,
    ImportState,
    ItemState,
    ensure_import,
    ensure_item,
)
from app.core.errors import Conflict


def test_transitions_are_total() -> None:
    assert set(IMPORT_TRANSITIONS) == set(ImportState)
    assert set(ITEM_TRANSITIONS) == set(ItemState)


@pytest.mark.parametrize("wanted", list(ItemState))
def test_an_imported_product_stays_imported(wanted: ItemState) -> None:
    with pytest.raises(Conflict):
        ensure_item(ItemState.IMPORTED, wanted)


@pytest.mark.parametrize("wanted", [ImportState.WAITING, ImportState.RUNNING])
def test_a_finished_import_can_be_taken_up_again(wanted: ImportState) -> None:
    ensure_import(ImportState.FINISHED, wanted)

    with pytest.raises(Conflict):
        ensure_import(ImportState.FINISHED, ImportState.FINISHED)
