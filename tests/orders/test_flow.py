"""From the shop to the ledger."""

import pytest

from tests.support.trade import Trade

pytestmark = pytest.mark.anyio


async def test_smoke(trade: Trade) -> None:
    i = await trade.bring_in(trade.product())
    trade.buy(("PARTNER-oak-BEAN", 3))
    await trade.settle()
    print(await trade.report(i))
    print([(w.topic, w.shop, w.state, [d.status for d in w.deliveries]) for w in trade.shops.world.outbox.log[-12:]])
    print(await trade.shops.runner.runtime.direct.rows("select name,state,run_at from job_runs order by id", {}))
    print(await trade.problems())
    order = await trade.order()
    print(order)
    print(await trade.where(order.lines[0].id), await trade.problems(), await trade.queued())
    print(trade.shown("PARTNER-oak-BEAN"), await trade.offer("PARTNER-oak-BEAN"))
