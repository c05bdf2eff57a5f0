"""Products read whole, and products made once, against the simulator."""

from dataclasses import replace
from decimal import Decimal

import pytest

from app.core.money import Money
from app.gateways.shopify.errors import Refused
from app.gateways.shopify.product_import import (
    NewProduct,
    NewVariant,
    ensure_source_definition,
    find_product_by_source,
    put_product,
    read_stored_product,
    set_product_status,
)
from app.gateways.shopify.products import Weight, list_products, read_product, read_products, search_products
from tests.gateways.connected import SEARCH_LAG, partner, retailer

pytestmark = pytest.mark.anyio

SOURCE = "gid://shopify/Product/77"


def new_product(title: str = "House blend", variants: int = 2) -> NewProduct:
    values = tuple(f"{each + 1} bags" for each in range(variants))
    return NewProduct(
        source_id=SOURCE,
        title=title,
        description_html="<p>Sweet</p>",
        vendor="Roaster",
        product_type="Coffee",
        tags=("partner", "coffee"),
        options=(("Pack", values),),
        images=(("https://cdn.shopify.com/s/files/beans.jpg", "Beans"),),
        variants=tuple(
            NewVariant(
                sku=f"PARTNER-roaster-{value}",
                price=Decimal("21.50"),
                option_values=(("Pack", value),),
                compare_at=Decimal("25"),
                barcode="4006381333931",
                weight=Weight(Decimal("250"), "GRAMS"),
            )
            for value in values
        ),
    )


async def test_searches_by_words_and_pages() -> None:
    store = partner()
    for title in ("Dark roast", "Light roast", "Mug"):
        store.host.make_product(title=title, variants=[{"sku": title, "price": Decimal("10.00")}])
    await store.host.turn(SEARCH_LAG)

    first = await search_products(store.shopify, store.access, "roast", first=1)
    second = await search_products(store.shopify, store.access, "roast", after=first.end_cursor, first=1)

    assert [each.title for each in (*first.items, *second.items)] == ["Dark roast", "Light roast"]
    assert first.has_next
    assert not second.has_next
    assert first.items[0].lowest_price == Money(Decimal("10.00"), "USD")
    assert first.items[0].variant_count == 1


@pytest.mark.parametrize("text", ["it's", "a:b", "(", "\\", '"', "*", "tag:x OR", "status:archived"])
async def test_a_search_takes_any_text(text: str) -> None:
    store = partner()

    assert (await search_products(store.shopify, store.access, text)).items == ()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Be\0ans\0\0", "Beans"),
        ("\0", ""),
        ("C:\\\0\\", "C:\\\\"),
        ("\\u0000", "\\u0000"),
        ("\\\\u0000\0", "\\\\u0000"),
    ],
)
async def test_a_sign_no_database_holds_is_left_out_of_text(written: str, read: str) -> None:
    store = partner()
    product = store.host.make_product(title=written, variants=[{"sku": "A", "price": Decimal("10.00")}])

    found = await read_product(store.shopify, store.access, product.gid)

    assert found is not None
    assert found.title == read


async def test_reads_every_variant_of_a_large_product() -> None:
    store = partner()
    values = [str(each) for each in range(130)]
    product = store.host.make_product(
        options=[{"name": "Number", "values": values}],
        variants=[
            {"option_values": [value], "sku": f"S-{value}", "price": Decimal("3.00"), "weight": 250} for value in values
        ],
    )

    read = await read_product(store.shopify, store.access, product.gid)

    assert read is not None
    assert [variant.sku for variant in read.variants] == [f"S-{value}" for value in values]
    assert read.variants[129].option_values == (("Number", "129"),)
    assert read.options == (("Number", tuple(values)),)


async def test_knows_deleted_products_and_changed_ones() -> None:
    store = partner()
    old = store.host.make_product(title="Old")
    await store.host.turn(3600)
    changed_since = store.host.world.now
    fresh = store.host.make_product(title="Fresh")
    await store.host.turn(SEARCH_LAG)

    assert (await list_products(store.shopify, store.access, changed_since)).items[0].id == fresh.gid
    assert len((await list_products(store.shopify, store.access)).items) == 2
    assert set(await read_products(store.shopify, store.access, [old.gid, "gid://shopify/Product/1"])) == {old.gid}
    assert await read_product(store.shopify, store.access, "gid://shopify/Product/1") is None


async def test_makes_a_product_that_is_found_by_its_source() -> None:
    store = retailer()
    await ensure_source_definition(store.shopify, store.access)
    await ensure_source_definition(store.shopify, store.access)
    assert await find_product_by_source(store.shopify, store.access, SOURCE) is None

    made = await put_product(store.shopify, store.access, new_product())

    assert await find_product_by_source(store.shopify, store.access, SOURCE) == made
    assert made.status == "DRAFT"
    first = made.variants[0]
    assert (first.sku, first.price, first.compare_at) == ("PARTNER-roaster-1 bags", Decimal("21.50"), Decimal("25.00"))
    assert first.option_values == (("Pack", "1 bags"),)
    assert first.tracked
    assert first.weight == Weight(Decimal("250"), "GRAMS")


async def test_makes_no_second_product_of_the_same_source() -> None:
    store = retailer()
    await ensure_source_definition(store.shopify, store.access)

    made = await put_product(store.shopify, store.access, new_product())
    again = await put_product(store.shopify, store.access, new_product())

    assert made.id == again.id
    assert [each.id for each in made.variants] == [each.id for each in again.variants]


async def test_reads_back_every_variant_of_a_large_import() -> None:
    store = retailer()
    await ensure_source_definition(store.shopify, store.access)

    made = await put_product(store.shopify, store.access, new_product(variants=120))

    assert len(made.variants) == 120


async def test_without_the_definition_the_product_is_refused() -> None:
    store = retailer()

    with pytest.raises(Refused):
        await put_product(store.shopify, store.access, new_product())


async def test_a_product_becomes_a_draft_and_stays_as_it_is_otherwise() -> None:
    store = retailer()
    await ensure_source_definition(store.shopify, store.access)
    made = await put_product(store.shopify, store.access, new_product(), status="ACTIVE")

    for _ in range(2):
        await set_product_status(store.shopify, store.access, made.id, "DRAFT")

    assert made.status == "ACTIVE"
    assert await read_stored_product(store.shopify, store.access, made.id) == replace(made, status="DRAFT")


async def test_a_product_that_is_not_there_has_no_status() -> None:
    store = retailer()

    assert await read_stored_product(store.shopify, store.access, SOURCE) is None
    with pytest.raises(Refused):
        await set_product_status(store.shopify, store.access, SOURCE, "DRAFT")
