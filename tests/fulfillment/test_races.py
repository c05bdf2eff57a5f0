"""Several at the same instant, on a database with real commits: one correction, told once; one number, one order."""

import anyio
import pytest
from sqlalchemy import text

from app.core.unit_of_work import UnitsOfWork, system_for
from app.fulfillment import service
from app.fulfillment.errors import OthersNumber
from app.fulfillment.models import Shipment
from app.fulfillment.queries import get_shipment, list_shipments
from app.fulfillment.service import Handover
from app.fulfillment.states import ShipmentState
from app.orders import queries as orders
from app.orders.service import capture_order
from tests.factories.orders import order_facts, sold
from tests.factories.stores import make_store

pytestmark = pytest.mark.anyio
TOLD = {"carrier": "UPS", "number": "1Z2", "url": "", "notify": True}


@pytest.fixture
async def box(open_real: UnitsOfWork) -> tuple[int, int]:
    """A store, and a box of it that is on its way."""
    store_id = await make_store(open_real)
    async with open_real(system_for(store_id)) as uow:
        await capture_order(uow, order_facts(sold("OWN", 1)), "webhook")
        (order,) = (await orders.page_orders(uow.session, store_id)).rows
        sent = {"carrier": "UPS", "tracking_number": "1Z1", "packed_at": uow.now, "fulfillment_ids": ["gid"]}
        shipment = Shipment(store_id=store_id, order_id=order.id, state=ShipmentState.SHIPPED, **sent)
        uow.session.add(shipment)
        await uow.session.flush()
        return store_id, shipment.id


async def test_the_same_correction_by_four_at_once(open_real: UnitsOfWork, box: tuple[int, int]) -> None:
    store_id, shipment_id = box

    async def correct() -> None:
        async with open_real(system_for(store_id)) as uow:
            await service.correct_tracking(uow, shipment_id, Handover("UPS", "1Z2", ""), notify=True)

    async with anyio.create_task_group() as group:
        for _ in range(4):
            group.start_soon(correct)

    async with open_real(system_for(store_id)) as uow, uow.machinery() as machinery:
        asked = text("SELECT count(*) FROM domain_events WHERE name = 'fulfillment.tracking.correction_asked'")
        jobs = text("SELECT count(*) FROM job_runs WHERE name = 'fulfillment.correct_tracking'")
        assert (await uow.session.scalar(asked), await machinery.scalar(jobs)) == (1, 1)


async def test_another_correction_while_the_first_is_recorded(open_real: UnitsOfWork, box: tuple[int, int]) -> None:
    """Whoever is first: what was told is what the customer reads, and what was asked for since is still to be told."""
    store_id, shipment_id = box
    async with open_real(system_for(store_id)) as uow:
        await service.correct_tracking(uow, shipment_id, Handover("UPS", "1Z2", ""), notify=True)

    async def correct() -> None:
        async with open_real(system_for(store_id)) as uow:
            await service.correct_tracking(uow, shipment_id, Handover("UPS", "1Z3", ""), notify=False)

    async def record() -> None:
        async with open_real(system_for(store_id)) as uow:
            await service.record_corrected(uow, shipment_id, TOLD)

    async with anyio.create_task_group() as group:
        for each in (correct, record, correct, record):
            group.start_soon(each)

    async with open_real(system_for(store_id)) as uow:
        found = await get_shipment(uow.session, store_id, shipment_id)
    assert (found.tracking_number, found.correction and found.correction.number) == ("1Z2", "1Z3")


async def test_one_number_for_four_orders_at_once(open_real: UnitsOfWork) -> None:
    """J2: three are asked whether they are in the parcel of the first."""
    store_id = await make_store(open_real)
    async with open_real(system_for(store_id)) as uow:
        for _ in range(4):
            await capture_order(uow, order_facts(sold("OWN", 1)), "webhook")
        for order in (await orders.page_orders(uow.session, store_id)).rows:
            packed = {"state": ShipmentState.PACKED, "fulfillment_ids": [], "packed_at": uow.now}
            uow.session.add(Shipment(store_id=store_id, order_id=order.id, **packed))
    async with open_real(system_for(store_id)) as uow:
        boxes = [box.id for box in await list_shipments(uow.session, store_id)]
    refused = []

    async def hand_over(box: int) -> None:
        try:
            async with open_real(system_for(store_id)) as uow:
                await service.hand_over(uow, box, Handover("UPS", "1Z2", ""))
        except OthersNumber:
            refused.append(box)

    async with anyio.create_task_group() as group:
        for each in boxes:
            group.start_soon(hand_over, each)

    assert (len(boxes), len(refused)) == (4, 3)
