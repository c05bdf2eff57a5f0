"""Products written into a retailer's store, found again by the id of what they were made from."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from app.gateways.shopify.client import ShopifyClient, StoreAccess
from app.gateways.shopify.errors import Refused, UnknownOutcome
from app.gateways.shopify.products import RawVariant, Variant, Weight, read_further_variants
from app.gateways.shopify.shapes import RawId, RawPage, RawUserError, refuse

NAMESPACE = "$app"
SOURCE_KEY = "source"


@dataclass(frozen=True, slots=True)
class NewVariant:
    """A variant to make; stock is written apart, to the location for partner stock."""

    sku: str
    price: Decimal
    option_values: tuple[tuple[str, str], ...]
    compare_at: Decimal | None = None
    barcode: str | None = None
    weight: Weight | None = None
    requires_shipping: bool = True


@dataclass(frozen=True, slots=True)
class NewProduct:
    """A product to make; `source_id` is the id of the partner's product."""

    source_id: str
    title: str
    description_html: str
    vendor: str
    product_type: str
    tags: tuple[str, ...]
    options: tuple[tuple[str, tuple[str, ...]], ...]
    images: tuple[tuple[str, str | None], ...]
    variants: tuple[NewVariant, ...]


@dataclass(frozen=True, slots=True)
class StoredProduct:
    """A product we made, as it stands in the store."""

    id: str
    status: str
    variants: tuple[Variant, ...]


class _Stored(msgspec.Struct):
    id: str
    status: str
    variants: RawPage[RawVariant]


class _BySource(msgspec.Struct, rename="camel"):
    product_by_identifier: _Stored | None


class _ById(msgspec.Struct):
    product: _Stored | None


class _Updated(msgspec.Struct, rename="camel"):
    product: RawId | None
    user_errors: list[RawUserError]


class _UpdateAnswer(msgspec.Struct, rename="camel"):
    product_update: _Updated


class _Set(msgspec.Struct, rename="camel"):
    product: _Stored | None
    user_errors: list[RawUserError]


class _SetAnswer(msgspec.Struct, rename="camel"):
    product_set: _Set


class _Defined(msgspec.Struct, rename="camel"):
    user_errors: list[RawUserError]


class _DefinitionAnswer(msgspec.Struct, rename="camel"):
    metafield_definition_create: _Defined


async def ensure_source_definition(shopify: ShopifyClient, access: StoreAccess) -> None:
    """Make the store keep source ids unique, so that products can be found by them; already so is fine."""
    definition = {
        "ownerType": "PRODUCT",
        "namespace": NAMESPACE,
        "key": SOURCE_KEY,
        "name": "Partner product",
        "type": "id",
        "capabilities": {"uniqueValues": {"enabled": True}},
    }
    answer = await shopify.execute(access, "MetafieldDefinitionCreate", {"definition": definition}, _DefinitionAnswer)
    try:
        refuse(answer.metafield_definition_create.user_errors)
    except Refused as refused:
        if refused.codes != {"TAKEN"}:
            raise


async def find_product_by_source(shopify: ShopifyClient, access: StoreAccess, source_id: str) -> StoredProduct | None:
    """Return the product made from this source, or None."""
    variables = {"identifier": {"customId": _custom_id(source_id)}}
    stored = (await shopify.execute(access, "ProductBySource", variables, _BySource)).product_by_identifier
    return await _whole(shopify, access, stored) if stored else None


async def read_stored_product(shopify: ShopifyClient, access: StoreAccess, product_gid: str) -> StoredProduct | None:
    """Return the product of the retailer's store, or None when it is not there any more."""
    stored = (await shopify.execute(access, "StoredProduct", {"id": product_gid}, _ById)).product
    return await _whole(shopify, access, stored) if stored else None


async def set_product_status(shopify: ShopifyClient, access: StoreAccess, product_gid: str, status: str) -> None:
    """Let the product have this status and be otherwise as it is; twice changes nothing."""
    variables = {"product": {"id": product_gid, "status": status}}
    answer = (await shopify.execute(access, "ProductUpdate", variables, _UpdateAnswer)).product_update
    refuse(answer.user_errors)
    if answer.product is None:
        raise UnknownOutcome()


async def put_product(
    shopify: ShopifyClient, access: StoreAccess, product: NewProduct, status: str = "DRAFT"
) -> StoredProduct:
    """Make the product; one already made from the same source is overwritten, so look first."""
    variables = {"identifier": {"customId": _custom_id(product.source_id)}, "input": _content(product, status)}
    answer = (await shopify.execute(access, "ProductSet", variables, _SetAnswer)).product_set
    refuse(answer.user_errors)
    if answer.product is None:
        raise UnknownOutcome()
    return await _whole(shopify, access, answer.product)


async def _whole(shopify: ShopifyClient, access: StoreAccess, stored: _Stored) -> StoredProduct:
    variants = await read_further_variants(shopify, access, stored.id, stored.variants)
    return StoredProduct(stored.id, stored.status, variants)


def _custom_id(source_id: str) -> dict[str, str]:
    return {"namespace": NAMESPACE, "key": SOURCE_KEY, "value": source_id}


def _content(product: NewProduct, status: str) -> dict[str, object]:
    return {
        "title": product.title,
        "descriptionHtml": product.description_html,
        "vendor": product.vendor,
        "productType": product.product_type,
        "tags": list(product.tags),
        "status": status,
        "metafields": [_custom_id(product.source_id) | {"type": "id"}],
        "productOptions": [
            {"name": name, "position": position, "values": [{"name": value} for value in values]}
            for position, (name, values) in enumerate(product.options, start=1)
        ],
        "files": [_file(url, alt) for url, alt in product.images],
        "variants": _variants(product.variants),
    }


def _file(url: str, alt: str | None) -> dict[str, object]:
    return {"originalSource": url, "alt": alt or "", "contentType": "IMAGE"}


def _variants(variants: Sequence[NewVariant]) -> list[dict[str, object]]:
    return [
        {
            "sku": variant.sku,
            "price": format(variant.price, "f"),
            "compareAtPrice": None if variant.compare_at is None else format(variant.compare_at, "f"),
            "barcode": variant.barcode,
            "position": position,
            "inventoryPolicy": "DENY",
            "optionValues": [{"optionName": name, "name": value} for name, value in variant.option_values],
            "inventoryItem": _inventory_item(variant),
        }
        for position, variant in enumerate(variants, start=1)
    ]


def _inventory_item(variant: NewVariant) -> dict[str, object]:
    item: dict[str, object] = {"sku": variant.sku, "tracked": True, "requiresShipping": variant.requires_shipping}
    if variant.weight is not None:
        item["measurement"] = {"weight": {"value": float(variant.weight.value), "unit": variant.weight.unit}}
    return item
