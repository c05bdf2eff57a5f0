"""The demo: whoever waits sees the days pass, and finds something to do."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import anyio
import httpx
import pytest

from app.exceptions.queries import open_exceptions
from app.receiving.states import ParcelState
from app.rehearsal.control import Control
from app.rehearsal.demo import days_said, leave_something
from app.rehearsal.hub import Hub
from simulator.server import create_app
from tests.support.oak import Oak
from tests.support.shops import PARTNER

pytestmark = pytest.mark.anyio


class ControlHere(Control):
    """A control of the world inside the test, which comes to rest by the test's own means."""

    def __init__(self, oak: Oak, http: httpx.AsyncClient) -> None:
        super().__init__(http, "http://simulator.example")
        self._oak = oak

    async def settle(self) -> None:
        await self._oak.trade.settle()


@pytest.fixture
async def control(oak: Oak) -> AsyncIterator[Control]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(create_app(oak.trade.shops.world))) as http:
        yield ControlHere(oak, http)


async def test_a_late_partner_leaves_units_to_pack_a_parcel_on_its_way_and_a_decision(
    oak: Oak, control: Control
) -> None:
    shops = oak.trade.shops
    await oak.trade.bring_in(oak.trade.product(PARTNER, {"sku": "TEA"}, title="Tea"))
    await oak.sell(3)
    await oak.sell(2, sku="PARTNER-oak-TEA")
    await oak.close_week()
    await oak.sell(2)
    await oak.gather()

    await leave_something(Hub(shops.open_uow, shops.shopify, shops.shopify.settings), control, oak.trade.link.partner)

    assert [parcel.state for parcel in await oak.parcels()] == [ParcelState.RECEIVED, ParcelState.ON_THE_WAY]
    assert (await oak.units())["allocated"]
    async with oak.trade.uow() as uow:
        (decision,) = await open_exceptions(uow.session)
    assert "you want 2, their draft has 1" in decision.cause


async def test_each_day_is_said_once_as_it_comes(control: Control) -> None:
    said: list[str] = []
    days = [datetime(2026, 1, day, 12, tzinfo=UTC) for day in (5, 6, 7)]

    await control.put("/clock", {"now": days[0].isoformat(), "rate": 0})
    async with days_said(control, said.append):
        for count, day in enumerate(days, 1):
            await control.put("/clock", {"now": day.isoformat()})
            with anyio.fail_after(10):
                while len(said) < count:
                    await anyio.sleep(0.01)

    assert [day.strip() for day in said] == ["Monday", "Tuesday", "Wednesday"]
