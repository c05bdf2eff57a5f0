"""Verbs of the master orders: open a week, gather its units, follow its draft, freeze it, close it."""

from app.master_orders.service.closing import (
    Closing,
    LeftBehind,
    SentOrder,
    adopt_order,
    begin_close,
    begin_completion,
    freeze_cycle,
    is_reconciled,
    record_closed,
    record_nothing_sent,
    record_taken_back,
)
from app.master_orders.service.cycles import end_weeks, open_next_cycle
from app.master_orders.service.doubt import look_now, record_uncertain, send_again
from app.master_orders.service.drafting import (
    DraftPlan,
    begin_writing,
    count_look,
    plan_draft,
    plan_running_draft,
    record_draft_missing,
    record_made,
    record_no_draft,
    record_refused,
    record_written,
)
from app.master_orders.service.edits import (
    RunningDraft,
    compare_draft,
    follow_edits,
    keep_line,
    restore_line,
    running_drafts,
)
from app.master_orders.service.ledger import note_release
from app.master_orders.service.trouble import INVOICE_SENT, NO_CENTRE, record_trouble, record_wait

__all__ = [
    "INVOICE_SENT",
    "NO_CENTRE",
    "Closing",
    "DraftPlan",
    "LeftBehind",
    "RunningDraft",
    "SentOrder",
    "adopt_order",
    "begin_close",
    "begin_completion",
    "begin_writing",
    "compare_draft",
    "count_look",
    "end_weeks",
    "follow_edits",
    "freeze_cycle",
    "is_reconciled",
    "keep_line",
    "look_now",
    "note_release",
    "open_next_cycle",
    "plan_draft",
    "plan_running_draft",
    "record_closed",
    "record_draft_missing",
    "record_made",
    "record_no_draft",
    "record_nothing_sent",
    "record_refused",
    "record_taken_back",
    "record_trouble",
    "record_uncertain",
    "record_wait",
    "record_written",
    "restore_line",
    "running_drafts",
    "send_again",
]
