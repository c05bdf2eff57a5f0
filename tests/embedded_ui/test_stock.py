"""The stock's pages: each number with its sum, found, explained, read now."""

import pytest

from tests.support.shops import PARTNER
from tests.support.trade import Trade
from tests.support.weeks import sell

pytestmark = pytest.mark.anyio


async def test_without_imports_the_page_leads_to_the_catalogue(trade: Trade) -> None:
    assert "No partner products yet" in (await trade.shops.get(trade.retailer, "/app/stock")).text


async def test_every_number_is_shown_as_a_sum(trade: Trade) -> None:
    """D1"""
    await sell(trade, 5)
    await trade.turn(seconds=2)
    (mapping,) = await trade.mappings()

    listed = (await trade.shops.get(trade.retailer, "/app/stock")).text
    page = (await trade.shops.get(trade.retailer, f"/app/stock/{mapping.id}")).text

    assert "20 − 5 − 0 − 0 + 0 = 15" in listed
    assert "Why you offer 15" in page
    assert "you sold" in page


async def test_products_are_found_by_title_and_sku(trade: Trade) -> None:
    await sell(trade)

    pages = [
        (await trade.shops.get(trade.retailer, f"/app/stock?search={words}")).text for words in ("bean", "oak-b", "tea")
    ]

    assert ["PARTNER-oak-BEAN" in page for page in pages] == [True, True, False]
    assert "No products found" in pages[2]


async def test_sync_now_shows_how_far_it_is(trade: Trade) -> None:
    await sell(trade)
    partner_id = trade.link.partner.id

    asked = await trade.shops.post(trade.retailer, f"/app/stock/sync/{partner_id}")
    during = (await trade.shops.get(trade.retailer, f"/app/stock?partner={partner_id}")).text
    await trade.settle()
    after = (await trade.shops.get(trade.retailer, f"/app/stock?partner={partner_id}")).text

    assert asked.status_code == 303
    assert "Reading the partner&#39;s stock" in during
    assert "data-refresh" in during
    assert "Sync now" in after
    assert "data-refresh" not in after


async def test_others_partners_and_numbers_are_not_found(trade: Trade) -> None:
    await sell(trade)
    shops = trade.shops

    answers = [
        await shops.get(trade.retailer, f"/app/stock/{2**50}"),
        await shops.get(trade.retailer, f"/app/stock?partner={2**50}"),
        await shops.post(trade.retailer, f"/app/stock/sync/{2**50}"),
        await shops.get(PARTNER, "/app/stock"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
