"""How the tables of the catalogue hang together."""

from sqlalchemy import ColumnElement

from app.catalog.models import PartnerProduct, PartnerVariant, SkuMapping

LED_TO = (PartnerVariant.partner_store_id == SkuMapping.partner_store_id) & (
    PartnerVariant.id == SkuMapping.partner_variant_id
)
"""The variant of a partner that a mapping leads to."""

OF_PRODUCT = (PartnerProduct.partner_store_id == PartnerVariant.partner_store_id) & (
    PartnerProduct.id == PartnerVariant.product_id
)
"""The product that a variant is of."""


def in_the_store() -> ColumnElement[bool]:
    """What holds of a live mapping whose product the retailer did not delete."""
    return SkuMapping.active_to.is_(None) & SkuMapping.target_missing_at.is_(None)
