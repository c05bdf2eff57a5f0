"""A parcel counted at the centre while news of it arrives, on a database with real commits."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from app.catalog.queries import variants_of_store
from app.core.clock import FixedClock
from app.core.runtime import Runtime
from app.core.unit_of_work import UnitsOfWork, system_for
from app.gateways.shopify.fulfillment import FulfillmentFacts, FulfillmentLine, Tracking
from app.gateways.shopify.partner_orders import PartnerLineFacts, PartnerOrderFacts
from app.master_orders import service as masters
from app.master_orders.rules import WrittenLine
from app.master_orders.service import SentOrder
from app.orders.service import capture_order
from app.receiving.queries import list_parcels
from app.receiving.service import Count, receive_parcel, record_partner_order
from app.units import facts
from app.units.service import lock_open_units
from tests.factories.catalog import make_mapping
from tests.factories.orders import order_facts, sold
from tests.factories.partners import MadePartner, make_partner
from tests.factories.stores import make_store
from tests.support.waiting import start_waiting

pytestmark = pytest.mark.anyio

ORDER = "gid://shopify/Order/77"


async def send_parcel(
    open_uow: UnitsOfWork, clock: FixedClock, partner: MadePartner, quantity: int
) -> tuple[int, PartnerOrderFacts]:
    """Somebody buys, the week is closed, the partner ships all of it; the master order and what its store shows."""
    mapping = await make_mapping(open_uow, partner)
    async with open_uow(system_for(partner.store_id)) as uow:
        variants = await variants_of_store(uow.session, partner.partner_store_id, [mapping.partner_variant_id])
        gid = variants[mapping.partner_variant_id].gid
        await capture_order(uow, order_facts(sold(mapping, quantity)), "webhook")
        cycle = await masters.open_next_cycle(uow, partner.id)
        assert cycle is not None
    clock.at = cycle.cutoff_at + timedelta(hours=1)
    async with open_uow(system_for(partner.store_id)) as uow:
        await masters.freeze_cycle(uow, cycle.id)
    async with open_uow(system_for(partner.store_id)) as uow:
        (line,) = (await masters.plan_draft(uow, cycle.id)).lines
        sent = (WrittenLine(gid, line.unit_cost, "", quantity),)
        await masters.record_closed(uow, cycle.id, SentOrder(ORDER, "#77", "PENDING", sent))
    parcel = FulfillmentFacts(
        *("gid://shopify/Fulfillment/78", "SUCCESS", clock.at, clock.at),
        (Tracking("UPS", "1Z999"),),
        (FulfillmentLine("gid://shopify/LineItem/79", gid, quantity),),
    )
    shown = PartnerOrderFacts(
        *(ORDER, "#77", clock.at, clock.at, None),
        closed=False,
        financial_status="PENDING",
        fulfillment_status="FULFILLED",
        has_payment_terms=True,
        tags=(),
        lines=(PartnerLineFacts("gid://shopify/LineItem/79", gid, "BEAN", "Beans", quantity, quantity, 0),),
        fulfillments=(parcel,),
    )
    async with open_uow(system_for(partner.store_id)) as uow:
        await record_partner_order(uow, cycle.id, shown)
    return cycle.id, shown


async def test_a_parcel_counted_while_its_order_is_read_again(
    alive: Runtime, open_real: UnitsOfWork, clock: FixedClock
) -> None:
    """H2, H4: both need the order, the parcel and its units; nobody waits for ever, and neither is refused."""
    partner = await make_partner(open_real, await make_store(open_real))
    cycle_id, shown = await send_parcel(open_real, clock, partner, 3)
    async with open_real(system_for(partner.store_id)) as uow:
        (parcel,) = await list_parcels(uow.session, partner.store_id)

    async def read_again() -> None:
        async with open_real(system_for(partner.store_id)) as uow:
            await record_partner_order(uow, cycle_id, replace(shown, updated_at=shown.updated_at + timedelta(hours=1)))

    async def count() -> None:
        async with open_real(system_for(partner.store_id)) as uow:
            await receive_parcel(uow, parcel.id, [Count(line.master_line_id, line.quantity) for line in parcel.lines])

    async with open_real(system_for(partner.store_id)) as uow:
        await lock_open_units(uow, partner.id)
        reading = await start_waiting(alive.engine, read_again(), 1)
        counting = await start_waiting(alive.engine, count(), 2)
    ended = await asyncio.gather(reading, counting, return_exceptions=True)

    assert [each for each in ended if each is not None] == []
    async with open_real(system_for(partner.store_id)) as uow:
        lots = await facts.lots_of(uow.session, partner.store_id)
    assert [lot.balances for lot in lots if lot.balances] == [{"allocated": 3}] * 2
