"""A partner's store that shows none of its products: nothing is removed before somebody says so (B10)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from app.catalog import service
from app.catalog.errors import NothingMissing
from app.catalog.jobs import ReadProducts
from app.catalog.queries import mappings_of_store, variants_of_store
from app.core.errors import NotFound
from app.core.unit_of_work import system_for
from app.inventory.jobs import SyncStock
from app.job_runs.service import enqueue
from simulator.world.model import Product
from simulator.world.products import delete_product
from tests.factories.stores import make_store
from tests.support.linked import link
from tests.support.shops import PARTNER
from tests.support.trade import Trade

pytestmark = pytest.mark.anyio

BEAN, TEA = "PARTNER-oak-BEAN", "PARTNER-oak-TEA"
OTHER = "harbour.myshopify.com"


@pytest.fixture
async def two(trade: Trade) -> list[Product]:
    """Oak's beans and tea, both sold by the retailer."""
    products = [trade.product(), trade.product(PARTNER, {"sku": "TEA"}, title="Tea")]
    await trade.bring_in(*products)
    return products


@contextmanager
def hidden(trade: Trade, *, items: bool = True) -> Iterator[None]:
    """Oak's store shows no products for a while, and of `items` no stock either, though nothing was deleted."""
    store = trade.shops.store(PARTNER)
    products, stock = dict(store.products), dict(store.inventory_items)
    store.products.clear()
    if items:
        store.inventory_items.clear()
    yield
    store.products.update(products)
    store.inventory_items.update(stock)


async def read(trade: Trade) -> None:
    """An hour later the partner's products are read again."""
    trade.set_clock(trade.clock.at + timedelta(hours=1))
    async with trade.shops.open_uow(system_for(trade.link.partner_store.id)) as uow:
        await enqueue(uow, ReadProducts(trade.link.partner_store.id, by_poll=True))
    await trade.settle()
    trade.set_clock(trade.clock.at + timedelta(minutes=1))
    await trade.settle()


async def sync(trade: Trade) -> None:
    async with trade.shops.open_uow(system_for(trade.link.partner_store.id)) as uow:
        await enqueue(uow, SyncStock(trade.link.partner_store.id))
    await trade.settle()


async def listed(trade: Trade) -> list[str]:
    return [each.kind for each in await trade.problems()]


async def deleted(trade: Trade) -> int:
    """How many of the partner's variants count as deleted."""
    async with trade.uow() as uow:
        ids = [each.partner_variant_id for each in await mappings_of_store(uow.session, trade.retailer_id)]
        found = await variants_of_store(uow.session, trade.link.partner_store.id, ids)
    return sum(each.is_deleted for each in found.values())


async def test_nothing_is_removed_and_it_is_told_once(trade: Trade, two: list[Product]) -> None:
    """B10: nothing counts as deleted, however often it is read; nothing that nobody saw is offered meanwhile."""
    assert len(two) == 2
    with hidden(trade):
        await read(trade)
        await read(trade)
        (problem,) = await trade.problems()
        gone, shown = await deleted(trade), (trade.shown(BEAN), trade.shown(TEA))

    await read(trade)
    await sync(trade)

    assert (problem.kind, problem.subject_kind) == ("partner_shows_nothing", "partner")
    assert "none of the 2 products" in problem.cause
    assert (gone, shown) == (0, (0, 0))
    assert (await listed(trade), trade.shown(BEAN), trade.shown(TEA)) == ([], 20, 20)


async def test_what_the_stock_still_shows_is_offered(trade: Trade, two: list[Product]) -> None:
    """B10: a stock that was read after the doubtful reading shows that the products exist."""
    assert len(two) == 2
    with hidden(trade, items=False):
        await read(trade)
        await sync(trade)
        told, shown = await listed(trade), (trade.shown(BEAN), trade.shown(TEA))

    assert (told, shown) == (["partner_shows_nothing"], (20, 20))


async def test_a_second_reading_and_a_word_of_staff_end_it(trade: Trade, two: list[Product]) -> None:
    """B10: confirmed on the page, read once more, and believed."""
    store = trade.shops.store(PARTNER)
    for product in two:
        delete_product(trade.shops.world, store, product)
    await trade.lose_webhooks()
    await read(trade)
    page = (await trade.shops.get(trade.retailer, "/app/exceptions")).text
    before = await deleted(trade)

    path = f"/app/partners/{trade.link.partner.id}/products-gone"
    answers = [(await trade.shops.post(trade.retailer, path)).status_code for _ in range(2)]
    await trade.settle()
    too_late = (await trade.shops.post(trade.retailer, path)).status_code

    assert path in page
    assert (answers, too_late) == ([303, 303], 409)
    assert (before, await deleted(trade), await listed(trade)) == (0, 2, [])
    assert "catalog.products.given_up" in await trade.events("partner")


async def test_products_that_came_back_are_not_given_up(trade: Trade, two: list[Product]) -> None:
    """B10: staff says they are gone, and the second reading sees them."""
    assert len(two) == 2
    with hidden(trade):
        await read(trade)
        async with trade.uow() as uow:
            await service.confirm_gone(uow, trade.link.partner.id)

    await trade.settle()

    assert (await deleted(trade), await listed(trade)) == (0, [])


async def test_each_retailer_is_told_of_its_own(trade: Trade, two: list[Product]) -> None:
    """B10, N3: of what it sells itself; who sells nothing of theirs, and others, have nothing to say."""
    second = await link(trade.shops, OTHER, PARTNER)
    harbour = Trade(trade.shops, trade.clock, trade.courier, OTHER, {PARTNER: second})
    await harbour.bring_in(two[0])
    third = await make_store(trade.shops.open_uow)
    with hidden(trade):
        await read(trade)
        causes = [[each.cause for each in await one.problems()] for one in (trade, harbour)]

    assert ["none of the 2 products" in causes[0][0], "none of the 1 product " in causes[1][0]] == [True, True]
    async with trade.shops.open_uow(system_for(third)) as uow:
        with pytest.raises(NotFound):
            await service.confirm_gone(uow, trade.link.partner.id)


async def test_it_ends_with_the_partnership(trade: Trade, two: list[Product]) -> None:
    """B10, A12: of a partner who is gone nobody looks for products."""
    assert len(two) == 2
    with hidden(trade):
        await read(trade)
        before = await listed(trade)
        await trade.shops.post(trade.retailer, f"/app/partners/{trade.link.partner.id}/disconnect")
        await trade.settle()
        after = await listed(trade)
        async with trade.uow() as uow:
            with pytest.raises(NothingMissing):
                await service.confirm_gone(uow, trade.link.partner.id)

    assert (before, after) == (["partner_shows_nothing"], [])
