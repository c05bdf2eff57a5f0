"""What goes wrong on demand, and the log that tells of every call."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from simulator.faults.faults import Rule
from tests.simulator.store_host import StoreHost, make_host

pytestmark = pytest.mark.anyio

TAG = """mutation Tag($id: ID!){tagsAdd(id: $id, tags: ["seen"]){node{id} userErrors{message}}}"""


def a_store(**rule: Any) -> StoreHost:
    """A store with one product, and a fault on every `Tag`."""
    host = make_host()
    host.make_product(variants=[{"price": Decimal(10)}])
    host.world.faults.rules = [Rule(operation="Tag", **rule)]
    return host


def product(host: StoreHost) -> dict[str, str]:
    return {"id": next(iter(host.store.products.values())).gid}


def is_tagged(host: StoreHost) -> bool:
    return next(iter(host.store.products.values())).tags == ["seen"]


@pytest.mark.parametrize(("phase", "happened"), [("before", False), ("after", True)])
async def test_a_dropped_call_breaks_the_connection(phase: Any, happened: bool) -> None:
    host = a_store(action="drop", phase=phase)

    with pytest.raises(httpx.TransportError):
        await host.post(TAG, product(host))

    assert is_tagged(host) is happened
    assert host.world.requests[-1].outcome == f"dropped_{phase}"
    assert host.world.requests[-1].resource == (product(host)["id"] if happened else None)


async def test_a_throttled_call_is_a_200_that_did_nothing() -> None:
    host = a_store(action="throttle")

    response = await host.post(TAG, product(host))

    assert response.status_code == 200
    assert response.json()["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert response.json()["extensions"]["cost"]["requestedQueryCost"] == 10
    assert not is_tagged(host)


@pytest.mark.parametrize(("phase", "happened"), [("before", False), ("after", True)])
async def test_a_server_error_and_garbage_may_come_before_or_after_the_effect(phase: Any, happened: bool) -> None:
    failing, babbling = a_store(action="server_error", phase=phase), a_store(action="garbage", phase=phase)

    failed = await failing.post(TAG, product(failing))
    garbage = await babbling.post(TAG, product(babbling))

    assert failed.status_code >= 500
    assert garbage.headers["content-type"].startswith("text/html")
    assert [is_tagged(failing), is_tagged(babbling)] == [happened, happened]


async def test_a_delayed_call_is_answered() -> None:
    host = a_store(action="delay", seconds=0.01)

    response = await host.post(TAG, product(host))

    assert response.json()["data"]["tagsAdd"]["userErrors"] == []
    assert is_tagged(host)


async def test_a_refusal_on_demand_is_a_user_error() -> None:
    host = a_store(action="user_error")

    data = await host.ask(TAG, product(host))

    assert data["tagsAdd"]["userErrors"][0]["message"]
    assert not is_tagged(host)
    assert host.world.requests[-1].outcome == "refused"


async def test_only_the_named_operation_is_touched_and_only_the_nth() -> None:
    host = a_store(action="server_error", nth=2)

    answers = [await host.post(TAG, product(host)) for _ in range(3)]
    other = await host.post("query Other{shop{id}}")

    assert [answer.status_code for answer in answers] == [200, 503, 200]
    assert other.status_code == 200


async def test_every_call_is_logged_with_what_it_asked_and_came_to() -> None:
    host = make_host()
    item = host.make_product(variants=[{"price": Decimal(10)}])
    stock = host.store.item_of(host.store.variants[item.variant_ids[0]])
    location = next(iter(host.store.locations.values()))
    mutation = """mutation Write($input: InventorySetQuantitiesInput!, $key: String!){
      inventorySetQuantities(input: $input) @idempotent(key: $key){inventoryAdjustmentGroup{...Group} userErrors{code}}}
      fragment Group on InventoryAdjustmentGroup{id changes{name}}"""
    place = {"inventoryItemId": stock.gid, "locationId": location.gid}
    content = {
        "name": "available",
        "reason": "other",
        "quantities": [{**place, "quantity": 1, "changeFromQuantity": None}],
    }

    await host.ask(mutation, {"input": content, "key": "k-1"})

    record = host.world.requests[-1]
    assert (record.shop, record.operation, record.outcome) == (host.store.domain, "Write", "ok")
    assert (record.key, record.cost) == ("k-1", 11)
    assert record.variables == {"input": content, "key": "k-1"}
    assert record.selected_fields == [
        "inventorySetQuantities.inventoryAdjustmentGroup.id",
        "inventorySetQuantities.inventoryAdjustmentGroup.changes.name",
        "inventorySetQuantities.userErrors.code",
    ]
    assert record.resource == host.store.levels[stock.id, location.id].gid
    assert "mutation Write" in record.document


async def test_a_broken_document_is_logged_as_refused() -> None:
    host = make_host()

    await host.post("{")
    await host.post("query Loop{...A} fragment A on QueryRoot{...A}")

    assert [record.outcome for record in host.world.requests] == ["refused", "refused"]
