"""Writes on what a store sells: products, variants, stock."""

from collections.abc import Mapping
from typing import Any

from simulator.control import bodies
from simulator.control.answers import Answer
from simulator.control.refs import find, given, number
from simulator.world import products
from simulator.world.errors import Impossible, Unknown, Unreadable
from simulator.world.inventory import set_inventory
from simulator.world.store import Store
from simulator.world.truth import level_truth, product_truth, variant_truth
from simulator.world.world import World

Path = Mapping[str, str]


def create_product(world: World, path: Path, body: bodies.CreateProduct) -> Answer:
    """Put a product on sale, as the store's staff does."""
    store = world.store(path["shop"])
    fields = given(body, "options", "images", "variants", "published")
    fields["variants"] = [_variant_fields(store, one) for one in body.variants or [bodies.NewVariant()]]
    fields["images"] = [{"src": one.src, "alt": one.alt} for one in body.images]
    _set_options(fields, body)
    for one in fields["variants"]:
        for stock in one["quantities"]:
            find(store.locations, stock["location_id"], "location")
    if body.handle and any(one.handle == body.handle and not one.deleted_at for one in store.products.values()):
        raise Impossible(f"a product with the handle {body.handle} exists")
    product = products.upsert_product(world, store, fields, by="staff")
    if body.published:
        products.publish_product(world, store, product, list(store.publications))
    return Answer(product.gid, product_truth(store, product))


def _set_options(fields: dict[str, Any], body: bodies.CreateProduct) -> None:
    """Take the options as told; else, for several variants, one option that tells them apart."""
    if body.options is not None:
        fields["options"] = [{"name": one.name, "values": one.values} for one in body.options]
    elif len(body.variants) > 1 or any(one.option_values for one in body.variants):
        for index, one in enumerate(fields["variants"], 1):
            one["option_values"] = one["option_values"] or [f"Kind {index}"]
        count = max(len(one["option_values"]) for one in fields["variants"])
        names = ("Size", "Colour", "Style")[:count]
        columns = zip(*(one["option_values"] for one in fields["variants"]), strict=True)
        fields["options"] = [
            {"name": name, "values": list(dict.fromkeys(values))} for name, values in zip(names, columns, strict=False)
        ]


def _variant_fields(store: Store, body: bodies.NewVariant) -> dict[str, Any]:
    fields = given(body, "quantity", "inventory")
    fields["quantities"] = [
        {"location_id": number(one.location_id), "quantity": one.available} for one in body.inventory
    ]
    if body.quantity is not None:
        first = next(one.id for one in store.locations.values() if one.is_active)
        fields["quantities"].append({"location_id": first, "quantity": body.quantity})
    return fields


def remove_product(world: World, path: Path, body: bodies.Nothing) -> Answer:
    """Delete a product."""
    store = world.store(path["shop"])
    product = find(store.products, path["id"], "product")
    products.delete_product(world, store, product)
    return Answer(product.gid, product_truth(store, product))


def publish(world: World, path: Path, body: bodies.Publish) -> Answer:
    """Show a product on every sales channel, or on none."""
    store = world.store(path["shop"])
    product = find(store.products, path["id"], "product")
    if product.deleted_at is not None:
        raise Impossible("the product is deleted")
    if body.published:
        product.status = "ACTIVE"
    products.publish_product(world, store, product, list(store.publications) if body.published else [])
    return Answer(product.gid, product_truth(store, product))


def patch_variant(world: World, path: Path, body: bodies.VariantFields) -> Answer:
    """Change a variant."""
    store = world.store(path["shop"])
    variant = find(store.variants, path["id"], "variant")
    product = store.products[variant.product_id]
    products.update_variants(world, store, product, [given(body) | {"id": variant.id}], by="staff")
    return Answer(variant.gid, variant_truth(store, variant))


def remove_variant(world: World, path: Path, body: bodies.Nothing) -> Answer:
    """Delete a variant."""
    store = world.store(path["shop"])
    variant = products.delete_variant(world, store, find(store.variants, path["id"], "variant").id)
    return Answer(variant.gid, variant_truth(store, variant))


def put_inventory(world: World, path: Path, body: bodies.SetInventory) -> Answer:
    """Count a variant's stock anew."""
    store = world.store(path["shop"])
    item_id = _item(store, body)
    if body.location_id is not None:
        location_id = find(store.locations, body.location_id, "location").id
    else:
        places = [one.location_id for one in store.levels_of(item_id)]
        active = [one.id for one in store.locations.values() if one.is_active]
        location_id = places[0] if len(places) == 1 else active[0]
    level = set_inventory(world, store, (item_id, location_id), body.available, by="staff")
    return Answer(level.gid, level_truth(store, level))


def _item(store: Store, body: bodies.SetInventory) -> int:
    if body.variant_id is not None:
        variant = find(store.variants, body.variant_id, "variant")
        if variant.deleted_at is not None:
            raise Unknown(f"variant {variant.id} is deleted")
        return int(variant.inventory_item_id)
    if body.inventory_item_id is not None:
        return int(find(store.inventory_items, body.inventory_item_id, "inventory item").id)
    raise Unreadable("variant_id or inventory_item_id is missing")
