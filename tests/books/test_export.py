"""The books name everybody they speak of, whoever has gone meanwhile."""

import pytest

from app.books.export import export_books
from simulator.world.apps import uninstall
from tests.support.shops import PARTNER, RETAILER
from tests.support.trade import Trade

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("gone", [PARTNER, RETAILER])
async def test_a_store_that_removed_the_app_stays_in_the_books(trade: Trade, gone: str) -> None:
    """A14, A20: its master orders and lots name it."""
    before = await export_books(trade.shops.open_uow)
    uninstall(trade.shops.world, trade.shops.store(gone))
    await trade.settle()

    books = await export_books(trade.shops.open_uow)

    assert books["stores"] == before["stores"]
    assert {each["partner"] for each in books["master_orders"]} <= {each["id"] for each in books["stores"]}
    assert len(books["partners"]) == 1
