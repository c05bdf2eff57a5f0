"""Work that was asked for before a store removed the app ends with it."""

from datetime import timedelta

import pytest

from app.catalog.jobs import ReadProducts
from app.inventory.jobs import SyncStock
from app.job_runs.service import enqueue
from app.receiving.jobs import ReadMasterOrders
from app.stores.queries import get_settings
from simulator.faults.faults import Faults, Rule
from simulator.world.apps import install, uninstall
from simulator.world.inventory import set_inventory
from tests.support.shops import PARTNER, RETAILER
from tests.support.trade import Trade

pytestmark = pytest.mark.anyio


async def test_work_for_a_store_that_is_gone_ends_without_a_complaint(trade: Trade) -> None:
    """A11: nobody can do anything about it, so nobody is told."""
    store_id = trade.link.partner_store.id
    uninstall(trade.shops.world, trade.shops.store(PARTNER))
    await trade.settle()

    async with trade.uow() as uow:
        for job in (ReadProducts(store_id), SyncStock(store_id), ReadMasterOrders(store_id)):
            await enqueue(uow, job)
    await trade.settle()

    assert await trade.failed_jobs() == []
    assert await trade.problems() == []


async def test_a_retailer_who_comes_back_offers_nothing_of_the_partners_they_had(trade: Trade) -> None:
    """A11: while the app was away nothing could be taken off sale."""
    await trade.bring_in(trade.product())
    shops, world, store = trade.shops, trade.shops.world, trade.shops.store(RETAILER)
    uninstall(world, store)
    await trade.settle()
    left = trade.shown("PARTNER-oak-BEAN")

    install(world, store)
    await shops.load(RETAILER)
    await trade.settle()

    assert (left, trade.shown("PARTNER-oak-BEAN")) == (20, 0)


async def test_a_count_that_was_not_heard_offers_nothing_of_a_partner_who_is_gone_for_long(trade: Trade) -> None:
    """D14: nobody reads the stock of a partner who is gone, so the hour's comparison finds it (contract §5)."""
    await trade.bring_in(trade.product())
    world, store = trade.shops.world, trade.shops.store(RETAILER)
    await trade.shops.post(RETAILER, f"/app/partners/{trade.link.partner.id}/disconnect")
    await trade.settle()
    world.faults = Faults(seed=1, rules=[Rule(action="lose", probability=1)])
    (offer,) = [each for each in trade.variants(RETAILER) if each.sku == "PARTNER-oak-BEAN"]
    async with trade.uow() as uow:
        place = (await get_settings(uow.session, trade.link.retailer.id)).stock_location_id
    assert place is not None
    set_inventory(world, store, (offer.inventory_item_id, int(place.rsplit("/", 1)[-1])), 7, "staff")
    await trade.settle()
    counted = trade.shown("PARTNER-oak-BEAN")

    trade.set_clock(trade.clock.at + timedelta(minutes=75))
    await trade.settle()

    assert (counted, trade.shown("PARTNER-oak-BEAN")) == (7, 0)
