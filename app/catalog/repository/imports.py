"""What was brought into the retailer's store, and what became of each product."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.errors import ImportNotFound
from app.catalog.models import ImportItem, ProductImport, SkuMapping
from app.catalog.repository.joins import in_the_store
from app.catalog.states import ItemState


async def get_import(session: AsyncSession, store_id: int, import_id: int) -> ProductImport:
    """Return the import of this store."""
    found = await session.get(ProductImport, (store_id, import_id))
    if found is None:
        raise ImportNotFound()
    return found


async def list_items(session: AsyncSession, store_id: int, import_id: int) -> Sequence[ImportItem]:
    """Return the products of an import in the order they were chosen."""
    query = (
        select(ImportItem)
        .where(ImportItem.store_id == store_id, ImportItem.import_id == import_id)
        .order_by(ImportItem.id)
    )
    return (await session.scalars(query)).all()


async def lock_item(session: AsyncSession, store_id: int, item_id: int) -> ImportItem:
    """Return one product of an import, locked."""
    return await session.get_one(ImportItem, (store_id, item_id), with_for_update=True)


async def list_imports(
    session: AsyncSession, store_id: int, partner_id: int | None, limit: int
) -> Sequence[ProductImport]:
    """Return the latest imports, newest first."""
    query = select(ProductImport).where(ProductImport.store_id == store_id)
    if partner_id is not None:
        query = query.where(ProductImport.partner_id == partner_id)
    return (await session.scalars(query.order_by(ProductImport.id.desc()).limit(limit))).all()


async def list_imported(
    session: AsyncSession, store_id: int, partner_id: int, product_gids: Collection[str]
) -> dict[str, str]:
    """Return the product in the retailer's store by the partner's product, of those imported that are still there."""
    query = select(ImportItem.partner_product_gid, ImportItem.shopify_product_id).where(
        ImportItem.store_id == store_id,
        ImportItem.partner_id == partner_id,
        ImportItem.state == ItemState.IMPORTED,
        ImportItem.partner_product_gid.in_(product_gids),
        select(SkuMapping.id)
        .where(
            SkuMapping.store_id == store_id,
            SkuMapping.shopify_product_id == ImportItem.shopify_product_id,
            in_the_store(),
        )
        .exists(),
    )
    return {theirs: ours for theirs, ours in (await session.execute(query)) if ours}


async def count_items_of(
    session: AsyncSession, store_id: int, import_ids: Collection[int]
) -> dict[int, dict[ItemState, int]]:
    """Return how many products of each import are in each state."""
    query = (
        select(ImportItem.import_id, ImportItem.state, func.count())
        .where(ImportItem.store_id == store_id, ImportItem.import_id.in_(import_ids))
        .group_by(ImportItem.import_id, ImportItem.state)
    )
    counts: dict[int, dict[ItemState, int]] = {import_id: {} for import_id in import_ids}
    for import_id, state, count in await session.execute(query):
        counts[import_id][ItemState(state)] = count
    return counts


async def clear_staff(session: AsyncSession, store_id: int) -> int:
    """Let no import say who of the staff asked for it; returns how many said it."""
    told = update(ProductImport).where(ProductImport.store_id == store_id, ProductImport.requested_by.is_not(None))
    return len((await session.execute(told.values(requested_by=None).returning(ProductImport.id))).all())
