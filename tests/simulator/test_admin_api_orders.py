"""Orders and their fulfilment through the Admin API."""

from decimal import Decimal
from typing import Any

import pytest

from simulator.world.orders import cancel_order
from simulator.world.routing import hold_order
from simulator.world.stores import add_location
from tests.simulator.store_host import StoreHost, make_host

pytestmark = pytest.mark.anyio

FULFILL = """mutation($fulfillment: FulfillmentInput!){fulfillmentCreate(fulfillment: $fulfillment){
  fulfillment{id status displayStatus totalQuantity trackingInfo{company number url}
    fulfillmentLineItems(first: 10){nodes{quantity lineItem{id}}} order{id displayFulfillmentStatus}}
  userErrors{field message}}}"""
OPEN = """query($id: ID!){order(id: $id){displayFulfillmentStatus
  fulfillmentOrders(first: 10){nodes{id status requestStatus assignedLocation{name location{id}}
    supportedActions{action} fulfillmentHolds{id reason reasonNotes heldByRequestingApp}
    lineItems(first: 10){nodes{id totalQuantity remainingQuantity sku lineItem{id}}}}}}}"""
ORDER = """query($id: ID!){order(id: $id){id name test tags cancelledAt cancelReason closed displayFinancialStatus
  displayFulfillmentStatus currencyCode sourceName paymentTerms{id} note
  totalPriceSet{shopMoney{amount}} currentTotalPriceSet{shopMoney{amount}}
  lineItems(first: 50){nodes{id sku quantity currentQuantity unfulfilledQuantity requiresShipping
    variant{id} product{id}
    customAttributes{key value} originalUnitPriceSet{shopMoney{amount}}}}
  transactions(first: 5){kind status processedAt amountSet{shopMoney{amount}}}
  agreements(first: 5){nodes{id happenedAt reason sales(first: 5){nodes{quantity ... on ProductSale{lineItem{id}}}}}}
  risk{recommendation assessments{riskLevel}} disputes{id} fulfillments(first: 5){id status}}}"""


def a_retailer() -> StoreHost:
    """A store with two variants, thirty of each."""
    host = make_host()
    place = next(iter(host.store.locations))
    host.make_product(
        options=[{"name": "Size", "values": ["S", "L"]}],
        variants=[
            {
                "option_values": [size],
                "sku": f"BAG-{size}",
                "price": Decimal(12),
                "quantities": [{"location_id": place, "quantity": 30}],
            }
            for size in ("S", "L")
        ],
    )
    return host


async def an_order(host: StoreHost, *quantities: int, **fields: Any) -> dict[str, str]:
    """The id of a routed order of so many units of each variant."""
    lines = zip(list(host.store.variants), quantities, strict=False)
    order = host.place(*lines, **fields)
    await host.turn(60)
    return {"id": order.gid}


async def open_ones(host: StoreHost, order: dict[str, str]) -> list[dict[str, Any]]:
    data = await host.ask(OPEN, order)
    nodes: list[dict[str, Any]] = data["order"]["fulfillmentOrders"]["nodes"]
    return nodes


async def send(host: StoreHost, *parts: tuple[str, list[tuple[str, int]]], **tracking: Any) -> dict[str, Any]:
    wanted = [
        {
            "fulfillmentOrderId": gid,
            "fulfillmentOrderLineItems": [{"id": line, "quantity": quantity} for line, quantity in lines],
        }
        for gid, lines in parts
    ]
    content = {"lineItemsByFulfillmentOrder": wanted, "trackingInfo": tracking or None}
    payload: dict[str, Any] = (await host.ask(FULFILL, {"fulfillment": content}))["fulfillmentCreate"]
    return payload


async def test_an_order_is_read_with_lines_payment_and_agreements() -> None:
    host = a_retailer()
    order = await an_order(host, 2, 1, attributes={"Gift": "yes"})

    found = (await host.ask(ORDER, order))["order"]

    assert found["displayFinancialStatus"] == "PAID"
    assert found["totalPriceSet"] == {"shopMoney": {"amount": "36.0"}}
    line = found["lineItems"]["nodes"][0]
    assert (line["sku"], line["quantity"], line["currentQuantity"], line["unfulfilledQuantity"]) == ("BAG-S", 2, 2, 2)
    assert found["transactions"][0]["kind"] == "SALE"
    assert found["agreements"]["nodes"][0]["reason"] == "ORDER"
    assert [sale["quantity"] for sale in found["agreements"]["nodes"][0]["sales"]["nodes"]] == [2, 1]
    assert found["risk"] == {"recommendation": "NONE", "assessments": []}


async def test_a_deleted_variant_leaves_its_line_without_one() -> None:
    host = a_retailer()
    order = await an_order(host, 1)
    next(iter(host.store.variants.values())).deleted_at = host.world.now

    line = (await host.ask(ORDER, order))["order"]["lineItems"]["nodes"][0]

    assert (line["variant"], line["sku"]) == (None, "BAG-S")


async def test_fulfilment_orders_appear_after_the_order() -> None:
    host = a_retailer()
    order = host.place((next(iter(host.store.variants)), 1))

    at_once = await open_ones(host, {"id": order.gid})
    await host.turn(60)
    later = await open_ones(host, {"id": order.gid})

    assert at_once == []
    assert later[0]["status"] == "OPEN"
    assert later[0]["assignedLocation"]["location"]["id"] == next(iter(host.store.locations.values())).gid
    assert {"action": "CREATE_FULFILLMENT"} in later[0]["supportedActions"]


async def test_sends_a_part_with_tracking_and_then_the_rest() -> None:
    host = a_retailer()
    order = await an_order(host, 2, 1)
    one = (await open_ones(host, order))[0]
    first_line = one["lineItems"]["nodes"][0]

    part = await send(
        host, (one["id"], [(first_line["id"], 1)]), company="DPD", number="T1", url="https://example.com/T1"
    )
    rest = await send(host, (one["id"], []))

    assert part["userErrors"] == []
    assert part["fulfillment"]["trackingInfo"] == [{"company": "DPD", "number": "T1", "url": "https://example.com/T1"}]
    assert part["fulfillment"]["order"]["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert rest["fulfillment"]["totalQuantity"] == 2
    assert rest["fulfillment"]["order"]["displayFulfillmentStatus"] == "FULFILLED"
    assert (await open_ones(host, order))[0]["status"] == "CLOSED"


async def test_no_more_than_remains_is_sent() -> None:
    host = a_retailer()
    one = (await open_ones(host, await an_order(host, 2)))[0]
    line = one["lineItems"]["nodes"][0]["id"]

    over = await send(host, (one["id"], [(line, 3)]))
    foreign = await send(host, (one["id"], [("gid://shopify/FulfillmentOrderLineItem/1", 1)]))
    unknown = await send(host, ("gid://shopify/FulfillmentOrder/1", []))

    assert over["fulfillment"] is None
    assert all(payload["userErrors"] for payload in (over, foreign, unknown))
    assert host.store.fulfillments == {}


async def test_one_fulfilment_is_of_one_order_and_one_location() -> None:
    host = a_retailer()
    first = (await open_ones(host, await an_order(host, 1)))[0]
    second = (await open_ones(host, await an_order(host, 1)))[0]

    orders = await send(host, (first["id"], []), (second["id"], []))
    elsewhere = add_location(host.world, host.store, "Second", next(iter(host.store.locations.values())).address)
    moved = await an_order(host, 1, 1)
    parts = host.store.fulfillment_orders_of(int(moved["id"].rsplit("/", 1)[1]))
    twin = type(parts[0])(**{**vars(parts[0]), "id": host.world.new_id(), "location_id": elsewhere.id, "lines": []})
    twin.lines, parts[0].lines = parts[0].lines[1:], parts[0].lines[:1]
    host.world.add(host.store, twin)
    places = await send(host, (parts[0].gid, []), (twin.gid, []))

    assert "same order" in orders["userErrors"][0]["message"]
    assert "same location" in places["userErrors"][0]["message"]


async def test_nothing_on_hold_is_sent_until_it_is_released() -> None:
    host = a_retailer()
    order = await an_order(host, 1)
    one = (await open_ones(host, order))[0]
    hold = """mutation($id: ID!, $handle: String){fulfillmentOrderHold(id: $id,
      fulfillmentHold: {reason: OTHER, reasonNotes: "check", handle: $handle}){
      fulfillmentHold{id} fulfillmentOrder{status} userErrors{code}}}"""
    release = """mutation($id: ID!){fulfillmentOrderReleaseHold(id: $id){
      fulfillmentOrder{status} userErrors{code}}}"""

    held = (await host.ask(hold, {"id": one["id"], "handle": "a"}))["fulfillmentOrderHold"]
    twice = (await host.ask(hold, {"id": one["id"], "handle": "a"}))["fulfillmentOrderHold"]
    refused = await send(host, (one["id"], []))
    shown = (await host.ask(OPEN, order))["order"]
    released = (await host.ask(release, {"id": one["id"]}))["fulfillmentOrderReleaseHold"]
    again = (await host.ask(release, {"id": one["id"]}))["fulfillmentOrderReleaseHold"]

    assert held["fulfillmentOrder"]["status"] == "ON_HOLD"
    assert twice["userErrors"][0]["code"] == "DUPLICATE_FULFILLMENT_HOLD_HANDLE"
    assert "unfulfillable status" in refused["userErrors"][0]["message"]
    assert shown["displayFulfillmentStatus"] == "ON_HOLD"
    assert shown["fulfillmentOrders"]["nodes"][0]["fulfillmentHolds"][0]["heldByRequestingApp"] is True
    assert released["fulfillmentOrder"]["status"] == "OPEN"
    assert again["userErrors"] == [{"code": None}]


async def test_a_hold_by_the_staff_is_not_ours() -> None:
    host = a_retailer()
    order = await an_order(host, 1)
    hold_order(host.world, host.store, next(iter(host.store.orders.values())), "HIGH_RISK_OF_FRAUD")

    hold = (await open_ones(host, order))[0]["fulfillmentHolds"][0]

    assert (hold["reason"], hold["heldByRequestingApp"]) == ("HIGH_RISK_OF_FRAUD", False)


async def test_tracking_changes_and_a_fulfilment_is_taken_back() -> None:
    host = a_retailer()
    order = await an_order(host, 2)
    one = (await open_ones(host, order))[0]
    made = (await send(host, (one["id"], []), company="DPD", numbers=["T1", "T2"]))["fulfillment"]
    track = """mutation($id: ID!, $info: FulfillmentTrackingInput!){fulfillmentTrackingInfoUpdate(
      fulfillmentId: $id, trackingInfoInput: $info, notifyCustomer: true){
      fulfillment{trackingInfo{number}} userErrors{message}}}"""
    cancel = "mutation($id: ID!){fulfillmentCancel(id: $id){fulfillment{status displayStatus} userErrors{message}}}"

    tracked = await host.ask(track, {"id": made["id"], "info": {"company": "UPS", "number": "T3"}})
    cancelled = await host.ask(cancel, {"id": made["id"]})
    twice = await host.ask(cancel, {"id": made["id"]})
    waiting = [one for one in await open_ones(host, order) if one["status"] == "OPEN"]

    assert [info["number"] for info in made["trackingInfo"]] == ["T1", "T2"]
    assert tracked["fulfillmentTrackingInfoUpdate"]["fulfillment"]["trackingInfo"] == [{"number": "T3"}]
    assert cancelled["fulfillmentCancel"]["fulfillment"] == {"status": "CANCELLED", "displayStatus": "CANCELED"}
    assert twice["fulfillmentCancel"]["userErrors"]
    assert waiting[0]["lineItems"]["nodes"][0]["remainingQuantity"] == 2


async def test_orders_are_found_by_tag_name_and_state() -> None:
    host = a_retailer()
    first, second = await an_order(host, 1), await an_order(host, 1)
    tag = 'mutation($id: ID!){tagsAdd(id: $id, tags: ["ph-1"]){node{id} userErrors{message}}}'
    untag = 'mutation($id: ID!){tagsRemove(id: $id, tags: ["ph-1"]){node{... on Order{tags}} userErrors{message}}}'
    await host.ask(tag, second)
    orders = list(host.store.orders.values())
    cancel_order(host.world, host.store, orders[0], restock=True)
    query = "query($query: String!){orders(first: 5, query: $query, sortKey: ID){nodes{id}}}"

    async def found(text: str) -> list[str]:
        return [node["id"] for node in (await host.ask(query, {"query": text}))["orders"]["nodes"]]

    assert await found("tag:ph-1") == [second["id"]]
    assert await found(f"name:{orders[0].name}") == [first["id"]]
    assert await found("status:cancelled") == [first["id"]]
    assert await found("status:open financial_status:paid") == [second["id"]]
    assert await found("sku:BAG-S fulfillment_status:unfulfilled status:any") == [first["id"], second["id"]]
    assert (await host.ask(untag, second))["tagsRemove"]["node"] == {"tags": []}


async def test_an_order_is_found_by_its_custom_id() -> None:
    host = a_retailer()
    order = await an_order(host, 1)
    field = {"ownerId": order["id"], "namespace": "$app", "key": "cycle", "type": "id", "value": "c-47"}
    await host.ask(
        "mutation($m: [MetafieldsSetInput!]!){metafieldsSet(metafields: $m){userErrors{message}}}", {"m": [field]}
    )
    query = """query($value: String!){orderByIdentifier(identifier: {customId: {namespace: "$app", key: "cycle",
      value: $value}}){id}}"""

    assert (await host.ask(query, {"value": "c-47"}))["orderByIdentifier"] == order
    assert (await host.ask(query, {"value": "c-48"}))["orderByIdentifier"] is None
