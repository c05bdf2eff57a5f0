"""Stock through the Admin API: compare-and-swap, all or nothing, and keys that work once."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from simulator.world.inventory import set_inventory
from simulator.world.settings import Settings
from simulator.world.stores import add_location, deactivate_location
from simulator.world.switches import Switches
from simulator.world.world import World
from tests.simulator.store_host import StoreHost, client_of, make_host

pytestmark = pytest.mark.anyio

SET = """mutation Write($input: InventorySetQuantitiesInput!, $key: String!){
  inventorySetQuantities(input: $input) @idempotent(key: $key){
    inventoryAdjustmentGroup{id reason referenceDocumentUri changes(quantityNames: ["available"]){
      name delta quantityAfterChange item{id} location{id}}}
    userErrors{field message code}}}"""
READ = """query($id: ID!, $at: ID!){inventoryItem(id: $id){tracked sku
  inventoryLevel(locationId: $at){isActive quantities(names: ["available", "on_hand", "committed"]){name quantity}}
  inventoryLevels(first: 10){nodes{id location{id}}} locationsCount{count}}}"""
ACTIVATE = """mutation($item: ID!, $at: ID!, $available: Int, $key: String!){
  inventoryActivate(inventoryItemId: $item, locationId: $at, available: $available) @idempotent(key: $key){
    inventoryLevel{id isActive quantities(names: ["available"]){quantity}} userErrors{field message}}}"""


def a_store(variants: int = 2) -> StoreHost:
    """A store with a product whose variants are stocked with ten each."""
    host = make_host()
    place = next(iter(host.store.locations))
    sizes = [f"S{number}" for number in range(variants)]
    host.make_product(
        options=[{"name": "Size", "values": sizes}],
        variants=[
            {
                "option_values": [size],
                "sku": size,
                "price": Decimal(10),
                "quantities": [{"location_id": place, "quantity": 10}],
            }
            for size in sizes
        ],
    )
    return host


def entry(host: StoreHost, number: int = 0, **fields: Any) -> dict[str, Any]:
    """A quantity of one of the store's items at its first location; 25 over a read of 10 unless told otherwise."""
    item = list(host.store.inventory_items.values())[number]
    location = next(iter(host.store.locations.values()))
    place = {"inventoryItemId": item.gid, "locationId": location.gid}
    return {**place, "quantity": 25, "changeFromQuantity": 10, **fields}


async def write(host: StoreHost, *entries: dict[str, Any], key: str = "k1", **fields: Any) -> dict[str, Any]:
    content = {"name": "available", "reason": "correction", "quantities": list(entries), **fields}
    payload: dict[str, Any] = (await host.ask(SET, {"input": content, "key": key}))["inventorySetQuantities"]
    return payload


def available(host: StoreHost) -> list[int]:
    return [level.available for level in host.store.levels.values()]


async def test_sets_quantities_when_they_are_as_read() -> None:
    host = a_store()

    payload = await write(
        host, entry(host), entry(host, 1, quantity=3), referenceDocumentUri="gid://partner-hub/Sync/1"
    )

    assert payload["userErrors"] == []
    assert [change["delta"] for change in payload["inventoryAdjustmentGroup"]["changes"]] == [15, -7]
    assert payload["inventoryAdjustmentGroup"]["referenceDocumentUri"] == "gid://partner-hub/Sync/1"
    assert available(host) == [25, 3]
    change = next(iter(host.store.levels.values())).changes[-1]
    assert (change.by, change.key, change.before, change.after) == ("app", "k1", 10, 25)


async def test_a_stale_entry_refuses_the_whole_call_and_names_its_place() -> None:
    host = a_store()

    payload = await write(host, entry(host), entry(host, 1, changeFromQuantity=9))

    assert payload["userErrors"][0]["code"] == "CHANGE_FROM_QUANTITY_STALE"
    assert payload["userErrors"][0]["field"] == ["input", "quantities", "1", "changeFromQuantity"]
    assert payload["inventoryAdjustmentGroup"] is None
    assert available(host) == [10, 10]


async def test_where_the_platform_is_not_all_or_nothing_the_others_are_written() -> None:
    host = a_store()
    host.world.switches = Switches(inventory_set_all_or_nothing=False)

    payload = await write(host, entry(host), entry(host, 1, changeFromQuantity=9))

    assert payload["userErrors"][0]["code"] == "CHANGE_FROM_QUANTITY_STALE"
    assert available(host) == [25, 10]


async def test_null_skips_the_comparison_but_must_be_said() -> None:
    host = a_store()
    unsaid = entry(host)
    del unsaid["changeFromQuantity"]

    said = await write(host, entry(host, changeFromQuantity=None))
    refused = await write(host, unsaid, key="k2")

    assert said["userErrors"] == []
    assert refused["userErrors"][0]["field"] == ["input", "quantities", "0", "changeFromQuantity"]


async def test_the_same_key_writes_once_and_answers_with_what_stands_now() -> None:
    host = a_store()
    first = await write(host, entry(host))
    level = next(iter(host.store.levels.values()))
    set_inventory(host.world, host.store, (level.item_id, level.location_id), 4, "sale")

    again = await write(host, entry(host))

    assert again["userErrors"] == []
    assert again["inventoryAdjustmentGroup"]["id"] == first["inventoryAdjustmentGroup"]["id"]
    assert again["inventoryAdjustmentGroup"]["changes"][0]["quantityAfterChange"] == 4
    assert level.available == 4


async def test_a_key_belongs_to_its_variables() -> None:
    host = a_store()
    await write(host, entry(host))

    payload = await write(host, entry(host, quantity=26))

    assert payload["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
    assert available(host)[0] == 25


async def test_a_failed_attempt_needs_a_new_key() -> None:
    host = a_store()
    await write(host, entry(host, changeFromQuantity=9))

    same = await write(host, entry(host, changeFromQuantity=9))
    fresh = await write(host, entry(host), key="k2")

    assert same["userErrors"][0]["code"] == "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"
    assert fresh["userErrors"] == []


async def test_a_key_is_forgotten_after_a_day() -> None:
    host = a_store()
    await write(host, entry(host))
    host.world.clock.set(host.world.now + timedelta(hours=24))

    payload = await write(host, entry(host))

    assert payload["userErrors"][0]["code"] == "CHANGE_FROM_QUANTITY_STALE"  # a new operation, compared anew


async def test_without_a_key_nothing_is_done() -> None:
    host = a_store()
    bare = "mutation($input: InventorySetQuantitiesInput!){inventorySetQuantities(input: $input){userErrors{message}}}"
    content = {"name": "available", "reason": "correction", "quantities": [entry(host)]}

    errors = await host.errors(bare, {"input": content})

    assert "@idempotent" in errors[0]["message"]
    assert available(host)[0] == 10


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"inventoryItemId": "gid://shopify/InventoryItem/1"}, "INVALID_INVENTORY_ITEM"),
        ({"locationId": "gid://shopify/Location/1"}, "INVALID_LOCATION"),
        ({"quantity": 1_000_000_001}, "INVALID_QUANTITY_TOO_HIGH"),
        ({"quantity": -1_000_000_001}, "INVALID_QUANTITY_TOO_LOW"),
    ],
)
async def test_what_cannot_be_written_is_refused(fields: dict[str, Any], code: str) -> None:
    host = a_store()

    payload = await write(host, entry(host, **fields))

    assert payload["userErrors"][0]["code"] == code


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": "committed"}, "INVALID_NAME"),
        ({"reason": "because"}, "INVALID_REASON"),
        ({"referenceDocumentUri": "sync 1"}, "INVALID_REFERENCE_DOCUMENT"),
    ],
)
async def test_a_write_names_a_known_quantity_reason_and_document(fields: dict[str, Any], code: str) -> None:
    host = a_store()

    payload = await write(host, entry(host), **fields)

    assert payload["userErrors"][0]["code"] == code


async def test_an_item_is_named_once() -> None:
    host = a_store()

    payload = await write(host, entry(host), entry(host, quantity=2))

    assert payload["userErrors"][0]["code"] == "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"


async def test_the_stock_of_a_bundle_cannot_be_written() -> None:
    host = a_store()
    next(iter(host.store.variants.values())).requires_components = True

    payload = await write(host, entry(host))

    assert payload["userErrors"][0]["code"] == "NON_MUTABLE_INVENTORY_ITEM"


async def test_a_quantity_can_be_set_where_the_item_was_never_stocked() -> None:
    host = a_store()
    other = add_location(host.world, host.store, "Stock", next(iter(host.store.locations.values())).address)

    payload = await write(host, entry(host, locationId=other.gid, changeFromQuantity=None, quantity=7))

    item = next(iter(host.store.inventory_items.values()))
    data = await host.ask(READ, {"id": item.gid, "at": other.gid})
    assert payload["userErrors"] == []
    assert data["inventoryItem"]["inventoryLevel"]["quantities"][0] == {"name": "available", "quantity": 7}
    assert data["inventoryItem"]["locationsCount"] == {"count": 2}


async def test_a_closed_location_takes_no_stock() -> None:
    host = a_store()
    other = add_location(host.world, host.store, "Stock", next(iter(host.store.locations.values())).address)
    deactivate_location(host.world, host.store, other)

    payload = await write(host, entry(host, locationId=other.gid))

    assert payload["userErrors"][0]["code"] == "INVALID_LOCATION"


async def test_activates_an_item_and_brings_its_quantities_back() -> None:
    host = a_store()
    item = next(iter(host.store.inventory_items.values()))
    other = add_location(host.world, host.store, "Stock", next(iter(host.store.locations.values())).address)
    variables = {"item": item.gid, "at": other.gid, "available": 6, "key": "a1"}

    first = await host.ask(ACTIVATE, variables)
    host.store.levels[item.id, other.id].is_active = False
    back = await host.ask(ACTIVATE, variables | {"available": None, "key": "a2"})
    again = await host.ask(ACTIVATE, variables | {"available": None, "key": "a2"})

    assert first["inventoryActivate"]["inventoryLevel"]["quantities"] == [{"quantity": 6}]
    assert back == again
    assert back["inventoryActivate"]["inventoryLevel"] == first["inventoryActivate"]["inventoryLevel"]


async def test_makes_an_item_tracked() -> None:
    host = a_store()
    item = next(iter(host.store.inventory_items.values()))
    item.tracked = False
    mutation = """mutation($id: ID!){inventoryItemUpdate(id: $id, input: {tracked: true, sku: "NEW"}){
      inventoryItem{tracked sku} userErrors{message}}}"""

    data = await host.ask(mutation, {"id": item.gid})

    assert data["inventoryItemUpdate"]["inventoryItem"] == {"tracked": True, "sku": "NEW"}


async def test_reads_stock_by_page_by_location_and_by_item() -> None:
    host = a_store(3)
    location = next(iter(host.store.locations.values()))
    query = """query($at: ID!){
      inventoryItems(first: 2, query: "sku:S*"){nodes{
        sku inventoryLevel(locationId: $at){quantities(names: ["available"]){quantity}}}}
      location(id: $at){inventoryLevels(first: 2){nodes{item{sku}} pageInfo{hasNextPage}}}
      productVariants(first: 5, query: "sku:S1"){nodes{inventoryQuantity sellableOnlineQuantity availableForSale}}}"""

    data = await host.ask(query, {"at": location.gid})

    assert [node["sku"] for node in data["inventoryItems"]["nodes"]] == ["S0", "S1"]
    assert data["inventoryItems"]["nodes"][0]["inventoryLevel"] == {"quantities": [{"quantity": 10}]}
    assert data["location"]["inventoryLevels"]["pageInfo"] == {"hasNextPage": True}
    assert data["productVariants"]["nodes"] == [
        {"inventoryQuantity": 10, "sellableOnlineQuantity": 10, "availableForSale": True}
    ]


async def test_an_unknown_quantity_name_is_an_error() -> None:
    host = a_store()
    item = next(iter(host.store.inventory_items.values()))
    query = (
        'query($id: ID!){inventoryItem(id: $id){inventoryLevels(first: 1){nodes{quantities(names: ["free"]){name}}}}}'
    )

    errors = await host.errors(query, {"id": item.gid})

    assert "free" in errors[0]["message"]


async def test_adjusts_by_differences() -> None:
    host = a_store()
    mutation = """mutation($input: InventoryAdjustQuantitiesInput!){
      inventoryAdjustQuantities(input: $input) @idempotent(key: "d"){userErrors{code message}}}"""
    place = entry(host)
    change = {name: place[name] for name in ("inventoryItemId", "locationId")} | {"delta": -4, "changeFromQuantity": 10}
    content = {"name": "available", "reason": "correction", "changes": [change]}

    once = await host.ask(mutation, {"input": content})
    twice = await host.ask(mutation, {"input": content})

    assert once["inventoryAdjustQuantities"]["userErrors"] == twice["inventoryAdjustQuantities"]["userErrors"] == []
    assert available(host)[0] == 6


async def test_keys_and_tokens_survive_a_restart(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path)
    host = make_host(settings=settings)
    place = next(iter(host.store.locations))
    stock = [{"location_id": place, "quantity": 10}]
    host.make_product(variants=[{"price": Decimal(10), "quantities": stock}])
    first = await write(host, entry(host))
    host.world.close()

    world = World(settings)
    again = StoreHost(world, world.store(host.store.domain), host.token, host.clock, client_of(world, host.clock))
    second = await write(again, entry(again))
    world.close()

    assert second["userErrors"] == []
    assert second["inventoryAdjustmentGroup"]["id"] == first["inventoryAdjustmentGroup"]["id"]
    assert available(again) == [25]
