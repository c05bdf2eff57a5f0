"""Work on stock with the stores in between: read the partner's, write the retailer's."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime

from app.catalog.queries import variants_by_item
from app.core.errors import Unavailable
from app.core.ids import idempotency_key
from app.core.unit_of_work import Open, UnitOfWork, system_for
from app.gateways.shopify import inventory as gateway
from app.gateways.shopify.errors import Refused
from app.gateways.shopify.inventory import QuantityChange, StockRow
from app.gateways.shopify.locations import list_locations
from app.inventory import repository, service
from app.inventory.service import Reading, Weighed
from app.partners.queries import PartnerFacts, partnerships_of
from app.stores.flows import ConnectedShopify

AT_ONCE = 250
NO_SUCH_LOCATION = "INVALID_LOCATION"
LEFT = "gid://partner-hub/StockLocations/left"
MOST_SWAPS = 3
"""Compare-and-swap tries before the next run goes on (D4)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt: all accepted, or some refused by mapping; `blocked`: why the store took nothing."""

    accepted: bool = False
    refused: Mapping[int, str] = field(default_factory=dict)
    blocked: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """For whom and where a look at a partner's stock looks, and from when on what it sees is true."""

    partners: Sequence[PartnerFacts]
    locations: Sequence[str]
    began_at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at a partner's stock saw."""

    variants: Set[int] = frozenset()
    unannounced: int = 0  # numbers that were others than we knew, and nobody had told of
    closed: Set[str] = frozenset()  # locations that are closed or deleted: nothing was seen there


async def sync_stock(open_uow: Open, shopify: ConnectedShopify, partner_store_id: int) -> Seen:
    """Read everything of a partner that is mapped anywhere; what could not be read leaves stock untouched (D17)."""
    async with open_uow(system_for(partner_store_id)) as uow:
        items = await variants_by_item(uow.session, partner_store_id)
        look = await _begin(uow)
        if not (items and look.locations):
            await service.ask_every_retailer(uow)  # who sold what is gone is looked at all the same
    seen = await _read(open_uow, shopify, partner_store_id, sorted(items), look, counts=True)
    await _note_closed(open_uow, look, seen.closed)
    return seen


async def read_stock(open_uow: Open, shopify: ConnectedShopify, partner_store_id: int) -> None:
    """Read the items whose change was announced."""
    while True:
        async with open_uow(system_for(partner_store_id)) as uow:
            reads = await repository.list_reads(uow.session, partner_store_id, AT_ONCE)
            look = await _begin(uow)
        if not reads:
            return
        seen = await _read(open_uow, shopify, partner_store_id, [gid for gid, _ in reads], look)
        if seen.closed:
            await _note_closed(open_uow, look, seen.closed)
        async with open_uow(system_for(partner_store_id)) as uow:
            await repository.end_reads(uow.session, partner_store_id, reads)


async def write_offers(open_uow: Open, shopify: ConnectedShopify, store_id: int, partner_id: int) -> None:
    """Bring the retailer's store to what is offered, differences only, never over a sale that came between."""
    async with open_uow(system_for(store_id)) as uow:
        shelf = await service.read_shelf(uow, partner_id, AT_ONCE)
        if shelf.location_id is None:
            for items in shelf.batches:
                await service.weigh_offers(uow, partner_id, items)
            return
    for number, items in enumerate(shelf.batches, start=1):
        target = (store_id, partner_id, shelf.location_id)
        await _write(open_uow, shopify, target, items, is_last=number == len(shelf.batches))


async def leave_location(open_uow: Open, shopify: ConnectedShopify, store_id: int, location_id: str) -> None:
    """Let nothing of partners stand at a location they are not kept at any more, then write it where they are now.

    Nothing is written there before, and what was asked for meanwhile is made up for. One that was chosen again is left
    as it is.
    """
    async with open_uow(system_for(store_id)) as uow:
        items, began_at = await service.shelved_items(uow), uow.now
        if await service.is_shelf(uow, location_id):
            items = []
    for start in range(0, len(items), AT_ONCE):
        await _empty(shopify, store_id, location_id, items[start : start + AT_ONCE], began_at)
    async with open_uow(system_for(store_id)) as uow:
        uow.is_last = True  # whoever writes next finds this at its end
        await service.begin_shelf(uow)


async def _empty(
    shopify: ConnectedShopify, store_id: int, location_id: str, items: Sequence[str], began_at: datetime
) -> None:
    left = list(items)
    for attempt in range(MOST_SWAPS):
        shown = await shopify.call(store_id, gateway.read_quantities, location_id, left)
        changes = [QuantityChange(item, 0, shown[item]) for item in left if shown.get(item)]
        if not changes:
            return
        key = idempotency_key("left", store_id, location_id, began_at, attempt, changes[0].inventory_item_id)
        try:
            answer = await shopify.call(store_id, gateway.set_available, location_id, changes, key, LEFT)
        except Refused:
            return  # a location that is closed or deleted offers nothing
        if answer.accepted or any(each.code == NO_SUCH_LOCATION for each in answer.refused):
            return
        left = [item for item in left if item not in {each.inventory_item_id for each in answer.refused}]
    raise Unavailable("What stands at the location before changes while it is taken away.")


async def _begin(uow: UnitOfWork) -> Look:
    partnerships = await partnerships_of(uow.session, uow.store_id)
    locations = {location for partner in partnerships for location in partner.location_ids}
    return Look(partnerships, sorted(locations), uow.now)


async def _read(
    open_uow: Open,
    shopify: ConnectedShopify,
    partner_store_id: int,
    item_gids: Sequence[str],
    look: Look,
    *,
    counts: bool = False,
) -> Seen:
    variant_ids: set[int] = set()
    closed: set[str] = set()
    unannounced = 0
    if not look.locations:
        return Seen()
    for start in range(0, len(item_gids), AT_ONCE):
        chunk = list(item_gids[start : start + AT_ONCE])
        page = await shopify.call(partner_store_id, gateway.read_available, look.locations, chunk)
        closed |= await _closed(shopify, partner_store_id, look, page.items)
        async with open_uow(system_for(partner_store_id)) as uow:
            variants = await variants_by_item(uow.session, partner_store_id, chunk)
            every = [each for row in page.items for each in _readings(row, variants.get(row.inventory_item_id))]
            readings = [each for each in every if each.location_id not in closed]  # what stood there stands, and ages
            unannounced += await service.count_unannounced(uow, readings) if counts else 0
            await service.record_stock(uow, readings, look.began_at)
            variant_ids |= {each.variant_id for each in readings}
    return Seen(variant_ids, unannounced, closed)


async def _closed(
    shopify: ConnectedShopify, partner_store_id: int, look: Look, rows: Sequence[StockRow]
) -> frozenset[str]:
    """Return which locations are closed or deleted: nothing is stocked there, which says nothing of the goods (D9)."""
    empty = {location for row in rows for location, units in row.available.items() if units is None}
    if not empty:
        return frozenset()
    locations = await shopify.call(partner_store_id, list_locations)
    return frozenset(empty - {each.id for each in locations if each.is_active})


async def _note_closed(open_uow: Open, look: Look, closed: Set[str]) -> None:
    for partner in look.partners:
        async with open_uow(system_for(partner.store_id)) as uow:
            await service.note_closed(uow, partner.id, is_closed=not closed.isdisjoint(partner.location_ids))


def _readings(row: StockRow, variant_id: int | None) -> list[Reading]:
    if variant_id is None:
        return []
    return [
        # A tracked item that is not stocked at a location has nothing there.
        Reading(variant_id, location, (units or 0) if row.tracked else None)
        for location, units in row.available.items()
    ]


async def _write(
    open_uow: Open, shopify: ConnectedShopify, target: tuple[int, int, str], items: Mapping[int, str], *, is_last: bool
) -> None:
    """Look, weigh and write until the store takes it: what is stale is looked at anew (D4)."""
    left = dict(items)
    for attempt in range(MOST_SWAPS):
        weighed = await _look(open_uow, shopify, target, left, is_first=attempt == 0, is_last=is_last)
        if not weighed.due:
            return
        outcome = await _swap(shopify, target, weighed)
        await _record(open_uow, target, weighed, outcome)
        if outcome.accepted or outcome.blocked is not None:
            return
        left = {mapping_id: item for mapping_id, item in left.items() if mapping_id not in outcome.refused}


async def _look(
    open_uow: Open,
    shopify: ConnectedShopify,
    target: tuple[int, int, str],
    items: Mapping[int, str],
    *,
    is_first: bool,
    is_last: bool,
) -> Weighed:
    store_id, partner_id, location_id = target
    shown = await shopify.call(store_id, gateway.read_quantities, location_id, list(items.values()))
    async with open_uow(system_for(store_id)) as uow:
        if not await service.is_shelf(uow, location_id):
            return Weighed((), {}, "")  # another location was chosen meanwhile
        weighed = await service.weigh_offers(uow, partner_id, items, shown, in_doubt=is_first)
        await service.record_look(uow, partner_id, weighed)
        uow.is_last = is_last and not weighed.due
    return weighed


async def _record(open_uow: Open, target: tuple[int, int, str], weighed: Weighed, outcome: Outcome) -> None:
    store_id, partner_id, location_id = target
    async with open_uow(system_for(store_id)) as uow:
        if not await service.is_shelf(uow, location_id):
            await service.ask_to_leave(uow, location_id)  # what was written may have come after it was emptied
        elif outcome.blocked is not None:
            await service.record_blocked(uow, partner_id, outcome.blocked)
        elif outcome.accepted:
            await service.record_written(uow, partner_id, weighed.due)
        else:
            await service.record_refused(uow, partner_id, outcome.refused, weighed.due)


async def _swap(shopify: ConnectedShopify, target: tuple[int, int, str], weighed: Weighed) -> Outcome:
    """Have the store take the quantities in place of what it was seen to show."""
    store_id, partner_id, location_id = target
    by_item = {each.mapping.inventory_item_gid: each for each in weighed.due}
    changes = [QuantityChange(item, each.wanted, weighed.shown[item]) for item, each in by_item.items()]
    try:
        answer = await shopify.call(
            store_id, gateway.set_available, location_id, changes, weighed.key, _reference(partner_id)
        )
    except Refused as refusal:
        return Outcome(blocked=refusal.sentence)
    for each in answer.refused:
        if each.code == NO_SUCH_LOCATION:
            return Outcome(blocked=each.message)
    refused = {by_item[each.inventory_item_id].mapping.id: each.message for each in answer.refused}
    return Outcome(answer.accepted, refused)


def _reference(partner_id: int) -> str:
    return f"gid://partner-hub/StockOffers/{partner_id}"
