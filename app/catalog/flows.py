"""Work of the catalogue with the outside in between: browse a partner's products, import them, read them again."""

from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal

import nh3

from app.catalog import repository, rules, service
from app.catalog.errors import PartnerNotConnected
from app.catalog.jobs import DraftProduct, TellOfSku
from app.catalog.service import NewMapping
from app.catalog.states import ItemState
from app.core.errors import HubError, Invalid, Unavailable
from app.core.money import Money
from app.core.unit_of_work import Actor, Open, system_for
from app.gateways.shopify import product_import, products
from app.gateways.shopify.errors import Refused
from app.gateways.shopify.product_import import NewProduct, NewVariant, StoredProduct
from app.gateways.shopify.products import Product, ProductPage, Variant
from app.partners.queries import PartnerFacts, get_partner, partnerships_of
from app.pricing.rules import cost_from_retail, import_price
from app.stores.flows import ConnectedShopify
from app.stores.queries import get_store

PRODUCTS_A_PAGE = 25

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


async def browse(shopify: ConnectedShopify, partner_store_id: int, text: str, after: str | None) -> ProductPage:
    """Return a page of the partner's products as they are there now."""
    return await shopify.call(partner_store_id, products.search_products, text, after, PRODUCTS_A_PAGE)


async def browse_partner(shopify: ConnectedShopify, partner: PartnerFacts, text: str, after: str | None) -> ProductPage:
    """Return a page of a connected partner's products."""
    if partner.partner_store_id is None or not partner.is_live:
        raise PartnerNotConnected()
    return await browse(shopify, partner.partner_store_id, text, after)


@dataclass(frozen=True, slots=True)
class PricedVariant:
    """What a variant would sell at, or why it cannot be imported."""

    title: str
    sku: str
    retail: Money
    cost: Money
    price: Money | None
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class PricedProduct:
    """A chosen product before it is imported."""

    gid: str
    title: str
    image_url: str | None
    variants: tuple[PricedVariant, ...]
    refusal: str = ""

    @property
    def can_be_imported(self) -> bool:
        """Whether an import would accept it as it is now."""
        return not self.refusal and not any(variant.refusal for variant in self.variants)


async def preview_import(
    open_uow: Open, shopify: ConnectedShopify, actor: Actor, partner_id: int, gids: Sequence[str], markup: Decimal
) -> list[PricedProduct]:
    """Return the chosen products as they are there now, with what each variant would sell at."""
    async with open_uow(actor) as uow:
        partner = await get_partner(uow.session, uow.store_id, partner_id)
        if partner.partner_store_id is None or not partner.is_live:
            raise PartnerNotConnected()
        ours = (await get_store(uow, uow.store_id)).currency
        theirs = (await get_store(uow, partner.partner_store_id)).currency
    found = await shopify.call(partner.partner_store_id, products.read_products, list(gids)[: service.MOST_PRODUCTS])
    return [
        PricedProduct(
            gid=product.id,
            title=product.title,
            image_url=product.images[0][0] if product.images else None,
            variants=tuple(
                _priced(variant, Money(variant.price, theirs), partner.discount, markup, ours)
                for variant in product.variants
            ),
            refusal=_refusal(product),
        )
        for product in found.values()
    ]


def _priced(variant: Variant, retail: Money, discount: Decimal, markup: Decimal, currency: str) -> PricedVariant:
    cost, title = cost_from_retail(retail, discount), "" if variant.title == "Default Title" else variant.title
    try:
        price = import_price(retail, discount, markup, currency)
    except Invalid as refusal:
        return PricedVariant(title, variant.sku, retail, cost, None, refusal.sentence)
    return PricedVariant(title, variant.sku, retail, cost, price)


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


@dataclass(frozen=True, slots=True)
class Read:
    """What reading a partner's products again found."""

    changed: int = 0
    is_doubtful: bool = False  # it showed none of several products, and was not believed


async def read_products(
    open_uow: Open, shopify: ConnectedShopify, partner_store_id: int, *, is_confirmed: bool = False
) -> Read:
    """Read every imported product of a partner again; what is gone is marked deleted, and each retailer told.

    One that shows nothing at all marks nothing as deleted unless somebody confirmed it: each retailer is told (B10).
    """
    async with open_uow(system_for(partner_store_id)) as uow:
        # Also those that count as deleted: a webhook said so, and may have been wrong.
        rows = await repository.list_partner_products(uow.session, partner_store_id)
        known = {row.shopify_product_id: row for row in rows}
        currency, began_at = (await get_store(uow, partner_store_id)).currency, uow.now
    if not known:
        return Read()
    found = await shopify.call(partner_store_id, products.read_products, list(known))
    gone = [gid for gid in known if gid not in found]
    lost = [gid for gid in gone if known[gid].deleted_at is None]
    is_doubtful = not is_confirmed and rules.is_doubtful(len(lost), len(found))
    seen = {variant.id for product in found.values() for variant in product.variants}
    async with open_uow(system_for(partner_store_id)) as uow:
        if is_doubtful:
            await service.hold_back(uow, lost, began_at)
        else:
            await service.store_partner_products(uow, list(found.values()), currency)
            await service.mark_products_deleted(uow, gone)
        partnerships = await partnerships_of(uow.session, partner_store_id)
    for partner in partnerships:
        async with open_uow(system_for(partner.store_id)) as uow:
            await service.note_missing(uow, partner.id)
            if not is_doubtful:
                await service.note_lost(uow, partner.id, seen)
    if is_doubtful:
        return Read(is_doubtful=True)
    changed = [gid for gid, product in found.items() if product.updated_at > known[gid].updated_there_at]
    return Read(len(changed) + len(lost))


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
    if reason := _refusal(product):
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


def _refusal(product: Product) -> str:
    """Return why the product as a whole cannot be imported, or nothing."""
    if product.is_gift_card:
        return "It is a gift card."
    shipped = [variant.requires_shipping for variant in product.variants]
    is_bundle = any(variant.requires_components for variant in product.variants)
    return rules.importable(requires_shipping=shipped, variant_count=len(shipped), has_components=is_bundle) or ""


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


async def follow_recreated(open_uow: Open, partner_store_id: int, counted: Set[int]) -> None:
    """Have what each retailer sells of a partner follow variants that were made anew, of those whose stock was read."""
    async with open_uow(system_for(partner_store_id)) as uow:
        partnerships = await partnerships_of(uow.session, partner_store_id)
    for partner in partnerships:
        async with open_uow(system_for(partner.store_id)) as uow:
            await service.follow_recreated(uow, partner.id, counted)


async def tell_of_sku(open_uow: Open, told: TellOfSku) -> None:
    """Have each retailer that sells a partner's variant know that it has another SKU there; once each (B15)."""
    async with open_uow(system_for(told.partner_store_id)) as uow:
        partnerships = await partnerships_of(uow.session, told.partner_store_id)
    for partner in partnerships:
        async with open_uow(system_for(partner.store_id)) as uow:
            await service.note_renamed(uow, partner.id, told.variant_id, told.before, told.after, told.cause)


async def draft_product(open_uow: Open, shopify: ConnectedShopify, job: DraftProduct) -> None:
    """Have a product that the partner deleted altogether stand as a draft in the retailer's store (B13).

    Only while it is lost, once for each time, and only if nothing else is sold as a variant of it. Looking first, a
    second attempt writes nothing, and what is off sale already is left as it is.
    """
    async with open_uow(system_for(job.store_id)) as uow:
        lost = await service.find_lost(uow, job.product_gid, job.cause)
    stored = await shopify.call(job.store_id, product_import.read_stored_product, job.product_gid) if lost else None
    if lost is None or stored is None or not lost.variant_gids.issuperset(each.id for each in stored.variants):
        return
    if stored.status not in rules.OFF_SALE:
        await shopify.call(job.store_id, product_import.set_product_status, stored.id, rules.DRAFT)
    elif stored.status != rules.DRAFT:
        return
    async with open_uow(system_for(job.store_id)) as uow:
        await service.record_drafted(uow, lost)
