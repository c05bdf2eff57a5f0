"""The books name everybody they speak of, whoever has gone meanwhile."""

import pytest
from sqlalchemy import text

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


async def test_what_a_partner_made_is_named_when_they_are_gone(trade: Trade) -> None:
    """A14: lots and master orders of a partner who removed the app still say which variant."""
    await trade.bring_in(trade.product())
    trade.buy(("PARTNER-oak-BEAN", 2))
    await trade.settle()
    (variant,) = trade.variants(PARTNER)

    uninstall(trade.shops.world, trade.shops.store(PARTNER))
    await trade.settle()

    books = await export_books(trade.shops.open_uow)
    assert {lot["variant"] for lot in books["lots"]} == {variant.gid}
    assert {mapping["partner_variant"] for mapping in books["mappings"]} == {variant.gid}


SHIPPED = text("""
    INSERT INTO shipments (store_id, order_id, state, fulfillment_ids, packed_at, sends)
    SELECT store_id, id, 'shipped', '[]', placed_at, 0 FROM orders, generate_series(1, 1001)
""")
CLOSED = text("""
    INSERT INTO cycles (store_id, partner_id, partner_store_id, cutoff_on, cutoff_at, number, state, marker,
                        frozen_with_flag, written, writing, partner_edits, looks)
    SELECT store_id, partner_id, partner_store_id, cutoff_on, cutoff_at, number + week, 'empty', marker || week,
           false, '[]', '[]', '[]', 0
    FROM cycles, generate_series(1, 1001) AS week
""")


async def test_the_books_hold_everything_however_much_it_is(trade: Trade) -> None:
    """Promise 4: a year of thirty partners is more than a thousand weeks."""
    await trade.bring_in(trade.product())
    trade.buy(("PARTNER-oak-BEAN", 2))
    await trade.settle()
    async with trade.uow() as uow:
        await uow.session.execute(SHIPPED)
        await uow.session.execute(CLOSED)

    books = await export_books(trade.shops.open_uow)

    assert (len(books["shipments"]), len(books["master_orders"])) == (1001, 1002)
