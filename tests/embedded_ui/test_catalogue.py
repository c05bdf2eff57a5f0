"""The catalogue's pages: browse, look at prices, import, read the report."""

import html
import re
from decimal import Decimal

import pytest

from app.catalog.queries import latest_imports
from simulator.world.apps import freeze
from tests.support.shops import PARTNER
from tests.support.trade import Trade

pytestmark = pytest.mark.anyio


async def test_a_partner_without_products_is_said_to_have_none(trade: Trade) -> None:
    page = await trade.shops.get(trade.retailer, f"/app/catalogue/{trade.link.partner.id}")

    assert "Oak Roastery has no products yet" in page.text


async def test_products_are_browsed_and_searched_as_they_are_there_now(trade: Trade) -> None:
    trade.product(title="House Blend")
    trade.product(PARTNER, {"sku": "TEA"}, title="Green Tea")
    path = f"/app/catalogue/{trade.link.partner.id}"

    everything = (await trade.shops.get(trade.retailer, path)).text
    found = (await trade.shops.get(trade.retailer, f"{path}?search=tea")).text
    nothing = (await trade.shops.get(trade.retailer, f"{path}?search=mugs")).text

    assert "House Blend" in everything
    assert "Green Tea" in everything
    assert "House Blend" not in found
    assert "Nothing matches “mugs”" in nothing


async def test_a_later_page_leads_back_to_the_first(trade: Trade) -> None:
    for number in range(26):
        trade.product(PARTNER, {"sku": f"LOT-{number}"}, title=f"Lot {number}")
    path = f"/app/catalogue/{trade.link.partner.id}"

    first = (await trade.shops.get(trade.retailer, path)).text
    found = re.search(r'href="([^"]+)"[^>]*>More products', first)
    assert found
    second = (await trade.shops.get(trade.retailer, html.unescape(found[1]))).text

    assert "First products" not in first
    assert f'href="{path}" icon="chevron-left">First products' in second
    assert "More products" not in second


async def test_prices_are_shown_before_the_import(trade: Trade) -> None:
    """C2: retail 14.00 less 30 % costs 9.80; with 40 % on it sells at 13.72."""
    product = trade.product()
    path = f"/app/catalogue/{trade.link.partner.id}/choose?product={product.id}"

    usual = (await trade.shops.get(trade.retailer, path)).text
    doubled = (await trade.shops.get(trade.retailer, f"{path}&markup=100")).text
    mistyped = (await trade.shops.get(trade.retailer, f"{path}&markup=much")).text

    assert all(price in usual for price in ("$14.00", "$9.80", "$13.72"))
    assert "$19.60" in doubled
    assert 'value="much" error="Enter a percentage from 0 to 1000, such as 40."' in mistyped


async def test_what_is_chosen_is_imported_with_its_progress(trade: Trade) -> None:
    product = trade.product()
    path = f"/app/catalogue/{trade.link.partner.id}/import"

    answer = await trade.shops.post(
        trade.retailer, path, product=product.id, markup="40", **{f"title_{product.id}": "Beans"}
    )
    page = answer.headers["Location"]
    during = (await trade.shops.get(trade.retailer, page)).text
    await trade.settle()
    after = (await trade.shops.get(trade.retailer, page)).text

    assert answer.status_code == 303
    assert "0 of 1" in during
    assert "data-refresh" in during
    assert "1 product imported" in after
    assert "data-refresh" not in after
    assert [each.sku for each in await trade.mappings()] == ["PARTNER-oak-BEAN"]
    browsed = (await trade.shops.get(trade.retailer, f"/app/catalogue/{trade.link.partner.id}")).text
    assert "In your store" in browsed
    assert f'href="{page}"' in browsed
    assert "shopify://admin/products" in after
    assert f"/app/stock?partner={trade.link.partner.id}" in after


async def test_a_markup_that_was_typed_and_not_looked_at_shows_its_prices_before_anything_is_imported(
    trade: Trade,
) -> None:
    """C2: 9.80 with 100 % on it sells at 19.60."""
    product = trade.product()
    path = f"/app/catalogue/{trade.link.partner.id}/import?product={product.id}&markup=40"
    fields = {"product": product.id, "markup": "100,0", f"title_{product.id}": "Beans"}

    answer = await trade.shops.post(trade.retailer, path, **fields)
    page = (await trade.shops.get(trade.retailer, answer.headers["Location"])).text
    async with trade.uow() as uow:
        imports = await latest_imports(uow.session, trade.retailer_id)

    assert (answer.status_code, imports) == (303, [])
    assert "These are the prices with the new markup; nothing was imported yet" in page
    assert ("$19.60" in page, "made with 100\N{NO-BREAK SPACE}% markup" in page) == (True, True)


async def test_a_markup_that_cannot_be_is_refused_where_it_is_typed(trade: Trade) -> None:
    product = trade.product()
    path = f"/app/catalogue/{trade.link.partner.id}/import?product={product.id}&markup=5000"

    answer = await trade.shops.post(trade.retailer, path, product=product.id, markup="5000")

    assert answer.status_code == 422
    assert re.search(r'name="markup"[^>]*value="5000" error="', answer.text)


async def test_nothing_chosen_is_refused(trade: Trade) -> None:
    answer = await trade.shops.post(trade.retailer, f"/app/catalogue/{trade.link.partner.id}/import", markup="40")

    assert answer.status_code == 422
    async with trade.uow() as uow:
        assert not await latest_imports(uow.session, trade.retailer_id)


async def test_what_is_refused_says_why_and_is_tried_again(trade: Trade) -> None:
    """B12"""
    product = trade.product(PARTNER, {"sku": "FREE", "price": Decimal("0")})
    made = await trade.bring_in(product)
    page = (await trade.shops.get(trade.retailer, f"/app/imports/{made}")).text
    trade.variants(PARTNER, product)[0].price = Decimal("12.00")

    answer = await trade.shops.post(trade.retailer, f"/app/imports/{made}/retry")
    await trade.settle()

    assert "Try the refused ones again" in page
    assert "Ask the partner to set a price, then try again." in page
    assert answer.status_code == 303
    assert "1 product imported" in (await trade.shops.get(trade.retailer, f"/app/imports/{made}")).text


async def test_what_no_second_try_can_mend_does_not_say_try_again(trade: Trade) -> None:
    """B12, C6: another currency, and a price of which nothing is left."""
    trade.shops.make_shop("elm.myshopify.com", currency="EUR")
    await trade.join("elm.myshopify.com", name="Elm")
    abroad = await trade.bring_in(trade.product("elm.myshopify.com", {"sku": "X"}), partner="elm.myshopify.com")
    nothing = await trade.bring_in(trade.product(PARTNER, {"sku": "PIN", "price": Decimal("0.01")}), markup="-0.9")

    first = (await trade.shops.get(trade.retailer, f"/app/imports/{abroad}")).text
    second = (await trade.shops.get(trade.retailer, f"/app/imports/{nothing}")).text

    assert "It cannot be sold while the two stores use different currencies." in first
    assert "Import it with a larger markup" in second
    assert trade.shops.store(trade.retailer).products == {}


async def test_products_that_cannot_be_read_are_said_so(trade: Trade) -> None:
    freeze(trade.shops.world, trade.shops.store(PARTNER), True)

    page = await trade.shops.get(trade.retailer, f"/app/catalogue/{trade.link.partner.id}")

    assert page.status_code == 200
    assert "cannot be read right now" in page.text


@pytest.mark.parametrize("path", ["/app/imports/{}", "/app/catalogue/{}", "/app/catalogue/{}/choose"])
async def test_what_is_not_ours_is_not_found(trade: Trade, path: str) -> None:
    answers = [
        await trade.shops.get(trade.retailer, path.format(2**50)),
        await trade.shops.get(PARTNER, path.format(1)),
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
