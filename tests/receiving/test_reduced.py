"""A master order that the partner changed after the close: what they took off it is ordered anew."""

import pytest

from simulator.world.fulfillment import cancel_fulfillment
from simulator.world.orders import Edit, LineChange, edit_order
from tests.support.oak import Oak

pytestmark = pytest.mark.anyio


def to(oak: Oak, quantity: int) -> Edit:
    """A change of the first line by the partner's staff."""
    return Edit(changes=[LineChange(line_id=oak.order.lines[0].id, quantity=quantity)], paid=True, force=True)


async def test_what_the_partner_takes_off_the_order_is_short_at_once(oak: Oak) -> None:
    """F24, G27: not only at the receipt; our list stays as it was sealed, the difference stands beside it."""
    await oak.sell(10)
    sealed = await oak.close_week()

    edit_order(oak.trade.shops.world, oak.store, oak.order, to(oak, 8))
    await oak.trade.settle()
    (row,) = await oak.changes(sealed.id)

    assert await oak.units() == {"sent": 8, "queued": 2}
    assert await oak.units("supply") == {"sent": 8, "shorted": 2}
    assert (row.kind, row.quantity) == ("partner_changed", -2)
    assert [line.quantity for line in (await oak.master(sealed.id)).lines] == [10]


async def test_what_went_is_not_taken_off(oak: Oak) -> None:
    """F24: of ten, four are in a parcel when the partner takes three off: three less are to come."""
    await oak.sell(10)
    await oak.close_week()
    oak.send(4)
    await oak.trade.settle()
    before = await oak.units("supply")

    edit_order(oak.trade.shops.world, oak.store, oak.order, to(oak, 7))
    await oak.trade.settle()

    assert before == {"inbound": 4, "sent": 6}
    assert await oak.units("supply") == {"inbound": 4, "sent": 3, "shorted": 3}


async def test_a_parcel_with_more_than_was_ordered_takes_only_its_own_back(oak: Oak) -> None:
    """H1: what another parcel brings stays on its way."""
    await oak.sell(3)
    await oak.close_week()
    oak.send(2)
    await oak.trade.settle()
    edit_order(oak.trade.shops.world, oak.store, oak.order, to(oak, 6))
    await oak.trade.settle()
    second = oak.send(4)
    await oak.trade.settle()

    cancel_fulfillment(oak.trade.shops.world, oak.store, second)
    await oak.trade.settle()

    assert await oak.units("supply") == {"sent": 1, "inbound": 2}
