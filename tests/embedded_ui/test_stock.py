"""The stock's pages: each number with its sum, found, explained, read now."""

import re
from datetime import timedelta

import pytest

from app.core.unit_of_work import system_for
from app.stores.service import mark_access
from app.stores.states import AccessState
from simulator.world.apps import freeze
from simulator.world.inventory import set_inventory
from simulator.world.products import delete_product, upsert_product
from tests.support.shops import PARTNER, RETAILER
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


async def test_a_number_names_its_partner_and_its_prices(trade: Trade) -> None:
    """Retail 14.00 less 30 % costs 9.80; with 40 % on it was imported at 13.72."""
    await sell(trade)
    (mapping,) = await trade.mappings()

    page = (await trade.shops.get(trade.retailer, f"/app/stock/{mapping.id}")).text

    assert f'href="/app/partners/{trade.link.partner.id}"' in page
    assert all(price in page for price in ("$14.00", "$9.80, 30\N{NO-BREAK SPACE}% off", "$13.72"))


async def test_of_a_partner_who_is_gone_no_sum_and_no_reading_is_shown(trade: Trade) -> None:
    """A11"""
    await sell(trade)
    (mapping,) = await trade.mappings()
    await trade.shops.post(trade.retailer, f"/app/partners/{trade.link.partner.id}/disconnect")
    await trade.settle()

    listed = (await trade.shops.get(trade.retailer, "/app/stock")).text
    page = (await trade.shops.get(trade.retailer, f"/app/stock/{mapping.id}")).text

    assert "Partnership ended" in listed
    assert "sold out at the partner" not in listed
    assert ">Beans</s-link>" in listed
    assert "The partnership with Oak Roastery ended Mon 2 Nov 2026" in page
    assert not any(words in page for words in ("stock read", "partner has", "Their retail price"))


async def test_of_a_store_that_lets_nobody_in_no_sum_is_shown(trade: Trade) -> None:
    """A10"""
    await sell(trade)
    (mapping,) = await trade.mappings()
    async with trade.shops.open_uow(system_for(trade.link.partner_store.id)) as uow:
        await mark_access(uow, trade.link.partner_store.id, AccessState.DEAD)
    await trade.settle()

    listed = (await trade.shops.get(trade.retailer, "/app/stock")).text
    page = (await trade.shops.get(trade.retailer, f"/app/stock/{mapping.id}")).text

    assert "Their store does not let us in" in listed
    assert "what they have is not known" in page
    assert "stock read" not in page


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("sold out", "sold out at the partner"),
        ("archived", "taken off sale by the partner"),
        ("deleted", "deleted by the partner"),
    ],
)
async def test_why_nothing_is_offered_is_said_as_it_is(trade: Trade, what: str, said: str) -> None:
    """B13, B16, D7: on the list and on the number's own page, beside what does not count."""
    product = trade.product()
    await trade.bring_in(product)
    (mapping,) = await trade.mappings()
    world, store = trade.shops.world, trade.shops.store(PARTNER)
    if what == "sold out":
        place = next(iter(store.locations))
        set_inventory(world, store, (trade.variants(PARTNER)[0].inventory_item_id, place), 0, "staff")
    elif what == "archived":
        upsert_product(world, store, {"status": "ARCHIVED"}, product, "staff")
    else:
        delete_product(world, store, product)
    await trade.turn(minutes=1)

    listed = (await trade.shops.get(trade.retailer, "/app/stock")).text
    page = (await trade.shops.get(trade.retailer, f"/app/stock/{mapping.id}")).text

    assert f'<s-text color="subdued">{said}</s-text>' in listed
    assert f"Nothing is offered: {said}." in page
    assert ("sold out" in listed + page) == (what == "sold out")
    assert (f"None of theirs counts: {said}." in page) == (what != "sold out")


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


async def test_sync_now_on_a_number_stays_there_and_says_so(trade: Trade) -> None:
    await sell(trade)
    (mapping,) = await trade.mappings()

    asked = await trade.shops.post(trade.retailer, f"/app/stock/{mapping.id}/sync")
    during = (await trade.shops.get(trade.retailer, asked.headers["Location"])).text
    await trade.settle()
    after = (await trade.shops.get(trade.retailer, f"/app/stock/{mapping.id}")).text

    assert asked.headers["Location"].startswith(f"/app/stock/{mapping.id}?")
    assert 'data-toast="The partner’s stock is being read"' in during
    assert "data-refresh" in during
    assert "data-refresh" not in after


async def test_a_paused_store_is_said_to_be_and_cannot_be_synced(trade: Trade) -> None:
    """A17"""
    await sell(trade)
    partner_id = trade.link.partner.id
    freeze(trade.shops.world, trade.shops.store(PARTNER), True)
    await trade.shops.post(trade.retailer, f"/app/stock/sync/{partner_id}")
    await trade.shops.work()

    page = (await trade.shops.get(trade.retailer, f"/app/stock?partner={partner_id}")).text

    assert "Shopify has paused their store" in page
    assert not any(words in page for words in ("Sync now", "It is read every hour", "data-refresh"))


async def test_what_is_held_back_is_a_term_of_the_sum(trade: Trade) -> None:
    """D18: the sum on the page still gives the number that is offered."""
    await sell(trade, 3)
    freeze(trade.shops.world, trade.shops.store(PARTNER), True)
    trade.set_clock(trade.clock.at + timedelta(hours=3))
    await trade.settle()

    listed = (await trade.shops.get(trade.retailer, f"/app/stock?partner={trade.link.partner.id}")).text

    offer = await trade.offer("PARTNER-oak-BEAN")
    assert (offer.sum.withheld, offer.wanted) == (9, 8)
    assert "20 − 3 − 0 − 0 − 9 + 0 = 8" in listed
    (mapping,) = await trade.mappings()
    assert "held back" in (await trade.shops.get(trade.retailer, f"/app/stock/{mapping.id}")).text


async def test_others_partners_and_numbers_are_not_found(trade: Trade) -> None:
    await sell(trade)
    shops = trade.shops

    answers = [
        await shops.get(trade.retailer, f"/app/stock/{2**50}"),
        await shops.get(trade.retailer, f"/app/stock?partner={2**50}"),
        await shops.post(trade.retailer, f"/app/stock/sync/{2**50}"),
        await shops.post(trade.retailer, f"/app/stock/{2**50}/sync"),
        await shops.get(PARTNER, "/app/stock"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5


async def test_every_link_of_a_refused_list_leads_somewhere(trade: Trade) -> None:
    """The page that says why is at the form's address, the list is not."""
    await trade.shops.post(RETAILER, f"/app/partners/{trade.link.partner.id}/disconnect")
    await trade.settle()

    refused = await trade.shops.post(RETAILER, f"/app/stock/sync/{trade.link.partner.id}")

    links = re.findall(r'(?:action|href)="(/app/[^"]*)"', refused.text)
    assert refused.status_code == 409
    assert {(await trade.shops.get(RETAILER, link)).status_code for link in links} == {200}
