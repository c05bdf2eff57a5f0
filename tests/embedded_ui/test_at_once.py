"""Forms of the centre that are sent twice, and by several people at once, on a database with real commits."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.core.clock import FixedClock
from simulator.world.orders import cancel_order
from tests.support.database import TestDatabase
from tests.support.oak import Oak
from tests.support.shops import alive_shops
from tests.support.trade import open_trade
from tests.support.weeks import close_week, send_parcel, shipments, stock_centre

pytestmark = pytest.mark.anyio

UPS: dict[str, Any] = {"carrier": "UPS", "number": "1Z1", "url": ""}


@pytest.fixture
async def centre(fresh_database: TestDatabase, clock: FixedClock) -> AsyncIterator[Oak]:
    """A retailer who sells Oak's beans, with a hub whose commits are real."""
    async with alive_shops(fresh_database, clock) as shops, open_trade(shops, clock) as trade:
        await trade.bring_in(trade.product())
        yield Oak(trade)


async def press(oak: Oak, path: str, times: int = 1, **fields: Any) -> list[int]:
    """So many people send the same form at once; the statuses they get, in order."""
    trade = oak.trade
    answers = await asyncio.gather(*(trade.shops.post(trade.retailer, path, **fields) for _ in range(times)))
    return sorted(answer.status_code for answer in answers)


async def packing_form(oak: Oak, quantity: int) -> tuple[str, dict[str, Any]]:
    """The form that packs so many of the only order, with what its page holds besides."""
    order = await oak.trade.order()
    path = f"/app/packing/{order.id}"
    page = (await oak.trade.shops.get(oak.trade.retailer, path)).text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w*)"', page))
    return path, {**hidden, f"line_{order.lines[0].id}": quantity}


async def test_a_parcel_counted_by_several_at_once_and_again(centre: Oak) -> None:
    """H2, H4: one count is taken in; everybody else reads what was counted."""
    await centre.sell(3)
    await close_week(centre.trade)
    parcel = await send_parcel(centre.trade)
    path, count = f"/app/receiving/{parcel.id}", {f"line_{parcel.lines[0].master_line_id}": 4}

    at_once = await press(centre, path, 4, **count)
    again = await press(centre, path, **count)

    assert (at_once, again) == ([303, 409, 409, 409], [409])
    assert await centre.units("supply") == {"allocated": 3, "received": 1}
    assert await centre.units() == {"allocated": 3}


async def test_a_count_corrected_by_several_while_what_was_counted_is_packed(centre: Oak) -> None:
    """H12, H11: one correction is taken in; a unit is in a box or was never here, not both."""
    await stock_centre(centre.trade, 3)
    (parcel,) = await centre.parcels()
    path = f"/app/receiving/{parcel.id}/correct"
    fewer: dict[str, Any] = {f"line_{parcel.lines[0].master_line_id}": 1, "why": "Miscounted", "seen": 0}
    packing, form = await packing_form(centre, 3)

    corrected, packed = await asyncio.gather(press(centre, path, 3, **fewer), press(centre, packing, 2, **form))
    await centre.trade.settle()
    again = await press(centre, path, **{**fewer, "seen": 0 if packed[0] == 303 else 1})

    if packed[0] == 303:
        assert (corrected, again) == ([422] * 3, [422])
        assert await centre.units("supply") == {"allocated": 3}
    else:
        assert (corrected, again) == ([303, 409, 409], [422])
        assert await centre.units("supply") == {"allocated": 1, "shorted": 2}
    assert await centre.told("receiving.parcel.corrected") == corrected.count(303)


async def test_a_box_packed_by_several_at_once_and_again(centre: Oak) -> None:
    """A part of what is here could be packed twice over: nobody made the second box."""
    await stock_centre(centre.trade, 5)
    path, form = await packing_form(centre, 2)

    at_once = await press(centre, path, 4, **form)
    again = await centre.trade.shops.post(centre.trade.retailer, path, None, **form)
    asked = await packing_form(centre, 3)
    rest = await press(centre, asked[0], 3, **asked[1])

    assert (at_once, again.status_code, rest) == ([303, 409, 409, 409], 409, [303, 409, 409])
    assert "A box of this order was packed in the meantime" in again.text
    assert "3 here" in again.text
    assert [box.item_count for box in await shipments(centre.trade)] == [3, 2]
    assert await centre.units() == {"packed": 5}


async def test_a_box_handed_over_by_several_at_once_and_again(centre: Oak) -> None:
    """I1, I2: the store is told once."""
    await stock_centre(centre.trade, 2)
    path, form = await packing_form(centre, 2)
    await press(centre, path, **form)
    (box,) = await shipments(centre.trade)

    at_once = await press(centre, f"/app/shipments/{box.id}/hand-over", 4, **UPS)
    await centre.trade.settle()
    again = await press(centre, f"/app/shipments/{box.id}/hand-over", **UPS)
    corrected = await press(centre, f"/app/shipments/{box.id}/tracking", 4, **{**UPS, "number": "1Z2"}, notify="on")
    await centre.trade.settle()
    corrected_again = await press(centre, f"/app/shipments/{box.id}/tracking", **{**UPS, "number": "1Z2"})

    assert (at_once, again) == ([303, 409, 409, 409], [409])
    assert (corrected, corrected_again) == ([303] * 4, [422])
    calls = [each.operation for each in centre.trade.shops.world.requests if each.shop == centre.trade.retailer]
    assert (calls.count("FulfillmentCreate"), calls.count("FulfillmentTrackingInfoUpdate")) == (1, 1)
    assert await centre.units() == {"outbound": 2}


async def test_a_box_unpacked_by_several_while_others_hand_it_over(centre: Oak) -> None:
    """Whoever is first: it is either on its way or on the shelf."""
    await stock_centre(centre.trade, 2)
    path, form = await packing_form(centre, 2)
    await press(centre, path, **form)
    (box,) = await shipments(centre.trade)

    unpacked, handed = await asyncio.gather(
        press(centre, f"/app/shipments/{box.id}/unpack", 3),
        press(centre, f"/app/shipments/{box.id}/hand-over", 3, **UPS),
    )
    await centre.trade.settle()

    assert sorted(unpacked + handed) == [303] + [409] * 5
    assert await centre.units() == ({"outbound": 2} if 303 in handed else {"allocated": 2})
    assert await press(centre, f"/app/shipments/{box.id}/unpack") == [409]


async def test_a_change_of_the_partners_decided_by_several_at_once(centre: Oak) -> None:
    """G9: kept or written again, by whoever is first."""
    await centre.sell(5)
    await centre.gather()
    centre.edit(3)
    await centre.gather()
    cycle = await centre.running()
    line = f"/app/master-orders/{cycle.id}/lines/{(await centre.trade.mappings())[0].partner_variant_id}"

    kept, restored = await asyncio.gather(press(centre, f"{line}/keep", 3), press(centre, f"{line}/restore", 2))
    again = await press(centre, f"{line}/keep")

    assert kept.count(303) <= 1
    assert restored.count(303) <= 1
    assert set(kept + restored + again) <= {303, 409}
    assert await centre.told("master_order.draft.change_kept") == kept.count(303)
    await centre.close_week()
    assert [each.quantity for each in centre.order.lines] == [5 if 303 in restored else 3]
    assert await centre.units() == ({"sent": 5} if 303 in restored else {"sent": 3, "queued": 2})


async def test_what_a_partner_cancelled_is_ordered_again_by_several_at_once(centre: Oak) -> None:
    """G26: the units go back to the queue once."""
    await centre.sell(3)
    cycle_id = (await centre.close_week()).id
    cancel_order(centre.trade.shops.world, centre.store, centre.order)
    await centre.trade.settle()

    path = f"/app/master-orders/{cycle_id}/order-again"
    at_once, again = await press(centre, path, 4), await press(centre, path)
    await centre.trade.settle()

    assert (at_once, again) == ([303, 409, 409, 409], [409])
    assert (await centre.units(), await centre.units("supply")) == ({"queued": 3}, {"shorted": 3})
