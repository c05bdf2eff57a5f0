"""Products with their options, media and publications."""

import re
from html import unescape
from typing import Any

from simulator.admin_api.call import Call
from simulator.admin_api.connections import Page, connection
from simulator.admin_api.money import money
from simulator.admin_api.registry import attribute, attributes, constant, resolves
from simulator.admin_api.resolvers.counting import count
from simulator.admin_api.resolvers.ids import find, live, number_of
from simulator.admin_api.resolvers.metafields import by_custom_id
from simulator.admin_api.resolvers.variants import SORTS as VARIANT_SORTS
from simulator.admin_api.search import Index
from simulator.world.model import Image, Option, OptionValue, Product

_SORTS: dict[str, Any] = {
    "ID": lambda one: one.id,
    "RELEVANCE": lambda one: one.id,
    "TITLE": lambda one: one.title,
    "CREATED_AT": lambda one: one.created_at,
    "UPDATED_AT": lambda one: one.updated_at,
    "PUBLISHED_AT": lambda one: one.published_at or one.created_at,
    "PRODUCT_TYPE": lambda one: one.product_type,
    "VENDOR": lambda one: one.vendor,
}


def product_index(call: Call) -> Index:
    """How products are searched."""
    filters = {
        "id": lambda one: one.id,
        "handle": lambda one: one.handle,
        "title": lambda one: [*re.split(r"\s+", one.title), one.title],
        "status": lambda one: one.status,
        "tag": lambda one: one.tags,
        "vendor": lambda one: one.vendor,
        "product_type": lambda one: one.product_type,
        "sku": lambda one: [variant.sku for variant in call.store.variants_of(one) if variant.sku],
        "variant_id": lambda one: one.variant_ids,
        "created_at": lambda one: one.created_at,
        "updated_at": lambda one: one.updated_at,
        "published_at": lambda one: one.published_at,
        "published_status": lambda one: "published" if one.publication_ids else "unpublished",
    }
    return Index(
        kind="products", filters=filters, text=lambda one: _search_text(one, call), now=call.now, lag=call.search_lag
    )


def _search_text(product: Product, call: Call) -> str:
    skus = [variant.sku or "" for variant in call.store.variants_of(product)]
    return " ".join([product.title, product.vendor, product.product_type, *product.tags, *skus])


def _found(call: Call, query: str | None) -> list[Any]:
    return product_index(call).matching(live(call.store.products), query)


def _products(_root: Any, call: Call, query: str | None = None, sort_key: str = "ID", **paging: Any) -> dict[str, Any]:
    return connection(_found(call, query), Page(**paging), sort_value=_SORTS[sort_key])


def product_by_identifier(call: Call, identifier: dict[str, Any]) -> Product | None:
    """The product an identifier names: by id, handle or unique metafield value."""
    if identifier.get("id"):
        found: Product | None = find(call, identifier["id"], "Product")
        return found
    if identifier.get("handle"):
        return next((one for one in live(call.store.products) if one.handle == identifier["handle"]), None)
    custom = by_custom_id(call, "PRODUCT", identifier["customId"])
    return custom if isinstance(custom, Product) else None


def _variants(product: Product, call: Call, sort_key: str = "POSITION", **paging: Any) -> dict[str, Any]:
    return connection(call.store.variants_of(product), Page(**paging), sort_value=VARIANT_SORTS[sort_key](call))


def _price_range(product: Product, call: Call) -> dict[str, Any]:
    prices = [variant.price for variant in call.store.variants_of(product)]
    currency = call.store.currency
    return {"minVariantPrice": money(min(prices), currency), "maxVariantPrice": money(max(prices), currency)}


def _description(product: Product, _call: Call, truncate_at: int | None = None) -> str:
    text = unescape(re.sub(r"<[^>]*>", "", product.description_html)).strip()
    return text if truncate_at is None else text[:truncate_at]


def _options(product: Product, _call: Call, first: int | None = None) -> list[dict[str, Any]]:
    return [_option(product, one) for one in product.options[:first]]


def _option(product: Product, option: Option) -> dict[str, Any]:
    return {
        "__typename": "ProductOption",
        "id": option.gid,
        "name": option.name,
        "position": option.position,
        "values": [value.name for value in option.values],
        "optionValues": [_option_value(value) for value in option.values],
    }


def _option_value(value: OptionValue) -> dict[str, Any]:
    return {"__typename": "ProductOptionValue", "id": value.gid, "name": value.name, "hasVariants": True}


def image_mapping(image: Image) -> dict[str, Any]:
    """The type Image: the picture behind a media."""
    gid = image.gid.replace("MediaImage", "ImageSource")
    return {
        "id": gid,
        "url": image.src,
        "src": image.src,
        "originalSrc": image.src,
        "altText": image.alt,
        "width": 800,
        "height": 800,
    }


def _ready_image(image: Image, _call: Call) -> dict[str, Any] | None:
    return image_mapping(image) if image.status == "READY" else None


def _featured(product: Product, _call: Call) -> Image | None:
    return product.images[0] if product.images else None


def _featured_image(product: Product, call: Call) -> dict[str, Any] | None:
    return _ready_image(product.images[0], call) if product.images else None


def _media(
    product: Product, _call: Call, query: str | None = None, sort_key: str = "POSITION", **paging: Any
) -> dict[str, Any]:
    return connection(product.images, Page(**paging), sort_value=lambda one: one.position)


def _images(product: Product, call: Call, sort_key: str = "POSITION", **paging: Any) -> dict[str, Any]:
    ready = [one for one in (_ready_image(image, call) for image in product.images) if one]
    return connection(ready, Page(**paging))


def _publications(product: Product, call: Call, only_published: bool = True, **paging: Any) -> dict[str, Any]:
    shown = [
        {"isPublished": True, "publication": call.store.publications[number], "publishDate": product.published_at}
        for number in product.publication_ids
    ]
    return connection(shown, Page(**paging))


def _is_published_on(product: Product, _call: Call, publication_id: str) -> bool:
    return number_of(publication_id, "Publication") in product.publication_ids


def _preview_url(product: Product, call: Call) -> str:
    return f"https://{call.store.domain}/products/{product.handle}"


def _total(product: Product, call: Call) -> int:
    tracked = [one for one in call.store.variants_of(product) if call.store.item_of(one).tracked]
    return sum(call.store.total_available(variant) for variant in tracked)


def _has_sold_out(product: Product, call: Call) -> bool:
    variants = call.store.variants_of(product)
    return any(call.store.item_of(one).tracked and call.store.total_available(one) <= 0 for one in variants)


def set_operation(product: Product) -> dict[str, Any]:
    """The operation of a product set asynchronously; here it is always complete."""
    gid = product.gid.replace("Product/", "ProductSetOperation/")
    return {"__typename": "ProductSetOperation", "id": gid, "product": product, "status": "COMPLETE", "userErrors": []}


def _operation(_root: Any, call: Call, id: str) -> dict[str, Any] | None:
    product = find(call, id.replace("ProductSetOperation/", "Product/"), "Product")
    return None if product is None else set_operation(product)


resolves(
    "Product",
    attributes(
        "title handle status vendor productType tags descriptionHtml createdAt updatedAt publishedAt templateSuffix"
    )
    | {
        "id": attribute("gid"),
        "legacyResourceId": attribute("id"),
        "description": _description,
        "totalInventory": _total,
        "tracksInventory": lambda one, call: any(
            call.store.item_of(variant).tracked for variant in call.store.variants_of(one)
        ),
        "hasOnlyDefaultVariant": lambda one, call: [v.title for v in call.store.variants_of(one)] == ["Default Title"],
        "hasOutOfStockVariants": _has_sold_out,
        "isGiftCard": constant(False),
        "requiresSellingPlan": constant(False),
        "onlineStoreUrl": lambda one, call: _preview_url(one, call) if one.publication_ids else None,
        "onlineStorePreviewUrl": _preview_url,
        "priceRangeV2": _price_range,
        "options": _options,
        "variants": _variants,
        "variantsCount": lambda one, _: count(one.variant_ids),
        "media": _media,
        "mediaCount": lambda one, _: count(one.images),
        "images": _images,
        "featuredMedia": _featured,
        "featuredImage": _featured_image,
        "resourcePublicationsV2": _publications,
        "resourcePublicationsCount": lambda one, _, only_published=True: count(one.publication_ids),
        "publishedOnPublication": _is_published_on,
    },
)
resolves(
    "MediaImage",
    attributes("alt status createdAt")
    | {
        "id": attribute("gid"),
        "mediaContentType": constant("IMAGE"),
        "image": _ready_image,
        "preview": lambda image, call: {"image": _ready_image(image, call), "status": image.status},
        "updatedAt": attribute("created_at"),
    },
)
resolves(
    "QueryRoot",
    {
        "products": _products,
        "product": lambda _, call, id: find(call, id, "Product"),
        "productByIdentifier": lambda _, call, identifier: product_by_identifier(call, identifier),
        "productByHandle": lambda _, call, handle: product_by_identifier(call, {"handle": handle}),
        "productOperation": _operation,
        "productsCount": lambda _, call, query=None, limit=None: count(_found(call, query), limit),
    },
)
