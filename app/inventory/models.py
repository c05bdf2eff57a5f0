"""The partner's stock as read, and what the retailer's store offers because of it."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from app.core.db import Base
from app.core.tenancy import PartnerStoreOwned, TenantOwned


class PartnerStock(PartnerStoreOwned, Base):
    """What a partner has of a variant at one of its locations; one reading serves every retailer."""

    __tablename__ = "partner_stock"
    __table_args__ = (
        ForeignKeyConstraint(
            ["partner_store_id", "variant_id"], ["partner_variants.partner_store_id", "partner_variants.id"]
        ),
        UniqueConstraint("partner_store_id", "variant_id", "location_id"),
    )

    variant_id: Mapped[int]
    location_id: Mapped[str]
    available: Mapped[int | None]
    # None: the partner does not track it
    snapshot_at: Mapped[datetime]
    # business time at which the request began; news from before it is older


class StockOffer(TenantOwned, Base):
    """What is offered of a mapped variant, each term of its sum, and what was last written to the store."""

    __tablename__ = "stock_offers"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "mapping_id"], ["sku_mappings.store_id", "sku_mappings.id"]),
        UniqueConstraint("store_id", "mapping_id"),
        Index(
            "ix_stock_offers_due", "store_id", "partner_id", postgresql_where=text("wanted IS DISTINCT FROM written")
        ),
    )

    mapping_id: Mapped[int]
    partner_id: Mapped[int]
    partner_available: Mapped[int]
    snapshot_at: Mapped[datetime]
    unseen: Mapped[int]
    unseen_others: Mapped[int]
    provisional: Mapped[int]
    # of the variant, whatever it is sold as; sales the store shows and no captured order explains
    buffer: Mapped[int]
    withheld: Mapped[int]
    # of what the partner had when their stock was read hours ago
    surplus: Mapped[int]
    wanted: Mapped[int]
    # in the retailer's units
    written: Mapped[int | None]
    # what stands in the store as last seen or written
    written_at: Mapped[datetime | None]
    unexplained: Mapped[int]
    # by this mapping alone; negative while the store does not show a captured sale yet
    unexplained_at: Mapped[datetime | None]
    entries_seen: Mapped[int]
    # the last move by which units had entered the ledger when the store was looked at
    version: Mapped[int]
    # grows with each write asked for; part of its idempotency key
    trouble: Mapped[str | None]


class StockRead(PartnerStoreOwned, Base):
    """An inventory item of a partner whose stock was announced to have changed and is to be read."""

    __tablename__ = "stock_reads"
    __table_args__ = (UniqueConstraint("partner_store_id", "shopify_inventory_item_id"),)

    shopify_inventory_item_id: Mapped[str]
    version: Mapped[int]
    # grows with each announcement, so that one arriving during a read is not forgotten
