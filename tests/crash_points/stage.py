"""A moment of a trade that is played again and again, by processes that live and by processes that die."""

import copy
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from simulator.webhooks.delivery import Courier
from simulator.world.world import World
from tests.crash_points.ending import Ending, ending_of
from tests.crash_points.mortal import Died, Life, MortalDoor, MortalWay, commits_watched
from tests.support.hub import BEARER
from tests.support.shops import open_shops
from tests.support.trade import Trade

Step = Callable[[Trade], Awaitable[None]]
MOST_STEPS = 200
RECOVERED = timedelta(minutes=14)
"""A draft that may have been asked for is looked for three times, the last after ten minutes; and a quantity whose
writer died before recording it looks like a sale for as long."""

LAPSED = (
    "UPDATE job_runs SET leased_until = now() - interval '1 second' WHERE state = 'running'",
    "UPDATE access_tokens SET leased_until = now() - interval '1 second' WHERE leased_until IS NOT NULL",
)


@dataclass(frozen=True)
class Flow:
    """Something the hub does in many steps: what comes before, what sets it going, and whose points are counted."""

    name: str
    points: int  # commits and requests it has at least
    work: Collection[str]
    prepare: Step
    happen: Step  # somebody outside does something, once
    staff: Step | None = None  # people at the hub, who try again when it was gone
    takes: timedelta = timedelta()  # the time in which the process may die


@dataclass(frozen=True)
class Stage:
    """Where a flow begins; each play begins there anew."""

    trade: Trade
    connection: AsyncConnection
    flow: Flow

    async def play(self, life: Life) -> Ending:
        """Let the flow happen to a process with this life, then to one that lives on; return how everything ends."""
        begun = self.trade.clock.at
        moment = await self.connection.begin_nested()
        world = copy.deepcopy(self.trade.shops.world)
        try:
            died_by = await self._die(world, life)
            async with self._process(world, Life(())) as trade:
                await _lapse(trade)
                if self.flow.staff:
                    await self.flow.staff(trade)
                await go_on(trade, died_by + RECOVERED)
                return await ending_of(trade)
        finally:
            await moment.rollback()
            self.trade.clock.at = begun

    async def _die(self, world: World, life: Life) -> datetime:
        """Let the flow happen as far as the process lives; return the instant at which it would be done."""
        async with self._process(world, life) as trade:
            await self.flow.happen(trade)
            done_by = trade.clock.at + self.flow.takes
            with commits_watched(self.connection, life), suppress(Died):
                if self.flow.staff:
                    await self.flow.staff(trade)
                await go_on(trade, done_by)
        return done_by

    @asynccontextmanager
    async def _process(self, world: World, life: Life) -> AsyncIterator[Trade]:
        runtime = self.trade.shops.runner.runtime
        way, door = (lambda inner: MortalWay(inner, life)), (lambda inner: MortalDoor(inner, life))
        async with open_shops(runtime, world, way, door) as shops:
            courier = Courier(world, shops.hub._transport)
            yield replace(self.trade, shops=shops, courier=courier)
            await courier.close()


async def _lapse(trade: Trade) -> None:
    """Let the leases of the dead be over."""
    async with trade.uow() as uow, uow.machinery() as session:
        for statement in LAPSED:
            await session.execute(text(statement))


async def go_on(trade: Trade, until: datetime) -> None:
    """Let time pass from one instant at which something is due to the next."""
    for _ in range(MOST_STEPS):
        await trade.settle()
        if trade.clock.at >= until:
            return
        quiet = (await trade.shops.hub.get("/internal/quiet", headers=BEARER)).json()
        planned = quiet["next_planned_at"] and datetime.fromisoformat(quiet["next_planned_at"])
        instants = (trade.shops.world.queue.next_at(), planned, until)
        trade.set_clock(min(at for at in instants if at and at > trade.clock.at))
    raise AssertionError("the world does not come to rest")
