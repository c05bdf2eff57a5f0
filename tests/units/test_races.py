"""Two writers of the same units: the second waits, then decides on what the first left."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.db import create_engine
from app.core.unit_of_work import UnitOfWork
from app.units import service
from app.units.errors import NotEnoughUnits
from app.units.states import DemandState
from app.units.terms import Settled
from tests.support.database import TestDatabase
from tests.units.world import Retailer, build_world

pytestmark = pytest.mark.anyio

Verb = Callable[[UnitOfWork], Awaitable[Any]]

WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


@pytest.fixture
async def committed(fresh_database: TestDatabase) -> AsyncIterator[AsyncEngine]:
    """An engine on a database of the test's own, where commits are real."""
    engine = create_engine(fresh_database.url)
    yield engine
    await engine.dispose()


@pytest.fixture
async def seller(committed: AsyncEngine) -> Retailer:
    """A retailer in that database."""
    return await (await build_world(committed, join=False)).add_retailer()


async def race(
    seller: Retailer, engine: AsyncEngine, first: Verb, second: Verb, rest: Verb | None = None
) -> tuple[Any, Any]:
    """Run both verbs; the second starts while the first has not committed, and is seen to wait for it.

    The first does the rest while the second waits.
    """

    async def run_second() -> Any:
        async with seller.uow() as uow:
            return await second(uow)

    async with seller.uow() as uow:
        won = await first(uow)
        other = asyncio.create_task(run_second())
        deadline = time.monotonic() + 10
        async with engine.connect() as watcher:
            while not (await watcher.execute(WAITING)).scalar_one():
                assert time.monotonic() < deadline, "the second writer did not wait"
                assert not other.done(), "the second writer did not wait"
                await watcher.rollback()
        if rest is not None:
            await rest(uow)
    return won, (await asyncio.gather(other, return_exceptions=True))[0]


def settling(seller: Retailer, line: int, units: int) -> Verb:
    because = seller.world.because()

    async def settle(uow: UnitOfWork) -> Settled:
        (settled,) = await service.settle_demands(uow, [(seller.demand(line), seller.target(units))], because)
        return settled

    return settle


async def matching(seller: Retailer, line: int, units: int) -> Verb:
    [lot] = await seller.lots(line, DemandState.SENT, DemandState.QUEUED)
    because = seller.world.because()
    return lambda uow: service.match(uow, 100, [(lot.lot_id, units)], because)


async def stock(seller: Retailer, *lines: int, received: int) -> None:
    for line, units in enumerate(lines, start=1):
        await seller.buy(line, units)
    await seller.send(100)
    await seller.run(service.receive_supply, 100, received)


async def test_two_first_captures_enter_once(committed: AsyncEngine, seller: Retailer) -> None:
    """E1: twice at the same instant."""
    first, second = await race(seller, committed, settling(seller, 1, 3), settling(seller, 1, 3))

    assert (first.entered, second.entered) == (3, 0)
    assert await seller.where(1) == {"queued": 3}


async def test_the_last_goods_go_to_one(committed: AsyncEngine, seller: Retailer) -> None:
    """INV3: matched ≤ received."""
    await stock(seller, 2, 2, received=2)

    first, second = await race(seller, committed, await matching(seller, 1, 2), await matching(seller, 2, 2))

    assert first == 2
    assert isinstance(second, NotEnoughUnits)
    assert await seller.where(2) == {"sent": 2}


async def test_a_unit_cancelled_meanwhile_is_not_matched(committed: AsyncEngine, seller: Retailer) -> None:
    await stock(seller, 2, received=2)

    first, second = await race(seller, committed, settling(seller, 1, 1), await matching(seller, 1, 2))

    assert first.released_count == 1
    assert isinstance(second, NotEnoughUnits)
    assert await seller.where(1) == {"received": 1, "cancelled": 1}


async def test_a_unit_matched_meanwhile_is_freed_when_cancelled(committed: AsyncEngine, seller: Retailer) -> None:
    await stock(seller, 2, received=2)

    _, second = await race(seller, committed, await matching(seller, 1, 2), settling(seller, 1, 0))

    assert [gone.state for gone in second.released] == [DemandState.ALLOCATED]
    assert await seller.where(1) == {"cancelled": 2}
    assert await seller.surplus() == 2


async def test_a_unit_cancelled_during_the_freeze(committed: AsyncEngine, seller: Retailer) -> None:
    """F23: the freeze wins; the cancellation finds the units assigned."""
    await seller.buy(1, 3)
    [lot] = await seller.lots(1)
    because = seller.world.because()

    def freeze(uow: UnitOfWork) -> Awaitable[int]:
        return service.assign(uow, seller.supply(100), [(lot.lot_id, 3)], because)

    assigned, settled = await race(seller, committed, freeze, settling(seller, 1, 1))

    assert assigned == 3
    assert [(gone.supply_line_id, gone.quantity) for gone in settled.released] == [(100, 2)]
    assert await seller.where(1) == {"queued": 1, "cancelled": 2}


async def test_one_receipt_entered_by_two_people(committed: AsyncEngine, seller: Retailer) -> None:
    """H11."""
    await stock(seller, 5, received=1)
    because = seller.world.because()

    def receive(uow: UnitOfWork) -> Awaitable[Any]:
        return service.receive_supply(uow, 100, 4, because)

    first, second = await race(seller, committed, receive, receive)

    assert (first.expected, second.expected) == (4, 0)
    assert await seller.supplied(100) == {"received": 5}


async def test_a_confirmation_recorded_by_two_workers(committed: AsyncEngine, seller: Retailer) -> None:
    """G9, G16."""
    await seller.buy(1, 3)
    await seller.freeze(100)
    because = seller.world.because()

    def confirm(uow: UnitOfWork) -> Awaitable[Any]:
        return service.confirm_supply(uow, seller.supply(100), 3, because)

    first, second = await race(seller, committed, confirm, confirm)

    assert (first.sent, second.sent) == (3, 0)
    assert await seller.supplied(100) == {"sent": 3}


async def test_an_order_of_several_lines_and_a_freeze_do_not_wait_for_each_other(
    committed: AsyncEngine, seller: Retailer
) -> None:
    """F23: the later line holds the older lot, and the freeze takes the oldest first."""
    await seller.buy(2, 1)
    await seller.buy(1, 1)

    def cancel_order(uow: UnitOfWork) -> Awaitable[Any]:
        wishes = [(seller.demand(line), seller.target(0)) for line in (1, 2)]
        return service.settle_demands(uow, wishes, seller.world.because())

    def freeze(uow: UnitOfWork) -> Awaitable[None]:
        return service.lock_open_units(uow, seller.partner_id)

    await race(seller, committed, cancel_order, freeze)

    assert (await seller.where(1), await seller.where(2)) == ({"cancelled": 1}, {"cancelled": 1})
