"""Quantities read and written, against the simulator."""

import pytest

from app.gateways.shopify.errors import Refused, UnknownOutcome
from app.gateways.shopify.inventory import QuantityChange, SetOutcome, read_available, read_quantities, set_available
from simulator.faults.faults import Rule
from simulator.world.inventory import set_inventory
from simulator.world.model import Variant
from simulator.world.stores import add_location
from tests.gateways.connected import Connected, retailer

pytestmark = pytest.mark.anyio

REFERENCE = "gid://partner-hub/SyncRun/1"


def item_of(store: Connected, variant: Variant) -> str:
    return store.host.store.item_of(variant).gid


async def write(store: Connected, key: str, *changes: QuantityChange) -> SetOutcome:
    return await set_available(store.shopify, store.access, store.location_id, changes, key, REFERENCE)


async def test_reads_what_is_available_by_item_and_place() -> None:
    store = retailer()
    variant, loose = store.make_variant(12), store.make_variant(0, tracked=False)
    elsewhere = add_location(store.host.world, store.host.store, "Shelf", store.host.store.profile.address)
    places = [store.location_id, elsewhere.gid]

    page = await read_available(store.shopify, store.access, places)
    named = await read_available(store.shopify, store.access, places, [item_of(store, variant)])

    rows = {row.inventory_item_id: row for row in page.items}
    assert rows[item_of(store, variant)].available == {store.location_id: 12, elsewhere.gid: None}
    assert rows[item_of(store, variant)].variant_ids == (variant.gid,)
    assert not rows[item_of(store, loose)].tracked
    assert named.items == (rows[item_of(store, variant)],)
    assert not page.has_next


async def test_reads_every_place_of_an_item_kept_at_many() -> None:
    store = retailer()
    variant = store.make_variant(1)
    world, inside = store.host.world, store.host.store
    places = [add_location(world, inside, f"Shelf {each}", inside.profile.address) for each in range(30)]
    for place in places:
        set_inventory(world, inside, (inside.item_of(variant).id, place.id), 2, "staff")

    page = await read_available(store.shopify, store.access, [place.gid for place in places])

    assert set(page.items[0].available.values()) == {2}


async def test_writes_a_quantity_that_still_stands_as_read() -> None:
    store = retailer()
    variant = store.make_variant(12)
    item = item_of(store, variant)

    outcome = await write(store, "key-1", QuantityChange(item, 7, change_from=12))

    assert outcome.accepted
    assert await read_quantities(store.shopify, store.access, store.location_id, [item]) == {item: 7}


async def test_writes_nothing_when_a_quantity_changed_meanwhile() -> None:
    store = retailer()
    sold, kept = (item_of(store, store.make_variant(12)) for _ in range(2))

    outcome = await set_available(
        store.shopify,
        store.access,
        store.location_id,
        [QuantityChange(kept, 9, change_from=12), QuantityChange(sold, 7, change_from=11)],
        "key-1",
        REFERENCE,
    )

    assert not outcome.accepted
    assert outcome.stale == (sold,)
    quantities = await read_quantities(store.shopify, store.access, store.location_id, [kept, sold])
    assert quantities == {kept: 12, sold: 12}


async def test_names_the_item_it_cannot_write() -> None:
    store = retailer()
    gone = "gid://shopify/InventoryItem/1"

    outcome = await set_available(
        store.shopify, store.access, store.location_id, [QuantityChange(gone, 1, None)], "key-1", REFERENCE
    )

    assert [refused.inventory_item_id for refused in outcome.refused] == [gone]
    assert not outcome.accepted


async def test_the_same_key_writes_once() -> None:
    store = retailer()
    item = item_of(store, store.make_variant(12))
    await write(store, "key-1", QuantityChange(item, 7, change_from=12))
    await write(store, "key-2", QuantityChange(item, 5, change_from=7))

    await write(store, "key-1", QuantityChange(item, 7, change_from=12))

    assert await read_quantities(store.shopify, store.access, store.location_id, [item]) == {item: 5}


async def test_the_same_key_for_something_else_is_refused() -> None:
    store = retailer()
    item = item_of(store, store.make_variant(12))
    await write(store, "key-1", QuantityChange(item, 7, change_from=12))

    with pytest.raises(Refused) as refused:
        await write(store, "key-1", QuantityChange(item, 6, change_from=7))

    assert refused.value.codes == {"IDEMPOTENCY_KEY_PARAMETER_MISMATCH"}


async def test_a_write_whose_answer_was_lost_is_repeated_under_its_key() -> None:
    store = retailer()
    item = item_of(store, store.make_variant(12))
    store.fail(Rule(action="drop", phase="after", operation="InventorySetQuantities", nth=1))

    outcome = await write(store, "key-1", QuantityChange(item, 7, change_from=12))

    assert outcome.accepted
    assert len(store.waits) == 1


async def test_a_write_never_answered_is_unknown() -> None:
    store = retailer()
    item = item_of(store, store.make_variant(12))
    store.fail(Rule(action="drop", phase="after", operation="InventorySetQuantities", probability=1))

    with pytest.raises(UnknownOutcome):
        await write(store, "key-1", QuantityChange(item, 7, change_from=12))

    store.fail()
    assert await read_quantities(store.shopify, store.access, store.location_id, [item]) == {item: 7}
