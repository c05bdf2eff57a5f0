"""Partners' variants and mappings to them, as rows."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import count

from sqlalchemy import select

from app.catalog.models import PartnerProduct, PartnerVariant, SkuMapping
from app.catalog.rules import sku_prefix
from app.core.unit_of_work import Open, system_for
from app.partners.models import Partner
from tests.factories.partners import MadePartner

NUMBERS = count(1)


@dataclass(frozen=True)
class MadeMapping:
    """A retailer's variant that leads to a partner's."""

    id: int
    partner_variant_id: int
    variant_gid: str
    sku: str


async def make_partner_variant(
    open_uow: Open, partner_store_id: int, sku: str = "", price: str = "14", tracked: bool = True
) -> int:
    """A variant of a partner's store, of a product of its own; returns its id."""
    number = next(NUMBERS)
    async with open_uow(system_for(partner_store_id)) as uow:
        product = PartnerProduct(
            partner_store_id=partner_store_id,
            shopify_product_id=f"gid://shopify/Product/{number}",
            title="Coffee",
            status="ACTIVE",
            updated_there_at=uow.now,
            seen_at=uow.now,
        )
        uow.session.add(product)
        await uow.session.flush()
        variant = PartnerVariant(
            partner_store_id=partner_store_id,
            product_id=product.id,
            shopify_variant_id=f"gid://shopify/ProductVariant/{number}",
            shopify_inventory_item_id=f"gid://shopify/InventoryItem/{number}",
            sku=sku or f"BEAN-{number}",
            title="250 g",
            price_amount=Decimal(price),
            currency="USD",
            option_values=[],
            tracked=tracked,
        )
        uow.session.add(variant)
        await uow.session.flush()
        return variant.id


async def make_mapping(
    open_uow: Open,
    partner: MadePartner,
    sku: str = "",
    *,
    price: str = "14",
    units_per: int = 1,
    active_from: datetime | None = None,
    partner_variant_id: int | None = None,
) -> MadeMapping:
    """A variant of the retailer that leads to a new variant of the partner with this SKU, or to one that is there."""
    number = next(NUMBERS)
    made = partner_variant_id or await make_partner_variant(open_uow, partner.partner_store_id, sku, price)
    async with open_uow(system_for(partner.store_id)) as uow:
        found = select(Partner.shop_domain).where(Partner.store_id == partner.store_id, Partner.id == partner.id)
        prefix = sku_prefix((await uow.session.scalars(found)).one())
        mapping = SkuMapping(
            store_id=partner.store_id,
            partner_id=partner.id,
            partner_store_id=partner.partner_store_id,
            partner_variant_id=made,
            shopify_product_id=f"gid://shopify/Product/9{number}",
            shopify_variant_id=f"gid://shopify/ProductVariant/9{number}",
            shopify_inventory_item_id=f"gid://shopify/InventoryItem/9{number}",
            sku=f"{prefix}{sku or f'BEAN-{number}'}",
            prefix=prefix,
            units_per=units_per,
            price_amount=Decimal("19.60"),
            currency="USD",
            active_from=active_from or uow.now,
        )
        uow.session.add(mapping)
        await uow.session.flush()
        return MadeMapping(mapping.id, made, mapping.shopify_variant_id, mapping.sku)
