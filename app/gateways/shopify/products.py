"""Products and variants of a store, read whole."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

import msgspec

from app.core.money import Money
from app.gateways.shopify.client import ShopifyClient, StoreAccess
from app.gateways.shopify.shapes import Page, RawMoney, RawPage, since

PRODUCTS_PER_CALL = 10


@dataclass(frozen=True, slots=True)
class ProductSummary:
    """A product as a list shows it."""

    id: str
    title: str
    status: str
    vendor: str
    product_type: str
    image_url: str | None
    variant_count: int
    lowest_price: Money
    highest_price: Money


ProductPage = Page[ProductSummary]


@dataclass(frozen=True, slots=True)
class Weight:
    """A weight in Shopify's unit name (GRAMS, KILOGRAMS, OUNCES, POUNDS)."""

    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Variant:
    """A sellable unit, with the inventory item behind it."""

    id: str
    title: str
    sku: str
    barcode: str | None
    price: Decimal
    compare_at: Decimal | None
    position: int
    inventory_quantity: int | None
    option_values: tuple[tuple[str, str], ...]
    inventory_item_id: str
    tracked: bool
    requires_shipping: bool
    requires_components: bool  # a bundle's parent: it has no stock of its own
    weight: Weight | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Product:
    """A product with all its variants."""

    id: str
    title: str
    description_html: str
    status: str
    vendor: str
    product_type: str
    tags: tuple[str, ...]
    is_gift_card: bool
    options: tuple[tuple[str, tuple[str, ...]], ...]
    images: tuple[tuple[str, str | None], ...]
    updated_at: datetime
    variants: tuple[Variant, ...]


class _Image(msgspec.Struct, rename="camel"):
    url: str
    alt_text: str | None = None


class _Media(msgspec.Struct):
    """What is no image (a video, a model) has none."""

    image: _Image | None = None


class _Featured(msgspec.Struct):
    preview: _Media | None


class _Count(msgspec.Struct):
    count: int


class _PriceRange(msgspec.Struct, rename="camel"):
    min_variant_price: RawMoney
    max_variant_price: RawMoney


class _Summary(msgspec.Struct, rename="camel"):
    id: str
    title: str
    status: str
    vendor: str
    product_type: str
    featured_media: _Featured | None
    variants_count: _Count | None
    price_range_v2: _PriceRange = msgspec.field(name="priceRangeV2")

    def summary(self) -> ProductSummary:
        preview = self.featured_media.preview if self.featured_media else None
        return ProductSummary(
            id=self.id,
            title=self.title,
            status=self.status,
            vendor=self.vendor,
            product_type=self.product_type,
            image_url=preview.image.url if preview and preview.image else None,
            variant_count=self.variants_count.count if self.variants_count else 0,
            lowest_price=self.price_range_v2.min_variant_price.money(),
            highest_price=self.price_range_v2.max_variant_price.money(),
        )


class _Option(msgspec.Struct):
    name: str
    value: str


class _Weight(msgspec.Struct):
    value: Decimal
    unit: str


class _Measurement(msgspec.Struct):
    weight: _Weight | None


class _Item(msgspec.Struct, rename="camel"):
    id: str
    tracked: bool
    requires_shipping: bool
    measurement: _Measurement | None


class RawVariant(msgspec.Struct, rename="camel"):
    """The fragment VariantFields."""

    id: str
    title: str
    sku: str | None
    barcode: str | None
    price: Decimal
    compare_at_price: Decimal | None
    position: int
    inventory_quantity: int | None
    requires_components: bool
    updated_at: datetime
    selected_options: list[_Option]
    inventory_item: _Item

    def variant(self) -> Variant:
        """Return it as ours; a missing SKU is an empty one."""
        item = self.inventory_item
        weight = item.measurement.weight if item.measurement else None
        return Variant(
            id=self.id,
            title=self.title,
            sku=self.sku or "",
            barcode=self.barcode or None,
            price=self.price,
            compare_at=self.compare_at_price,
            position=self.position,
            inventory_quantity=self.inventory_quantity,
            option_values=tuple((option.name, option.value) for option in self.selected_options),
            inventory_item_id=item.id,
            tracked=item.tracked,
            requires_shipping=item.requires_shipping,
            requires_components=self.requires_components,
            weight=Weight(weight.value, weight.unit) if weight else None,
            updated_at=self.updated_at,
        )


class _OptionValue(msgspec.Struct):
    name: str


class _ProductOption(msgspec.Struct, rename="camel"):
    name: str
    position: int
    option_values: list[_OptionValue]


class _MediaList(msgspec.Struct):
    nodes: list[_Media]


class _Product(msgspec.Struct, rename="camel"):
    id: str
    title: str
    description_html: str
    status: str
    vendor: str
    product_type: str
    tags: list[str]
    is_gift_card: bool
    updated_at: datetime
    options: list[_ProductOption]
    media: _MediaList
    variants: RawPage[RawVariant]

    def product(self) -> Product:
        options = sorted(self.options, key=lambda option: option.position)
        return Product(
            id=self.id,
            title=self.title,
            description_html=self.description_html,
            status=self.status,
            vendor=self.vendor,
            product_type=self.product_type,
            tags=tuple(self.tags),
            is_gift_card=self.is_gift_card,
            options=tuple((option.name, tuple(value.name for value in option.option_values)) for option in options),
            images=tuple((media.image.url, media.image.alt_text) for media in self.media.nodes if media.image),
            updated_at=self.updated_at,
            variants=tuple(node.variant() for node in self.variants.nodes),
        )


class _Search(msgspec.Struct):
    products: RawPage[_Summary]


class _Products(msgspec.Struct):
    products: RawPage[_Product]


class _ProductNodes(msgspec.Struct):
    nodes: list[_Product | None]


class _VariantsOf(msgspec.Struct):
    variants: RawPage[RawVariant]


class _VariantsAnswer(msgspec.Struct):
    product: _VariantsOf | None


async def search_products(
    shopify: ShopifyClient, access: StoreAccess, text: str = "", after: str | None = None, first: int = 50
) -> ProductPage:
    """Return one page of the store's products that match the words, by title."""
    words = " ".join(f"{_escaped(word)}*" for word in text.split())
    variables = {"first": first, "after": after, "query": words or None}
    page = (await shopify.execute(access, "ProductSearch", variables, _Search)).products
    return page.page_of([node.summary() for node in page.nodes])


async def read_product(shopify: ShopifyClient, access: StoreAccess, product_id: str) -> Product | None:
    """Return the product with all its variants, or None when it is deleted."""
    return (await read_products(shopify, access, [product_id])).get(product_id)


async def read_products(shopify: ShopifyClient, access: StoreAccess, ids: Sequence[str]) -> dict[str, Product]:
    """Return the products that exist, by id, with all their variants."""
    found: dict[str, Product] = {}
    for start in range(0, len(ids), PRODUCTS_PER_CALL):
        variables = {"ids": list(ids[start : start + PRODUCTS_PER_CALL])}
        for node in (await shopify.execute(access, "ProductsById", variables, _ProductNodes)).nodes:
            if node is not None:
                found[node.id] = await _whole(shopify, access, node)
    return found


async def list_products(
    shopify: ShopifyClient, access: StoreAccess, updated_since: datetime | None = None, after: str | None = None
) -> Page[Product]:
    """Return one page of products with all their variants, the longest unchanged first."""
    query = since("updated_at", updated_since) if updated_since else None
    page = (await shopify.execute(access, "Products", {"after": after, "query": query}, _Products)).products
    return page.page_of([await _whole(shopify, access, node) for node in page.nodes])


async def read_further_variants(
    shopify: ShopifyClient, access: StoreAccess, product_id: str, first_page: RawPage[RawVariant]
) -> tuple[Variant, ...]:
    """Return all variants of a product whose first page is at hand."""
    variants = [node.variant() for node in first_page.nodes]
    after = first_page.next_cursor()
    while after is not None:
        answer = await shopify.execute(access, "ProductVariants", {"id": product_id, "after": after}, _VariantsAnswer)
        if answer.product is None:
            break
        variants += [node.variant() for node in answer.product.variants.nodes]
        after = answer.product.variants.next_cursor()
    return tuple(variants)


async def _whole(shopify: ShopifyClient, access: StoreAccess, node: _Product) -> Product:
    product = node.product()
    if not node.variants.page_info.has_next_page:
        return product
    return replace(product, variants=await read_further_variants(shopify, access, product.id, node.variants))


def _escaped(word: str) -> str:
    return "".join(f"\\{letter}" if letter in "\\:()'\"*" else letter for letter in word)
