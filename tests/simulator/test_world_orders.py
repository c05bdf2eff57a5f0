"""Orders and stock: what buying, editing, sending, refunding and cancelling do to each other."""

from typing import Any

import pytest

from tests.simulator.control_world import Driver, simulated, tail

pytestmark = pytest.mark.anyio


async def _sold(world: Driver, quantity: int = 3, **fields: Any) -> tuple[str, str, dict[str, Any]]:
    shop = await world.store()
    variant = await world.variant(shop)
    order = await world.order(shop, variant, quantity, **fields)
    await world.advance(60)
    return shop, variant, order


async def _again(world: Driver, shop: str) -> dict[str, Any]:
    return dict((await world.truth(shop))["orders"][0])


async def test_stock_is_committed_a_moment_after_the_sale() -> None:
    async with simulated() as world:
        shop = await world.store()
        variant = await world.variant(shop)

        order = await world.order(shop, variant, 3)

        assert await world.stock(shop, variant) == (10, 0, 10)
        await world.advance(60)
        assert await world.stock(shop, variant) == (7, 3, 10)
        changes = (await world.truth(shop))["stock"][0]["changes"]
        assert [(one["by"], one["from"], one["to"]) for one in changes] == [("staff", 0, 10), ("sale", 10, 7)]
        assert changes[1]["key"] == order["id"]


async def test_refuses_to_sell_more_than_there_is_even_before_the_commitment() -> None:
    async with simulated() as world:
        shop = await world.store()
        variant = await world.variant(shop, 5)
        await world.order(shop, variant, 3)

        body = {"lines": [{"variant_id": variant, "quantity": 3}]}

        refused = await world.call("POST", f"/stores/{shop}/orders", body, status=409)
        assert "sold out" in refused["error"]
        await world.call("POST", f"/stores/{shop}/orders", body | {"force": True})
        await world.advance(60)
        assert await world.stock(shop, variant) == (-1, 6, 5)


async def test_fulfilment_orders_appear_up_to_thirty_seconds_later() -> None:
    async with simulated() as world:
        shop = await world.store()
        order = await world.order(shop, await world.variant(shop))

        assert not world.world.stores[shop].fulfillment_orders
        await world.on(shop, order, "fulfillments", status=409)

        await world.advance(30)
        (one,) = world.world.stores[shop].fulfillment_orders.values()
        assert [line.remaining_quantity for line in one.lines] == [3]


async def test_staff_sends_a_part_and_the_stock_leaves() -> None:
    async with simulated() as world:
        shop, variant, order = await _sold(world)
        line = order["lines"][0]["id"]

        sent = await world.on(
            shop,
            order,
            "fulfillments",
            {"lines": [{"line_id": line, "quantity": 2}], "tracking": {"company": "DPD", "number": "1"}},
        )

        assert (sent["by"], sent["status"], sent["lines"][0]["quantity"]) == ("staff", "SUCCESS", 2)
        assert await world.stock(shop, variant) == (7, 1, 8)
        after = await _again(world, shop)
        assert (after["lines"][0]["unfulfilled"], after["fulfillment_status"]) == (1, "PARTIALLY_FULFILLED")
        await world.on(shop, order, "fulfillments")
        assert (await _again(world, shop))["fulfillment_status"] == "FULFILLED"
        assert await world.stock(shop, variant) == (7, 0, 7)


async def test_a_cancelled_fulfilment_is_to_be_sent_again() -> None:
    async with simulated() as world:
        shop, variant, order = await _sold(world)
        sent = await world.on(shop, order, "fulfillments", {"tracking": [{"number": "1"}, {"number": "2"}]})
        path = f"/stores/{shop}/fulfillments/{tail(sent['id'])}"
        await world.call("PATCH", path, {"tracking": {"number": "3"}})

        undone = (await world.call("DELETE", path))["changed"]

        assert (undone["status"], undone["tracking_numbers"]) == ("CANCELLED", ["1", "2", "3"])
        assert await world.stock(shop, variant) == (7, 3, 10)
        assert (await _again(world, shop))["lines"][0]["unfulfilled"] == 3
        await world.call("DELETE", path, status=409)
        await world.on(shop, order, "fulfillments")


async def test_cancelling_puts_everything_back_and_happens_once() -> None:
    async with simulated() as world:
        shop, variant, order = await _sold(world)

        cancelled = await world.on(shop, order, "cancel")

        assert cancelled["cancelled_at"]
        assert cancelled["financial_status"] == "REFUNDED"
        assert [one["delta"] for one in cancelled["changes"]] == [3, -3]
        assert await world.stock(shop, variant) == (10, 0, 10)
        assert {one.status for one in world.world.stores[shop].fulfillment_orders.values()} == {"CANCELLED"}
        for verb in ("cancel", "pay", "hold"):
            await world.on(shop, order, verb, status=409)
        path = f"/stores/{shop}/orders/{tail(order['id'])}"
        assert (await world.call("DELETE", path))["changed"]["deleted_at"]
        await world.call("DELETE", path, status=409)


async def test_cancelling_before_the_commitment_takes_nothing_from_the_stock() -> None:
    async with simulated() as world:
        shop = await world.store()
        variant = await world.variant(shop)
        order = await world.order(shop, variant, 3, paid=False)

        cancelled = await world.on(shop, order, "cancel")

        assert cancelled["financial_status"] == "VOIDED"
        await world.advance(60)
        assert await world.stock(shop, variant) == (10, 0, 10)
        assert not world.world.stores[shop].fulfillment_orders


async def test_cancelling_without_restock_loses_the_units() -> None:
    async with simulated() as world:
        shop, variant, order = await _sold(world)

        await world.on(shop, order, "cancel", {"restock": False})

        assert await world.stock(shop, variant) == (7, 0, 7)


async def test_what_was_sent_cannot_be_cancelled_or_edited_away() -> None:
    async with simulated() as world:
        shop, _, order = await _sold(world)
        line = order["lines"][0]["id"]
        await world.on(shop, order, "fulfillments", {"lines": [{"line_id": line, "quantity": 2}]})

        await world.on(shop, order, "cancel", status=409)
        await world.on(shop, order, "edit", {"lines": [{"line_id": line, "quantity": 1}]}, status=409)

        await world.on(shop, order, "edit", {"lines": [{"line_id": line, "quantity": 2}]})


async def test_an_edit_moves_the_target_the_stock_and_the_fulfilment_order() -> None:
    async with simulated() as world:
        shop, variant, order = await _sold(world)
        line = order["lines"][0]["id"]

        fewer = await world.on(shop, order, "edit", {"lines": [{"line_id": line, "quantity": 2}]})
        await world.advance(60)
        assert await world.stock(shop, variant) == (8, 2, 10)
        more = await world.on(shop, order, "edit", {"lines": [{"line_id": line, "quantity": 5}]})
        await world.advance(60)

        assert [(one["delta"], one["cause"]) for one in more["changes"]] == [(3, "order"), (-1, "edit"), (3, "edit")]
        assert (fewer["financial_status"], more["financial_status"]) == ("PAID", "PARTIALLY_PAID")
        assert await world.stock(shop, variant) == (5, 5, 10)
        (one,) = world.world.stores[shop].fulfillment_orders.values()
        assert one.lines[0].remaining_quantity == 5
        agreements = world.world.stores[shop].orders[int(tail(order["id"]))].agreements
        assert [(each.kind, each.sales[0].quantity) for each in agreements] == [("order", 3), ("edit", -1), ("edit", 3)]
        assert (await world.on(shop, order, "pay"))["financial_status"] == "PAID"


async def test_an_edit_removes_a_line_and_adds_another() -> None:
    async with simulated() as world:
        shop, variant, order = await _sold(world)
        other = await world.variant(shop, 4)

        body = {"lines": [{"line_id": order["lines"][0]["id"], "quantity": 0}, {"variant_id": other, "quantity": 4}]}
        edited = await world.on(shop, order, "edit", body)
        await world.advance(60)

        assert [one["current_quantity"] for one in edited["lines"]] == [0, 4]
        assert await world.stock(shop, variant) == (10, 0, 10)
        assert await world.stock(shop, other) == (0, 4, 4)


async def test_a_refused_edit_changes_nothing() -> None:
    async with simulated() as world:
        shop, variant, order = await _sold(world)

        body = {"lines": [{"line_id": order["lines"][0]["id"], "quantity": 1}, {"variant_id": variant, "quantity": 99}]}
        await world.on(shop, order, "edit", body, status=409)

        assert (await _again(world, shop))["lines"] == order["lines"]


@pytest.mark.parametrize("removes", [True, False])
async def test_a_refund_without_restock_is_a_doubt_with_a_switch(removes: bool) -> None:
    async with simulated() as world:
        await world.call("PUT", "/switches", {"refund_without_restock_removes": removes})
        shop, variant, order = await _sold(world)

        body = {"lines": [{"line_id": order["lines"][0]["id"], "quantity": 1}], "restock": False}
        refunded = await world.on(shop, order, "refund", body)

        assert refunded["financial_status"] == "PARTIALLY_REFUNDED"
        assert refunded["lines"][0]["current_quantity"] == 2
        assert refunded["lines"][0]["unfulfilled"] == (2 if removes else 3)
        assert (await world.stock(shop, variant))[0] == 7


async def test_a_return_comes_back_into_stock_and_does_not_lower_what_was_sent() -> None:
    async with simulated() as world:
        shop, variant, order = await _sold(world)
        await world.on(shop, order, "fulfillments")

        refunded = await world.on(
            shop, order, "refund", {"lines": [{"line_id": order["lines"][0]["id"], "quantity": 1}]}
        )

        assert (refunded["lines"][0]["current_quantity"], refunded["lines"][0]["fulfilled"]) == (2, 3)
        assert [one["delta"] for one in refunded["changes"]] == [3]
        assert await world.stock(shop, variant) == (8, 0, 8)


async def test_money_alone_can_be_refunded_but_not_more_than_was_paid() -> None:
    async with simulated() as world:
        shop, _, order = await _sold(world)

        given = await world.on(shop, order, "refund", {"amount": "5.00"})

        assert (given["financial_status"], given["lines"]) == ("PARTIALLY_REFUNDED", order["lines"])
        await world.on(shop, order, "refund", {"amount": "50.00"}, status=409)
        await world.on(shop, order, "refund", {}, status=409)


async def test_payment_comes_at_once_later_or_by_capture() -> None:
    async with simulated() as world:
        shop = await world.store()
        variant = await world.variant(shop, 50)
        orders = [
            await world.order(shop, variant, 1, **fields) for fields in ({}, {"paid": False}, {"payment": "authorized"})
        ]
        await world.advance(3600)

        paid = [await world.on(shop, order, "pay") for order in orders[1:]]

        assert [order["financial_status"] for order in orders] == ["PAID", "PENDING", "AUTHORIZED"]
        assert [[one["status"] for one in order["financial"]] for order in paid] == [
            ["PENDING", "PAID"],
            ["AUTHORIZED", "PAID"],
        ]
        assert paid[0]["financial"][1]["at"] == "2026-11-02T10:00:00Z"
        await world.on(shop, orders[0], "pay", status=409)


async def test_a_free_order_is_paid_and_an_order_with_terms_is_not() -> None:
    async with simulated() as world:
        shop = await world.store()
        variant = await world.variant(shop)

        free = await world.order(shop, variant, 1, discount="12.50")
        owed = await world.order(shop, variant, 1, payment_terms=True)

        assert (free["total"], free["financial_status"]) == ("0.00", "PAID")
        assert (owed["payment_terms"]["due_in_days"], owed["financial_status"]) == (30, "PENDING")


async def test_a_discount_goes_to_the_lines_to_the_cent() -> None:
    async with simulated() as world:
        shop = await world.store()
        variant = await world.variant(shop, 30, price="10.00")

        body = {"lines": [{"variant_id": variant, "quantity": 1}] * 3, "discount": "10.00"}
        order = (await world.call("POST", f"/stores/{shop}/orders", body))["changed"]

        discounts = [line.discount for line in world.world.stores[shop].orders[int(tail(order["id"]))].lines]
        assert [str(one) for one in discounts] == ["3.34", "3.33", "3.33"]
        assert order["total"] == "20.00"


async def test_lines_without_a_product_and_gift_cards_are_not_sent() -> None:
    async with simulated() as world:
        shop = await world.store()

        lines = [{"title": "Tip", "price": "2.00"}, {"title": "Gift card", "price": "20.00", "gift_card": True}]
        order = (await world.call("POST", f"/stores/{shop}/orders", {"lines": lines}))["changed"]
        await world.advance(60)

        assert [one["variant_id"] for one in order["lines"]] == [None, None]
        (one,) = world.world.stores[shop].fulfillment_orders.values()
        assert [line.line_id for line in one.lines] == [int(tail(order["lines"][0]["id"]))]


async def test_untracked_stock_and_overselling_variants_never_run_out() -> None:
    async with simulated() as world:
        shop = await world.store()
        untracked = await world.variant(shop, 0, tracked=False)
        oversold = await world.variant(shop, 0, inventory_policy="CONTINUE")

        await world.order(shop, untracked, 5)
        await world.order(shop, oversold, 5)
        await world.advance(60)

        assert await world.stock(shop, untracked) == (0, 0, 0)
        assert await world.stock(shop, oversold) == (-5, 5, 0)


async def test_a_hold_stops_sending_until_it_is_released() -> None:
    async with simulated() as world:
        shop, _, order = await _sold(world)

        held = await world.on(shop, order, "hold", {"reason": "HIGH_RISK_OF_FRAUD"})
        await world.on(shop, order, "hold", status=409)
        await world.on(shop, order, "fulfillments", status=409)
        await world.advance(60)
        released = await world.on(shop, order, "release")

        assert held["holds"] == [{"at": "2026-11-02T09:01:00Z", "released_at": None}]
        assert released["holds"][0]["released_at"] == "2026-11-02T09:02:00Z"
        await world.on(shop, order, "release", status=409)
        await world.on(shop, order, "fulfillments")


async def test_an_order_held_at_once_appears_on_hold() -> None:
    async with simulated() as world:
        shop = await world.store()
        order = await world.order(shop, await world.variant(shop))

        await world.on(shop, order, "hold")
        await world.advance(60)

        (one,) = world.world.stores[shop].fulfillment_orders.values()
        statuses = [one.status]
        await world.on(shop, order, "release")
        assert [*statuses, one.status] == ["ON_HOLD", "OPEN"]


async def test_a_moved_fulfilment_order_stays_closed_and_its_stock_moves_along() -> None:
    async with simulated() as world:
        shop = await world.store(locations=["Front", "Back"])
        front, back = (one["id"] for one in (await world.call("GET", f"/stores/{shop}"))["locations"])
        variant = await world.variant(shop)
        await world.call(
            "PUT", f"/stores/{shop}/inventory", {"variant_id": variant, "location_id": back, "available": 5}
        )
        order = await world.order(shop, variant)
        await world.advance(60)
        (one,) = world.world.stores[shop].fulfillment_orders.values()

        await world.call("POST", f"/stores/{shop}/fulfillment_orders/{one.id}/move", {"location_id": back})

        statuses = [each.status for each in world.world.stores[shop].fulfillment_orders.values()]
        assert (order["commit_location"], statuses) == (front, ["CLOSED", "OPEN"])
        levels = {each["location_id"]: each["committed"] for each in (await world.truth(shop))["stock"]}
        assert levels == {front: 0, back: 3}
        sent = await world.on(shop, order, "fulfillments")
        assert (sent["location_id"], await world.stock(shop, variant)) == (back, (12, 0, 12))


async def test_units_added_where_the_variant_is_not_stocked_take_nothing_from_the_stock() -> None:
    async with simulated() as world:
        shop = await world.store(locations=["Front", "Back"])
        _, back = (one["id"] for one in (await world.call("GET", f"/stores/{shop}"))["locations"])
        variant = await world.variant(shop)
        order = await world.order(shop, variant)
        await world.advance(60)
        (one,) = world.world.stores[shop].fulfillment_orders.values()
        await world.call("POST", f"/stores/{shop}/fulfillment_orders/{one.id}/move", {"location_id": back})
        line = {"line_id": order["lines"][0]["id"], "quantity": 5}
        await world.on(shop, order, "edit", {"lines": [line], "force": True})

        await world.advance(60)

        assert (await _again(world, shop))["lines"][0]["unfulfilled"] == 5
        assert await world.stock(shop, variant) == (10, 0, 10)


async def test_lines_at_two_places_become_two_fulfilment_orders_and_two_parcels() -> None:
    async with simulated() as world:
        shop = await world.store(locations=["Front", "Partner stock"])
        _, second = (one["id"] for one in (await world.call("GET", f"/stores/{shop}"))["locations"])
        own = await world.variant(shop)
        partners = await world.variant(shop, None, inventory=[{"location_id": second, "available": 4}])

        body = {"lines": [{"variant_id": own, "quantity": 1}, {"variant_id": partners, "quantity": 2}]}
        order = (await world.call("POST", f"/stores/{shop}/orders", body))["changed"]
        await world.advance(60)
        await world.on(shop, order, "fulfillments")

        assert len(world.world.stores[shop].fulfillment_orders) == 2
        assert len((await world.truth(shop))["fulfillments"]) == 2
        assert await world.stock(shop, partners) == (2, 0, 2)


async def test_risk_is_judged_and_told() -> None:
    async with simulated() as world:
        shop, _, order = await _sold(world)

        judged = await world.on(shop, order, "risk", {"level": "HIGH"})

        assert judged["risk"] == "HIGH"
