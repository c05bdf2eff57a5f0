"""Every SELECT of the catalogue."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.errors import ImportNotFound, MappingNotFound
from app.catalog.models import ImportItem, PartnerProduct, PartnerVariant, ProductImport, SkuMapping
from app.catalog.states import ItemState
from app.core.db import upsert
from app.core.pagination import Page, Place, read_page

_PUT_PRODUCT = upsert(PartnerProduct, ("partner_store_id", "shopify_product_id"), newer="updated_there_at")
_PUT_VARIANT = upsert(PartnerVariant, ("partner_store_id", "shopify_variant_id"))

_LED_TO = (PartnerVariant.partner_store_id == SkuMapping.partner_store_id) & (
    PartnerVariant.id == SkuMapping.partner_variant_id
)
"""The variant of a partner that a mapping leads to."""

_OF_PRODUCT = (PartnerProduct.partner_store_id == PartnerVariant.partner_store_id) & (
    PartnerProduct.id == PartnerVariant.product_id
)
"""The product that a variant is of."""


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


async def list_partner_products(session: AsyncSession, partner_store_id: int) -> Sequence[PartnerProduct]:
    """Return every product of the partner that somebody imported."""
    query = (
        select(PartnerProduct).where(PartnerProduct.partner_store_id == partner_store_id).order_by(PartnerProduct.id)
    )
    return (await session.scalars(query)).all()


async def lock_products(session: AsyncSession, partner_store_id: int) -> None:
    """Lock every product of the partner that somebody imported, in the order in which they are kept."""
    query = select(PartnerProduct.id).where(PartnerProduct.partner_store_id == partner_store_id)
    await session.execute(query.order_by(PartnerProduct.shopify_product_id.collate("C")).with_for_update())


async def list_standing(
    session: AsyncSession, partner_store_id: int
) -> Sequence[Row[int, datetime | None, str, datetime | None]]:
    """Return id, time of deletion, status of its product, and when a reading missed that, of each variant."""
    query = select(PartnerVariant.id, PartnerVariant.deleted_at, PartnerProduct.status, PartnerProduct.missed_at)
    of_store = PartnerVariant.partner_store_id == partner_store_id
    return (await session.execute(query.join(PartnerProduct, _OF_PRODUCT).where(of_store))).all()


async def put_products(session: AsyncSession, rows: Sequence[dict[str, object]]) -> None:
    """Keep a partner's products as read, known or new, but where a later state is known; locked until the end.

    In one order for everybody, so that two readers can meet.
    """
    await session.execute(_PUT_PRODUCT, sorted(rows, key=lambda row: str(row["shopify_product_id"])))


async def product_ids(session: AsyncSession, partner_store_id: int, product_gids: Collection[str]) -> dict[str, int]:
    """Return our ids of the partner's products, by theirs."""
    query = select(PartnerProduct.shopify_product_id, PartnerProduct.id).where(
        PartnerProduct.partner_store_id == partner_store_id, PartnerProduct.shopify_product_id.in_(product_gids)
    )
    return {gid: product_id for gid, product_id in await session.execute(query)}


async def product_states(
    session: AsyncSession, partner_store_id: int, product_gids: Collection[str]
) -> dict[str, tuple[int, datetime]]:
    """Return our ids of the partner's products and when their known state began there, by their ids."""
    query = select(PartnerProduct.shopify_product_id, PartnerProduct.id, PartnerProduct.updated_there_at).where(
        PartnerProduct.partner_store_id == partner_store_id, PartnerProduct.shopify_product_id.in_(product_gids)
    )
    return {gid: (product_id, at) for gid, product_id, at in await session.execute(query)}


async def put_variants(session: AsyncSession, rows: Sequence[dict[str, object]]) -> None:
    """Keep a partner's variants as read, known or new."""
    if rows:
        await session.execute(_PUT_VARIANT, sorted(rows, key=lambda row: str(row["shopify_variant_id"])))


async def variant_ids(session: AsyncSession, partner_store_id: int, variant_gids: Collection[str]) -> dict[str, int]:
    """Return our ids of the partner's variants, by theirs."""
    query = select(PartnerVariant.shopify_variant_id, PartnerVariant.id).where(
        PartnerVariant.partner_store_id == partner_store_id, PartnerVariant.shopify_variant_id.in_(variant_gids)
    )
    return {gid: variant_id for gid, variant_id in await session.execute(query)}


async def mark_products_missing(
    session: AsyncSession, partner_store_id: int, product_gids: Collection[str], began_at: datetime
) -> None:
    """Mark products as not shown by a reading that began then, unless they were seen since or are deleted."""
    await session.execute(
        update(PartnerProduct)
        .where(
            PartnerProduct.partner_store_id == partner_store_id,
            PartnerProduct.shopify_product_id.in_(product_gids),
            PartnerProduct.seen_at < began_at,
            PartnerProduct.deleted_at.is_(None),
        )
        .values(missed_at=began_at)
    )


async def count_missing(session: AsyncSession, store_id: int, partner_id: int) -> int:
    """Return how many of the partner's products this retailer sells that the partner's store does not show."""
    query = (
        select(func.count(PartnerProduct.id.distinct()))
        .join(
            PartnerVariant,
            _OF_PRODUCT,
        )
        .join(
            SkuMapping,
            _LED_TO,
        )
        .where(
            SkuMapping.store_id == store_id,
            SkuMapping.partner_id == partner_id,
            SkuMapping.active_to.is_(None),
            PartnerProduct.missed_at.is_not(None),
        )
    )
    return (await session.execute(query)).scalar_one()


async def mark_products_deleted(
    session: AsyncSession, partner_store_id: int, product_gids: Collection[str], at: datetime
) -> None:
    """Mark products as gone, unless they are marked already."""
    await session.execute(
        update(PartnerProduct)
        .where(
            PartnerProduct.partner_store_id == partner_store_id,
            PartnerProduct.shopify_product_id.in_(product_gids),
            PartnerProduct.deleted_at.is_(None),
        )
        .values(deleted_at=at, missed_at=None)
    )


async def mark_variants_deleted(
    session: AsyncSession, partner_store_id: int, product_ids: Collection[int], but: Collection[str], at: datetime
) -> None:
    """Mark the variants of these products as gone, but those that were seen."""
    await session.execute(
        update(PartnerVariant)
        .where(
            PartnerVariant.partner_store_id == partner_store_id,
            PartnerVariant.product_id.in_(product_ids),
            PartnerVariant.shopify_variant_id.not_in(but),
            PartnerVariant.deleted_at.is_(None),
        )
        .values(deleted_at=at)
    )


async def list_active_mappings(
    session: AsyncSession, store_id: int, partner_id: int | None = None, ids: Collection[int] | None = None
) -> Sequence[SkuMapping]:
    """Return the store's live mappings, all or of one partner."""
    query = select(SkuMapping).where(SkuMapping.store_id == store_id, SkuMapping.active_to.is_(None))
    if partner_id is not None:
        query = query.where(SkuMapping.partner_id == partner_id)
    if ids is not None:
        query = query.where(SkuMapping.id.in_(ids))
    return (await session.scalars(query.order_by(SkuMapping.id))).all()


async def list_all_mappings(session: AsyncSession, store_id: int) -> Sequence[SkuMapping]:
    """Return every mapping there ever was, for the books."""
    return (
        await session.scalars(select(SkuMapping).where(SkuMapping.store_id == store_id).order_by(SkuMapping.id))
    ).all()


async def list_mappings_by_variant(
    session: AsyncSession, store_id: int, variant_gids: Collection[str]
) -> Sequence[SkuMapping]:
    """Return the live mappings of these variants of the retailer's store."""
    query = select(SkuMapping).where(
        SkuMapping.store_id == store_id, SkuMapping.active_to.is_(None), SkuMapping.shopify_variant_id.in_(variant_gids)
    )
    return (await session.scalars(query)).all()


async def list_mappings_by_sku(session: AsyncSession, store_id: int, skus: Collection[str]) -> Sequence[SkuMapping]:
    """Return the live mappings whose imported SKU is one of these, those still in the store first, then the oldest."""
    query = (
        select(SkuMapping)
        .where(SkuMapping.store_id == store_id, SkuMapping.active_to.is_(None), SkuMapping.sku.in_(skus))
        .order_by(SkuMapping.target_missing_at.is_not(None), SkuMapping.id)
    )
    return (await session.scalars(query)).all()


async def list_skus_of_others(
    session: AsyncSession, store_id: int, skus: Collection[str], partner_variant_gids: Collection[str]
) -> Sequence[str]:
    """Return which of these SKUs were given to variants other than these; also those of mappings that ended."""
    query = (
        select(SkuMapping.sku)
        .join(
            PartnerVariant,
            _LED_TO,
        )
        .where(
            SkuMapping.store_id == store_id,
            SkuMapping.sku.in_(skus),
            PartnerVariant.shopify_variant_id.not_in(partner_variant_gids),
        )
    )
    return (await session.scalars(query)).all()


async def list_prefixes(session: AsyncSession, store_id: int) -> dict[str, int]:
    """Return the SKU prefixes in use and the partner each leads to."""
    query = select(SkuMapping.prefix, SkuMapping.partner_id).where(SkuMapping.store_id == store_id).distinct()
    return {prefix: partner_id for prefix, partner_id in (await session.execute(query))}


async def find_mapping_by_item(session: AsyncSession, store_id: int, item_gid: str) -> SkuMapping | None:
    """Return the live mapping of an inventory item of the store."""
    query = select(SkuMapping).where(
        SkuMapping.store_id == store_id,
        SkuMapping.shopify_inventory_item_id == item_gid,
        SkuMapping.active_to.is_(None),
    )
    return await session.scalar(query)


async def find_mapping_by_partner_sku(
    session: AsyncSession, store_id: int, partner_id: int, partner_sku: str
) -> SkuMapping | None:
    """Return a live mapping to the partner's variant of this SKU, when that is the only one; one still in the store."""
    query = (
        select(SkuMapping)
        .join(
            PartnerVariant,
            _LED_TO,
        )
        .where(
            SkuMapping.store_id == store_id,
            SkuMapping.partner_id == partner_id,
            SkuMapping.active_to.is_(None),
            PartnerVariant.sku == partner_sku,
        )
        .order_by(SkuMapping.target_missing_at.is_not(None), SkuMapping.id)
    )
    found = (await session.scalars(query)).all()
    return found[0] if len({each.partner_variant_id for each in found}) == 1 else None


async def list_partner_variants(
    session: AsyncSession, partner_store_id: int, ids: Collection[int]
) -> Sequence[tuple[PartnerVariant, PartnerProduct]]:
    """Return variants with their product."""
    query = (
        select(PartnerVariant, PartnerProduct)
        .join(
            PartnerProduct,
            _OF_PRODUCT,
        )
        .where(PartnerVariant.partner_store_id == partner_store_id, PartnerVariant.id.in_(ids))
    )
    return [(variant, product) for variant, product in (await session.execute(query))]


async def page_mappings(
    session: AsyncSession, store_id: int, search: str, partner_id: int | None, place: Place
) -> Page[SkuMapping]:
    """Return a page of the live mappings whose SKU or product title contains the text."""
    query = select(SkuMapping).where(SkuMapping.store_id == store_id, SkuMapping.active_to.is_(None))
    if partner_id is not None:
        query = query.where(SkuMapping.partner_id == partner_id)
    if search:
        titled = (
            select(PartnerVariant.id)
            .join(PartnerProduct, _OF_PRODUCT)
            .where(
                _LED_TO,
                PartnerProduct.title.icontains(search, autoescape=True),
            )
            .exists()
        )
        query = query.where(SkuMapping.sku.icontains(search, autoescape=True) | titled)
    return await read_page(session, query, SkuMapping.id, place)


async def list_mappings_to(
    session: AsyncSession, store_id: int, partner_variant_ids: Collection[int]
) -> Sequence[SkuMapping]:
    """Return the live mappings that lead to these variants of partners."""
    query = select(SkuMapping).where(
        SkuMapping.store_id == store_id,
        SkuMapping.active_to.is_(None),
        SkuMapping.partner_variant_id.in_(partner_variant_ids),
    )
    # Of two to one variant the last is kept: the newest that is still in the store.
    return (await session.scalars(query.order_by(SkuMapping.target_missing_at.is_(None), SkuMapping.id))).all()


async def lock_mapping(session: AsyncSession, mapping: SkuMapping) -> SkuMapping:
    """Return the mapping as it is now, locked."""
    await session.refresh(mapping, with_for_update=True)
    return mapping


async def list_sourceless(
    session: AsyncSession, store_id: int, partner_id: int
) -> Sequence[tuple[SkuMapping, PartnerVariant]]:
    """Return the live mappings whose variant the partner deleted, with that variant, the oldest first."""
    query = (
        select(SkuMapping, PartnerVariant)
        .join(
            PartnerVariant,
            _LED_TO,
        )
        .where(
            SkuMapping.store_id == store_id,
            SkuMapping.partner_id == partner_id,
            SkuMapping.active_to.is_(None),
            PartnerVariant.deleted_at.is_not(None),
        )
        .order_by(SkuMapping.id)
    )
    return [(mapping, variant) for mapping, variant in await session.execute(query)]


async def list_unsold_alike(
    session: AsyncSession, store_id: int, partner_store_id: int, gone: Collection[PartnerVariant]
) -> Sequence[PartnerVariant]:
    """Return the partner's variants that share a product, SKU or barcode with one of these, and are sold as none."""
    is_sold = select(SkuMapping.id).where(
        SkuMapping.store_id == store_id,
        SkuMapping.active_to.is_(None),
        _LED_TO,
    )
    query = select(PartnerVariant).where(
        PartnerVariant.partner_store_id == partner_store_id,
        PartnerVariant.deleted_at.is_(None),
        PartnerVariant.product_id.in_({each.product_id for each in gone})
        | PartnerVariant.sku.in_({each.sku for each in gone if each.sku})
        | PartnerVariant.barcode.in_({each.barcode for each in gone if each.barcode}),
        ~is_sold.exists(),
    )
    return (await session.scalars(query.order_by(PartnerVariant.id))).all()


async def list_mappings_of_product(session: AsyncSession, store_id: int, product_gid: str) -> Sequence[SkuMapping]:
    """Return the live mappings of a product of the retailer's store."""
    query = select(SkuMapping).where(
        SkuMapping.store_id == store_id, SkuMapping.active_to.is_(None), SkuMapping.shopify_product_id == product_gid
    )
    return (await session.scalars(query.order_by(SkuMapping.id))).all()


async def list_mappings_of_products(
    session: AsyncSession, store_id: int, product_gids: Collection[str]
) -> Sequence[tuple[SkuMapping, PartnerVariant, str]]:
    """Return the live mappings of products of the retailer's store, with the partner's variant and product title."""
    query = (
        select(SkuMapping, PartnerVariant, PartnerProduct.title)
        .join(PartnerVariant, _LED_TO)
        .join(PartnerProduct, _OF_PRODUCT)
        .where(
            SkuMapping.store_id == store_id,
            SkuMapping.active_to.is_(None),
            SkuMapping.shopify_product_id.in_(product_gids),
        )
    )
    found = await session.execute(query.order_by(SkuMapping.id))
    return [(mapping, variant, title) for mapping, variant, title in found]


async def get_mapping(session: AsyncSession, store_id: int, mapping_id: int) -> SkuMapping:
    """Return the mapping of this store."""
    found = await session.get(SkuMapping, (store_id, mapping_id))
    if found is None:
        raise MappingNotFound()
    return found


async def count_products(session: AsyncSession, store_id: int) -> dict[int, int]:
    """Return how many products of each partner are mapped and still in the store."""
    query = (
        select(SkuMapping.partner_id, func.count(SkuMapping.shopify_product_id.distinct()))
        .where(SkuMapping.store_id == store_id, _in_the_store())
        .group_by(SkuMapping.partner_id)
    )
    return {partner_id: count for partner_id, count in (await session.execute(query))}


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
            _in_the_store(),
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


async def skus_of_variants(
    session: AsyncSession, partner_store_id: int, variant_gids: Collection[str]
) -> dict[str, str | None]:
    """Return the SKU of each of the partner's variants that are known, by their ids."""
    query = select(PartnerVariant.shopify_variant_id, PartnerVariant.sku).where(
        PartnerVariant.partner_store_id == partner_store_id, PartnerVariant.shopify_variant_id.in_(variant_gids)
    )
    return {gid: sku for gid, sku in await session.execute(query)}


async def map_items(session: AsyncSession, partner_store_id: int, item_gids: Collection[str] | None) -> dict[str, int]:
    """Return variant ids by inventory item, of those that exist."""
    query = select(PartnerVariant.shopify_inventory_item_id, PartnerVariant.id).where(
        PartnerVariant.partner_store_id == partner_store_id, PartnerVariant.deleted_at.is_(None)
    )
    if item_gids is not None:
        query = query.where(PartnerVariant.shopify_inventory_item_id.in_(item_gids))
    return {gid: variant_id for gid, variant_id in (await session.execute(query))}


async def clear_staff(session: AsyncSession, store_id: int) -> int:
    """Let no import say who of the staff asked for it; returns how many said it."""
    told = update(ProductImport).where(ProductImport.store_id == store_id, ProductImport.requested_by.is_not(None))
    return len((await session.execute(told.values(requested_by=None).returning(ProductImport.id))).all())


def _in_the_store() -> ColumnElement[bool]:
    """What holds of a live mapping whose product the retailer did not delete."""
    return SkuMapping.active_to.is_(None) & SkuMapping.target_missing_at.is_(None)
