"""Bring a partner's products into the retailer's store, each once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import nh3

from app.catalog import repository, rules, service
from app.catalog.errors import PartnerNotConnected
from app.catalog.flows.browsing import refusal_of
from app.catalog.service import NewMapping
from app.catalog.states import ItemState
from app.core.errors import HubError, Invalid, Unavailable
from app.core.money import Money
from app.core.unit_of_work import Open, system_for
from app.gateways.shopify import product_import, products
from app.gateways.shopify.errors import Refused
from app.gateways.shopify.product_import import NewProduct, NewVariant, StoredProduct
from app.gateways.shopify.products import Product
from app.partners.queries import get_partner
from app.pricing.rules import import_price
from app.stores.flows import ConnectedShopify
from app.stores.queries import get_store

Progress = Callable[[int, int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import needs to know before it calls anybody."""

    retailer_id: int
    partner_id: int
    partner_store_id: int
    partner_name: str
    prefix: str
    retailer_currency: str
    partner_currency: str
    discount: Decimal
    markup: Decimal
    items: Sequence[tuple[int, str]]  # item id, the partner's product id
    total: int


async def run_import(
    open_uow: Open, shopify: ConnectedShopify, store_id: int, import_id: int, progress: Progress
) -> None:
    """Bring every product of the import that is still waiting into the retailer's store.

    Each product is a step of its own: killed half-way, the next run finds what exists by its source id and goes on.
    """
    try:
        plan = await _plan(open_uow, store_id, import_id)
    except PartnerNotConnected as refusal:
        await _refuse_all(open_uow, store_id, import_id, refusal.sentence)
        return
    if plan.items:
        await shopify.call(store_id, product_import.ensure_source_definition)
    done = plan.total - len(plan.items)
    for item_id, product_gid in plan.items:
        try:
            await _import_one(open_uow, shopify, plan, item_id, product_gid)
        except Unavailable:
            raise
        except HubError as refusal:
            async with open_uow(system_for(store_id)) as uow:
                await service.record_refused(uow, item_id, refusal.sentence)
        done += 1
        await progress(done, plan.total)
    async with open_uow(system_for(store_id)) as uow:
        await service.finish_import(uow, import_id)


async def _refuse_all(open_uow: Open, store_id: int, import_id: int, why: str) -> None:
    async with open_uow(system_for(store_id)) as uow:
        for item in await repository.list_items(uow.session, store_id, import_id):
            await service.record_refused(uow, item.id, why)
        await service.finish_import(uow, import_id)


async def _plan(open_uow: Open, store_id: int, import_id: int) -> ImportPlan:
    async with open_uow(system_for(store_id)) as uow:
        row = await repository.get_import(uow.session, store_id, import_id)
        items = await repository.list_items(uow.session, store_id, import_id)
        partner = await get_partner(uow.session, store_id, row.partner_id)
        if partner.partner_store_id is None or not partner.is_live:
            raise PartnerNotConnected()
        retailer = await get_store(uow, store_id)
        theirs = await get_store(uow, partner.partner_store_id)
        await service.start_import(uow, import_id)
        return ImportPlan(
            retailer_id=store_id,
            partner_id=partner.id,
            partner_store_id=partner.partner_store_id,
            partner_name=partner.name,
            prefix=rules.sku_prefix(partner.shop_domain),
            retailer_currency=retailer.currency,
            partner_currency=theirs.currency,
            discount=partner.discount,
            markup=row.markup,
            items=[(item.id, item.partner_product_gid) for item in items if item.state == ItemState.WAITING],
            total=len(items),
        )


async def _import_one(
    open_uow: Open, shopify: ConnectedShopify, plan: ImportPlan, item_id: int, product_gid: str
) -> None:
    product = await shopify.call(plan.partner_store_id, products.read_product, product_gid)
    if product is None:
        raise Invalid("The partner no longer sells it.")
    async with open_uow(system_for(plan.retailer_id)) as uow:
        sources = [rules.SkuSource(variant.id, variant.sku) for variant in product.variants]
        skus = await service.choose_skus(uow, plan.prefix, sources)
    wanted = _new_product(plan, product, skus)
    async with open_uow(system_for(plan.partner_store_id)) as uow:
        variant_ids = await service.store_partner_products(uow, [product], plan.partner_currency)
    if len(variant_ids) < len(product.variants):
        raise Unavailable("The product was changed while it was read.")

    # Look first: what exists may carry the merchant's own edits, and productSet would overwrite them.
    stored = await shopify.call(plan.retailer_id, product_import.find_product_by_source, product.id)
    if stored is None:
        try:
            stored = await shopify.call(plan.retailer_id, product_import.put_product, wanted)
        except Refused as refusal:
            raise Invalid(f"Shopify did not accept it: {refusal.sentence}") from refusal

    mappings = _mappings(product, wanted, stored)
    if not mappings:
        raise Invalid("Its variants in your store could not be matched to the partner's.")
    async with open_uow(system_for(plan.retailer_id)) as uow:
        await service.record_imported(
            uow, item_id, variant_ids, mappings, currency=plan.retailer_currency, notes=_notes(product, mappings)
        )


def _new_product(plan: ImportPlan, product: Product, skus: Mapping[str, str]) -> NewProduct:
    """Return what is made of a partner's product, or refuse with the reason."""
    if reason := refusal_of(product):
        raise Invalid(reason)
    return NewProduct(
        source_id=product.id,
        title=product.title,
        description_html=nh3.clean(product.description_html),
        vendor=plan.partner_name,
        product_type=product.product_type,
        tags=product.tags,
        options=product.options,
        images=product.images,
        variants=tuple(
            NewVariant(
                sku=skus[variant.id],
                price=import_price(
                    Money(variant.price, plan.partner_currency), plan.discount, plan.markup, plan.retailer_currency
                ).amount,
                option_values=variant.option_values,
                barcode=variant.barcode,
                weight=variant.weight,
            )
            for variant in product.variants
        ),
    )


def _mappings(product: Product, wanted: NewProduct, stored: StoredProduct) -> list[NewMapping]:
    """Pair the partner's variants with those in the retailer's store, each once: by option values, else by our SKU.

    A SKU comes second: of two variants that share one, which got the suffix depends on their order.
    """
    by_options = {frozenset(variant.option_values): variant for variant in stored.variants}
    found = {theirs.id: by_options.get(frozenset(theirs.option_values)) for theirs in product.variants}
    taken = {ours.id for ours in found.values() if ours is not None}
    by_sku = {variant.sku: variant for variant in stored.variants if variant.id not in taken}
    pairs = []
    for theirs, new in zip(product.variants, wanted.variants, strict=True):
        ours = found[theirs.id] or by_sku.get(new.sku)
        if ours is not None:
            pairs.append(NewMapping(theirs.id, stored.id, ours.id, ours.inventory_item_id, new.sku, ours.price))
    return pairs


def _notes(product: Product, mappings: Sequence[NewMapping]) -> list[str]:
    notes = [f"“{variant.title}” has no partner SKU." for variant in product.variants if not variant.sku]
    notes += [
        f"“{variant.title}” has the SKU {variant.sku}, which looks like a number that a spreadsheet shortened."
        for variant in product.variants
        if rules.looks_like_a_number(variant.sku)
    ]
    mapped = {each.partner_variant_gid for each in mappings}
    notes += [f"“{variant.title}” was not matched." for variant in product.variants if variant.id not in mapped]
    return notes
