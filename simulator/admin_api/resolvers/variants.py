"""Product variants: price, options, and the stock that can be sold."""

from collections.abc import Callable
from typing import Any

from simulator.admin_api.call import Call
from simulator.admin_api.connections import Page, connection
from simulator.admin_api.money import plain_money
from simulator.admin_api.registry import attribute, attributes, resolves
from simulator.admin_api.resolvers.counting import count
from simulator.admin_api.resolvers.ids import find, live
from simulator.admin_api.search import Index
from simulator.world.inventory import sellable
from simulator.world.model import Image, Product, Variant


def _product(variant: Variant, call: Call) -> Product:
    return call.store.products[variant.product_id]


def _full_title(variant: Variant, call: Call) -> str:
    title = _product(variant, call).title
    return title if variant.title == "Default Title" else f"{title} - {variant.title}"


def _by(read: Callable[[Variant, Call], Any]) -> Callable[[Call], Callable[[Variant], Any]]:
    return lambda call: lambda variant: read(variant, call)


SORTS: dict[str, Callable[[Call], Callable[[Variant], Any]]] = {
    "ID": _by(lambda one, _: one.id),
    "RELEVANCE": _by(lambda one, _: one.id),
    "POSITION": _by(lambda one, _: one.position),
    "SKU": _by(lambda one, _: one.sku or ""),
    "TITLE": _by(lambda one, _: one.title),
    "NAME": _by(lambda one, _: one.title),
    "FULL_TITLE": _by(_full_title),
    "INVENTORY_QUANTITY": _by(lambda one, call: call.store.total_available(one)),
}


def _index(call: Call) -> Index:
    filters = {
        "id": lambda one: one.id,
        "sku": lambda one: one.sku or "",
        "barcode": lambda one: one.barcode or "",
        "title": lambda one: one.title,
        "product_id": lambda one: one.product_id,
        "product_ids": lambda one: one.product_id,
        "product_status": lambda one: _product(one, call).status,
        "inventory_quantity": lambda one: call.store.total_available(one),
        "location_id": lambda one: [level.location_id for level in call.store.levels_of(one.inventory_item_id)],
        "managed": lambda one: str(call.store.item_of(one).tracked).lower(),
        "created_at": lambda one: one.created_at,
        "updated_at": lambda one: one.updated_at,
    }
    return Index(
        kind="productVariants",
        filters=filters,
        text=lambda one: f"{_full_title(one, call)} {one.sku or ''} {one.barcode or ''}",
        now=call.now,
        lag=call.search_lag,
    )


def _found(call: Call, query: str | None) -> list[Any]:
    return _index(call).matching(live(call.store.variants), query)


def _variants(_root: Any, call: Call, query: str | None = None, sort_key: str = "ID", **paging: Any) -> dict[str, Any]:
    return connection(_found(call, query), Page(**paging), sort_value=SORTS[sort_key](call))


def _sellable(variant: Variant, call: Call) -> int:
    quantity = sellable(call.world, call.store, variant)
    return max(0, call.store.total_available(variant)) if quantity is None else max(0, quantity)


def _is_for_sale(variant: Variant, call: Call) -> bool:
    quantity = sellable(call.world, call.store, variant)
    return _product(variant, call).status == "ACTIVE" and (quantity is None or quantity > 0)


def _selected_options(variant: Variant, call: Call) -> list[dict[str, str]]:
    names = [option.name for option in _product(variant, call).options]
    return [{"name": name, "value": value} for name, value in zip(names, variant.option_values, strict=False)]


def _images_of(variant: Variant, call: Call) -> list[Image]:
    return [image for image in _product(variant, call).images if image.id == variant.image_id]


def _image(variant: Variant, call: Call) -> dict[str, Any] | None:
    from_media = [image for image in _images_of(variant, call) if image.status == "READY"]
    return None if not from_media else {"id": from_media[0].gid, "url": from_media[0].src, "altText": from_media[0].alt}


resolves(
    "ProductVariant",
    attributes("title sku barcode position inventoryPolicy taxable requiresComponents createdAt updatedAt")
    | {
        "id": attribute("gid"),
        "legacyResourceId": attribute("id"),
        "displayName": lambda one, call: f"{_product(one, call).title} - {one.title}",
        "price": lambda one, call: plain_money(one.price, call.store.currency),
        "compareAtPrice": lambda one, call: plain_money(one.compare_at_price, call.store.currency),
        "inventoryQuantity": lambda one, call: call.store.total_available(one),
        "sellableOnlineQuantity": _sellable,
        "availableForSale": _is_for_sale,
        "selectedOptions": _selected_options,
        "product": _product,
        "inventoryItem": lambda one, call: call.store.item_of(one),
        "image": _image,
        "media": lambda one, call, **paging: connection(_images_of(one, call), Page(**paging)),
    },
)
resolves(
    "QueryRoot",
    {
        "productVariants": _variants,
        "productVariant": lambda _, call, id: find(call, id, "ProductVariant"),
        "productVariantsCount": lambda _, call, query=None, limit=None: count(_found(call, query), limit),
    },
)
