"""The verbs of the catalogue."""

from app.catalog.service.importing import (
    MOST_PRODUCTS,
    Chosen,
    NewMapping,
    choose_skus,
    finish_import,
    forget_staff,
    record_imported,
    record_refused,
    request_import,
    retry_refused,
    start_import,
)
from app.catalog.service.lost import LostProduct, find_lost, note_lost, record_drafted
from app.catalog.service.products import (
    confirm_gone,
    hold_back,
    mark_products_deleted,
    note_missing,
    note_unpriced,
    store_partner_products,
)
from app.catalog.service.sources import Suggestion, choose_source, follow_recreated, note_renamed, suggest_sources
from app.catalog.service.targets import leave_out, note_targets

__all__ = [
    "MOST_PRODUCTS",
    "Chosen",
    "LostProduct",
    "NewMapping",
    "Suggestion",
    "choose_skus",
    "choose_source",
    "confirm_gone",
    "find_lost",
    "finish_import",
    "follow_recreated",
    "forget_staff",
    "hold_back",
    "leave_out",
    "mark_products_deleted",
    "note_lost",
    "note_missing",
    "note_renamed",
    "note_targets",
    "note_unpriced",
    "record_drafted",
    "record_imported",
    "record_refused",
    "request_import",
    "retry_refused",
    "start_import",
    "store_partner_products",
    "suggest_sources",
]
