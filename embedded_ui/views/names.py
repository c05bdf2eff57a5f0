"""What is gone is called on the pages, and whose order lines are."""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from app.orders.queries import OrderRow, orders_holding

GONE = "A product the partner removed"


async def orders_with_units(
    session: AsyncSession, store_id: int, lines: Iterable[tuple[int, int]]
) -> list[tuple[OrderRow, int]]:
    """Return the orders of lines with units, the oldest first, each with how many units of it there are."""
    wanted = list(lines)
    order_of = await orders_holding(session, store_id, {line_id for line_id, _ in wanted})
    orders = {row.id: row for row in order_of.values()}
    units: Counter[int] = Counter()
    for line_id, quantity in wanted:
        units[order_of[line_id].id] += quantity
    return [(row, units[row.id]) for row in sorted(orders.values(), key=lambda row: (row.placed_at, row.id))]
