"""The judge of a history: every promise that the simulator's truth and the books can show."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.histories.checker import goods, masters, silence, stock, units
from tests.histories.checker.reading import Case

Check = Callable[[Case], Iterator[str]]

ORDERS: tuple[Check, ...] = (units.everything_placed, units.nothing_beyond_what_was_ordered, units.ledger_balances)
"""True 35 minutes after the weather ended."""

ALL: tuple[Check, ...] = (
    *ORDERS,
    units.handwork_is_told,
    units.eligible_times,
    units.states_are_true,
    units.each_open_unit_has_a_place,
    units.matched_units,
    masters.one_open_week,
    masters.weeks_follow_each_other,
    masters.freezes,
    masters.their_orders,
    masters.right_week,
    masters.sealed_for_somebody,
    stock.true_stock,
    goods.parcels,
    goods.customers_see_what_was_shipped,
    goods.customers_see_our_number,
    goods.shipped_units,
    silence.at_rest,
    silence.lost_stores_are_told,
    silence.told_once,
    silence.nobody_sees,
)


def judge(evidence: Mapping[str, Any], *, orders_only: bool = False) -> list[str]:
    """Return every place where a promise is broken; each begins with how: lost, doubled, broken or silent."""
    case = Case(**evidence)
    return [finding for check in (ORDERS if orders_only else ALL) for finding in check(case)]
