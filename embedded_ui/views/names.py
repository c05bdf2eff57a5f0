"""What lines are called on the pages, and whose they are: an order names the product, the centre needs the variant."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.queries import VariantFacts, variants_of_store
from app.orders.queries import LineRow, OrderRow, list_orders_by_id, orders_of_lines

GONE = "A product the partner removed"


async def variants_of(session: AsyncSession, pairs: Iterable[tuple[int | None, int | None]]) -> dict[int, VariantFacts]:
    """Return partners' variants by id, of (partner store, variant) pairs; one question for each store."""
    by_store: dict[int, set[int]] = defaultdict(set)
    for store_id, variant_id in pairs:
        if store_id is not None and variant_id is not None:
            by_store[store_id].add(variant_id)
    found: dict[int, VariantFacts] = {}
    for store_id, ids in by_store.items():
        found |= await variants_of_store(session, store_id, ids)
    return found


async def names_of_lines(session: AsyncSession, lines: Iterable[LineRow]) -> dict[int, str]:
    """Return what each order line is called: the product as the retailer sells it, with the variant."""
    wanted = list(lines)
    variants = await variants_of(session, ((line.partner_store_id, line.partner_variant_id) for line in wanted))
    return {line.id: name_of(line, variants) for line in wanted}


def name_of(line: LineRow, variants: Mapping[int, VariantFacts]) -> str:
    """Return the line's title, completed by the partner's where that says more."""
    variant = variants.get(line.partner_variant_id or 0)
    if variant is None or variant.title == line.title:
        return line.title
    return variant.title if variant.title.startswith(line.title) else f"{line.title} ({variant.title})"


async def orders_with_units(
    session: AsyncSession, store_id: int, lines: Iterable[tuple[int, int]]
) -> list[tuple[OrderRow, int]]:
    """Return the orders of lines with units, the oldest first, each with how many units of it there are."""
    wanted = list(lines)
    order_of = await orders_of_lines(session, store_id, {line_id for line_id, _ in wanted}) if wanted else {}
    units: Counter[int] = Counter()
    for line_id, quantity in wanted:
        units[order_of[line_id]] += quantity
    rows = await list_orders_by_id(session, store_id, set(units)) if units else {}
    return [(row, units[row.id]) for row in sorted(rows.values(), key=lambda row: (row.placed_at, row.id))]
