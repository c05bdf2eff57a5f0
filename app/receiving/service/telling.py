"""Whose units these are: what is told of lots stands in the stories of orders."""

from collections import defaultdict
from collections.abc import Iterable

from app.core.unit_of_work import UnitOfWork
from app.orders.queries import orders_of_lines
from app.units.queries import lines_of_lots
from app.units.terms import LotUnits


async def units_by_order(uow: UnitOfWork, lots: Iterable[LotUnits]) -> list[tuple[int, int]]:
    """Return how many of these units are each order's."""
    lots = list(lots)
    lines = await lines_of_lots(uow.session, uow.store_id, {lot_id for lot_id, _ in lots})
    orders = await orders_of_lines(uow.session, uow.store_id, set(lines.values()))
    units: dict[int, int] = defaultdict(int)
    for lot_id, quantity in lots:
        units[orders[lines[lot_id]]] += quantity
    return sorted(units.items())
