"""Every SELECT of the stock."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.db import upsert
from app.inventory.models import PartnerStock, StockOffer, StockRead

_PUT_STOCK = upsert(PartnerStock, ("partner_store_id", "variant_id", "location_id"), newer="snapshot_at")
_PUT_OFFER = upsert(StockOffer, ("store_id", "mapping_id"), kept=("trouble",))


async def list_stock(
    session: AsyncSession, partner_store_id: int, variant_ids: Collection[int]
) -> Sequence[PartnerStock]:
    """Return what was read of these variants at every location."""
    query = select(PartnerStock).where(
        PartnerStock.partner_store_id == partner_store_id, PartnerStock.variant_id.in_(variant_ids)
    )
    return (await session.scalars(query)).all()


async def put_stock(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Keep readings; one whose request began earlier than what we have is ignored (D16)."""
    await session.execute(_PUT_STOCK, sorted(rows, key=lambda row: (row["variant_id"], row["location_id"])))


async def want_read(session: AsyncSession, partner_store_id: int, item_gid: str) -> None:
    """Ask for an item to be read."""
    statement = insert(StockRead).values(
        partner_store_id=partner_store_id, shopify_inventory_item_id=item_gid, version=1
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["partner_store_id", "shopify_inventory_item_id"], set_={"version": StockRead.version + 1}
        )
    )


async def list_reads(
    session: AsyncSession, partner_store_id: int, limit: int | None = None
) -> Sequence[tuple[str, int]]:
    """Return the items to read, with the version of the announcement."""
    query = (
        select(StockRead.shopify_inventory_item_id, StockRead.version)
        .where(StockRead.partner_store_id == partner_store_id)
        .order_by(StockRead.id)
        .limit(limit)
    )
    return [(gid, version) for gid, version in (await session.execute(query))]


async def end_reads(session: AsyncSession, partner_store_id: int, reads: Sequence[tuple[str, int]]) -> None:
    """Take items off the list unless there was news meanwhile."""
    for gid, version in reads:
        await session.execute(
            delete(StockRead).where(
                StockRead.partner_store_id == partner_store_id,
                StockRead.shopify_inventory_item_id == gid,
                StockRead.version == version,
            )
        )


async def put_offers(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Keep what is offered now, and what was seen in the store."""
    if rows:
        await session.execute(_PUT_OFFER, sorted(rows, key=lambda row: row["mapping_id"]))


async def list_offers(
    session: AsyncSession, store_id: int, partner_id: int | None = None, mapping_ids: Collection[int] | None = None
) -> Sequence[StockOffer]:
    """Return offers, of one partner or of all."""
    query = select(StockOffer).where(StockOffer.store_id == store_id)
    if partner_id is not None:
        query = query.where(StockOffer.partner_id == partner_id)
    if mapping_ids is not None:
        query = query.where(StockOffer.mapping_id.in_(mapping_ids))
    return (await session.scalars(query.order_by(StockOffer.id))).all()


async def is_any_withheld(session: AsyncSession, store_id: int, mapping_ids: Collection[int]) -> bool:
    """Whether units of any of these mappings are withheld."""
    chosen = select(StockOffer.id).where(
        StockOffer.store_id == store_id, StockOffer.mapping_id.in_(mapping_ids), StockOffer.withheld > 0
    )
    return bool(await session.scalar(select(chosen.exists())))


async def forget_written(session: AsyncSession, store_id: int) -> None:
    """Let no offer of the store say what stands there: that was at another location."""
    await session.execute(update(StockOffer).where(StockOffer.store_id == store_id).values(written=None))


async def oldest_snapshot(session: AsyncSession, partner_store_id: int) -> datetime | None:
    """Return when the stock that was read longest ago was read."""
    query = (
        select(PartnerStock.snapshot_at)
        .where(PartnerStock.partner_store_id == partner_store_id)
        .order_by(PartnerStock.snapshot_at)
        .limit(1)
    )
    return await session.scalar(query)
