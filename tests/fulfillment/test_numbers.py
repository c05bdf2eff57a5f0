"""Whose number a box bears: a partner's is never the customer's to read, nor is another customer's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.unit_of_work import Actor, UnitOfWork
from app.fulfillment import repository
from app.fulfillment.errors import OthersNumber, PartnersNumber
from app.fulfillment.service import Handover
from app.receiving.flows import read_master_orders
from app.receiving.queries import is_inbound_number
from simulator.world.fulfillment import update_tracking
from simulator.world.order_model import Tracking
from tests.fulfillment.test_correcting import correct, read
from tests.fulfillment.test_shipments import hand_over, pack, post, shipment
from tests.support.oak import Oak
from tests.support.shops import RETAILER

pytestmark = pytest.mark.anyio
SHOWN = "partners_number_shown"


async def send_six_in_two_parcels(oak: Oak) -> int:
    """Oak owes six, sent three, and a box with these waits for its carrier."""
    await oak.sell(3, 3)
    await oak.close_week()
    oak.send(3, number="1ZFIRST")
    await oak.trade.settle()
    await oak.receive((await oak.parcels())[0])
    return await pack(oak)


@pytest.mark.parametrize("is_added", [False, True])
async def test_a_number_that_turns_out_to_be_the_partners_is_listed_until_it_is_corrected(
    oak: Oak, is_added: bool
) -> None:
    """J2, H9: the centre's staff typed the number on the carton before the partner's store told it to be its own, as
    that of another parcel, or as one more of the first.
    """
    box = await send_six_in_two_parcels(oak)
    await hand_over(oak, box, Handover("UPS", "1Z LATE", ""))
    await oak.trade.settle()
    before = await oak.problems()
    if is_added:
        (sent,) = oak.store.fulfillments.values()
        more = [*sent.tracking, Tracking(company="UPS", number="1zlate", url=None)]
        update_tracking(oak.trade.shops.world, oak.store, sent, more)
    else:
        oak.send(3, number="1zlate")
    await oak.trade.settle()
    listed = await oak.problems()
    pages = [(await oak.trade.shops.get(RETAILER, path)).text for path in ("/app/exceptions", f"/app/shipments/{box}")]

    await correct(oak, box)
    asked = await oak.problems()
    await oak.trade.settle()

    assert before == {}
    assert (listed[SHOWN].subject_kind, listed[SHOWN].subject_id) == ("shipment", str(box))
    assert f'href="/app/shipments/{box}"' in pages[0]
    assert "Enter the number of your own parcel below." in pages[1]
    assert SHOWN in asked  # until the store was told, the customer reads it
    assert read(oak) == [("USPS", "9400RIGHT")]
    assert await oak.problems() == {}


async def test_a_link_to_the_partners_parcel_is_refused_and_listed_where_it_turns_out_to_be_one(oak: Oak) -> None:
    """J2: it names their number, though the box has one of its own."""
    box = await send_six_in_two_parcels(oak)
    with pytest.raises(PartnersNumber) as refused:
        await hand_over(oak, box, Handover("Night Train", "N1", "https://track.example.com/?n=1z-first"))
    await hand_over(oak, box, Handover("Night Train", "N1", "https://track.example.com/?n=1ZLATE"))
    await oak.trade.settle()

    oak.send(3, number="1Z LATE")
    await oak.trade.settle()
    listed = set(await oak.problems())
    await correct(oak, box, Handover("Night Train", "N1", "https://track.example.com/?n=N1"))
    await oak.trade.settle()

    assert set(refused.value.fields) == {"url"}
    assert listed == {SHOWN}
    assert await oak.problems() == {}


async def test_a_link_that_turns_out_to_be_the_partners_own_is_listed_though_it_names_no_number(oak: Oak) -> None:
    """J2: as it is refused where the parcel is known by then."""
    box = await send_six_in_two_parcels(oak)
    link = "https://track.example.com/p/abc"
    await hand_over(oak, box, Handover("Night Train", "N1", link))
    await oak.trade.settle()

    sent = oak.send(3, number=None)
    update_tracking(oak.trade.shops.world, oak.store, sent, [Tracking(company="Night Train", number="N2", url=link)])
    await oak.trade.settle()

    assert (await oak.problems())[SHOWN].subject_id == str(box)


async def test_what_turns_out_to_be_the_partners_while_its_box_is_told_is_not_told(oak: Oak) -> None:
    """J2: between the look at the order and the fulfilment; the box waits for a number of its own."""
    box = await send_six_in_two_parcels(oak)
    await hand_over(oak, box, Handover("UPS", "1ZLATE", ""))
    opened = 0

    @asynccontextmanager
    async def opener(actor: Actor) -> AsyncIterator[UnitOfWork]:
        nonlocal opened
        opened += 1
        if opened == 2:
            oak.send(3, number="1ZLATE")
            trade = oak.trade
            await read_master_orders(trade.shops.open_uow, trade.shops.shopify, trade.link.partner_store.id)
        async with oak.trade.shops.open_uow(actor) as uow:
            yield uow

    await post(oak, box, opener)
    stuck, listed = await shipment(oak, box), await oak.problems()
    with pytest.raises(PartnersNumber):
        await hand_over(oak, box, Handover("UPS", "1ZLATE", ""))
    await hand_over(oak, box)
    await oak.trade.settle()

    assert (stuck.state, "from a partner" in str(stuck.trouble)) == ("stuck", True)
    assert set(listed) == {"shipment_not_accepted"}
    assert read(oak) == [("UPS", "1ZOURS")]
    assert await oak.problems() == {}


async def test_two_orders_with_one_number_are_in_one_parcel_if_somebody_says_so(oak: Oak) -> None:
    """J2: a slip of paste; boxes of one order have one number without a word."""
    await oak.stock_centre(2, 1, 1)
    boxes = [await pack(oak, 1), await pack(oak, 1), await pack(oak, 1, 1), await pack(oak, 1, 2)]
    for box in boxes[:2]:
        await hand_over(oak, box)
    await hand_over(oak, boxes[3], Handover("UPS", "1ZOTHER", ""))
    await oak.trade.settle()

    path, typed = f"/app/shipments/{boxes[2]}/hand-over", {"carrier": "UPS", "number": " 1z-ours"}
    refused = await oak.trade.shops.post(RETAILER, path, **typed)
    taken = await oak.trade.shops.post(RETAILER, path, **typed, is_shared="yes")
    with pytest.raises(OthersNumber):
        await correct(oak, boxes[3], Handover("UPS", "1ZOURS", ""))
    await correct(oak, boxes[3], Handover("UPS", "1ZOURS", "", is_shared=True))
    await oak.trade.settle()

    first = (await oak.trade.orders())[0]
    assert (refused.status_code, taken.status_code) == (422, 303)
    assert f'error="Order {first.name} has this number already."' in refused.text
    assert 'name="is_shared"' in refused.text
    assert [(await shipment(oak, box)).state for box in boxes] == ["shipped"] * 4
    assert {number for _, number in read(oak)} == {"1ZOURS", "1z-ours"}


MANY = (
    "INSERT INTO shipments (store_id, order_id, state, tracking_number, fulfillment_ids, packed_at, sends) "
    "SELECT store_id, order_id, 'shipped', 'T ' || each, '[]', packed_at, 0 FROM shipments, generate_series(1, 20000) "
    "AS each",
    "INSERT INTO inbound_parcels (store_id, partner_id, cycle_id, shopify_fulfillment_id, state, tracking_number, "
    "earlier_numbers, sent_at) SELECT store_id, partner_id, cycle_id, each, 'received', 'P ' || each, "
    "CASE WHEN each % 500 = 0 THEN jsonb_build_array('e-' || each) ELSE '[]' END, sent_at "
    "FROM inbound_parcels, generate_series(1, 20000) AS each",
)


async def test_who_bears_a_number_is_found_by_it_among_many(oak: Oak, connection: AsyncConnection) -> None:
    """J2: staff wait for it at each hand-over; nothing but what bears it, or had other numbers, is read."""
    await oak.stock_centre(1)
    await pack(oak, 1)
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    async with oak.trade.uow() as uow:
        for statement in MANY:
            await uow.session.execute(text(statement))
        event.listen(connection.sync_engine, "before_cursor_execute", note)
        boxes = await repository.orders_bearing(uow.session, uow.store_id, "T77")
        known = [await is_inbound_number(uow.session, uow.store_id, each) for each in ("p-77", "E 500", "E501")]
        event.remove(connection.sync_engine, "before_cursor_execute", note)
        looking = await uow.session.connection()
        plans = [
            "\n".join((await looking.exec_driver_sql(f"EXPLAIN {statement}", parameters)).scalars())
            for statement, parameters in asked
        ]

    assert (len(boxes), known) == (1, [True, True, False])
    assert all(index in plans[0] for index in ("ix_shipments_number", "ix_shipments_correction"))
    assert all(index in plans[1] for index in ("ix_inbound_parcels_number", "ix_inbound_parcels_renumbered"))
    assert "Seq Scan" not in "".join(plans)
