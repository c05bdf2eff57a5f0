"""Verbs of the master orders: open a week, gather its units, follow its draft, freeze it, close it."""

from app.master_orders.service.closing import (
    SentOrder,
    begin_completion,
    freeze_cycle,
    note_release,
    record_closed,
    record_nothing_sent,
)
from app.master_orders.service.cycles import open_next_cycle, plan_close
from app.master_orders.service.drafting import (
    DraftPlan,
    begin_creation,
    look_again,
    plan_draft,
    record_draft_missing,
    record_edits,
    record_no_draft,
    record_written,
    restore_line,
)

__all__ = [
    "DraftPlan",
    "SentOrder",
    "begin_completion",
    "begin_creation",
    "freeze_cycle",
    "look_again",
    "note_release",
    "open_next_cycle",
    "plan_close",
    "plan_draft",
    "record_closed",
    "record_draft_missing",
    "record_edits",
    "record_no_draft",
    "record_nothing_sent",
    "record_written",
    "restore_line",
]
