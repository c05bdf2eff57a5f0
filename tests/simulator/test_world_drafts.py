"""Draft orders: ready late, completed into orders that take stock, changed by the store's own staff."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from simulator.world.draft_orders import create_draft, update_draft
from simulator.world.metafields import set_metafield
from simulator.world.order_model import DraftOrder
from simulator.world.placing import terms_from_template
from tests.simulator.control_world import Driver, simulated, tail

pytestmark = pytest.mark.anyio


def _draft(world: Driver, shop: str, variant: str, **fields: Any) -> DraftOrder:
    line = {"variant_id": int(tail(variant)), "quantity": 4, "price_override": Decimal("8.00")}
    return create_draft(
        world.world, world.world.stores[shop], {"lines": [line], "tags": ["ph-1-2026-11-02-1"], **fields}
    )


async def _complete(world: Driver, shop: str, draft: DraftOrder, status: int = 200) -> dict[str, Any]:
    return await world.call("POST", f"/stores/{shop}/draft_orders/{draft.id}/complete", {}, status)


async def test_a_draft_is_ready_a_moment_after_each_write() -> None:
    async with simulated() as world:
        shop = await world.store()
        draft = _draft(world, shop, await world.variant(shop))

        ready = [draft.ready]
        await _complete(world, shop, draft, status=409)
        await world.advance(5)
        ready.append(draft.ready)
        update_draft(world.world, world.world.stores[shop], draft, {"note": "soon"})
        assert [*ready, draft.ready] == [False, True, False]


async def test_completing_without_terms_is_booked_as_paid_and_takes_stock() -> None:
    async with simulated() as world:
        shop = await world.store()
        variant = await world.variant(shop)
        draft = _draft(world, shop, variant)
        await world.advance(5)

        done = (await _complete(world, shop, draft))["changed"]
        await world.advance(60)

        truth = await world.truth(shop)
        order = truth["orders"][0]
        assert (done["status"], done["order_id"], order["draft_id"]) == ("COMPLETED", order["id"], draft.gid)
        assert (order["financial_status"], order["total"], order["tags"]) == ("PAID", "32.00", draft.tags)
        assert order["commit_location"] == truth["stock"][0]["location_id"]
        assert (await world.stock(shop, variant), truth["stock"][0]["changes"][-1]["by"]) == ((6, 4, 10), "commit")
        await _complete(world, shop, draft, status=409)


async def test_completing_with_terms_is_pending() -> None:
    async with simulated() as world:
        shop = await world.store()
        terms = terms_from_template(world.world, world.world.stores[shop], "Net 30")
        draft = _draft(world, shop, await world.variant(shop), payment_terms=terms)
        await world.advance(5)

        await _complete(world, shop, draft)

        order = (await world.truth(shop))["orders"][0]
        assert (order["financial_status"], order["payment_terms"]["name"]) == ("PENDING", "Net 30")


async def test_the_commit_location_is_the_platforms_choice() -> None:
    async with simulated() as world:
        shop = await world.store(locations=["Front", "Back"])
        back = (await world.call("GET", f"/stores/{shop}"))["locations"][1]["id"]
        variant = await world.variant(shop, 100)
        await world.call(
            "PUT", f"/stores/{shop}/inventory", {"variant_id": variant, "location_id": back, "available": 100}
        )

        for _ in range(8):
            draft = _draft(world, shop, variant)
            await world.advance(5)
            await _complete(world, shop, draft)

        assert len({one["commit_location"] for one in (await world.truth(shop))["orders"]}) == 2


async def test_the_stores_staff_changes_removes_and_adds_lines() -> None:
    async with simulated() as world:
        shop = await world.store()
        variant, other = await world.variant(shop), await world.variant(shop)
        draft = _draft(world, shop, variant)
        path = f"/stores/{shop}/draft_orders/{draft.id}"

        changed = await world.call(
            "POST", f"{path}/edit", {"lines": [{"variant_id": variant, "quantity": 9}], "note": "more"}
        )
        await world.call("POST", f"{path}/edit", {"lines": [{"variant_id": other, "quantity": 1}]})
        line = draft.lines[0].gid
        left = await world.call("POST", f"{path}/edit", {"lines": [{"line_id": line, "quantity": 0}]})

        assert (changed["changed"]["lines"][0]["quantity"], changed["changed"]["note"]) == (9, "more")
        assert [one["variant_id"] for one in left["changed"]["lines"]] == [other]
        gone = await world.call("DELETE", path)
        assert gone["changed"]["deleted_at"]
        await world.call("DELETE", path, status=404)
        assert (await world.truth(shop))["draft_orders"][0]["deleted_at"]


async def test_a_reservation_takes_stock_until_its_time_is_over() -> None:
    async with simulated() as world:
        shop = await world.store()
        variant = await world.variant(shop)
        until = world.world.now + timedelta(hours=1)

        _draft(world, shop, variant, reserve_inventory_until=until)

        assert (await world.stock(shop, variant))[0] == 6
        await world.advance(3600)
        assert await world.stock(shop, variant) == (10, 0, 10)


async def test_a_rewritten_draft_reserves_once() -> None:
    async with simulated() as world:
        shop = await world.store()
        variant = await world.variant(shop)
        draft = _draft(world, shop, variant, reserve_inventory_until=world.world.now + timedelta(hours=1))

        update_draft(world.world, world.world.stores[shop], draft, {"note": "again"})

        assert (await world.stock(shop, variant))[0] == 6


@pytest.mark.parametrize("copies", [True, False])
async def test_whether_metafields_are_copied_to_the_order_is_a_doubt(copies: bool) -> None:
    async with simulated() as world:
        await world.call("PUT", "/switches", {"draft_metafields_copied": copies})
        shop = await world.store()
        draft = _draft(world, shop, await world.variant(shop))
        set_metafield(
            world.world, world.world.stores[shop], (draft.gid, "DRAFTORDER"), ("app--1", "marker"), ("id", "ph-1")
        )
        await world.advance(5)

        await _complete(world, shop, draft)

        owners = [one["owner"] for one in (await world.truth(shop))["metafields"]]
        assert any("/Order/" in owner for owner in owners) == copies
