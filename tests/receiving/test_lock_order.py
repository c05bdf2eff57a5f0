"""Parcels counted while orders are packed or read, on a database with real commits: nobody waits for each other."""

import asyncio
from decimal import Decimal

import pytest

from app.core.money import Money
from app.core.runtime import Runtime
from app.core.unit_of_work import UnitsOfWork, system_for
from app.fulfillment.service import pack_order
from app.orders.service import capture_order
from app.receiving.service import allocate_received
from app.units import queries, service
from app.units.service import lock_open_units, receive_supply
from app.units.terms import Because, Supply
from tests.factories.catalog import MadeMapping, make_mapping
from tests.factories.orders import order_facts, sold
from tests.factories.partners import MadePartner, make_partner
from tests.factories.stores import make_store
from tests.support.hub import MONDAY_NOON
from tests.support.waiting import start_waiting

pytestmark = pytest.mark.anyio

BECAUSE = Because("test", "test", "1", MONDAY_NOON)
SECOND = Because("parcel.received", "receipt", "2", MONDAY_NOON)


@pytest.fixture
async def partner(open_real: UnitsOfWork) -> MadePartner:
    return await make_partner(open_real, await make_store(open_real))


def supply_of(partner: MadePartner, line_id: int, mapping: MadeMapping) -> Supply:
    cost = Money(Decimal("9.80"), "USD")
    return Supply(line_id, partner.id, partner.partner_store_id, mapping.partner_variant_id, cost)


async def test_an_order_is_packed_while_a_second_parcel_is_counted(
    alive: Runtime, open_real: UnitsOfWork, partner: MadePartner
) -> None:
    """F10: what is being packed is nothing that a parcel is for."""
    beans, tea = [await make_mapping(open_real, partner) for _ in range(2)]
    variants = [beans.partner_variant_id, tea.partner_variant_id]
    async with open_real(system_for(partner.store_id)) as uow:
        order = await capture_order(uow, order_facts(sold(beans, 1), sold(tea, 2)), "webhook")
        lines = [line.id for line in order.lines]
        await capture_order(uow, order_facts(sold(beans, 1)), "webhook")
        for line_id, mapping in ((2001, beans), (2002, tea)):
            queued = await queries.queued_demand(uow.session, partner.store_id, partner.id)
            lots = [
                (lot.lot_id, lot.quantity) for lot in queued if lot.partner_variant_id == mapping.partner_variant_id
            ]
            supply = supply_of(partner, line_id, mapping)
            await service.assign(uow, supply, lots, BECAUSE)
            await service.confirm_supply(uow, supply, 2, BECAUSE)
        for line_id in (2001, 2002):
            await receive_supply(uow, line_id, 1, BECAUSE)
        await allocate_received(uow, partner.id, variants, BECAUSE)

    async def pack() -> None:
        async with open_real(system_for(partner.store_id)) as uow:
            await pack_order(uow, order.id, dict.fromkeys(lines, 1))

    async with open_real(system_for(partner.store_id)) as uow:
        await lock_open_units(uow, partner.id, [2001, 2002])
        packing = await start_waiting(alive.engine, pack(), 1)
        for line_id in (2001, 2002):
            await receive_supply(uow, line_id, 1, SECOND)
        await allocate_received(uow, partner.id, variants, SECOND)
    await packing

    async with open_real(system_for(partner.store_id)) as uow:
        places = await queries.whereabouts(uow.session, partner.store_id, lines)
    assert [places[line]["packed"] for line in lines] == [1, 1]


async def test_an_order_is_read_while_a_late_parcel_is_counted(
    alive: Runtime, open_real: UnitsOfWork, partner: MadePartner
) -> None:
    """H6: of a master line of which nothing was open any more."""
    beans = await make_mapping(open_real, partner)
    facts = order_facts(sold(beans, 2))
    async with open_real(system_for(partner.store_id)) as uow:
        await capture_order(uow, facts, "webhook")
        for line_id in (1001, 1002):
            (lot,) = await queries.queued_demand(uow.session, partner.store_id, partner.id)
            await service.assign(uow, supply_of(partner, line_id, beans), [(lot.lot_id, 1)], BECAUSE)
            await service.confirm_supply(uow, supply_of(partner, line_id, beans), 1, BECAUSE)
            if line_id == 1001:
                await receive_supply(uow, 1001, 1, BECAUSE)
                waiting = await queries.waiting_demand(uow.session, partner.store_id, [beans.partner_variant_id])
                sent = [(each.lot_id, 1) for each in waiting if each.supply_line_id == 1001]
                await service.match(uow, 1001, sent, BECAUSE)

    async def capture() -> None:
        async with open_real(system_for(partner.store_id)) as uow:
            await capture_order(uow, facts, "webhook")

    async with open_real(system_for(partner.store_id)) as uow:
        await lock_open_units(uow, partner.id, [1001])
        capturing = await start_waiting(alive.engine, capture(), 1)
        received = await receive_supply(uow, 1001, 1, SECOND)
    await asyncio.gather(capturing)

    assert received.over == 1
