"""Verbs of fulfilment: pack what is at the centre, hand it to a carrier, record what the store took, correct it."""

from app.fulfillment.service.correcting import (
    CorrectionPlan,
    correct_tracking,
    plan_correction,
    record_corrected,
    record_not_corrected,
)
from app.fulfillment.service.doubt import begin_asking, look_now, record_uncertain, send_again
from app.fulfillment.service.numbers import look_at_numbers
from app.fulfillment.service.packing import Handover, hand_over, pack_order, ready_lots, unpack
from app.fulfillment.service.posting import PostingPlan, plan_posting, record_part, record_posted, record_stuck

__all__ = [
    "CorrectionPlan",
    "Handover",
    "PostingPlan",
    "begin_asking",
    "correct_tracking",
    "hand_over",
    "look_at_numbers",
    "look_now",
    "pack_order",
    "plan_correction",
    "plan_posting",
    "ready_lots",
    "record_corrected",
    "record_not_corrected",
    "record_part",
    "record_posted",
    "record_stuck",
    "record_uncertain",
    "send_again",
    "unpack",
]
