"""Products and variants: made, replaced, changed, published and deleted."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from simulator.world.changes import changed
from simulator.world.currencies import rounded
from simulator.world.errors import Impossible, Unknown
from simulator.world.inventory import set_inventory, update_item
from simulator.world.model import By, Image, InventoryItem, Option, OptionValue, PricePoint, Product, Variant
from simulator.world.store import Store
from simulator.world.world import World

Fields = Mapping[str, Any]
PRODUCT_FIELDS = ("title", "description_html", "vendor", "product_type", "status", "template_suffix")
VARIANT_FIELDS = (
    "sku",
    "barcode",
    "compare_at_price",
    "inventory_policy",
    "taxable",
    "image_id",
    "requires_components",
)
ITEM_FIELDS = (
    "tracked",
    "cost",
    "requires_shipping",
    "weight",
    "weight_unit",
    "country_code_of_origin",
    "harmonized_system_code",
)


def free_handle(store: Store, title: str) -> str:
    """A handle from the title that no product of the store has."""
    stem = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "product"
    taken = {product.handle for product in store.products.values() if product.deleted_at is None}
    handle, count = stem, 0
    while handle in taken:
        count += 1
        handle = f"{stem}-{count}"
    return handle


def upsert_product(
    world: World, store: Store, fields: Fields, product: Product | None = None, by: By = "app"
) -> Product:
    """Make the product, or give an existing one the fields; lists that are given replace what was there.

    Fields: those of PRODUCT_FIELDS, `handle`, `tags`, `options` [{name, values[]}], `images` [{src, alt}] and
    `variants` [{id?, option_values[], price, quantities[{location_id, quantity}]} with VARIANT_FIELDS and ITEM_FIELDS].
    """
    is_new = product is None
    if product is None:
        title = str(fields.get("title") or "Untitled")
        product = Product(
            id=world.new_id(),
            title=title,
            handle=free_handle(store, title),
            created_at=world.now,
            updated_at=world.now,
            by=by,
        )
        world.add(store, product)
    _describe(world, store, product, fields)
    if is_new and not product.options:
        product.options = [_option(world, 1, {"name": "Title", "values": ["Default Title"]})]
    variants = fields.get("variants")
    if variants is not None or is_new:
        _replace_variants(world, store, product, variants or [{}], by)
    product.updated_at = world.now
    world.touch(store, product)
    world.emit(store, "products/create" if is_new else "products/update", product)
    return product


def _describe(world: World, store: Store, product: Product, fields: Fields) -> None:
    for name in PRODUCT_FIELDS:
        if fields.get(name) is not None:
            setattr(product, name, fields[name])
    if fields.get("handle"):
        product.handle = fields["handle"]
    if fields.get("tags") is not None:
        product.tags = list(dict.fromkeys(fields["tags"]))
    if fields.get("options") is not None:
        product.options = [_option(world, position, one) for position, one in enumerate(fields["options"], 1)]
    if fields.get("images") is not None:
        product.images = [_image(world, store, product, at, one) for at, one in enumerate(fields["images"], 1)]


def _option(world: World, position: int, fields: Fields) -> Option:
    values = [OptionValue(id=world.new_id(), name=name) for name in fields["values"]]
    return Option(id=world.new_id(), name=fields["name"], position=position, values=values)


def _image(world: World, store: Store, product: Product, position: int, fields: Fields) -> Image:
    """Keep an image known by its address, else fetch it a moment later, as Shopify does."""
    for known in product.images:
        if known.src == fields["src"]:
            known.position = position
            return known
    image = Image(
        id=world.new_id(),
        src=fields["src"],
        alt=fields.get("alt"),
        position=position,
        status="PROCESSING",
        created_at=world.now,
    )
    world.later(store, 2, "fetch_image", product_id=product.id, image_id=image.id)
    return image


def fetch_image(world: World, store: Store, product_id: int, image_id: int) -> None:
    """End the fetching of an image: an address that says it is missing fails."""
    product = store.products[product_id]
    for image in product.images:
        if image.id == image_id:
            image.status = "FAILED" if "missing" in image.src or "404" in image.src else "READY"
            world.touch(store, product)


def _replace_variants(world: World, store: Store, product: Product, wanted: list[Fields], by: By) -> None:
    current = {tuple(variant.option_values): variant for variant in store.variants_of(product)}
    kept: list[Variant] = []
    for position, fields in enumerate(wanted, 1):
        values = list(fields.get("option_values") or ["Default Title"])
        variant = store.variants.get(fields["id"]) if fields.get("id") else current.get(tuple(values))
        if variant is None:
            variant = _make_variant(world, store, product, values)
        elif fields.get("option_values"):
            variant.option_values = values
        variant.position = fields.get("position") or position
        _apply(world, store, variant, fields, by)
        kept.append(variant)
    for variant in store.variants_of(product):
        if variant not in kept:
            _mark_deleted(world, store, variant)
    product.variant_ids = [variant.id for variant in kept]


def _make_variant(world: World, store: Store, product: Product, values: list[str]) -> Variant:
    variant = Variant(
        id=world.new_id(),
        product_id=product.id,
        inventory_item_id=world.new_id(),
        price=Decimal(0),
        option_values=values,
        created_at=world.now,
        updated_at=world.now,
    )
    item = InventoryItem(
        id=variant.inventory_item_id, variant_id=variant.id, created_at=world.now, updated_at=world.now
    )
    world.add(store, variant)
    world.add(store, item)
    return variant


def _apply(world: World, store: Store, variant: Variant, fields: Fields, by: By) -> None:
    prices = {name: fields[name] for name in ("price", "compare_at_price") if fields.get(name) is not None}
    # A store keeps a price in its currency's places, however it was given.
    fields = {**fields, **{name: rounded(Decimal(price), store.currency) for name, price in prices.items()}}
    for name in VARIANT_FIELDS:
        if name in fields:
            setattr(variant, name, fields[name])
    variant.title = " / ".join(variant.option_values) or "Default Title"
    if fields.get("price") is not None and (not variant.prices or fields["price"] != variant.price):
        variant.price = fields["price"]
        variant.prices.append(PricePoint(at=world.now, price=variant.price))
    variant.updated_at = world.now
    world.touch(store, variant)
    item_fields = {name: fields[name] for name in ITEM_FIELDS if name in fields}
    if item_fields:
        update_item(world, store, store.item_of(variant), item_fields)
    for level in fields.get("quantities") or ():
        set_inventory(world, store, (variant.inventory_item_id, level["location_id"]), level["quantity"], by)


def update_variants(
    world: World, store: Store, product: Product, changes: list[Fields], by: By = "app"
) -> list[Variant]:
    """Give variants of the product (each change names its `id`) new fields; the others stay as they are."""
    variants = [_live_variant(store, fields["id"]) for fields in changes]
    for variant, fields in zip(variants, changes, strict=True):
        if fields.get("option_values"):
            variant.option_values = list(fields["option_values"])
        _apply(world, store, variant, fields, by)
    changed(world, store, product)
    return variants


def add_variants(world: World, store: Store, product: Product, wanted: list[Fields], by: By = "app") -> list[Variant]:
    """Give the product further variants."""
    added: list[Variant] = []
    for fields in wanted:
        variant = _make_variant(world, store, product, list(fields.get("option_values") or ["Default Title"]))
        product.variant_ids.append(variant.id)
        variant.position = len(product.variant_ids)
        _apply(world, store, variant, fields, by)
        added.append(variant)
    changed(world, store, product)
    return added


def _live_variant(store: Store, variant_id: int) -> Variant:
    variant = store.variants.get(variant_id)
    if variant is None or variant.deleted_at is not None:
        raise Unknown(f"no variant {variant_id}")
    return variant


def _mark_deleted(world: World, store: Store, variant: Variant) -> None:
    variant.deleted_at = store.item_of(variant).deleted_at = world.now
    world.touch(store, variant)
    world.touch(store, store.item_of(variant))


def delete_variant(world: World, store: Store, variant_id: int) -> Variant:
    """Delete one variant; the last one of a product cannot go."""
    variant = _live_variant(store, variant_id)
    product = store.products[variant.product_id]
    if len(product.variant_ids) == 1:
        raise Impossible("a product keeps at least one variant")
    product.variant_ids.remove(variant.id)
    _mark_deleted(world, store, variant)
    changed(world, store, product)
    return variant


def delete_product(world: World, store: Store, product: Product) -> None:
    """Delete the product with its variants."""
    if product.deleted_at is not None:
        raise Unknown("the product is deleted")
    for variant in store.variants_of(product):
        _mark_deleted(world, store, variant)
    product.deleted_at = world.now
    world.touch(store, product)
    world.emit(store, "products/delete", product)


def publish_product(world: World, store: Store, product: Product, publication_ids: list[int]) -> None:
    """Show the product on exactly these sales channels."""
    product.publication_ids = list(publication_ids)
    product.published_at = (product.published_at or world.now) if publication_ids else None
    changed(world, store, product)
