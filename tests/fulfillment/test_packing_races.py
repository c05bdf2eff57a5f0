"""An order packed while somebody else holds its units, on a database with real commits."""

import asyncio
from decimal import Decimal

import pytest

from app.core.money import Money
from app.core.runtime import Runtime
from app.core.unit_of_work import UnitsOfWork, system_for
from app.fulfillment.service import pack_order
from app.orders.service import capture_order
from app.units import queries, service
from app.units.states import DemandState
from app.units.terms import Because, Supply
from tests.factories.catalog import make_mapping
from tests.factories.orders import order_facts, sold
from tests.factories.partners import make_partner
from tests.factories.stores import make_store
from tests.support.hub import MONDAY_NOON
from tests.support.waiting import start_waiting

pytestmark = pytest.mark.anyio

BECAUSE = Because("test", "test", "1", MONDAY_NOON)


async def test_an_order_whose_later_line_has_the_older_lot(alive: Runtime, open_real: UnitsOfWork) -> None:
    """F10: whoever takes the order's units, takes the oldest lot first; packing them too."""
    partner = await make_partner(open_real, await make_store(open_real))
    beans, tea = [await make_mapping(open_real, partner) for _ in range(2)]
    async with open_real(system_for(partner.store_id)) as uow:
        order = await capture_order(uow, order_facts(sold(tea, 1), sold(beans, 1)), "webhook")
        lines = [line.id for line in order.lines]
        lots = await queries.queued_demand(uow.session, partner.store_id, partner.id)
        for lot in sorted(lots, key=lambda lot: lot.partner_variant_id):
            cost = Money(Decimal("9.80"), "USD")
            supply = Supply(lot.partner_variant_id, partner.id, partner.partner_store_id, lot.partner_variant_id, cost)
            await service.assign(uow, supply, [(lot.lot_id, 1)], BECAUSE)
            await service.confirm_supply(uow, supply, 1, BECAUSE)
            await service.receive_supply(uow, supply.line_id, 1, BECAUSE)
        for sent in await queries.waiting_demand(
            uow.session, partner.store_id, [lot.partner_variant_id for lot in lots]
        ):
            assert sent.supply_line_id is not None
            await service.match(uow, sent.supply_line_id, [(sent.lot_id, 1)], BECAUSE)
    async with open_real(system_for(partner.store_id)) as uow:
        here = await queries.demand_in(uow.session, partner.store_id, lines, [DemandState.ALLOCATED])
    older, newer = sorted(here, key=lambda lot: lot.lot_id)

    async def pack() -> None:
        async with open_real(system_for(partner.store_id)) as uow:
            await pack_order(uow, order.id, dict.fromkeys(lines, 1))

    async with open_real(system_for(partner.store_id)) as uow:
        await service.mark_late(uow, [older.lot_id])
        packing = await start_waiting(alive.engine, pack())
        await service.mark_late(uow, [newer.lot_id])
    await asyncio.gather(packing)

    assert (older.line_id, newer.line_id) == (lines[1], lines[0])
    async with open_real(system_for(partner.store_id)) as uow:
        assert await queries.whereabouts(uow.session, partner.store_id, lines) == {
            each: {"packed": 1} for each in lines
        }
