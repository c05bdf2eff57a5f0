"""Everything goes wrong now and then; when it has calmed down, every order is captured once, to its target."""

import random
from datetime import timedelta

import pytest

from simulator.faults.faults import PROFILES, Faults
from simulator.world.order_model import Order
from simulator.world.orders import Edit, LineChange, cancel_order, edit_order
from tests.support.shops import RETAILER
from tests.support.trade import Trade

pytestmark = pytest.mark.anyio

BEAN = "PARTNER-oak-BEAN"


def happen(trade: Trade, placed: list[Order], chance: random.Random) -> None:
    """A customer buys, or changes their mind."""
    world, store = trade.shops.world, trade.shops.store(RETAILER)
    if len(placed) < 4 or chance.random() < 0.6:
        placed.append(trade.buy((BEAN, chance.randint(1, 5))))
        return
    order = chance.choice(placed)
    if order.cancelled_at is None and chance.random() < 0.3:
        cancel_order(world, store, order)
    elif order.cancelled_at is None:
        wanted = order.lines[0].current_quantity % 5 + 1
        change = LineChange(quantity=wanted, line_id=order.lines[0].id)
        edit_order(world, store, order, Edit(changes=[change], paid=True, force=True))


@pytest.mark.parametrize("seed", [7, 8])
async def test_nothing_is_lost_and_nothing_doubled(trade: Trade, seed: int) -> None:
    """E1, E2, E3, F1, F2, F6: webhooks doubled, late, reordered and lost, calls dropped before and after effect."""
    await trade.bring_in(trade.product())
    chance, placed = random.Random(seed), list[Order]()
    trade.shops.world.faults = Faults(seed=seed, profile="standard", rules=list(PROFILES["standard"]))
    for _ in range(20):
        happen(trade, placed, chance)
        trade.set_clock(trade.clock.at + timedelta(seconds=chance.randint(1, 50)))
        await trade.settle()

    trade.shops.world.faults = Faults(seed=seed)
    await trade.turn(minutes=35)

    assert {"lose", "double"} & {each.action for each in trade.shops.world.fault_log}
    known = {order.shopify_order_id: order for order in await trade.orders()}
    wanted = {each.gid: each.lines[0].current_quantity for each in placed}
    queued: dict[str, int] = {}
    for gid, order in known.items():
        queued[gid] = (await trade.where(order.lines[0].id)).get("queued", 0)
    assert queued == wanted
    assert trade.shown(BEAN) == max(0, 20 - sum(wanted.values()))
    assert await trade.failed_jobs() == []
    assert await trade.problems() == []
