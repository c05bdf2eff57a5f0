"""Work that was asked for before a store removed the app ends with it."""

import pytest

from app.catalog.jobs import ReadProducts
from app.inventory.jobs import SyncStock
from app.job_runs.service import enqueue
from app.receiving.jobs import ReadMasterOrders
from simulator.world.apps import uninstall
from tests.support.shops import PARTNER
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
