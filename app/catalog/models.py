"""What partners sell, what was imported of it, and which variant leads to which."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.catalog.states import ImportState, ItemState, ensure_import, ensure_item
from app.core.db import Base
from app.core.tenancy import STORE, PartnerStoreOwned, TenantOwned

_SOLD_VARIANT = (
    "EXISTS (SELECT 1 FROM sku_mappings WHERE sku_mappings.partner_store_id = partner_variants.partner_store_id"
    f" AND sku_mappings.partner_variant_id = partner_variants.id AND sku_mappings.store_id = {STORE})"
)
_SOLD_PRODUCT = (
    "EXISTS (SELECT 1 FROM partner_variants JOIN sku_mappings"
    " ON sku_mappings.partner_store_id = partner_variants.partner_store_id"
    " AND sku_mappings.partner_variant_id = partner_variants.id"
    " WHERE partner_variants.partner_store_id = partner_products.partner_store_id"
    f" AND partner_variants.product_id = partner_products.id AND sku_mappings.store_id = {STORE})"
)


class PartnerProduct(PartnerStoreOwned, Base):
    """A product of a partner's store, as last read; only those somebody imported are kept."""

    __tablename__ = "partner_products"
    __table_args__ = (
        UniqueConstraint("partner_store_id", "shopify_product_id"),
        {"info": {"read_too": [_SOLD_PRODUCT]}},
    )

    shopify_product_id: Mapped[str]
    title: Mapped[str]
    status: Mapped[str]
    updated_there_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    missed_at: Mapped[datetime | None]
    # when a reading began, the last one, that showed none of the partner's products and is not believed yet (B10)
    deleted_at: Mapped[datetime | None]


class PartnerVariant(PartnerStoreOwned, Base):
    """A sellable unit of a partner; its Shopify id is its identity, the SKU a hint (reference §2.3)."""

    __tablename__ = "partner_variants"
    __table_args__ = (
        ForeignKeyConstraint(
            ["partner_store_id", "product_id"], ["partner_products.partner_store_id", "partner_products.id"]
        ),
        UniqueConstraint("partner_store_id", "shopify_variant_id"),
        Index("ix_partner_variants_item", "partner_store_id", "shopify_inventory_item_id"),
        {"info": {"read_too": [_SOLD_VARIANT]}},
    )

    product_id: Mapped[int]
    shopify_variant_id: Mapped[str]
    shopify_inventory_item_id: Mapped[str]
    sku: Mapped[str | None]
    title: Mapped[str]
    price_amount: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    currency: Mapped[str]
    barcode: Mapped[str | None]
    option_values: Mapped[list[Any]]
    tracked: Mapped[bool]
    deleted_at: Mapped[datetime | None]


class ProductImport(TenantOwned, Base):
    """One request to bring products of a partner into the retailer's store."""

    __tablename__ = "product_imports"
    __table_args__ = (ForeignKeyConstraint(["store_id", "partner_id"], ["partners.store_id", "partners.id"]),)

    partner_id: Mapped[int]
    state: Mapped[str]
    markup: Mapped[Decimal] = mapped_column(Numeric(9, 6))
    requested_by: Mapped[str | None]
    requested_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    def move_to(self, wanted: ImportState, at: datetime) -> None:
        """Take the step if the import can take it."""
        ensure_import(ImportState(self.state), wanted)
        self.state = wanted.value
        self.finished_at = at if wanted is ImportState.FINISHED else None


class ImportItem(TenantOwned, Base):
    """One product of an import, and what became of it."""

    __tablename__ = "import_items"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "import_id"], ["product_imports.store_id", "product_imports.id"]),
        UniqueConstraint("store_id", "import_id", "partner_product_gid"),
    )

    import_id: Mapped[int]
    partner_id: Mapped[int]
    partner_product_gid: Mapped[str]
    title: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str | None]
    shopify_product_id: Mapped[str | None]
    notes: Mapped[list[Any]]
    # what a person should know of an imported product, such as a variant without SKU

    def move_to(self, wanted: ItemState, reason: str | None = None) -> None:
        """Take the step if the product can take it; of a refusal the reason is kept."""
        ensure_item(ItemState(self.state), wanted)
        self.state, self.reason = wanted.value, reason


class SkuMapping(TenantOwned, Base):
    """The link from a variant of the retailer's store to a partner's variant."""

    __tablename__ = "sku_mappings"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "partner_id"], ["partners.store_id", "partners.id"]),
        ForeignKeyConstraint(
            ["partner_store_id", "partner_variant_id"], ["partner_variants.partner_store_id", "partner_variants.id"]
        ),
        Index(
            "uq_sku_mappings_active",
            "store_id",
            "shopify_variant_id",
            unique=True,
            postgresql_where=text("active_to IS NULL"),
        ),
        Index("ix_sku_mappings_partner_variant", "store_id", "partner_variant_id"),
        Index("ix_sku_mappings_sku", "store_id", "sku"),
    )

    partner_id: Mapped[int]
    partner_store_id: Mapped[int]
    partner_variant_id: Mapped[int]
    shopify_product_id: Mapped[str]
    shopify_variant_id: Mapped[str]
    shopify_inventory_item_id: Mapped[str]
    sku: Mapped[str]
    # as given at import; it keeps working when the partner renames its shop (A15)
    prefix: Mapped[str]
    units_per: Mapped[int]
    # partner units in one retailer unit
    price_amount: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    currency: Mapped[str]
    active_from: Mapped[datetime]
    active_to: Mapped[datetime | None]
    target_missing_at: Mapped[datetime | None]
    # when the retailer's store was first seen without it: nothing is written, its orders still lead there (B19)
