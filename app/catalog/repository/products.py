"""What partners sell: keep their products and variants as read, find them, mark what is gone."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.models import PartnerProduct, PartnerVariant, SkuMapping
from app.catalog.repository.joins import LED_TO, OF_PRODUCT
from app.core.db import upsert

_PUT_PRODUCT = upsert(PartnerProduct, ("partner_store_id", "shopify_product_id"), newer="updated_there_at")
_PUT_VARIANT = upsert(PartnerVariant, ("partner_store_id", "shopify_variant_id"))


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
    return (await session.execute(query.join(PartnerProduct, OF_PRODUCT).where(of_store))).all()


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


async def list_partner_variants(
    session: AsyncSession, partner_store_ids: Collection[int], ids: Collection[int]
) -> Sequence[tuple[PartnerVariant, PartnerProduct]]:
    """Return variants of partners' stores with their product; no two stores have the same id of ours."""
    query = (
        select(PartnerVariant, PartnerProduct)
        .join(
            PartnerProduct,
            OF_PRODUCT,
        )
        .where(PartnerVariant.partner_store_id.in_(partner_store_ids), PartnerVariant.id.in_(ids))
    )
    return [(variant, product) for variant, product in (await session.execute(query))]


async def list_unsold_alike(
    session: AsyncSession, store_id: int, partner_store_id: int, gone: Collection[PartnerVariant]
) -> Sequence[PartnerVariant]:
    """Return the partner's variants that share a product, SKU or barcode with one of these, and are sold as none."""
    is_sold = select(SkuMapping.id).where(
        SkuMapping.store_id == store_id,
        SkuMapping.active_to.is_(None),
        LED_TO,
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
