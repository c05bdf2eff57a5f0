"""Products through the Admin API: upserted by id, handle or custom id, updated in part, published."""

from decimal import Decimal
from typing import Any

import pytest

from simulator.world.switches import Switches
from tests.simulator.store_host import StoreHost, make_host

pytestmark = pytest.mark.anyio

FIELDS = """id title handle status vendor tags descriptionHtml options{name values} totalInventory
  variants(first: 50){nodes{id title sku price compareAtPrice barcode inventoryPolicy inventoryQuantity
    selectedOptions{name value} inventoryItem{id tracked requiresShipping measurement{weight{value unit}}}}}
  media(first: 5){nodes{... on MediaImage{status image{url altText}}}}
  metafields(first: 10){nodes{namespace key value}}"""
SET = f"""mutation($identifier: ProductSetIdentifiers, $input: ProductSetInput!){{
  productSet(identifier: $identifier, input: $input, synchronous: true){{
    product{{{FIELDS}}} userErrors{{field message code}}}}}}"""
DEFINE = """mutation($definition: MetafieldDefinitionInput!){metafieldDefinitionCreate(definition: $definition){
  createdDefinition{id namespace key type{name} capabilities{uniqueValues{enabled}}} userErrors{field message code}}}"""
SOURCE = {
    "ownerType": "PRODUCT",
    "namespace": "$app",
    "key": "source",
    "name": "Source",
    "type": "id",
    "capabilities": {"uniqueValues": {"enabled": True}},
}


def content(**fields: Any) -> dict[str, Any]:
    """A product of two sizes."""
    variants = [
        {
            "optionValues": [{"optionName": "Size", "name": size}],
            "price": "14.50",
            "inventoryItem": {
                "sku": f"P-{size}",
                "tracked": True,
                "measurement": {"weight": {"value": 250, "unit": "GRAMS"}},
            },
        }
        for size in ("S", "L")
    ]
    options = [{"name": "Size", "values": [{"name": "S"}, {"name": "L"}]}]
    return {"title": "Beans", "status": "DRAFT", "productOptions": options, "variants": variants, **fields}


async def put(host: StoreHost, identifier: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (await host.ask(SET, {"identifier": identifier, "input": content(**fields)}))[
        "productSet"
    ]
    return payload


def custom(value: str) -> dict[str, Any]:
    """The identifier, and the metafield that must come with it."""
    return {
        "identifier": {"customId": {"namespace": "$app", "key": "source", "value": value}},
        "metafields": [{"namespace": "$app", "key": "source", "type": "id", "value": value}],
    }


async def test_makes_a_product_with_options_variants_and_pictures() -> None:
    host = make_host()
    files = [{"originalSource": "https://example.com/a.png", "alt": "Bag", "contentType": "IMAGE"}]

    product = (await put(host, files=files, tags=["coffee"], vendor="Mill"))["product"]
    pictures = product["media"]["nodes"]
    await host.turn(5)
    fetched = await host.ask(
        "query($id: ID!){product(id: $id){media(first: 5){nodes{... on MediaImage{image{url}}}}}}", product
    )

    assert product["handle"] == "beans"
    assert product["options"] == [{"name": "Size", "values": ["S", "L"]}]
    first = product["variants"]["nodes"][0]
    assert (first["title"], first["sku"], first["price"], first["inventoryPolicy"]) == ("S", "P-S", "14.50", "DENY")
    assert first["inventoryItem"]["measurement"]["weight"] == {"value": 250.0, "unit": "GRAMS"}
    assert pictures == [{"status": "PROCESSING", "image": None}]
    assert fetched["product"]["media"]["nodes"] == [{"image": {"url": "https://example.com/a.png"}}]


async def test_a_custom_id_finds_the_product_again() -> None:
    host = make_host()
    await host.ask(DEFINE, {"definition": SOURCE})
    wanted = custom("gid://shopify/Product/77")

    first = await put(host, wanted["identifier"], metafields=wanted["metafields"])
    second = await put(host, wanted["identifier"], metafields=wanted["metafields"], title="Beans again")
    query = "query($identifier: ProductIdentifierInput!){productByIdentifier(identifier: $identifier){id title}}"
    found = await host.ask(query, {"identifier": wanted["identifier"]})

    assert second["product"]["id"] == first["product"]["id"]
    assert found["productByIdentifier"] == {"id": first["product"]["id"], "title": "Beans again"}
    assert len(host.store.products) == 1
    namespace = second["product"]["metafields"]["nodes"][0]["namespace"]
    assert namespace.startswith("app--")


async def test_a_custom_id_needs_its_definition_and_the_same_value() -> None:
    host = make_host()
    wanted = custom("one")

    undefined = await put(host, wanted["identifier"], metafields=wanted["metafields"])
    await host.ask(DEFINE, {"definition": SOURCE})
    missing = await put(host, wanted["identifier"])
    other = await put(host, wanted["identifier"], metafields=custom("two")["metafields"])

    codes = [payload["userErrors"][0]["code"] for payload in (undefined, missing, other)]
    assert codes == ["METAFIELD_MISMATCH"] * 3
    assert host.store.products == {}


async def test_lists_replace_and_absent_fields_stay() -> None:
    host = make_host()
    product = (await put(host, tags=["a", "b"], vendor="Mill"))["product"]
    kept = product["variants"]["nodes"][1]
    one = content()
    one["variants"], one["productOptions"][0]["values"] = one["variants"][1:], [{"name": "L"}]
    del one["title"], one["status"]

    changed = (await host.ask(SET, {"identifier": {"id": product["id"]}, "input": {**one, "tags": ["c"]}}))[
        "productSet"
    ]

    assert changed["userErrors"] == []
    assert changed["product"]["tags"] == ["c"]
    assert (changed["product"]["vendor"], changed["product"]["title"]) == ("Mill", "Beans")
    assert [node["id"] for node in changed["product"]["variants"]["nodes"]] == [kept["id"]]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"title": " "}, "INVALID_INPUT"),
        ({"variants": None}, "VARIANTS_INPUT_MISSING"),
        ({"productOptions": [{"name": str(n), "values": [{"name": "x"}]} for n in range(4)]}, "OPTIONS_OVER_LIMIT"),
        ({"variants": [{"optionValues": [{"optionName": "Colour", "name": "red"}]}]}, "INVALID_VARIANT"),
        ({"variants": [{"optionValues": [{"optionName": "Size", "name": "S"}], "price": "-1"}]}, "INVALID_VARIANT"),
        ({"variants": [{"optionValues": [{"optionName": "Size", "name": "S"}]}] * 2}, "INVALID_VARIANT"),
        ({"variants": [{"optionValues": [{"optionName": "Size", "name": "S"}]}] * 2049}, "VARIANTS_OVER_LIMIT"),
        ({"metafields": [{"namespace": "a", "key": "b", "type": "number_integer", "value": "x"}]}, "INVALID_METAFIELD"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_made(fields: dict[str, Any], code: str) -> None:
    host = make_host()

    payload = await put(host, **fields)

    assert payload["userErrors"][0]["code"] == code
    assert payload["product"] is None
    assert host.store.products == {}


async def test_a_handle_is_unique_and_a_missing_product_is_said() -> None:
    host = make_host()
    await put(host, handle="beans")

    taken = await put(host, handle="beans")
    missing = await put(host, {"id": "gid://shopify/Product/1"})
    by_handle = await put(host, {"handle": "beans"}, handle="beans", title="Renamed")

    assert taken["userErrors"][0]["code"] == "HANDLE_NOT_UNIQUE"
    assert missing["userErrors"][0]["code"] == "PRODUCT_DOES_NOT_EXIST"
    assert by_handle["product"]["title"] == "Renamed"
    assert len(host.store.products) == 1


async def test_stock_can_come_with_the_product() -> None:
    host = make_host()
    location = next(iter(host.store.locations.values()))
    one = content()
    one["variants"][0]["inventoryQuantities"] = [{"locationId": location.gid, "name": "available", "quantity": 8}]

    product = (await put(host, variants=one["variants"]))["product"]

    assert product["totalInventory"] == 8
    assert [node["inventoryQuantity"] for node in product["variants"]["nodes"]] == [8, 0]


async def test_prices_of_variants_change_without_touching_the_rest() -> None:
    host = make_host()
    product = (await put(host, tags=["a"]))["product"]
    variant = product["variants"]["nodes"][0]
    mutation = """mutation($id: ID!, $variants: [ProductVariantsBulkInput!]!){
      productVariantsBulkUpdate(productId: $id, variants: $variants){
        product{tags} productVariants{id price inventoryItem{unitCost{amount}}} userErrors{field code}}}"""
    change = {"id": variant["id"], "price": "15", "inventoryItem": {"cost": "9.10"}}

    done = (await host.ask(mutation, {"id": product["id"], "variants": [change]}))["productVariantsBulkUpdate"]
    stock = {"id": variant["id"], "inventoryQuantities": []}
    refused = (await host.ask(mutation, {"id": product["id"], "variants": [stock]}))["productVariantsBulkUpdate"]

    assert done["productVariants"] == [
        {"id": variant["id"], "price": "15.00", "inventoryItem": {"unitCost": {"amount": "9.1"}}}
    ]
    assert done["product"] == {"tags": ["a"]}
    assert refused["userErrors"][0]["code"] == "NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE"


@pytest.mark.parametrize("is_published", [True, False])
async def test_a_new_product_is_on_a_sales_channel_or_not(is_published: bool) -> None:
    host = make_host()
    host.world.switches = Switches(unpublished_until_published=not is_published)

    product = (await put(host))["product"]

    read = "query($id: ID!){product(id: $id){resourcePublicationsCount{count} publishedAt}}"
    found = (await host.ask(read, {"id": product["id"]}))["product"]
    assert found["resourcePublicationsCount"]["count"] == int(is_published)
    assert (found["publishedAt"] is not None) is is_published


async def test_updates_publishes_and_deletes() -> None:
    host = make_host()
    product = (await put(host))["product"]
    channel = next(iter(host.store.publications.values())).gid
    update = """mutation($product: ProductUpdateInput!){productUpdate(product: $product){
      product{status title} userErrors{message}}}"""
    publish = """mutation($id: ID!, $to: ID!){publishablePublish(id: $id, input: [{publicationId: $to}]){
      publishable{... on Product{publishedOnPublication(publicationId: $to) publishedAt}} userErrors{message}}}"""
    unpublish = """mutation($id: ID!, $to: ID!){publishableUnpublish(id: $id, input: [{publicationId: $to}]){
      publishable{... on Product{publishedOnPublication(publicationId: $to)}} userErrors{message}}}"""
    delete = "mutation($id: ID!){productDelete(input: {id: $id}){deletedProductId userErrors{message}}}"
    to = {"id": product["id"], "to": channel}

    updated = await host.ask(update, {"product": {"id": product["id"], "status": "ACTIVE"}})
    published = await host.ask(publish, to)
    hidden = await host.ask(unpublish, to)
    deleted = await host.ask(delete, {"id": product["id"]})

    assert updated["productUpdate"]["product"] == {"status": "ACTIVE", "title": "Beans"}
    assert published["publishablePublish"]["publishable"]["publishedOnPublication"] is True
    assert hidden["publishableUnpublish"]["publishable"]["publishedOnPublication"] is False
    assert deleted["productDelete"]["deletedProductId"] == product["id"]
    assert (await host.ask("query($id: ID!){product(id: $id){id}}", {"id": product["id"]})) == {"product": None}


async def test_a_set_in_the_background_has_an_operation_to_ask_for() -> None:
    host = make_host()
    mutation = """mutation($input: ProductSetInput!){productSet(input: $input, synchronous: false){
      product{id} productSetOperation{id status} userErrors{message}}}"""
    query = "query($id: ID!){productOperation(id: $id){status product{title}}}"

    begun = (await host.ask(mutation, {"input": content()}))["productSet"]
    found = await host.ask(query, {"id": begun["productSetOperation"]["id"]})

    assert begun["product"] is None
    assert found["productOperation"] == {"status": "COMPLETE", "product": {"title": "Beans"}}


async def test_variants_go_but_one_stays() -> None:
    host = make_host()
    product = (await put(host))["product"]
    ids = [node["id"] for node in product["variants"]["nodes"]]
    mutation = """mutation($id: ID!, $ids: [ID!]!){productVariantsBulkDelete(productId: $id, variantsIds: $ids){
      product{variants(first: 5){nodes{id}}} userErrors{code}}}"""

    all_of_them = await host.ask(mutation, {"id": product["id"], "ids": ids})
    one = await host.ask(mutation, {"id": product["id"], "ids": ids[:1]})

    assert all_of_them["productVariantsBulkDelete"]["userErrors"][0]["code"] == "CANNOT_DELETE_LAST_VARIANT"
    assert one["productVariantsBulkDelete"]["product"]["variants"]["nodes"] == [{"id": ids[1]}]


async def test_metafields_compare_before_they_are_set() -> None:
    host = make_host()
    product = host.make_product(variants=[{"price": Decimal(1)}])
    mutation = """mutation($metafields: [MetafieldsSetInput!]!){metafieldsSet(metafields: $metafields){
      metafields{id value compareDigest jsonValue} userErrors{field code}}}"""
    field = {"ownerId": product.gid, "namespace": "$app:hub", "key": "note", "type": "json", "value": '{"a": 1}'}

    first = (await host.ask(mutation, {"metafields": [field]}))["metafieldsSet"]
    digest = first["metafields"][0]["compareDigest"]
    right = await host.ask(mutation, {"metafields": [field | {"value": "2", "compareDigest": digest}]})
    stale = await host.ask(mutation, {"metafields": [field | {"value": "3", "compareDigest": digest}]})
    many = await host.ask(mutation, {"metafields": [field] * 26})

    assert first["metafields"][0]["jsonValue"] == {"a": 1}
    assert right["metafieldsSet"]["userErrors"] == []
    assert stale["metafieldsSet"]["userErrors"][0]["code"] == "STALE_OBJECT"
    assert many["metafieldsSet"]["userErrors"][0]["code"] == "LESS_THAN_OR_EQUAL_TO"
    read = 'query($id: ID!){product(id: $id){metafield(namespace: "$app:hub", key: "note"){value type}}}'
    assert (await host.ask(read, {"id": product.gid}))["product"]["metafield"] == {"value": "2", "type": "json"}


async def test_a_definition_is_made_once() -> None:
    host = make_host()

    first = (await host.ask(DEFINE, {"definition": SOURCE}))["metafieldDefinitionCreate"]
    second = (await host.ask(DEFINE, {"definition": SOURCE}))["metafieldDefinitionCreate"]
    bare = await host.ask(DEFINE, {"definition": SOURCE | {"key": "other", "capabilities": None}})
    listed = await host.ask('{metafieldDefinitions(first: 5, ownerType: PRODUCT, namespace: "$app"){nodes{key}}}')

    assert first["createdDefinition"]["capabilities"]["uniqueValues"]["enabled"] is True
    assert second["userErrors"][0]["code"] == "TAKEN"
    assert bare["metafieldDefinitionCreate"]["userErrors"][0]["code"] == "CAPABILITY_REQUIRED_BUT_DISABLED"
    assert listed["metafieldDefinitions"]["nodes"] == [{"key": "source"}]
