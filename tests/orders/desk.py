"""A retailer whose orders are captured one by one, and what they come to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from app.core.unit_of_work import UnitsOfWork, system_for
from app.exceptions.queries import ExceptionFacts, open_exceptions
from app.gateways.shopify.order_facts import OrderFacts
from app.orders import service
from app.orders.queries import OrderRow, get_order
from app.units import queries as units
from tests.factories.partners import MadePartner, make_partner
from tests.factories.stores import make_store
from tests.support.hub import MONDAY_NOON


def at(hours: float) -> datetime:
    return MONDAY_NOON + timedelta(hours=hours)


@dataclass
class Desk:
    """A retailer with one partner, and what its orders come to."""

    open_uow: UnitsOfWork
    partner: MadePartner

    @property
    def store_id(self) -> int:
        return self.partner.store_id

    async def capture(self, facts: OrderFacts, seen_by: str = "webhook", released_at: datetime | None = None) -> int:
        async with self.open_uow(system_for(self.store_id)) as uow:
            return (await service.capture_order(uow, facts, seen_by, released_at)).id

    async def order(self, order_id: int) -> OrderRow:
        async with self.open_uow(system_for(self.store_id)) as uow:
            return await get_order(uow.session, self.store_id, order_id)

    async def where(self, order_id: int) -> list[dict[str, int]]:
        """Where the units of each line are."""
        ids = [line.id for line in (await self.order(order_id)).lines]
        async with self.open_uow(system_for(self.store_id)) as uow:
            found = await units.whereabouts(uow.session, self.store_id, ids)
        return [found.get(each, {}) for each in ids]

    async def queued(self) -> list[tuple[int, datetime]]:
        """What waits for the master order: units and their eligible time, oldest first."""
        async with self.open_uow(system_for(self.store_id)) as uow:
            lots = await units.queued_demand(uow.session, self.store_id, self.partner.id)
        return [(lot.quantity, lot.eligible_at) for lot in lots]

    async def problems(self) -> list[ExceptionFacts]:
        async with self.open_uow(system_for(self.store_id)) as uow:
            return await open_exceptions(uow.session)

    async def events(self) -> list[str]:
        async with self.open_uow(system_for(self.store_id)) as uow:
            return list(await uow.session.scalars(text("SELECT name FROM domain_events ORDER BY id")))

    async def jobs(self) -> set[str]:
        async with self.open_uow(system_for(self.store_id)) as uow:
            return set(await uow.session.scalars(text("SELECT name FROM job_runs WHERE state = 'queued'")))


@pytest.fixture
async def desk(open_uow: UnitsOfWork) -> Desk:
    """A retailer with one partner at 30 % off."""
    return Desk(open_uow, await make_partner(open_uow, await make_store(open_uow)))
