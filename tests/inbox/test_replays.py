"""Deliveries that somebody sends again much later: rightly signed, under the same id or another, and without effect."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.books.export import export_books
from simulator.world.orders import Edit, LineChange, cancel_order, edit_order
from simulator.world.routing import hold_order, release_order
from tests.support.shops import RETAILER
from tests.support.trade import Trade
from tests.support.weeks import close_week, receive, running, send_parcel

pytestmark = pytest.mark.anyio

BEAN = "PARTNER-oak-BEAN"


async def week(trade: Trade) -> None:
    """A week in which most kinds of news come: bought, edited, held, released, cancelled, sent, received."""
    world, store = trade.shops.world, trade.shops.store(RETAILER)
    await trade.bring_in(trade.product())
    _, edited, held, cancelled = [trade.buy((BEAN, quantity)) for quantity in (1, 2, 3, 4)]
    await trade.settle()
    edit_order(world, store, edited, Edit(changes=[LineChange(line_id=edited.lines[0].id, quantity=1)]))
    hold_order(world, store, held)
    cancel_order(world, store, cancelled)
    await trade.turn(minutes=6)
    release_order(world, store, held)
    await trade.turn(minutes=6)
    await close_week(trade)
    await receive(trade, await send_parcel(trade))


async def state(trade: Trade) -> dict[str, Any]:
    """What the hub holds, and all it says happened."""
    books = await export_books(trade.shops.open_uow)
    async with trade.uow() as uow:
        events = (await uow.session.execute(text("SELECT name, subject_id FROM domain_events ORDER BY id"))).all()
    return {**books, "at": None, "events": events}


@pytest.mark.parametrize("is_renamed", [False, True])
async def test_a_day_later_everything_once_more(trade: Trade, is_renamed: bool) -> None:
    """N9: what was seen is not stored again; under another id and with a fresh time it is a hint that tells nothing."""
    await week(trade)
    trade.set_clock(trade.clock.at + timedelta(days=1))
    await trade.settle()
    before = await state(trade)
    rows = "SELECT count(*) FROM inbox_events"
    ((stored,),) = await trade.shops.runner.runtime.direct.rows(rows, {})
    log = list(trade.shops.world.outbox.log)

    for number, sent in enumerate(log):
        headers = trade.courier.headers(sent, sent.body.encode())
        if is_renamed:
            headers |= {
                "X-Shopify-Webhook-Id": f"replayed-{number}",
                "X-Shopify-Event-Id": f"replayed-{number}",
                "X-Shopify-Triggered-At": trade.clock.at.isoformat(),
            }
        answer = await trade.shops.hub.post("/webhooks/shopify", content=sent.body.encode(), headers=headers)
        assert answer.status_code == 200
    await trade.settle()

    assert len({sent.topic for sent in log}) > 8
    ((now_stored,),) = await trade.shops.runner.runtime.direct.rows(rows, {})
    assert (now_stored > stored) == is_renamed
    assert await state(trade) == before


@pytest.mark.parametrize(("seconds", "is_in_time"), [(90, True), (-90, False)])
async def test_our_clock_is_not_shopifys(trade: Trade, seconds: int, is_in_time: bool) -> None:
    """R10: what counts is when the order was placed there, however the clocks differ; the delivery is taken."""
    await trade.bring_in(trade.product())
    trade.buy((BEAN, 1))
    await trade.settle()
    cutoff = (await running(trade)).cutoff_at
    there = cutoff - timedelta(seconds=seconds / 2)
    trade.set_clock(there)
    trade.clock.at = there + timedelta(seconds=seconds)

    trade.buy((BEAN, 2))
    await trade.settle()
    lots = await trade.queued()
    master = await close_week(trade)

    assert [lot.eligible_at for lot in lots][-1] == there
    assert (master.cutoff_at, sum(line.quantity for line in master.lines)) == (cutoff, 3 if is_in_time else 1)
