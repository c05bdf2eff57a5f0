"""`hub books --json`: everything the hub holds of units, orders and stock, for whoever wants to check it."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.books import rows
from app.books.names import Names
from app.catalog.queries import VariantFacts, mappings_of_store, variants_of_store
from app.core.unit_of_work import SYSTEM, Open, UnitOfWork, system_for
from app.exceptions.queries import list_exceptions
from app.exceptions.service import NO_STORE
from app.fulfillment.queries import list_shipments
from app.inventory.queries import offers_of
from app.master_orders.queries import changes_of, list_master_orders
from app.orders.queries import lines_by_id, list_orders_by_id
from app.partners.queries import calendar_changes_of, partners_of
from app.receiving.queries import list_receipts
from app.stores.queries import StoreFacts, get_settings, get_stores, stores_with_role
from app.stores.states import StoreRole
from app.units.facts import lots_of, moves_of
from app.units.states import OwnerKind

FORMAT = "partner-hub-books/1"
LISTS = (
    "stores",
    "partners",
    "mappings",
    "lots",
    "moves",
    "master_orders",
    "receipts",
    "shipments",
    "stock",
    "exceptions",
)


async def export_books(open_uow: Open) -> dict[str, Any]:
    """Return the books of every retailer, as the contract with an outside checker names them (contract §4)."""
    async with open_uow(SYSTEM) as uow:
        retailers = await stores_with_role(uow, StoreRole.RETAILER, gone=True)
        partners = await stores_with_role(uow, StoreRole.PARTNER, gone=True)
        at = uow.now
    books: dict[str, Any] = {"format": FORMAT, "at": rows.instant(at), **{name: [] for name in LISTS}}
    books["stores"] += [rows.store(each, None) for each in partners]
    for retailer in retailers:
        async with open_uow(system_for(retailer.id)) as uow:
            named = await _partner_variants(uow, retailer)
        # Each store is asked for its own: of a partner who went the retailer is shown nothing any more.
        variants: dict[int, VariantFacts] = {}
        for partner_store_id, ids in named.items():
            async with open_uow(system_for(partner_store_id)) as uow:
                variants |= await variants_of_store(uow.session, partner_store_id, ids)
        async with open_uow(system_for(retailer.id)) as uow:
            await _add_retailer(uow, retailer, variants, books)
    for owner, shop_id in [(NO_STORE, None), *((each.id, each.shopify_shop_id) for each in partners)]:
        async with open_uow(system_for(owner)) as uow:
            books["exceptions"] += [rows.stores_exception(shop_id, each) for each in await list_exceptions(uow.session)]
    return books


async def _add_retailer(
    uow: UnitOfWork, retailer: StoreFacts, variants: Mapping[int, VariantFacts], books: dict[str, Any]
) -> None:
    session, store_id = uow.session, retailer.id
    partners = await partners_of(session, store_id)
    theirs = await get_stores(uow, [each.partner_store_id for each in partners if each.partner_store_id])
    lots = await lots_of(session, store_id)
    masters = await list_master_orders(session, store_id, limit=None)
    exceptions = await list_exceptions(session)
    names = Names(retailer, partners, theirs, variants=dict(variants))
    names.mappings = {each.id: each for each in await mappings_of_store(session, store_id, ended=True)}
    names.lines = await lines_by_id(session, store_id, _line_ids(lots, exceptions))
    shipments = await list_shipments(session, store_id, limit=None)
    orders = await list_orders_by_id(session, store_id, {each.order_id for each in shipments})
    names.lines |= {line.id: line for order in orders.values() for line in order.lines}
    calendars = {each.id: await calendar_changes_of(session, store_id, each.id) for each in partners}
    changes = await changes_of(session, store_id, [each.id for each in masters])

    books["stores"].append(rows.store(retailer, await get_settings(session, store_id)))
    books["partners"] += [rows.partner(names, each, calendars[each.id]) for each in partners]
    books["mappings"] += [rows.mapping(names, each) for each in names.mappings.values()]
    books["lots"] += [rows.lot(names, each) for each in lots]
    books["moves"] += [rows.move(each) for each in await moves_of(session, store_id)]
    books["master_orders"] += [rows.master_order(names, each, changes[each.id]) for each in masters]
    books["receipts"] += [rows.receipt(names, each) for each in await list_receipts(session, store_id)]
    books["shipments"] += [rows.shipment(names, orders[each.order_id], each) for each in shipments]
    offers = (await offers_of(session, store_id)).values()
    # What a variant led to before is not offered any more: one variant, one row.
    books["stock"] += [rows.stock(names, each) for each in offers if names.mappings[each.mapping_id].active_to is None]
    books["exceptions"] += [rows.exception(names, each) for each in exceptions]


def _line_ids(lots: Iterable[Any], exceptions: Iterable[Any]) -> set[int]:
    owners = {lot.owner_id for lot in lots if lot.owner_kind == OwnerKind.ORDER_LINE}
    named = {each.subject_id for each in exceptions if each.subject_kind == "order_line"}
    return owners | {int(subject) for subject in named if subject.isdecimal()}


async def _partner_variants(uow: UnitOfWork, retailer: StoreFacts) -> Mapping[int, set[int]]:
    """Return the partners' variants that the books of a retailer name, by partner's store."""
    wanted: dict[int, set[int]] = {}
    mappings = await mappings_of_store(uow.session, retailer.id, ended=True)
    masters = await list_master_orders(uow.session, retailer.id, limit=None)
    lines = [line for master in masters for line in master.lines]
    held = [(each.partner_store_id, each.partner_variant_id) for each in await lots_of(uow.session, retailer.id)]
    held += [(each.partner_store_id, each.partner_variant_id) for each in mappings]
    held += [(each.partner_store_id, each.partner_variant_id) for each in lines]
    for partner_store_id, variant_id in held:
        wanted.setdefault(partner_store_id, set()).add(variant_id)
    return wanted
