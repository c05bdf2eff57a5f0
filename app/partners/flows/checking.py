"""The pre-flight check of a partner's store, read once for all its retailers; and the end when the store leaves."""

from app.core.unit_of_work import system_for
from app.gateways.shopify.draft_orders import list_payment_terms_templates
from app.gateways.shopify.errors import ScopeMissing
from app.gateways.shopify.locations import list_locations
from app.gateways.shopify.products import list_products
from app.partners import preflight, service
from app.partners.preflight import Findings, Terms
from app.partners.queries import PartnerFacts, partners_of, partnerships_of
from app.partners.service import PreFlight
from app.stores.flows import ConnectedShopify, check_installation
from app.stores.queries import StoreFacts, get_store
from app.stores.scopes import WHAT_FOR

PAGES = 50  # enough to judge the SKUs of a store; the import reads everything


async def check_partner_store(shopify: ConnectedShopify, partner_store_id: int) -> int:
    """Check the store and keep the result with each of its partnerships; return how many there are."""
    async with shopify.open_uow(system_for(partner_store_id)) as uow:
        partnerships = await partnerships_of(uow.session, partner_store_id)
    if not partnerships:
        return 0
    store = await check_installation(shopify, partner_store_id)
    found = await _read(shopify, store)
    for partnership in partnerships:
        await _keep(shopify, partnership, found)
    return len(partnerships)


async def end_partnerships(shopify: ConnectedShopify, store_id: int) -> int:
    """End what a store that left has with others, as a partner and as a retailer; return with how many.

    Of a store that is here again only what was before it came back: what it agreed to since is of its new time.
    """
    async with shopify.open_uow(system_for(store_id)) as uow:
        store = await get_store(uow, store_id)
        partnerships = [*await partnerships_of(uow.session, store_id), *await partners_of(uow.session, store_id)]
    ended = [each for each in partnerships if not store.installed or _is_older(each, store)]
    for partnership in ended:
        async with shopify.open_uow(system_for(partnership.store_id)) as uow:
            await service.end_partnership(uow, partnership.id)
    return len(ended)


async def tell_of_access(shopify: ConnectedShopify, partner_store_id: int) -> int:
    """Have each retailer know whether the partner's store lets us in; return how many there are."""
    async with shopify.open_uow(system_for(partner_store_id)) as uow:
        store = await get_store(uow, partner_store_id)
        partnerships = await partnerships_of(uow.session, partner_store_id)
    for partnership in partnerships:
        async with shopify.open_uow(system_for(partnership.store_id)) as uow:
            lacking = [WHAT_FOR[scope] for scope in store.missing_scopes]
            lost, silent = store.needs_reopening, store.is_resting
            await service.note_access(uow, partnership.id, lost=lost, silent=silent, lacking=lacking)
    return len(partnerships)


def _is_older(partnership: PartnerFacts, store: StoreFacts) -> bool:
    return partnership.connected_at is not None and partnership.connected_at < store.installed_at


async def _keep(shopify: ConnectedShopify, partnership: PartnerFacts, found: Findings) -> None:
    terms = preflight.choose_terms(found.terms)
    async with shopify.open_uow(system_for(partnership.store_id)) as uow:
        retailer = await get_store(uow, partnership.store_id)
        result = PreFlight(
            checks=preflight.check(found, retailer.currency),
            location_ids=[location_id for location_id, _ in found.active_locations],
            payment_terms=(terms.id, terms.name, terms.due_days) if terms else None,
        )
        await service.record_checks(uow, partnership.id, result)


async def _read(shopify: ConnectedShopify, store: StoreFacts) -> Findings:
    locations = await shopify.call(store.id, list_locations)
    skus, all_read = await _read_skus(shopify, store.id)
    return Findings(
        skus=skus,
        active_locations=[(each.id, each.name) for each in locations if each.is_active],
        currency=store.currency,
        missing_scopes=store.missing_scopes,
        terms=await _read_terms(shopify, store.id),
        all_read=all_read,
    )


async def _read_skus(shopify: ConnectedShopify, store_id: int) -> tuple[list[str], bool]:
    skus: list[str] = []
    after: str | None = None
    for _ in range(PAGES):
        page = await shopify.call(store_id, list_products, after=after)
        skus += [variant.sku for product in page.items for variant in product.variants]
        after = page.end_cursor
        if not page.has_next:
            return skus, True
    return skus, False


async def _read_terms(shopify: ConnectedShopify, store_id: int) -> list[Terms]:
    try:
        templates = await shopify.call(store_id, list_payment_terms_templates)
    except ScopeMissing:
        return []
    return [Terms(each.id, each.name, each.type, each.due_days) for each in templates]
