"""Follow what partners do with the products that are sold: read them again, and tell or do what comes of it."""

from collections.abc import Set
from dataclasses import dataclass

from app.catalog import repository, rules, service
from app.catalog.jobs import DraftProduct, TellOfSku
from app.core.unit_of_work import Open, system_for
from app.gateways.shopify import product_import, products
from app.partners.queries import partnerships_of
from app.stores.flows import ConnectedShopify
from app.stores.queries import get_store


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
    variants = [variant for product in found.values() for variant in product.variants]
    seen, unpriced = {each.id for each in variants}, {each.id for each in variants if each.price <= 0}
    async with open_uow(system_for(partner_store_id)) as uow:
        if is_doubtful:
            await service.hold_back(uow, lost, began_at)
        else:
            await service.store_partner_products(uow, list(found.values()), currency, gone)
        partnerships = await partnerships_of(uow.session, partner_store_id)
    for partner in partnerships:
        async with open_uow(system_for(partner.store_id)) as uow:
            await service.note_missing(uow, partner.id)
            if not is_doubtful:
                await service.note_lost(uow, partner.id, seen)
                await service.note_unpriced(uow, partner.id, unpriced)
    if is_doubtful:
        return Read(is_doubtful=True)
    changed = [gid for gid, product in found.items() if product.updated_at > known[gid].updated_there_at]
    return Read(len(changed) + len(lost))


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
