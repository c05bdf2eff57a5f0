"""An invitation that is answered while the retailer takes it back or replaces it."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from app.core.clock import FixedClock
from app.core.unit_of_work import UnitOfWork, system_for
from app.partners import repository, service
from app.partners.states import PartnerState
from tests.support.database import TestDatabase
from tests.support.linked import invite, make_retailer, partners_now, store_facts
from tests.support.shops import PARTNER, Shops, alive_shops
from tests.support.waiting import start_waiting

pytestmark = pytest.mark.anyio

Verb = Callable[[UnitOfWork, int], Awaitable[Any]]


@pytest.fixture
async def real(fresh_database: TestDatabase, clock: FixedClock) -> AsyncIterator[Shops]:
    """Shops whose hub commits."""
    async with alive_shops(fresh_database, clock) as opened:
        yield opened


@pytest.mark.parametrize(
    ("verb", "state"),
    [
        (service.withdraw_invitation, PartnerState.DECLINED),
        (service.renew_invitation, PartnerState.INVITED),
    ],
)
async def test_what_the_retailer_did_first_counts(real: Shops, verb: Verb, state: PartnerState) -> None:
    """A23: both take the partner before the invitation, so that neither is sent away without an answer.

    A store that was too late has no role either: it may still become a retailer.
    """
    retailer = await make_retailer(real)
    real.make_shop(PARTNER)
    await invite(real)
    (partner,) = await partners_now(real)
    found = re.search(r"/app/desk/connect/\d+/accept", (await real.load(PARTNER)).text)
    assert found
    statuses: list[int] = []

    async def accept() -> None:
        statuses.append((await real.post(PARTNER, found[0])).status_code)

    async with real.open_uow(system_for(retailer.id)) as uow:
        await repository.lock_partner(uow.session, retailer.id, partner.id)
        accepting = await start_waiting(real.open_uow.engine, accept())
        await verb(uow, partner.id)
    await accepting

    assert statuses == [404]
    assert [each.state for each in await partners_now(real)] == [state]
    assert (await store_facts(real, PARTNER)).role is None
    assert (await real.post(PARTNER, "/app/role", role="retailer")).status_code == 303
