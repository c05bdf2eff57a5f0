"""Two who read or write the same stock at the same instant, on a database with real commits."""

from datetime import timedelta

import anyio
import pytest
from sqlalchemy import event
from sqlalchemy.util import await_only

from app.core.runtime import Runtime
from app.core.unit_of_work import UnitsOfWork, system_for
from app.inventory import repository, service
from app.inventory.queries import offers_of
from app.inventory.service import Reading
from app.orders.service import capture_order
from tests.factories.catalog import MadeMapping, make_mapping
from tests.factories.orders import order_facts, sold
from tests.factories.partners import make_partner
from tests.factories.stores import make_store

pytestmark = pytest.mark.anyio

PLACE = "gid://shopify/Location/7"


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


async def test_a_sale_captured_between_two_statements_of_a_weighing(alive: Runtime, open_real: UnitsOfWork) -> None:
    """D4: wherever it falls, what the store shows as sold is not offered again, nor does it hide the next sale."""
    partner = await make_partner(open_real, await make_store(open_real))
    places, number = range(1, 12), 0

    for place in places:
        mapping = await make_mapping(open_real, partner)
        async with open_real(system_for(partner.partner_store_id)) as uow:
            await service.record_stock(uow, [Reading(mapping.partner_variant_id, PLACE, 20)], uow.now)

        async def weigh(shows: int, offered: MadeMapping = mapping) -> int:
            async with open_real(system_for(partner.store_id)) as uow:
                item = f"gid://shopify/InventoryItem/{offered.variant_gid.rsplit('/', 1)[-1]}"
                (offer,) = (await service.weigh_offers(uow, partner.id, [offered.id], {item: shows})).offers
                return offer.wanted

        async def capture(sale: MadeMapping = mapping) -> None:
            async with open_real(system_for(partner.store_id)) as uow:
                await capture_order(uow, order_facts(sold(sale, 1)), "webhook")

        def let_in(_connection: object, _cursor: object, statement: str, *_: object, place: int = place) -> None:
            nonlocal number
            number += statement.startswith("SELECT") and "set_config" not in statement
            if number == place:
                number = 1_000
                await_only(capture())

        await weigh(20)
        number = 0
        event.listen(alive.engine.sync_engine, "after_cursor_execute", let_in)
        captured = await weigh(19)
        event.remove(alive.engine.sync_engine, "after_cursor_execute", let_in)
        again, next_sale = await weigh(19), await weigh(18)

        assert captured in (18, 19), place
        assert (again, next_sale) == (19, 18), place
