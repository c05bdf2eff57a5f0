"""Pages, arrays, cost and the leaky bucket, against the tables of the reference."""

from datetime import timedelta
from typing import Any

import pytest

from simulator.admin_api.cost import sized
from simulator.admin_api.execution import prepare
from tests.simulator.store_host import make_host

pytestmark = pytest.mark.anyio

SET_QUANTITIES = """mutation($input: InventorySetQuantitiesInput!){
  inventorySetQuantities(input: $input) @idempotent(key: "k"){userErrors{message}}}"""
PRODUCT_SET = """mutation($input: ProductSetInput!){productSet(input: $input){
  product{id variants(first: 100){nodes{id inventoryItem{id}}}} userErrors{message}}}"""
ORDER = """query($id: ID!){order(id: $id){id tags displayFinancialStatus lineItems(first: 50){nodes{
  id sku variant{id} product{id} customAttributes{key} originalUnitPriceSet{shopMoney{amount}}}}}}"""
FULFILLMENT_ORDERS = """query($id: ID!){order(id: $id){fulfillmentOrders(first: 20){nodes{
  id assignedLocation{name location{id}} supportedActions{action} fulfillmentHolds{id}
  lineItems(first: 50){nodes{id lineItem{id}}}}}}}"""
LEVELS = """query($id: ID!){location(id: $id){inventoryLevels(first: 250){nodes{
  item{id} quantities(names: ["available"]){quantity}}}}}"""
ITEMS = """query($at: ID!){inventoryItems(first: 250){nodes{
  id inventoryLevel(locationId: $at){quantities(names: ["available"]){quantity}}}}}"""


def cost_of(query: str, variables: dict[str, Any] | None = None) -> int:
    prepared = prepare(query, variables or {}, None)
    assert prepared.errors == ()
    assert prepared.operation is not None
    return prepared.cost_model.requested(prepared.operation)


@pytest.mark.parametrize(
    ("count", "weight"), [(1, 1), (10, 4), (25, 6), (50, 7), (100, 9), (200, 10), (250, 11), (0, 0)]
)
def test_a_page_weighs_what_the_formula_says(count: int, weight: int) -> None:
    assert sized(count) == weight


@pytest.mark.parametrize(
    ("query", "points"),
    [
        ("{productVariants(first: 250){nodes{id sku inventoryQuantity}}}", 13),
        ("{productVariants(first: 250){nodes{id inventoryItem{id tracked}}}}", 24),
        ("{productVariants(first: 250){edges{node{id inventoryItem{id tracked}}}}}", 24),
        (ITEMS, 35),
        (LEVELS, 36),
        (ORDER, 24),
        (FULFILLMENT_ORDERS, 108),
        ('{orderByIdentifier(identifier: {customId: {key: "a", value: "b"}}){id}}', 1),
        ("{orders(first: 1){nodes{id}}}", 3),
        ("{shop{name}}", 1),
        (SET_QUANTITIES, 10),
        (PRODUCT_SET, 30),
    ],
)
def test_costs_agree_with_the_table_of_the_reference(query: str, points: int) -> None:
    assert cost_of(query) == points


def test_a_product_set_costs_more_for_what_it_brings() -> None:
    variant = {"optionValues": [], "metafields": [{"key": "a", "value": "b", "type": "id"}]}
    content = {"title": "A", "variants": [variant] * 10, "files": [{"originalSource": "https://example.com/a.png"}]}

    assert cost_of(PRODUCT_SET, {"input": content}) == 30 + 8  # 10 × 0.2 + 10 × 0.4 + 1.9, rounded up


def test_the_dearest_member_of_an_interface_counts() -> None:
    cheap = cost_of('{node(id: "gid://shopify/Product/1"){... on Product{id}}}')
    dear = cost_of(
        '{node(id: "gid://shopify/Product/1"){... on Product{id} ... on Order{lineItems(first: 10){nodes{id}}}}}'
    )

    assert (cheap, dear) == (1, 1 + 2 + 4)


async def test_the_answer_tells_requested_actual_and_what_is_left() -> None:
    host = make_host()
    query = "{products(first: 250){nodes{id}}}"

    cost = (await host.post(query)).json()["extensions"]["cost"]

    assert cost["requestedQueryCost"] == 13
    assert cost["actualQueryCost"] == 2
    assert cost["throttleStatus"] == {"maximumAvailable": 2000, "currentlyAvailable": 1998, "restoreRate": 100}


@pytest.mark.parametrize("clock", ["machine", "business"])
async def test_an_empty_bucket_throttles_with_200_and_refills_on_either_clock(clock: str) -> None:
    host = make_host()
    dear = "{products(first: 250){nodes{id variants(first: 250){nodes{id inventoryItem{id}}}}}}"
    for _ in range(1000):
        answer = (await host.post(dear)).json()
        if "errors" in answer:
            break

    throttled = await host.post(dear)
    status = throttled.json()["extensions"]["cost"]["throttleStatus"]
    if clock == "machine":
        host.clock.now += timedelta(seconds=20)
    else:
        host.world.clock.set(host.world.now + timedelta(seconds=20))
    again = await host.post(dear)

    assert throttled.status_code == 200
    assert throttled.json()["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert throttled.json()["extensions"]["cost"]["actualQueryCost"] is None
    assert status["currentlyAvailable"] < throttled.json()["extensions"]["cost"]["requestedQueryCost"]
    assert host.world.requests[-2].outcome == "throttled"
    assert "data" in again.json()


async def test_each_store_has_its_own_bucket_sized_by_its_plan() -> None:
    host = make_host(plan="plus")

    cost = (await host.post("{shop{id}}")).json()["extensions"]["cost"]

    assert cost["throttleStatus"]["maximumAvailable"] == 20_000


async def test_a_query_above_a_thousand_points_is_refused() -> None:
    host = make_host()
    inner = "variants(first: 250){nodes{inventoryItem{inventoryLevels(first: 250){nodes{item{id}}}}}}"

    errors = await host.errors(f"{{products(first: 250){{nodes{{{inner}}}}}}}")

    assert errors[0]["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert errors[0]["extensions"]["maxCost"] == 1000


@pytest.mark.parametrize("arguments", ["", "(first: 251)", "(first: 1, last: 1)", '(first: 1, after: "x")'])
async def test_a_page_is_asked_for_rightly(arguments: str) -> None:
    host = make_host()

    errors = await host.errors(f"{{products{arguments}{{nodes{{id}}}}}}")

    assert errors[0]["path"] == ["products"]


async def test_an_array_holds_at_most_250() -> None:
    host = make_host()
    entry = {
        "inventoryItemId": "gid://shopify/InventoryItem/1",
        "locationId": "gid://shopify/Location/1",
        "quantity": 1,
    }
    content = {"name": "available", "reason": "correction", "quantities": [entry] * 251}

    errors = await host.errors(SET_QUANTITIES, {"input": content})

    assert errors[0]["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"
