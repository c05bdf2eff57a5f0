"""Two who read or write the same stock at the same instant, on a database with real commits."""

from datetime import timedelta

import anyio
import pytest

from app.core.runtime import Runtime
from app.core.unit_of_work import UnitsOfWork, system_for
from app.inventory import repository, service
from app.inventory.queries import offers_of
from app.inventory.service import Reading
from jobs.subscriptions import subscribers
from tests.factories.catalog import make_mapping
from tests.factories.partners import make_partner
from tests.factories.stores import make_store

pytestmark = pytest.mark.anyio

PLACE = "gid://shopify/Location/7"


@pytest.fixture
async def open_real(alive: Runtime) -> UnitsOfWork:
    """Units of work whose commits are real."""
    return alive.units_of_work(subscribers())


async def test_the_newer_reading_stays_whoever_is_last(open_real: UnitsOfWork) -> None:
    """D16: readings that overtake each other; the one whose request began later counts."""
    partner = await make_partner(open_real, await make_store(open_real))
    mapping = await make_mapping(open_real, partner)
    async with open_real(system_for(partner.partner_store_id)) as uow:
        now = uow.now

    async def read(minutes: int) -> None:
        async with open_real(system_for(partner.partner_store_id)) as uow:
            reading = Reading(mapping.partner_variant_id, PLACE, minutes)
            await service.record_stock(uow, [reading], now + timedelta(minutes=minutes))

    async with anyio.create_task_group() as group:
        for minutes in (3, 9, 1, 7, 5):
            group.start_soon(read, minutes)

    async with open_real(system_for(partner.partner_store_id)) as uow:
        (kept,) = await repository.list_stock(uow.session, partner.partner_store_id, [mapping.partner_variant_id])
    assert (kept.available, kept.snapshot_at) == (9, now + timedelta(minutes=9))


async def test_offers_computed_by_two_at_once(open_real: UnitsOfWork) -> None:
    """One row per mapping, also when the first computation is done twice."""
    partner = await make_partner(open_real, await make_store(open_real))
    mapping = await make_mapping(open_real, partner)
    async with open_real(system_for(partner.partner_store_id)) as uow:
        await service.record_stock(uow, [Reading(mapping.partner_variant_id, PLACE, 20)], uow.now)

    async def compute() -> None:
        async with open_real(system_for(partner.store_id)) as uow:
            await service.weigh_offers(uow, partner.id, [mapping.id])

    async with anyio.create_task_group() as group:
        group.start_soon(compute)
        group.start_soon(compute)

    async with open_real(system_for(partner.store_id)) as uow:
        offers = await offers_of(uow.session, partner.store_id)
    assert {each: offer.wanted for each, offer in offers.items()} == {mapping.id: 20}
