"""Orders that Shopify told of and does not show any more: somebody looks, and says whether they are gone."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.exceptions.queries import ExceptionFacts
from app.fulfillment import service as fulfillment
from app.fulfillment.service import Handover
from app.orders.errors import OrderStands
from app.orders.service import give_up_order, look_for_unsent
from app.orders.service.gone import UNSENT_A_MINUTE
from simulator.world.order_model import Order
from simulator.world.orders import Edit, LineChange, cancel_order, delete_order, edit_order
from simulator.world.store import Store
from tests.support.oak import BEANS, Oak, lines_of
from tests.support.shops import PARTNER, RETAILER

pytestmark = pytest.mark.anyio


def store_of(oak: Oak) -> Store:
    return oak.trade.shops.store(RETAILER)


async def delete_unseen(oak: Oak, order: Order) -> None:
    """Staff cancel the order and delete it before anybody has read that; only the last news arrives."""
    cancel_order(oak.trade.shops.world, store_of(oak), order)
    delete_order(oak.trade.shops.world, store_of(oak), order)
    await oak.trade.settle()


async def hear_of(oak: Oak, order: Order) -> None:
    """Shopify tells of the order once more."""
    body = {"id": order.id, "admin_graphql_api_id": order.gid, "updated_at": oak.trade.clock.at.isoformat()}
    await oak.trade.send(RETAILER, "orders/updated", json.dumps(body).encode())
    await oak.trade.settle()


async def asked(oak: Oak) -> list[ExceptionFacts]:
    return [each for each in await oak.trade.problems() if each.kind == "order_gone"]


async def test_an_order_deleted_before_its_cancelling_was_read_is_given_up_by_one_click(oak: Oak) -> None:
    """Promise 5: till then nothing more is ordered for it; then never, and what was ordered is surplus, once."""
    first, second = await oak.sell(3, 2)
    await oak.close_week()
    (third,) = await oak.sell(4)
    for order in (first, third):
        await delete_unseen(oak, order)
    page = (await oak.trade.shops.get(RETAILER, "/app/exceptions")).text
    questions, before = await asked(oak), await oak.units()
    pages = [(await oak.trade.shops.get(RETAILER, f"/app/orders/{each.subject_id}")).text for each in questions]

    paths = [f"/app/orders/{each.subject_id}/gone" for each in questions]
    answers = [await oak.trade.shops.post(RETAILER, path) for path in (*paths, paths[0])]
    await oak.trade.settle()
    await hear_of(oak, first)
    oak.send(*lines_of(oak.order))
    await oak.trade.settle()
    await oak.receive((await oak.parcels())[0])

    assert [(each.subject_kind, each.units) for each in questions] == [("order", 0), ("order", 4)]
    assert all(f'action="{path}"' in page for path in paths)
    assert all(f'action="{path}"' in own for path, own in zip(paths, pages, strict=True))
    assert before == {"sent": 5, "held": 4}
    assert [answer.status_code for answer in answers] == [303, 303, 409]
    assert await oak.units() == {"allocated": 2, "cancelled": 7}
    assert await oak.units("supply") == {"allocated": 2, "received": 3}
    assert await oak.trade.problems() == []
    assert second.deleted_at is None


async def test_of_an_order_that_may_be_gone_nothing_is_ordered_till_somebody_says_that_it_is_there(oak: Oak) -> None:
    """Promise 1: neither is ordered what nobody wants, nor lost what somebody does."""
    first, _ = await oak.sell(3, 2)
    first.deleted_at = oak.trade.clock.at
    await hear_of(oak, first)
    (question,) = await asked(oak)
    await oak.close_week()
    held = await oak.units()

    await oak.trade.shops.post(RETAILER, f"/app/exceptions/{question.id}/done")
    await oak.trade.settle()

    assert (held, question.units) == ({"held": 3, "sent": 2}, 3)
    assert await oak.units() == {"queued": 3, "sent": 2}
    assert await asked(oak) == []


async def test_what_is_not_paid_is_not_ordered_because_somebody_says_that_the_order_is_there(oak: Oak) -> None:
    """Promise 1: the word of staff stands for the order, not for its payment."""
    await oak.sell(1)
    unpaid = oak.trade.buy(("PARTNER-oak-BEAN", 2), payment="pending")
    await oak.trade.settle()
    unpaid.deleted_at = oak.trade.clock.at
    await hear_of(oak, unpaid)
    (question,) = await asked(oak)

    await oak.trade.shops.post(RETAILER, f"/app/exceptions/{question.id}/done")
    await oak.trade.settle()

    assert await oak.units() == {"queued": 1, "captured": 2}


async def test_what_of_a_line_is_not_paid_is_not_ordered_by_that_word_either(oak: Oak) -> None:
    """Promise 1, E10: three are paid, two were added and are not."""
    (placed,) = await oak.sell(3)
    more = Edit(changes=[LineChange(quantity=5, line_id=placed.lines[0].id)])
    edit_order(oak.trade.shops.world, store_of(oak), placed, more)
    await oak.trade.settle()
    before = await oak.units()
    placed.deleted_at = oak.trade.clock.at
    await hear_of(oak, placed)
    (question,) = await asked(oak)
    held = await oak.units()

    await oak.trade.shops.post(RETAILER, f"/app/exceptions/{question.id}/done")
    await oak.trade.settle()

    assert before == {"queued": 3, "captured": 2}
    assert (held, question.units) == ({"held": 3, "captured": 2}, 3)
    assert await oak.units() == {"queued": 3, "captured": 2}


async def test_what_did_not_come_for_an_order_that_may_be_gone_is_not_ordered_anew(oak: Oak) -> None:
    """Promise 1, H4: it was on its way when the order was asked about; the word of staff lets it be ordered."""
    first, _ = await oak.sell(3, 2)
    await oak.close_week()
    oak.send(*lines_of(oak.order))
    first.deleted_at = oak.trade.clock.at
    await hear_of(oak, first)
    (before,) = await asked(oak)
    await oak.receive((await oak.parcels())[0], 0)
    (question,) = await asked(oak)
    units = await oak.units()

    await oak.trade.shops.post(RETAILER, f"/app/exceptions/{question.id}/done")
    await oak.trade.settle()

    assert (before.units, question.id, question.units) == (0, before.id, 3)
    assert units == {"held": 3, "queued": 2}
    assert await oak.units() == {"queued": 5}


async def test_a_day_with_much_to_send_keeps_no_new_order_waiting(oak: Oak) -> None:
    """E1: what is looked for once a day is read a few at a time, and what is placed meanwhile comes after few of it."""
    for _ in range(UNSENT_A_MINUTE + 1):
        oak.trade.buy((BEANS, 1))
    await oak.trade.settle()
    reads = text("SELECT extract(epoch FROM due_at - :now), count(*) FROM order_reads GROUP BY 1 ORDER BY 1")

    async with oak.trade.uow() as uow:
        await look_for_unsent(uow)
        waiting = [tuple(each) for each in await uow.session.execute(reads, {"now": uow.now})]
    await oak.pass_time(timedelta(minutes=1))
    async with oak.trade.uow() as uow:
        left = (await uow.session.execute(reads, {"now": uow.now})).all()

    assert waiting == [(0, UNSENT_A_MINUTE), (60, 1)]
    assert left == []


async def test_an_order_that_is_there_after_all_is_asked_about_no_more(oak: Oak) -> None:
    """A person may say so; being read again says it, too, and gives back what was given up by mistake."""
    placed, other = await oak.sell(3, 2)
    for order in (placed, other):
        order.deleted_at = oak.trade.clock.at
        await hear_of(oak, order)
    (first, second) = await asked(oak)
    await oak.trade.shops.post(RETAILER, f"/app/exceptions/{first.id}/done")
    await oak.trade.shops.post(RETAILER, f"/app/orders/{second.subject_id}/gone")
    await oak.trade.settle()
    given_up = (await oak.units(), await asked(oak))

    for order in (placed, other):
        order.deleted_at = None
        await hear_of(oak, order)

    assert given_up == ({"queued": 3, "cancelled": 2}, [])
    assert await asked(oak) == []
    assert await oak.units() == {"queued": 5, "cancelled": 2}


async def test_of_an_order_with_nothing_left_to_send_nobody_is_asked(oak: Oak) -> None:
    """E25: such as one that is older than Shopify shows."""
    await oak.stock_centre(2)
    (placed,) = store_of(oak).orders.values()
    order = await oak.trade.order()
    async with oak.trade.uow() as uow:
        box = await fulfillment.pack_order(uow, order.id, {order.lines[0].id: 2})
        await fulfillment.hand_over(uow, box, Handover("UPS", "1ZOURS", ""))
    await oak.trade.settle()

    placed.deleted_at = oak.trade.clock.at
    await hear_of(oak, placed)

    assert await oak.units() == {"outbound": 2}
    assert await asked(oak) == []


async def test_of_an_order_that_got_its_route_and_is_not_there_any_more_somebody_is_asked(oak: Oak) -> None:
    """E17, E25: its line was parked; imported at last, the order cannot be read to queue its units."""
    tea = oak.trade.product(PARTNER, {"sku": "TEA"}, title="Tea")
    own = oak.trade.product(RETAILER, {"sku": "PARTNER-oak-TEA"}, title="Tea")
    (variant,) = oak.trade.variants(RETAILER, own)
    placed = oak.trade.buy({"variant_id": variant.id, "quantity": 3})
    await oak.trade.settle()
    parked = await oak.problems()

    placed.deleted_at = oak.trade.clock.at
    await oak.trade.bring_in(tea)

    assert [(each.kind, each.units) for each in parked.values()] == [("unmapped", 3)]
    assert await oak.units() == {}
    assert [(each.kind, each.subject_kind) for each in await oak.trade.problems()] == [("order_gone", "order")]


async def test_an_order_nobody_asks_about_is_not_given_up(oak: Oak) -> None:
    await oak.sell(3)
    order = await oak.trade.order()

    with pytest.raises(OrderStands):
        async with oak.trade.uow() as uow:
            await give_up_order(uow, order.id)

    assert await oak.units() == {"queued": 3}
