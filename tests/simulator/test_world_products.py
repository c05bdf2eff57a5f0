"""Products and stock as a store's staff changes them."""

import pytest

from simulator.world.products import upsert_product
from tests.simulator.control_world import simulated, tail

pytestmark = pytest.mark.anyio


async def test_a_product_keeps_its_options_images_and_variants() -> None:
    async with simulated() as world:
        shop = await world.store()

        body = {
            "title": "Espresso",
            "vendor": "Oak",
            "options": [{"name": "Weight", "values": ["250 g", "1 kg"]}],
            "images": [{"src": "https://example.com/bag.png", "alt": "A bag"}],
            "variants": [
                {"sku": "A", "price": "9.00", "option_values": ["250 g"], "quantity": 3},
                {"sku": "B", "price": "30.00", "option_values": ["1 kg"], "quantity": 0},
            ],
        }
        product = (await world.call("POST", f"/stores/{shop}/products", body))["changed"]

        assert (product["handle"], product["status"], product["by"]) == ("espresso", "ACTIVE", "staff")
        assert product["options"] == body["options"]
        truth = await world.truth(shop)
        assert [(one["sku"], one["title"], one["price"]) for one in truth["variants"]] == [
            ("A", "250 g", "9.00"),
            ("B", "1 kg", "30.00"),
        ]
        assert product["images"][0]["status"] == "PROCESSING"
        await world.advance(5)
        assert (await world.truth(shop))["products"][0]["images"][0]["status"] == "READY"


async def test_an_image_that_is_missing_fails_later() -> None:
    async with simulated() as world:
        shop = await world.store()
        await world.call(
            "POST", f"/stores/{shop}/products", {"title": "A", "images": [{"src": "https://x.example/missing.png"}]}
        )

        await world.advance(5)

        assert (await world.truth(shop))["products"][0]["images"][0]["status"] == "FAILED"


async def test_prices_are_remembered_and_null_empties() -> None:
    async with simulated() as world:
        shop = await world.store()
        variant = await world.variant(shop, barcode="123")
        path = f"/stores/{shop}/variants/{tail(variant)}"
        await world.advance(60)

        changed = (await world.call("PATCH", path, {"price": 14, "barcode": None, "tracked": False}))["changed"]

        assert (changed["barcode"], changed["sku"], changed["tracked"]) == (None, "ESP", False)
        assert changed["prices"] == [
            {"at": "2026-11-02T09:00:00Z", "price": "12.50"},
            {"at": "2026-11-02T09:01:00Z", "price": "14.00"},
        ]


@pytest.mark.parametrize(
    ("currency", "given", "kept"),
    [("USD", "9.975", "9.98"), ("USD", 8.665, "8.67"), ("JPY", "1257.5", "1258"), ("KWD", "1.2575", "1.258")],
)
async def test_a_price_is_kept_in_the_places_of_its_currency(currency: str, given: str | float, kept: str) -> None:
    """What the truth says is what the app reads, to the last place."""
    async with simulated() as world:
        shop = await world.store(currency=currency)
        variant = await world.variant(shop)

        path, fields = f"/stores/{shop}/variants/{tail(variant)}", {"price": given, "compare_at_price": given}
        changed = (await world.call("PATCH", path, fields))["changed"]

        assert (changed["price"], changed["compare_at_price"]) == (kept, kept)
        assert [point["price"] for point in changed["prices"]][1:] == [kept]


async def test_a_deleted_variant_stays_in_the_truth() -> None:
    async with simulated() as world:
        shop = await world.store()
        body = {"title": "Two", "variants": [{"sku": "A", "price": 1}, {"sku": "B", "price": 2}]}
        first, last = (await world.call("POST", f"/stores/{shop}/products", body))["changed"]["variant_ids"]

        gone = await world.call("DELETE", f"/stores/{shop}/variants/{tail(first)}")

        assert gone["changed"]["deleted_at"] == "2026-11-02T09:00:00Z"
        assert (await world.truth(shop))["products"][0]["variant_ids"] == [last]
        await world.call("DELETE", f"/stores/{shop}/variants/{tail(first)}", status=404)
        await world.call("DELETE", f"/stores/{shop}/variants/{tail(last)}", status=409)
        await world.call("POST", f"/stores/{shop}/orders", {"lines": [{"variant_id": first}]}, status=404)


async def test_publishing_shows_a_product_and_hides_it() -> None:
    async with simulated() as world:
        shop = await world.store()
        body = {"title": "Quiet", "status": "DRAFT", "published": False}
        product = (await world.call("POST", f"/stores/{shop}/products", body))["changed"]
        path = f"/stores/{shop}/products/{tail(product['id'])}/publish"

        shown = (await world.call("POST", path))["changed"]
        hidden = (await world.call("POST", path, {"published": False}))["changed"]

        assert (product["published_at"], shown["status"]) == (None, "ACTIVE")
        assert shown["published_at"]
        assert hidden["published_at"] is None


async def test_stock_is_counted_anew_also_below_zero() -> None:
    async with simulated() as world:
        shop = await world.store()
        variant = await world.variant(shop)

        told = await world.call("PUT", f"/stores/{shop}/inventory", {"variant_id": variant, "available": -4})

        assert told["changed"]["available"] == -4
        assert told["changed"]["changes"][-1] == {
            "at": "2026-11-02T09:00:00Z",
            "by": "staff",
            "from": 10,
            "to": -4,
            "key": None,
        }


async def test_nothing_is_stocked_at_a_closed_location() -> None:
    async with simulated() as world:
        shop = await world.store(locations=["Front", "Back"])
        back = (await world.call("GET", f"/stores/{shop}"))["locations"][1]["id"]
        variant = await world.variant(shop)

        await world.call("POST", f"/stores/{shop}/locations/{tail(back)}/deactivate")

        body = {"variant_id": variant, "location_id": back, "available": 1}
        await world.call("PUT", f"/stores/{shop}/inventory", body, status=409)
        await world.call("POST", f"/stores/{shop}/locations/{tail(back)}/deactivate", status=409)


async def test_lists_given_replace_what_was_there_and_known_variants_keep_their_numbers() -> None:
    async with simulated() as world:
        shop = await world.store()
        store = world.world.stores[shop]
        options = [{"name": "Size", "values": ["S", "M"]}]
        variants = [{"option_values": ["S"], "price": 1}, {"option_values": ["M"], "price": 2}]
        product = upsert_product(world.world, store, {"title": "Shirt", "options": options, "variants": variants})
        small = product.variant_ids[0]

        fields = {
            "options": options,
            "variants": [{"option_values": ["S"], "price": 3}, {"option_values": ["L"], "price": 4}],
        }
        upsert_product(world.world, store, fields, product)

        assert product.variant_ids[0] == small
        assert [(one.option_values, one.deleted_at is None) for one in store.variants.values()] == [
            (["S"], True),
            (["M"], False),
            (["L"], True),
        ]
