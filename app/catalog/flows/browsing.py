"""A partner's products as they are there now, and what importing them would do."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.catalog import rules, service
from app.catalog.errors import PartnerNotConnected
from app.core.errors import Invalid
from app.core.money import Money
from app.core.unit_of_work import Actor, Open
from app.gateways.shopify import products
from app.gateways.shopify.products import Product, ProductPage, Variant
from app.partners.queries import PartnerFacts, get_partner
from app.pricing.rules import cost_from_retail, import_price
from app.stores.flows import ConnectedShopify
from app.stores.queries import get_store

PRODUCTS_A_PAGE = 25


async def browse(shopify: ConnectedShopify, partner_store_id: int, text: str, after: str | None) -> ProductPage:
    """Return a page of the partner's products as they are there now."""
    return await shopify.call(partner_store_id, products.search_products, text, after, PRODUCTS_A_PAGE)


async def browse_partner(shopify: ConnectedShopify, partner: PartnerFacts, text: str, after: str | None) -> ProductPage:
    """Return a page of a connected partner's products."""
    if partner.partner_store_id is None or not partner.is_live:
        raise PartnerNotConnected()
    return await browse(shopify, partner.partner_store_id, text, after)


@dataclass(frozen=True, slots=True)
class PricedVariant:
    """What a variant would sell at, or why it cannot be imported."""

    title: str
    sku: str
    retail: Money
    cost: Money
    price: Money | None
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class PricedProduct:
    """A chosen product before it is imported."""

    gid: str
    title: str
    image_url: str | None
    variants: tuple[PricedVariant, ...]
    refusal: str = ""

    @property
    def can_be_imported(self) -> bool:
        """Whether an import would accept it as it is now."""
        return not self.refusal and not any(variant.refusal for variant in self.variants)


async def preview_import(
    open_uow: Open, shopify: ConnectedShopify, actor: Actor, partner_id: int, gids: Sequence[str], markup: Decimal
) -> list[PricedProduct]:
    """Return the chosen products as they are there now, with what each variant would sell at."""
    async with open_uow(actor) as uow:
        partner = await get_partner(uow.session, uow.store_id, partner_id)
        if partner.partner_store_id is None or not partner.is_live:
            raise PartnerNotConnected()
        ours = (await get_store(uow, uow.store_id)).currency
        theirs = (await get_store(uow, partner.partner_store_id)).currency
    found = await shopify.call(partner.partner_store_id, products.read_products, list(gids)[: service.MOST_PRODUCTS])
    return [
        PricedProduct(
            gid=product.id,
            title=product.title,
            image_url=product.images[0][0] if product.images else None,
            variants=tuple(
                _priced(variant, Money(variant.price, theirs), partner.discount, markup, ours)
                for variant in product.variants
            ),
            refusal=refusal_of(product),
        )
        for product in found.values()
    ]


def _priced(variant: Variant, retail: Money, discount: Decimal, markup: Decimal, currency: str) -> PricedVariant:
    cost, title = cost_from_retail(retail, discount), "" if variant.title == "Default Title" else variant.title
    try:
        price = import_price(retail, discount, markup, currency)
    except Invalid as refusal:
        return PricedVariant(title, variant.sku, retail, cost, None, refusal.sentence)
    return PricedVariant(title, variant.sku, retail, cost, price)


def refusal_of(product: Product) -> str:
    """Return why the product as a whole cannot be imported, or nothing."""
    if product.is_gift_card:
        return "It is a gift card."
    shipped = [variant.requires_shipping for variant in product.variants]
    is_bundle = any(variant.requires_components for variant in product.variants)
    return rules.importable(requires_shipping=shipped, variant_count=len(shipped), has_components=is_bundle) or ""
