"""Two who write the same order at the same instant, on a database with real commits: one order, each unit once."""

from datetime import datetime

import anyio
import pytest
from sqlalchemy import text

from app.core.unit_of_work import UnitsOfWork, system_for
from app.gateways.shopify.order_facts import OrderFacts
from app.orders import queries, service
from app.units import queries as units
from tests.factories.catalog import make_mapping
from tests.factories.orders import cancelled, edited, order_facts, routed, sold
from tests.factories.partners import MadePartner, make_partner
from tests.factories.stores import make_store

pytestmark = pytest.mark.anyio


@pytest.fixture
async def partner(open_real: UnitsOfWork) -> MadePartner:
    return await make_partner(open_real, await make_store(open_real))


async def capture_at_once(open_uow: UnitsOfWork, store_id: int, *facts: OrderFacts) -> None:
    """Capture all of these at the same time, each in a transaction of its own."""

    async def capture(each: OrderFacts, seen_by: str) -> None:
        async with open_uow(system_for(store_id)) as uow:
            await service.capture_order(uow, each, seen_by)

    async with anyio.create_task_group() as group:
        for number, each in enumerate(facts):
            group.start_soon(capture, each, ("webhook", "poll")[number % 2])


async def units_of(open_uow: UnitsOfWork, store_id: int) -> tuple[int, dict[str, int], list[str]]:
    """How many orders there are, where the units of the first line are, and what happened."""
    async with open_uow(system_for(store_id)) as uow:
        orders = (await queries.page_orders(uow.session, store_id)).rows
        line_id = orders[0].lines[0].id
        where = (await units.whereabouts(uow.session, store_id, [line_id])).get(line_id, {})
        events = list(await uow.session.scalars(text("SELECT name FROM domain_events ORDER BY name")))
    return len(orders), where, events


async def test_the_same_order_captured_by_four_at_once(open_real: UnitsOfWork, partner: MadePartner) -> None:
    """E1"""
    facts = order_facts(sold(await make_mapping(open_real, partner), 3), sold("OWN", 1))

    await capture_at_once(open_real, partner.store_id, facts, facts, facts, facts)

    count, where, events = await units_of(open_real, partner.store_id)
    assert (count, where) == (1, {"queued": 3})
    assert events == ["order.captured", "order.demand.changed", "order.line.routed"]


async def test_old_and_new_news_at_once(open_real: UnitsOfWork, partner: MadePartner) -> None:
    """E2, E4: whoever is first, the newest state is what stays."""
    placed = routed(order_facts(sold(await make_mapping(open_real, partner), 3)))
    more = edited(placed, 0, 5)

    await capture_at_once(open_real, partner.store_id, more, placed, more, placed)

    count, where, _ = await units_of(open_real, partner.store_id)
    assert (count, where) == (1, {"queued": 5})


async def test_an_edit_and_a_cancellation_at_once(open_real: UnitsOfWork, partner: MadePartner) -> None:
    """F6: nothing of a cancelled order is queued, whatever came last."""
    placed = routed(order_facts(sold(await make_mapping(open_real, partner), 3)))
    await capture_at_once(open_real, partner.store_id, placed)

    await capture_at_once(open_real, partner.store_id, cancelled(placed, hours=2), edited(placed, 0, 5, hours=1))

    _, where, _ = await units_of(open_real, partner.store_id)
    assert where.keys() == {"cancelled"}


async def test_routed_and_captured_at_once(open_real: UnitsOfWork, partner: MadePartner) -> None:
    """E17: the mapping comes while the order is read again."""
    known = await make_mapping(open_real, partner, "KNOWN")
    facts = order_facts(sold(known.sku.replace("KNOWN", "LATE"), 3))
    await capture_at_once(open_real, partner.store_id, facts)
    await make_mapping(open_real, partner, "LATE")

    async def route() -> None:
        async with open_real(system_for(partner.store_id)) as uow:
            await service.route_unmapped(uow)

    async with anyio.create_task_group() as group:
        group.start_soon(route)
        group.start_soon(route)
        group.start_soon(capture_at_once, open_real, partner.store_id, facts)
    await capture_at_once(open_real, partner.store_id, facts)

    _, where, events = await units_of(open_real, partner.store_id)
    assert where == {"queued": 3}
    assert events.count("order.line.routed") == 1


async def test_two_first_comparisons_of_a_store_at_once(open_real: UnitsOfWork) -> None:
    """E3: the closes of several partners compare beside each other; the later beginning is what counts."""
    store_id = await make_store(open_real)
    began: list[datetime] = []

    async def compare(orders: int) -> None:
        async with open_real(system_for(store_id)) as uow:
            began.append(uow.now)
            await service.begin_poll(uow, uow.now)
            await service.finish_poll(uow, uow.now, ["recovered"] * orders)
            await anyio.sleep(0.2)

    async with anyio.create_task_group() as group:
        group.start_soon(compare, 1)
        group.start_soon(compare, 2)

    async with open_real(system_for(store_id)) as uow:
        assert await queries.last_comparison(uow.session, store_id) == (max(began), 3)
