"""Mutations of products: upserted whole, updated in part, published, deleted."""

from decimal import Decimal
from typing import Any

from simulator.admin_api.call import Call
from simulator.admin_api.changes.inventory import item_fields
from simulator.admin_api.changes.metafields import MetafieldRefusal, check_inputs, write_inputs
from simulator.admin_api.errors import user_error
from simulator.admin_api.mutations import Payload, Refused, mutation
from simulator.admin_api.resolvers.ids import find, live, number_of
from simulator.admin_api.resolvers.metafields import namespace_of
from simulator.admin_api.resolvers.products import product_by_identifier, set_operation
from simulator.world.errors import Impossible, Unknown
from simulator.world.metafields import find_definition
from simulator.world.model import Product
from simulator.world.products import delete_product, delete_variant, publish_product, update_variants, upsert_product

MAX_VARIANTS = 2048
MAX_OPTIONS = 3
MAX_QUANTITIES = 50_000
PRODUCT_FIELDS = {
    "title": "title",
    "handle": "handle",
    "descriptionHtml": "description_html",
    "vendor": "vendor",
    "productType": "product_type",
    "status": "status",
    "tags": "tags",
    "templateSuffix": "template_suffix",
}
VARIANT_FIELDS = {
    "sku": "sku",
    "barcode": "barcode",
    "price": "price",
    "compareAtPrice": "compare_at_price",
    "inventoryPolicy": "inventory_policy",
    "taxable": "taxable",
    "position": "position",
}


@mutation("productSet")
def set_product(
    call: Call, input: dict[str, Any], identifier: dict[str, Any] | None = None, synchronous: bool = True
) -> Payload:
    """Make the product what the input says; lists that are given replace what was there."""
    product = _existing(call, identifier, input)
    _check_set(call, input, product)
    try:
        check_inputs(call, input.get("metafields") or [], "PRODUCT", None if product is None else product.gid)
    except MetafieldRefusal as error:
        raise Refused(user_error(["input", "metafields", *error.path], error.message, "INVALID_METAFIELD")) from error
    is_new = product is None
    product = upsert_product(call.world, call.store, _set_fields(call, input), product)
    if is_new and not call.world.switches.unpublished_until_published:
        publish_product(call.world, call.store, product, list(call.store.publications))
    write_inputs(call, input.get("metafields"), (product.gid, "PRODUCT"), replace=True)
    for variant, one in zip(call.store.variants_of(product), input.get("variants") or [], strict=False):
        write_inputs(call, one.get("metafields"), (variant.gid, "PRODUCTVARIANT"), replace=True)
    call.touched(product)
    if synchronous:
        return {"product": product, "productSetOperation": None}
    return {"product": None, "productSetOperation": set_operation(product)}


def _existing(call: Call, identifier: dict[str, Any] | None, input: dict[str, Any]) -> Product | None:
    if identifier is None:
        return None
    custom = identifier.get("customId")
    if custom is not None:
        _check_custom_id(call, custom, input)
    found = product_by_identifier(call, identifier)
    if found is None and identifier.get("id"):
        raise Refused(user_error(["input"], "Product does not exist", "PRODUCT_DOES_NOT_EXIST"))
    return found


def _check_custom_id(call: Call, custom: dict[str, Any], input: dict[str, Any]) -> None:
    namespace = namespace_of(call, custom.get("namespace"))
    definition = find_definition(call.store, "PRODUCT", namespace, custom["key"])
    if definition is None or definition.type != "id" or not definition.unique_values:
        message = "Metafield definition of type 'id' is required when using custom ids."
        raise Refused(user_error(["identifier", "customId"], message, "METAFIELD_MISMATCH"))
    given = [
        one["value"]
        for one in input.get("metafields") or []
        if (namespace_of(call, one.get("namespace")), one.get("key")) == (namespace, custom["key"])
    ]
    if given != [custom["value"]]:
        message = "The identifier value does not match the value of the metafield in the input."
        raise Refused(user_error(["identifier", "customId"], message, "METAFIELD_MISMATCH"))


def _check_set(call: Call, input: dict[str, Any], product: Product | None) -> None:
    if product is None and not (input.get("title") or "").strip():
        raise Refused(user_error(["input", "title"], "Title can't be blank", "INVALID_INPUT"))
    if input.get("handle") and _handle_taken(call, input["handle"], product):
        raise Refused(
            user_error(["input", "handle"], f"Handle '{input['handle']}' already in use", "HANDLE_NOT_UNIQUE")
        )
    options, variants = input.get("productOptions"), input.get("variants")
    if options is not None and len(options) > MAX_OPTIONS:
        message = f"Can only specify a maximum of {MAX_OPTIONS} options"
        raise Refused(user_error(["input", "productOptions"], message, "OPTIONS_OVER_LIMIT"))
    if (variants is None) != (options is None):
        missing, code = (
            ("productOptions", "PRODUCT_OPTIONS_INPUT_MISSING")
            if options is None
            else ("variants", "VARIANTS_INPUT_MISSING")
        )
        message = "Product options and variants must be given together."
        raise Refused(user_error(["input", missing], message, code))
    if variants is not None:
        _check_variants(call, variants, options or [], product)


def _check_variants(call: Call, variants: list[Any], options: list[Any], product: Product | None) -> None:
    if len(variants) > MAX_VARIANTS:
        message = f"The product can't have more than {MAX_VARIANTS} variants"
        raise Refused(user_error(["input", "variants"], message, "VARIANTS_OVER_LIMIT"))
    if sum(len(one.get("inventoryQuantities") or ()) for one in variants) > MAX_QUANTITIES:
        message = f"No more than {MAX_QUANTITIES} inventory quantities"
        raise Refused(user_error(["input", "variants"], message, "INVENTORY_QUANTITIES_LIMIT_EXCEEDED"))
    seen: set[tuple[str, ...]] = set()
    for number, one in enumerate(variants):
        path = ["input", "variants", str(number)]
        values = tuple(_values(one, options))
        if len(values) != len(options) or not all(values):
            message = "The variant does not name a value for every option"
            raise Refused(user_error([*path, "optionValues"], message, "INVALID_VARIANT"))
        if values in seen:
            message = f"The variant '{' / '.join(values)}' already exists."
            raise Refused(user_error(path, message, "INVALID_VARIANT"))
        seen.add(values)
        _check_variant(call, one, product, path)


def _check_variant(call: Call, one: dict[str, Any], product: Product | None, path: list[str]) -> None:
    if one.get("id") and (product is None or number_of(one["id"], "ProductVariant") not in product.variant_ids):
        raise Refused(user_error([*path, "id"], "Variant does not exist", "PRODUCT_VARIANT_DOES_NOT_EXIST"))
    _check_price(one, path)
    for quantity in one.get("inventoryQuantities") or ():
        if find(call, quantity["locationId"], "Location") is None:
            raise Refused(user_error([*path, "inventoryQuantities"], "Location does not exist", "INVALID_VARIANT"))


def _check_price(one: dict[str, Any], path: list[str]) -> None:
    for name in ("price", "compareAtPrice"):
        if one.get(name) is not None and one[name] < 0:
            message = "Price must be greater than or equal to 0"
            raise Refused(user_error([*path, name], message, "INVALID_VARIANT"))


def _handle_taken(call: Call, handle: str, product: Product | None) -> bool:
    return any(one.handle == handle and one is not product for one in live(call.store.products))


def _values(variant: dict[str, Any], options: list[dict[str, Any]]) -> list[str]:
    """The variant's value of each option, in the options' order."""
    named = {one.get("optionName") or one.get("optionId"): one.get("name") for one in variant["optionValues"]}
    return [named.get(option.get("name")) or named.get(option.get("id")) or "" for option in options]


def _set_fields(call: Call, input: dict[str, Any]) -> dict[str, Any]:
    fields = {ours: input[theirs] for theirs, ours in PRODUCT_FIELDS.items() if theirs in input}
    if input.get("files") is not None:
        images = [one for one in input["files"] if one.get("originalSource")]
        fields["images"] = [{"src": one["originalSource"], "alt": one.get("alt")} for one in images]
    if input.get("productOptions") is not None:
        options = input["productOptions"]
        fields["options"] = [
            {"name": one["name"], "values": [value["name"] for value in one.get("values") or ()]} for one in options
        ]
        fields["variants"] = [
            {
                **variant_fields(one),
                "option_values": _values(one, options),
                "quantities": [
                    {"location_id": number_of(level["locationId"], "Location"), "quantity": level["quantity"]}
                    for level in one.get("inventoryQuantities") or ()
                ],
            }
            for one in input["variants"]
        ]
    return fields


def variant_fields(input: dict[str, Any]) -> dict[str, Any]:
    """The world's fields of a variant input."""
    fields = {ours: input[theirs] for theirs, ours in VARIANT_FIELDS.items() if theirs in input}
    item = input.get("inventoryItem") or {}
    if "sku" in item:
        fields["sku"] = item["sku"]
    if input.get("id"):
        fields["id"] = number_of(input["id"], "ProductVariant")
    for name in ("price", "compare_at_price"):
        if fields.get(name) is not None:
            fields[name] = Decimal(fields[name])
    return fields | item_fields(item)


@mutation("productUpdate")
def update_product(
    call: Call, product: dict[str, Any] | None = None, identifier: dict[str, Any] | None = None
) -> Payload:
    """Change fields of a product; what is not named stays."""
    input = product or {}
    named = identifier or ({"id": input["id"]} if input.get("id") else None)
    found = None if named is None else product_by_identifier(call, named)
    if found is None:
        raise Refused(user_error(["id"], "Product does not exist"))
    if input.get("title") is not None and not input["title"].strip():
        raise Refused(user_error(["title"], "Title can't be blank"))
    if input.get("handle") and _handle_taken(call, input["handle"], found):
        raise Refused(
            user_error(["handle"], f"Handle '{input['handle']}' already in use. Please provide a new handle.")
        )
    try:
        check_inputs(call, input.get("metafields") or [], "PRODUCT", found.gid)
    except MetafieldRefusal as error:
        raise Refused(user_error(["metafields", *error.path], error.message)) from error
    upsert_product(call.world, call.store, _set_fields(call, input), found)
    write_inputs(call, input.get("metafields"), (found.gid, "PRODUCT"))
    call.touched(found)
    return {"product": found}


@mutation("productDelete")
def remove_product(call: Call, input: dict[str, Any], synchronous: bool = True) -> Payload:
    """Delete a product with its variants."""
    found = find(call, input["id"], "Product")
    if found is None:
        raise Refused(user_error(["id"], "Product does not exist"))
    delete_product(call.world, call.store, found)
    call.touched(found)
    return {"deletedProductId": found.gid, "shop": call.store}


@mutation("productVariantsBulkUpdate")
def bulk_update_variants(
    call: Call, product_id: str, variants: list[dict[str, Any]], allow_partial_updates: bool = False
) -> Payload:
    """Change fields of variants of one product; all of them, or none unless partial updates are allowed."""
    product = find(call, product_id, "Product")
    if product is None:
        raise Refused(user_error(["productId"], "Product does not exist", "PRODUCT_DOES_NOT_EXIST"))
    refused: dict[int, dict[str, Any]] = {}
    for number, one in enumerate(variants):
        if (error := _bulk_refusal(product, one, ["variants", str(number)])) is not None:
            refused[number] = error
    if refused and not allow_partial_updates:
        raise Refused(*refused.values())
    accepted = [one for number, one in enumerate(variants) if number not in refused]
    changed = (
        update_variants(call.world, call.store, product, [variant_fields(one) for one in accepted]) if accepted else []
    )
    for variant, one in zip(changed, accepted, strict=True):
        write_inputs(call, one.get("metafields"), (variant.gid, "PRODUCTVARIANT"))
    call.touched(product)
    return {"product": product, "productVariants": changed, "userErrors": list(refused.values())}


def _bulk_refusal(product: Product, one: dict[str, Any], path: list[str]) -> dict[str, Any] | None:
    if not one.get("id"):
        return user_error([*path, "id"], "Product variant is missing ID attribute", "PRODUCT_VARIANT_ID_MISSING")
    if number_of(one["id"], "ProductVariant") not in product.variant_ids:
        return user_error([*path, "id"], "Product variant does not exist", "PRODUCT_VARIANT_DOES_NOT_EXIST")
    if one.get("inventoryQuantities") is not None:
        message = "Inventory quantities can only be provided during create."
        return user_error([*path, "inventoryQuantities"], message, "NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE")
    if one.get("price") is not None and one["price"] < 0:
        return user_error([*path, "price"], "Price must be greater than or equal to 0", "NEGATIVE_PRICE_VALUE")
    return None


@mutation("productVariantsBulkDelete")
def bulk_delete_variants(call: Call, product_id: str, variants_ids: list[str]) -> Payload:
    """Delete variants of one product; one must remain."""
    product = find(call, product_id, "Product")
    if product is None:
        raise Refused(user_error(["productId"], "Product does not exist", "PRODUCT_DOES_NOT_EXIST"))
    numbers = [number_of(gid, "ProductVariant") for gid in variants_ids]
    if any(number not in product.variant_ids for number in numbers):
        message = "At least one variant does not belong to the product"
        raise Refused(user_error(["variantsIds"], message, "AT_LEAST_ONE_VARIANT_DOES_NOT_BELONG_TO_THE_PRODUCT"))
    if len(numbers) == len(product.variant_ids):
        message = "Cannot delete default variant"
        raise Refused(user_error(["variantsIds"], message, "CANNOT_DELETE_LAST_VARIANT"))
    for number in numbers:
        delete_variant(call.world, call.store, int(number or 0))
    call.touched(product)
    return {"product": product}


@mutation("publishablePublish")
def publish(call: Call, id: str, input: list[dict[str, Any]]) -> Payload:
    """Show a product on further sales channels."""
    return _publish(call, id, input, add=True)


@mutation("publishableUnpublish")
def unpublish(call: Call, id: str, input: list[dict[str, Any]]) -> Payload:
    """Take a product from sales channels."""
    return _publish(call, id, input, add=False)


def _publish(call: Call, gid: str, input: list[dict[str, Any]], *, add: bool) -> Payload:
    product = find(call, gid, "Product")
    if product is None:
        raise Refused(user_error(["id"], "Resource does not exist"))
    named = [number_of(one.get("publicationId") or "gid://shopify/Publication/0", "Publication") for one in input]
    if any(number not in call.store.publications for number in named):
        raise Refused(user_error(["input", "0", "publicationId"], "Publication does not exist or is not publishable"))
    before = [number for number in product.publication_ids if number not in named]
    try:
        publish_product(call.world, call.store, product, [*before, *([int(one or 0) for one in named] if add else [])])
    except (Impossible, Unknown) as error:
        raise Refused(user_error(["id"], str(error))) from error
    call.touched(product)
    return {"publishable": product, "shop": call.store}
