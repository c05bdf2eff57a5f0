"""Work on stock with the stores in between: read the partner's, write the retailer's."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.catalog.queries import variants_by_item
from app.core.unit_of_work import Open, UnitOfWork, system_for
from app.gateways.shopify import inventory as gateway
from app.gateways.shopify.errors import Refused
from app.gateways.shopify.inventory import QuantityChange, StockRow
from app.inventory import repository, service
from app.inventory.service import DueOffer, Reading
from app.partners.queries import partnerships_of
from app.stores.flows import ConnectedShopify

AT_ONCE = 250
NO_SUCH_LOCATION = "INVALID_LOCATION"
MOST_SWAPS = 3
"""Compare-and-swap tries before the next run goes on (D4)."""


@dataclass(slots=True)
class WriteOutcome:
    """What became of the quantities of one batch, by mapping; `blocked`: why the store took none of them."""

    stands: dict[int, int] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    written: set[int] = field(default_factory=set)
    blocked: str | None = None


async def sync_stock(open_uow: Open, shopify: ConnectedShopify, partner_store_id: int) -> None:
    """Read everything of a partner that is mapped anywhere; what could not be read leaves stock untouched (D17)."""
    async with open_uow(system_for(partner_store_id)) as uow:
        items = await variants_by_item(uow.session, partner_store_id)
        locations = await _locations(uow)
        began_at = uow.now
    await _read(open_uow, shopify, partner_store_id, sorted(items), locations, began_at)


async def read_stock(open_uow: Open, shopify: ConnectedShopify, partner_store_id: int) -> None:
    """Read the items whose change was announced."""
    while True:
        async with open_uow(system_for(partner_store_id)) as uow:
            reads = await repository.list_reads(uow.session, partner_store_id, AT_ONCE)
            locations = await _locations(uow)
            began_at = uow.now
        if not reads:
            return
        await _read(open_uow, shopify, partner_store_id, [gid for gid, _ in reads], locations, began_at)
        async with open_uow(system_for(partner_store_id)) as uow:
            await repository.end_reads(uow.session, partner_store_id, reads)


async def write_offers(open_uow: Open, shopify: ConnectedShopify, store_id: int, partner_id: int) -> None:
    """Bring the retailer's store to what is offered, differences only, never over a sale that came between."""
    async with open_uow(system_for(store_id)) as uow:
        plan = await service.compute_offers(uow, partner_id)
    if plan.location_id is None:
        return
    for start in range(0, len(plan.offers), AT_ONCE):
        await _write(open_uow, shopify, (store_id, partner_id, plan.location_id), plan.offers[start : start + AT_ONCE])


async def _locations(uow: UnitOfWork) -> list[str]:
    partnerships = await partnerships_of(uow.session, uow.store_id)
    return sorted({location for partner in partnerships for location in partner.location_ids})


async def _read(
    open_uow: Open,
    shopify: ConnectedShopify,
    partner_store_id: int,
    item_gids: Sequence[str],
    locations: Sequence[str],
    began_at: datetime,
) -> None:
    if not item_gids or not locations:
        return
    for start in range(0, len(item_gids), AT_ONCE):
        chunk = list(item_gids[start : start + AT_ONCE])
        page = await shopify.call(partner_store_id, gateway.read_available, locations, chunk)
        async with open_uow(system_for(partner_store_id)) as uow:
            variants = await variants_by_item(uow.session, partner_store_id, chunk)
            readings = [each for row in page.items for each in _readings(row, variants.get(row.inventory_item_id))]
            await service.record_stock(uow, readings, began_at)


def _readings(row: StockRow, variant_id: int | None) -> list[Reading]:
    if variant_id is None:
        return []
    return [
        # A tracked item that is not stocked at a location has nothing there.
        Reading(variant_id, location, (units or 0) if row.tracked else None)
        for location, units in row.available.items()
    ]


async def _write(
    open_uow: Open, shopify: ConnectedShopify, target: tuple[int, int, str], offers: Sequence[DueOffer]
) -> None:
    store_id, partner_id, location_id = target
    outcome = WriteOutcome()
    for _ in range(MOST_SWAPS):
        changes = await _find_differences(shopify, target, offers, outcome)
        if not changes:
            break
        async with open_uow(system_for(store_id)) as uow:
            key = await service.claim_writes(uow, partner_id, list(changes))
        try:
            answer = await shopify.call(
                store_id, gateway.set_available, location_id, list(changes.values()), key, _reference(partner_id)
            )
        except Refused as refusal:
            outcome.blocked = refusal.sentence
            break
        if blocking := [each.message for each in answer.refused if each.code == NO_SUCH_LOCATION]:
            outcome.blocked = blocking[0]
            break
        by_item = {change.inventory_item_id: mapping_id for mapping_id, change in changes.items()}
        outcome.refused |= {by_item[each.inventory_item_id]: each.message for each in answer.refused}
        if answer.accepted:
            outcome.stands |= {mapping_id: change.quantity for mapping_id, change in changes.items()}
            outcome.written |= set(changes)
    async with open_uow(system_for(store_id)) as uow:
        await service.record_written(uow, partner_id, outcome.stands, outcome.written)
        await service.record_refused(
            uow, partner_id, outcome.refused, {e.mapping_id: e.partner_variant_id for e in offers}
        )
        await service.record_blocked(uow, partner_id, outcome.blocked)


async def _find_differences(
    shopify: ConnectedShopify, target: tuple[int, int, str], offers: Sequence[DueOffer], outcome: WriteOutcome
) -> dict[int, QuantityChange]:
    """Return what is to be written, by mapping: from what stands in the store this instant to what is offered."""
    store_id, _, location_id = target
    left = [each for each in offers if each.mapping_id not in outcome.refused and each.mapping_id not in outcome.stands]
    if not left:
        return {}
    items = [each.inventory_item_gid for each in left]
    there = await shopify.call(store_id, gateway.read_quantities, location_id, items)
    changes = {}
    for each in left:
        if each.inventory_item_gid not in there:
            outcome.refused[each.mapping_id] = "The item no longer exists in your store."
        elif there[each.inventory_item_gid] == each.wanted:
            outcome.stands[each.mapping_id] = each.wanted
        else:
            now = there[each.inventory_item_gid]
            changes[each.mapping_id] = QuantityChange(each.inventory_item_gid, each.wanted, now)
    return changes


def _reference(partner_id: int) -> str:
    return f"gid://partner-hub/StockOffers/{partner_id}"
