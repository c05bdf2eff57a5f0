"""Available quantities: read by item and location, written with compare-and-swap under a key."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from app.core.errors import Unavailable
from app.gateways.shopify.client import ShopifyClient, StoreAccess
from app.gateways.shopify.errors import Refused, UnknownOutcome
from app.gateways.shopify.shapes import Page, RawId, RawPage, RawUserError

ITEMS_PER_CALL = 40
QUANTITIES_PER_CALL = 250
STALE = "CHANGE_FROM_QUANTITY_STALE"


@dataclass(frozen=True, slots=True)
class StockRow:
    """What a store has of one inventory item at the locations asked for; None: not stocked there."""

    inventory_item_id: str
    variant_ids: tuple[str, ...]
    tracked: bool
    available: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class QuantityChange:
    """A quantity to write; `change_from` is what we last read there, None writes whatever stands there."""

    inventory_item_id: str
    quantity: int
    change_from: int | None


@dataclass(frozen=True, slots=True)
class RefusedQuantity:
    """An item whose quantity Shopify would not take, and why."""

    inventory_item_id: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class SetOutcome:
    """All quantities were accepted, or none: the stale ones changed meanwhile, the refused ones cannot be written."""

    accepted: bool
    stale: tuple[str, ...] = ()
    refused: tuple[RefusedQuantity, ...] = ()


class KeySpent(Unavailable):
    """The attempt under this key failed on Shopify's side; the next one needs a new key."""

    sentence = "Shopify did not carry out the change; it will be tried again as a new one."


class _Quantity(msgspec.Struct):
    name: str
    quantity: int


class _Level(msgspec.Struct):
    quantities: list[_Quantity]
    location: RawId | None = None

    def available(self) -> int | None:
        return next((each.quantity for each in self.quantities if each.name == "available"), None)


class _Variants(msgspec.Struct):
    nodes: list[RawId]


class _Item(msgspec.Struct, rename="camel"):
    id: str
    tracked: bool
    variants: _Variants | None
    inventory_levels: RawPage[_Level]


class _Items(msgspec.Struct, rename="camel"):
    inventory_items: RawPage[_Item]


class _ItemNodes(msgspec.Struct):
    nodes: list[_Item | None]


class _LevelsOf(msgspec.Struct, rename="camel"):
    inventory_levels: RawPage[_Level]


class _Levels(msgspec.Struct, rename="camel"):
    inventory_item: _LevelsOf | None


class _ItemAtLocation(msgspec.Struct, rename="camel"):
    id: str
    inventory_level: _Level | None


class _AtLocation(msgspec.Struct):
    nodes: list[_ItemAtLocation | None]


class _Set(msgspec.Struct, rename="camel"):
    inventory_adjustment_group: RawId | None
    user_errors: list[RawUserError]


class _SetAnswer(msgspec.Struct, rename="camel"):
    inventory_set_quantities: _Set


async def read_available(
    shopify: ShopifyClient,
    access: StoreAccess,
    location_ids: Collection[str],
    inventory_item_ids: Sequence[str] | None = None,
    after: str | None = None,
) -> Page[StockRow]:
    """Return stock at these locations: of the items named (one page), else of the store's items page by page."""
    if inventory_item_ids is None:
        page = (await shopify.execute(access, "Stock", {"after": after}, _Items)).inventory_items
        return page.page_of([await _row(shopify, access, item, location_ids) for item in page.nodes])
    rows: list[StockRow] = []
    for start in range(0, len(inventory_item_ids), ITEMS_PER_CALL):
        variables = {"ids": list(inventory_item_ids[start : start + ITEMS_PER_CALL])}
        nodes = (await shopify.execute(access, "StockById", variables, _ItemNodes)).nodes
        rows += [await _row(shopify, access, item, location_ids) for item in nodes if item is not None]
    return Page(tuple(rows), None, has_next=False)


async def read_quantities(
    shopify: ShopifyClient, access: StoreAccess, location_id: str, inventory_item_ids: Sequence[str]
) -> dict[str, int | None]:
    """Return what is available of each item at one location; None: not stocked there; deleted items are absent."""
    found: dict[str, int | None] = {}
    for start in range(0, len(inventory_item_ids), QUANTITIES_PER_CALL):
        ids = list(inventory_item_ids[start : start + QUANTITIES_PER_CALL])
        answer = await shopify.execute(access, "StockAtLocation", {"ids": ids, "locationId": location_id}, _AtLocation)
        for item in filter(None, answer.nodes):
            found[item.id] = item.inventory_level.available() if item.inventory_level else None
    return found


async def set_available(
    shopify: ShopifyClient,
    access: StoreAccess,
    location_id: str,
    changes: Sequence[QuantityChange],
    key: str,
    reference_uri: str,
) -> SetOutcome:
    """Write at most 250 quantities at one location, all or none; the same key never writes twice."""
    content = {
        "name": "available",
        "reason": "correction",
        "referenceDocumentUri": reference_uri,
        "quantities": [
            {
                "inventoryItemId": change.inventory_item_id,
                "locationId": location_id,
                "quantity": change.quantity,
                "changeFromQuantity": change.change_from,
            }
            for change in changes
        ],
    }
    answer = await shopify.execute(access, "InventorySetQuantities", {"input": content, "key": key}, _SetAnswer)
    return _outcome(changes, answer.inventory_set_quantities.user_errors)


def _outcome(changes: Sequence[QuantityChange], complaints: Sequence[RawUserError]) -> SetOutcome:
    codes = {complaint.code for complaint in complaints}
    if "IDEMPOTENCY_CONCURRENT_REQUEST" in codes:
        raise UnknownOutcome()
    if "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED" in codes:
        raise KeySpent()
    stale: list[str] = []
    refused: list[RefusedQuantity] = []
    for complaint in complaints:
        at = next((int(part) for part in complaint.field or () if part.isdecimal()), None)
        if at is None or at >= len(changes):
            raise Refused([each.user_error() for each in complaints])
        item = changes[at].inventory_item_id
        if complaint.code == STALE:
            stale.append(item)
        else:
            refused.append(RefusedQuantity(item, complaint.code or "", complaint.message))
    return SetOutcome(not complaints, tuple(dict.fromkeys(stale)), tuple(refused))


async def _row(shopify: ShopifyClient, access: StoreAccess, item: _Item, location_ids: Collection[str]) -> StockRow:
    levels = list(item.inventory_levels.nodes)
    after = item.inventory_levels.next_cursor()
    while after is not None:
        answer = await shopify.execute(access, "StockLevels", {"id": item.id, "after": after}, _Levels)
        if answer.inventory_item is None:
            break
        levels += answer.inventory_item.inventory_levels.nodes
        after = answer.inventory_item.inventory_levels.next_cursor()
    stocked = {level.location.id: level.available() for level in levels if level.location}
    variant_ids = tuple(node.id for node in item.variants.nodes) if item.variants else ()
    return StockRow(item.id, variant_ids, item.tracked, {each: stocked.get(each) for each in location_ids})
