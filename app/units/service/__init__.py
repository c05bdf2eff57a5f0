"""The verbs of the unit ledger; each posts at most one posting."""

from app.units.service.demand import (
    advance_demand,
    hold_back,
    let_go_on,
    lock_open_units,
    mark_late,
    requeue,
    settle_demands,
)
from app.units.service.matching import match, unmatch
from app.units.service.ordering import assign, confirm_supply, promise, requeue_uncovered, unassign
from app.units.service.posting import post
from app.units.service.supply import (
    advance_supply,
    correct_receipt,
    damage_supply,
    receive_supply,
    return_supply,
    short_supply,
    withdraw_supply,
)

__all__ = [
    "advance_demand",
    "advance_supply",
    "assign",
    "confirm_supply",
    "correct_receipt",
    "damage_supply",
    "hold_back",
    "let_go_on",
    "lock_open_units",
    "mark_late",
    "match",
    "post",
    "promise",
    "receive_supply",
    "requeue",
    "requeue_uncovered",
    "return_supply",
    "settle_demands",
    "short_supply",
    "unassign",
    "unmatch",
    "withdraw_supply",
]
