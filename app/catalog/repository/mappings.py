"""Which variant of the retailer's leads to which of a partner's."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.errors import MappingNotFound
from app.catalog.models import PartnerProduct, PartnerVariant, SkuMapping
from app.catalog.repository.joins import LED_TO, OF_PRODUCT, in_the_store
from app.core.pagination import Page, Place, read_page


async def count_missing(session: AsyncSession, store_id: int, partner_id: int) -> int:
    """Return how many of the partner's products this retailer sells that the partner's store does not show."""
    query = (
        select(func.count(PartnerProduct.id.distinct()))
        .join(
            PartnerVariant,
            OF_PRODUCT,
        )
        .join(
            SkuMapping,
            LED_TO,
        )
        .where(
            SkuMapping.store_id == store_id,
            SkuMapping.partner_id == partner_id,
            SkuMapping.active_to.is_(None),
            PartnerProduct.missed_at.is_not(None),
        )
    )
    return (await session.execute(query)).scalar_one()


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
            LED_TO,
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
            LED_TO,
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
            .join(PartnerProduct, OF_PRODUCT)
            .where(
                LED_TO,
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
            LED_TO,
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
        .join(PartnerVariant, LED_TO)
        .join(PartnerProduct, OF_PRODUCT)
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
        .where(SkuMapping.store_id == store_id, in_the_store())
        .group_by(SkuMapping.partner_id)
    )
    return {partner_id: count for partner_id, count in (await session.execute(query))}
