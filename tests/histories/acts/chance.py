"""How time passes, and what goes wrong by itself."""

from __future__ import annotations

from datetime import timedelta

from app.core.unit_of_work import system_for
from app.master_orders.queries import running_order
from tests.histories.acts.playing import Playing, pick
from tests.histories.story import Act
from tests.histories.weather import Halt


class Chance(Playing):
    """Time turns, messages come again, workers die."""

    async def _turn(self, act: Act) -> None:
        await self.hands.turn(timedelta(seconds=act["seconds"]), step=timedelta(0))

    async def _grace(self, act: Act) -> None:
        """The hub has time to close what is cut off."""
        await self._turn(act)

    async def _jump(self, act: Act) -> None:
        await self.hands.turn(timedelta(hours=act["hours"]))

    async def _cutoff(self, act: Act) -> None:
        """Turn to somewhere around a partner's next cut-off."""
        chosen = pick(await self.cast.partners(), act["which"])
        if chosen is None:
            return
        retailer, partner = chosen
        async with self.stage.shops.open_uow(system_for(retailer.id)) as uow:
            running = await running_order(uow.session, retailer.id, partner.id)
        if running is not None:
            wanted = running.cutoff_at + timedelta(seconds=act["seconds"])
            await self.hands.turn(max(wanted - self.stage.world.now, timedelta()))

    async def _redeliver(self, act: Act) -> None:
        if record := pick(self.stage.world.outbox.log, act["which"]):
            body = {"times": 1, "delay": act["delay"]}
            await self._send("POST", f"/webhooks/{record.id}/redeliver", body)

    async def _halt(self, act: Act) -> None:
        self.stage.outside.halt = Halt(act["nth"], act["moment"], act["ends"], act["thaws"])

    async def _stop(self, _act: Act) -> None:
        self.hands.are_up = False

    async def _start(self, _act: Act) -> None:
        self.hands.are_up = True
