"""What order lines are called: an order names the product, whoever makes, packs or looks for it needs the variant."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.queries import variants_of_stores
from app.orders import rules
from app.orders.models import OrderLine
from app.orders.queries import LineRow


async def names_of_lines(session: AsyncSession, lines: Iterable[LineRow | OrderLine]) -> dict[int, str]:
    """Return by id what each line is called: the product as the retailer sells it, with the variant."""
    wanted = list(lines)
    variants = await variants_of_stores(session, ((line.partner_store_id, line.partner_variant_id) for line in wanted))
    theirs = {line.id: variants.get(line.partner_variant_id or 0) for line in wanted}
    return {line.id: rules.full_name(line.title, each.title if (each := theirs[line.id]) else "") for line in wanted}
