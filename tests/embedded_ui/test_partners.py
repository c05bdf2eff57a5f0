"""The partners' pages: how each stands, what was proposed, what is being checked."""

from dataclasses import replace

import pytest

from simulator.world.apps import freeze
from tests.support.linked import partners_now
from tests.support.shops import PARTNER
from tests.support.trade import Trade

pytestmark = pytest.mark.anyio


async def test_a_check_that_was_asked_for_is_shown_until_it_is_made(trade: Trade) -> None:
    path = f"/app/partners/{trade.link.partner.id}"

    asked = await trade.shops.post(trade.retailer, f"{path}/check")
    during = (await trade.shops.get(trade.retailer, asked.headers["Location"])).text
    await trade.settle()
    after = (await trade.shops.get(trade.retailer, path)).text

    assert "The store is being checked" in during
    assert "data-refresh" in during
    assert "Check again" in after
    assert "data-refresh" not in after


async def test_written_stock_does_not_bury_what_happened_to_a_partner(trade: Trade) -> None:
    await trade.bring_in(trade.product())

    page = (await trade.shops.get(trade.retailer, f"/app/partners/{trade.link.partner.id}")).text

    assert await trade.events("partner_stock") == ["inventory.stock.written"]
    assert "written to your store" not in page
    assert "The store of Oak Roastery was checked: everything is in order" in page


async def test_a_store_that_was_checked_again_and_again_is_one_line_of_the_story(trade: Trade) -> None:
    path = f"/app/partners/{trade.link.partner.id}"
    for _ in range(2):
        await trade.turn(minutes=1)
        await trade.shops.post(trade.retailer, f"{path}/check")
        await trade.settle()

    page = (await trade.shops.get(trade.retailer, path)).text

    assert page.count("The store of Oak Roastery was checked: everything is in order") == 1
    assert " times since Mon 2 Nov 2026, " in page


async def test_a_partner_is_called_otherwise_on_the_terms_that_were_accepted(trade: Trade) -> None:
    path = f"/app/partners/{trade.link.partner.id}"

    saved = await trade.shops.post(trade.retailer, f"{path}/contact", name="Oak & Sons", email="")
    refused = await trade.shops.post(trade.retailer, f"{path}/contact", name=" ", email="nobody")

    (partner,) = await partners_now(trade.shops)
    assert saved.status_code == 303
    assert partner == replace(trade.link.partner, name="Oak & Sons", contact_email=None)
    assert refused.status_code == 422
    assert "Enter the partner&#39;s name." in refused.text
    assert 'value="nobody"' in refused.text


async def test_a_store_that_shopify_paused_shows_no_ticks(trade: Trade) -> None:
    """A17"""
    path = f"/app/partners/{trade.link.partner.id}"
    freeze(trade.shops.world, trade.shops.store(PARTNER), True)
    await trade.shops.post(trade.retailer, f"{path}/check")
    await trade.shops.work()

    page = (await trade.shops.get(trade.retailer, path)).text

    assert "Shopify has paused their store" in page
    assert "It cannot be checked at the moment" in page
    assert not any(words in page for words in ("Everything needed was granted", "Check again", "data-refresh"))
