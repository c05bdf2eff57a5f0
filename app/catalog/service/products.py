"""Verbs about what a partner sells: keep it as read, mark what is gone, doubt a store that shows nothing."""

from collections.abc import Collection, Mapping, Sequence, Set
from datetime import datetime

from app.catalog import repository, rules
from app.catalog.errors import NothingMissing
from app.catalog.events import ProductsGivenUp, SkuChanged, SourcesChanged
from app.catalog.jobs import ConfirmProductsGone
from app.catalog.queries import variants_by_gid, variants_of_store
from app.core.money import Money
from app.core.unit_of_work import UnitOfWork
from app.core.words import plural
from app.events.service import record_event
from app.exceptions.service import Problem, open_exception, resolve_exceptions, resolve_of_partner
from app.gateways.shopify.products import Product, Variant
from app.job_runs.service import enqueue
from app.partners.queries import get_partner
from app.partners.service import SHOWS_NOTHING, UNPRICED

NO_SKU = "no SKU"


async def store_partner_products(
    uow: UnitOfWork, products: Sequence[Product], currency: str, gone: Collection[str] = ()
) -> dict[str, int]:
    """Keep products of a partner and their variants as read; return our variant ids by theirs, of those known.

    The unit of work acts for the partner's store. Variants that are gone are marked deleted: products are read whole;
    so are the products that are `gone` themselves. Of two readings that overtake each other the later state of a
    product stays. If other known variants are on sale than before, that is recorded, and nobody changes it in between.
    """
    await repository.lock_products(uow.session, uow.store_id)
    before = await _standing(uow)
    variant_ids = await _keep(uow, products, currency)
    await mark_products_deleted(uow, gone)
    now = await _standing(uow)
    changed = [variant_id for variant_id, stood in before.items() if now[variant_id] != stood]
    if changed:
        await record_event(uow, SourcesChanged(uow.store_id, len(changed)))
    return variant_ids


async def _standing(uow: UnitOfWork) -> dict[int, tuple[bool, datetime | None]]:
    """Return of each variant whether it is on sale, and since when a reading missed its product."""
    return {
        variant_id: (deleted_at is None and status not in rules.OFF_SALE, missed_at)
        for variant_id, deleted_at, status, missed_at in await repository.list_standing(uow.session, uow.store_id)
    }


async def _keep(uow: UnitOfWork, products: Sequence[Product], currency: str) -> dict[str, int]:
    if not products:
        return {}
    store_id, seen = uow.store_id, [variant.id for product in products for variant in product.variants]
    await repository.put_products(uow.session, [_product_row(store_id, product, uow.now) for product in products])
    known = await repository.product_states(uow.session, store_id, [product.id for product in products])
    ids = {product.id: known[product.id][0] for product in products if known[product.id][1] == product.updated_at}
    latest = [product for product in products if product.id in ids]
    parked = await _parked_prices(uow, latest)
    rows = [
        _variant_row(store_id, ids[product.id], variant, parked.get(variant.id) or Money(variant.price, currency))
        for product in latest
        for variant in product.variants
    ]
    before = await repository.skus_of_variants(uow.session, store_id, seen)
    await repository.put_variants(uow.session, rows)
    await repository.mark_variants_deleted(uow.session, store_id, ids.values(), seen, uow.now)
    variant_ids = await repository.variant_ids(uow.session, store_id, seen)
    await _tell_of_skus(uow, latest, before, variant_ids)
    return variant_ids


async def _parked_prices(uow: UnitOfWork, products: Sequence[Product]) -> dict[str, Money]:
    """Return the last price of those variants that are shown without one now: nothing is ordered for nothing (C6)."""
    free = [variant.id for product in products for variant in product.variants if variant.price <= 0]
    known = await variants_by_gid(uow.session, uow.store_id, free) if free else {}
    return {gid: each.price for gid, each in known.items()}


async def _tell_of_skus(
    uow: UnitOfWork, products: Sequence[Product], before: Mapping[str, str | None], ids: Mapping[str, int]
) -> None:
    """Record which known variants have another SKU now, each change once (B15)."""
    for product in products:
        for variant in product.variants:
            was, now = before.get(variant.id, variant.sku) or NO_SKU, variant.sku or NO_SKU
            if was != now:
                variant_id, cause = ids[variant.id], f"{now}@{product.updated_at.isoformat()}"
                title = (await variants_of_store(uow.session, uow.store_id, [variant_id]))[variant_id].title
                await record_event(uow, SkuChanged(variant_id, title, was, now, cause))


def _product_row(store_id: int, product: Product, now: datetime) -> dict[str, object]:
    return {
        "partner_store_id": store_id,
        "shopify_product_id": product.id,
        "title": product.title,
        "status": product.status,
        "updated_there_at": product.updated_at,
        "seen_at": now,
        "missed_at": None,
        "deleted_at": None,
    }


def _variant_row(store_id: int, product_id: int, variant: Variant, price: Money) -> dict[str, object]:
    return {
        "partner_store_id": store_id,
        "product_id": product_id,
        "shopify_variant_id": variant.id,
        "shopify_inventory_item_id": variant.inventory_item_id,
        "sku": variant.sku or None,
        "title": variant.title,
        "barcode": variant.barcode,
        "price_amount": price.amount,
        "currency": price.currency,
        "tracked": variant.tracked,
        "option_values": [list(pair) for pair in variant.option_values],
        "deleted_at": None,
    }


async def mark_products_deleted(uow: UnitOfWork, product_gids: Collection[str]) -> None:
    """Record that products of a partner are gone; the unit of work acts for the partner's store."""
    if not product_gids:
        return
    ids = await repository.product_ids(uow.session, uow.store_id, product_gids)
    await repository.mark_products_deleted(uow.session, uow.store_id, product_gids, uow.now)
    await repository.mark_variants_deleted(uow.session, uow.store_id, ids.values(), (), uow.now)


async def hold_back(uow: UnitOfWork, product_gids: Collection[str], began_at: datetime) -> None:
    """Record that a reading showed none of these products; they stay, and are offered only by a later look at stock.

    The unit of work acts for the partner's store. What was seen since the reading began is not missing.
    """
    await repository.lock_products(uow.session, uow.store_id)
    await repository.mark_products_missing(uow.session, uow.store_id, product_gids, began_at)


async def note_missing(uow: UnitOfWork, partner_id: int) -> None:
    """List a partner whose store shows none of its products, once for this retailer, or take it off the list (B10)."""
    missing = await repository.count_missing(uow.session, uow.store_id, partner_id)
    if not missing:
        await resolve_exceptions(uow, "partner", partner_id, [SHOWS_NOTHING])
        return
    partner = await get_partner(uow.session, uow.store_id, partner_id)
    cause = f"{partner.name}'s store shows none of the {plural(missing, 'product')} you sell of theirs."
    step = (
        f"Ask {partner.name}. Nothing is removed: it goes on by itself as soon as products are seen again. "
        "If they are gone for good, say so here."
    )
    await open_exception(uow, Problem(SHOWS_NOTHING, "partner", str(partner_id), cause, step, partner_id=partner_id))


async def note_unpriced(uow: UnitOfWork, partner_id: int, unpriced: Set[str]) -> None:
    """List what this retailer sells of a partner that is `unpriced` there, each once; end it for the rest (C6)."""
    mappings = await repository.list_active_mappings(uow.session, uow.store_id, partner_id) if unpriced else ()
    sold = {each.partner_variant_id for each in mappings}
    variants = await variants_of_store(uow.session, mappings[0].partner_store_id, sold) if mappings else {}
    listed = {variant_id: each for variant_id, each in variants.items() if each.gid in unpriced}
    await resolve_of_partner(uow, partner_id, [UNPRICED], but=listed)
    for variant_id, variant in sorted(listed.items()):
        price = f"{variant.price.rounded().amount} {variant.price.currency}"
        cause = f"The partner shows “{variant.title}” without a price. It is sold on at the last one, {price}."
        step = "Ask the partner for its price, or take the product off sale in your store until it has one."
        subject = ("partner_variant", str(variant_id))
        await open_exception(uow, Problem(UNPRICED, *subject, cause, step, partner_id=partner_id))


async def confirm_gone(uow: UnitOfWork, partner_id: int) -> None:
    """Have the partner's store read once more, and believe it if it still shows none of its products (B10)."""
    partner = await get_partner(uow.session, uow.store_id, partner_id)
    missing = await repository.count_missing(uow.session, uow.store_id, partner_id)
    if partner.partner_store_id is None or not partner.is_live or not missing:
        raise NothingMissing()
    await record_event(uow, ProductsGivenUp(partner_id, partner.name, missing))
    await enqueue(uow, ConfirmProductsGone(partner.partner_store_id))
