"""Verbs of imports: ask for one, map what was made of it, keep why a product was refused."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.catalog import repository, rules
from app.catalog.errors import NothingChosen, PartnerNotConnected
from app.catalog.events import ImportFinished, ImportRequested, ProductImported
from app.catalog.jobs import RunImport
from app.catalog.models import ImportItem, ProductImport, SkuMapping
from app.catalog.service.targets import end_missing
from app.catalog.states import ImportState, ItemState
from app.core.errors import Invalid
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.job_runs.service import enqueue
from app.partners.queries import get_partner

MOST_PRODUCTS = 250
PRODUCT_GID = re.compile(r"gid://shopify/Product/\d{1,20}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A product somebody ticked."""

    gid: str
    title: str


@dataclass(frozen=True, slots=True)
class NewMapping:
    """A variant of the retailer's store that was made from a partner's variant."""

    partner_variant_gid: str
    product_gid: str
    variant_gid: str
    inventory_item_gid: str
    sku: str
    price: Decimal


async def request_import(uow: UnitOfWork, partner_id: int, chosen: Sequence[Chosen], markup: Decimal) -> int:
    """Ask for an import of the chosen products; return its id."""
    partner = await get_partner(uow.session, uow.store_id, partner_id)
    if not partner.is_live:
        raise PartnerNotConnected()
    if not chosen:
        raise NothingChosen()
    if len(chosen) > MOST_PRODUCTS:
        raise Invalid(f"Choose at most {MOST_PRODUCTS} products at a time.")
    if not all(PRODUCT_GID.fullmatch(each.gid) for each in chosen):
        raise Invalid("This is no product of the partner.")
    if not -1 < markup <= 10:
        raise Invalid(
            "Please check the markup.",
            {"markup": "Enter a markup between −99\N{NO-BREAK SPACE}% and 1000\N{NO-BREAK SPACE}%."},
        )

    row = ProductImport(
        store_id=uow.store_id,
        partner_id=partner_id,
        state=ImportState.WAITING,
        markup=markup,
        requested_by=uow.actor.staff,
        requested_at=uow.now,
    )
    uow.session.add(row)
    await uow.session.flush()
    uow.session.add_all(
        ImportItem(
            store_id=uow.store_id,
            import_id=row.id,
            partner_id=partner_id,
            partner_product_gid=gid,
            title=title,
            state=ItemState.WAITING,
            notes=[],
        )
        for gid, title in {each.gid: each.title for each in chosen}.items()
    )

    await record_event(uow, ImportRequested(import_id=row.id, partner_id=partner_id, products=len(chosen)))
    await enqueue(uow, RunImport(uow.store_id, row.id))
    return row.id


async def retry_refused(uow: UnitOfWork, import_id: int) -> None:
    """Try again what an import refused; what was imported stays as it is (B12)."""
    row = await repository.get_import(uow.session, uow.store_id, import_id)
    for item in await repository.list_items(uow.session, uow.store_id, import_id):
        if item.state == ItemState.REFUSED:
            item.move_to(ItemState.WAITING)
    row.move_to(ImportState.WAITING, uow.now)
    await enqueue(uow, RunImport(uow.store_id, import_id))


async def choose_skus(uow: UnitOfWork, prefix: str, sources: Sequence[rules.SkuSource]) -> dict[str, str]:
    """Return the SKU of each variant in the retailer's store; by it a line is known whose variant is gone (B2, E18)."""
    usual = rules.imported_skus(prefix, sources)
    others = await repository.list_skus_of_others(uow.session, uow.store_id, usual.values(), usual.keys())
    return rules.imported_skus(prefix, sources, others)


async def record_imported(
    uow: UnitOfWork,
    item_id: int,
    variant_ids: Mapping[str, int],
    mappings: Sequence[NewMapping],
    *,
    currency: str,
    notes: Sequence[str] = (),
) -> None:
    """Map every variant of an imported product and mark it done; doing it twice changes nothing."""
    item = await repository.lock_item(uow.session, uow.store_id, item_id)
    partner = await get_partner(uow.session, uow.store_id, item.partner_id)
    if item.state == ItemState.IMPORTED or partner.partner_store_id is None:
        return
    existing = {
        row.shopify_variant_id
        for row in await repository.list_mappings_by_variant(
            uow.session, uow.store_id, {m.variant_gid for m in mappings}
        )
    }
    uow.session.add_all(
        SkuMapping(
            store_id=uow.store_id,
            partner_id=item.partner_id,
            partner_store_id=partner.partner_store_id,
            partner_variant_id=variant_ids[each.partner_variant_gid],
            shopify_product_id=each.product_gid,
            shopify_variant_id=each.variant_gid,
            shopify_inventory_item_id=each.inventory_item_gid,
            sku=each.sku,
            prefix=rules.sku_prefix(partner.shop_domain),
            units_per=1,
            price_amount=each.price,
            currency=currency,
            active_from=uow.now,
        )
        for each in mappings
        if each.variant_gid not in existing
    )
    await uow.session.flush()
    await end_missing(uow, item.partner_id, [variant_ids[each.partner_variant_gid] for each in mappings])
    item.move_to(ItemState.IMPORTED)
    item.notes = list(notes)
    item.shopify_product_id = mappings[0].product_gid if mappings else None
    await record_event(
        uow, ProductImported(item.import_id, item.partner_id, partner.partner_store_id, item.title, len(mappings))
    )


async def record_refused(uow: UnitOfWork, item_id: int, reason: str) -> None:
    """Record why a product could not be imported."""
    item = await repository.lock_item(uow.session, uow.store_id, item_id)
    if item.state == ItemState.WAITING:
        item.move_to(ItemState.REFUSED, reason)


async def start_import(uow: UnitOfWork, import_id: int) -> None:
    """Mark an import as running; one of which nothing is left to try stays finished."""
    row = await repository.get_import(uow.session, uow.store_id, import_id)
    counts = (await repository.count_items_of(uow.session, uow.store_id, [import_id]))[import_id]
    if counts.get(ItemState.WAITING) or row.state != ImportState.FINISHED:
        row.move_to(ImportState.RUNNING, uow.now)


async def finish_import(uow: UnitOfWork, import_id: int) -> None:
    """Close an import of which nothing is left to try."""
    row = await repository.get_import(uow.session, uow.store_id, import_id)
    counts = (await repository.count_items_of(uow.session, uow.store_id, [import_id]))[import_id]
    if counts.get(ItemState.WAITING) or row.state == ImportState.FINISHED:
        return
    row.move_to(ImportState.FINISHED, uow.now)
    imported, refused = counts.get(ItemState.IMPORTED, 0), counts.get(ItemState.REFUSED, 0)
    await record_event(uow, ImportFinished(import_id, row.partner_id, imported, refused))


async def forget_staff(uow: UnitOfWork) -> int:
    """Let no import say who of the staff asked for it; returns how many said it."""
    return await repository.clear_staff(uow.session, uow.store_id)
