"""`hub staff` run by several at once, on a database with real commits: each parcel and each box is one person's."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from app.core.clock import FixedClock
from app.partners.states import PartnerState
from app.rehearsal.hub import Hub
from app.rehearsal.run import work_as_staff
from app.rehearsal.setting_up import accept_invitations
from app.rehearsal.staff import Miscount
from tests.support.database import TestDatabase
from tests.support.linked import invite, make_retailer, partners_now, store_facts
from tests.support.oak import Oak, lines_of
from tests.support.shops import PARTNER, Shops, alive_shops
from tests.support.trade import open_trade

pytestmark = pytest.mark.anyio


def hub_of(shops: Shops) -> Hub:
    """The hub as the command uses it."""
    return Hub(shops.open_uow, shops.shopify, shops.shopify.settings)


async def test_an_invitation_that_three_accept_at_once(fresh_database: TestDatabase, clock: FixedClock) -> None:
    async with alive_shops(fresh_database, clock) as shops:
        await make_retailer(shops)
        shops.make_shop(PARTNER)
        await invite(shops)
        await shops.load(PARTNER)
        hub, store = hub_of(shops), await store_facts(shops, PARTNER)
        (invited,) = await partners_now(shops)

        accepted = await asyncio.gather(*(accept_invitations(hub, store) for _ in range(3)))
        again = await accept_invitations(hub, store)

        assert sorted(accepted) == [[], [], [invited.id]]
        assert again == []
        assert [each.state for each in await partners_now(shops)] == [PartnerState.CONNECTED]


@pytest.fixture
async def oak(fresh_database: TestDatabase, clock: FixedClock) -> AsyncIterator[Oak]:
    """A retailer who sells Oak's beans, with a hub whose commits are real."""
    async with alive_shops(fresh_database, clock) as shops, open_trade(shops, clock) as trade:
        await trade.bring_in(trade.product())
        yield Oak(trade)


async def test_three_who_do_all_there_is_to_do_at_once(oak: Oak) -> None:
    await oak.sell(3, 2, 1)
    await oak.close_week()
    first, *others = lines_of(oak.order)
    oak.send(first - 2, *others, number="1Z998")
    oak.send(2, number="1Z999")
    await oak.trade.settle()
    hub = hub_of(oak.trade.shops)

    async def work() -> list[tuple[str, int]]:
        acts = await work_as_staff(hub, receive=True, ship=True, miscount=Miscount(), seed=1)
        return [(act["act"], act.get("parcel") or act["shipment"]) for act in acts]

    done = await asyncio.gather(work(), work(), work())
    left = await work()
    await oak.trade.settle()

    acts = Counter(act for each in (*done, left) for act in each)
    assert Counter(kind for kind, _ in acts) == {"received": 2, "shipped": 3}
    assert set(acts.values()) == {1}
    assert left == []
    assert await oak.units() == {"outbound": 6}
    calls = [each.operation for each in oak.trade.shops.world.requests if each.shop == oak.trade.retailer]
    assert calls.count("FulfillmentCreate") == 3
