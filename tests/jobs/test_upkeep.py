"""What is kept for a while only goes in time, however much of it there is."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.exceptions.service import JOB_WAITING, Problem, open_exception
from app.inbox.repository import BATCH as BODIES
from app.job_runs.repository import MOST_FORGOTTEN as RUNS
from jobs.schedule import plan_standing
from tests.support.trade import Trade

pytestmark = pytest.mark.anyio

MANY_BODIES = text("""
    INSERT INTO inbox_events (source, shop_domain, webhook_id, topic, headers, body, received_at, handled_at)
    SELECT 'shopify', 'corner.myshopify.com', 'old-' || n, 'orders/updated', '{}', '{}', :at, :at
    FROM generate_series(1, :count) AS n
""")
MANY_RUNS = text("""
    INSERT INTO job_runs (name, arguments, state, run_at, queued_at, finished_at)
    SELECT 'beans.count', '{}', 'done', :at, :at, :at FROM generate_series(1, :count)
""")
LEFT = text("""
    SELECT (SELECT count(*) FROM inbox_events WHERE webhook_id LIKE 'old-%' AND body IS NOT NULL),
        (SELECT count(*) FROM job_runs WHERE name = 'beans.count')
""")


async def test_a_day_may_leave_more_behind_than_is_removed_at_once(trade: Trade) -> None:
    """Architecture §5.2: handled bodies go after 30 days; a batch a day would never be done with a busy store."""
    await plan_standing(trade.shops.runner.units)
    old = trade.clock.at - timedelta(days=40)
    async with trade.uow() as uow, uow.machinery() as session:
        await session.execute(MANY_BODIES, {"at": old, "count": BODIES + 1})
        await session.execute(MANY_RUNS, {"at": old, "count": RUNS + 1})

    trade.set_clock(trade.clock.at + timedelta(days=1))
    await trade.settle()

    async with trade.uow() as uow, uow.machinery() as session:
        assert tuple((await session.execute(LEFT)).one()) == (0, 0)


async def test_what_is_told_of_a_job_that_is_over_ends_within_a_day(trade: Trade) -> None:
    """M7: a worker may die between the end of a job and the end of what was told of it."""
    await plan_standing(trade.shops.runner.units)
    async with trade.uow() as uow:
        await open_exception(uow, Problem(JOB_WAITING, "job", "1", "orders.read: No answer.", "Wait."))

    trade.set_clock(trade.clock.at + timedelta(days=1))
    await trade.settle()

    assert await trade.problems() == []
