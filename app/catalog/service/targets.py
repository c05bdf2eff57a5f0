"""Verbs about the other end of a mapping: what the retailer deleted of what it sold for a partner (B19)."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from app.catalog import repository
from app.catalog.errors import TargetThere
from app.catalog.events import ProductLeftOut, TargetFound, TargetLost
from app.catalog.models import SkuMapping
from app.core.unit_of_work import UnitOfWork
from app.core.words import plural
from app.events.service import record_event
from app.exceptions.service import Problem, open_exception, resolve_of_each
from app.partners.service import TARGET_MISSING


async def note_targets(uow: UnitOfWork, partner_id: int, gone: Collection[int], there: Collection[int]) -> None:
    """Keep which mapped variants the retailer's store no longer has, told once, and which it has again.

    Orders of what is gone still lead to the partner: some were placed before, and come late.
    """
    known = {each.id: each for each in await repository.list_active_mappings(uow.session, uow.store_id, partner_id)}
    lost = [known[each] for each in sorted(gone) if each in known and known[each].target_missing_at is None]
    found = [known[each] for each in sorted(there) if each in known and known[each].target_missing_at is not None]
    for mapping in lost:
        mapping.target_missing_at = uow.now
    for mapping in found:
        mapping.target_missing_at = None
    await _end_missing(uow, found)
    for title, mappings in await _of_products(uow, lost):
        await open_exception(uow, _missing(title, mappings))
        await record_event(uow, TargetLost(partner_id, title, len(mappings)))
    for title, mappings in await _of_products(uow, found):
        await record_event(uow, TargetFound(partner_id, title, len(mappings)))


async def leave_out(uow: UnitOfWork, mapping_id: int) -> None:
    """Take a product that was deleted on purpose off the list; it is not sold for the partner any more."""
    mapping = await repository.get_mapping(uow.session, uow.store_id, mapping_id)
    if mapping.target_missing_at is None:
        raise TargetThere()
    siblings = await repository.list_mappings_of_product(uow.session, uow.store_id, mapping.shopify_product_id)
    if await _end_missing(uow, [each for each in siblings if each.target_missing_at is not None]):
        ((title, _),) = await _of_products(uow, [mapping])
        await record_event(uow, ProductLeftOut(mapping.partner_id, title))


async def end_missing(uow: UnitOfWork, partner_id: int, partner_variant_ids: Collection[int]) -> None:
    """Take off the list what is sold again, as another product than the one that was deleted."""
    again = await repository.list_mappings_to(uow.session, uow.store_id, partner_variant_ids)
    products = {each.shopify_product_id for each in again if each.target_missing_at is not None}
    known = await repository.list_active_mappings(uow.session, uow.store_id, partner_id)
    await _end_missing(uow, [each for each in known if each.shopify_product_id in products])


async def _end_missing(uow: UnitOfWork, mappings: Sequence[SkuMapping]) -> int:
    variants = {each.partner_variant_id for each in mappings}
    return await resolve_of_each(uow, "partner_variant", variants, [TARGET_MISSING]) if variants else 0


async def _of_products(uow: UnitOfWork, mappings: Sequence[SkuMapping]) -> list[tuple[str, list[SkuMapping]]]:
    """Return mappings by product of the retailer's store, with the title the partner gives it."""
    grouped: dict[str, list[SkuMapping]] = defaultdict(list)
    for mapping in mappings:
        grouped[mapping.shopify_product_id].append(mapping)
    ids = [each[0].partner_variant_id for each in grouped.values()]
    variants = await repository.list_partner_variants(uow.session, {each.partner_store_id for each in mappings}, ids)
    titles = {variant.id: product.title for variant, product in variants}
    return [(titles.get(each[0].partner_variant_id, each[0].sku), each) for each in grouped.values()]


def _missing(title: str, mappings: Sequence[SkuMapping]) -> Problem:
    first = mappings[0]
    more = f" ({plural(len(mappings), 'variant')})" if len(mappings) > 1 else ""
    return Problem(
        kind=TARGET_MISSING,
        subject_kind="partner_variant",
        subject_id=str(first.partner_variant_id),
        cause=f"“{title}”{more} no longer exists in your store.",
        next_step="Import it again from the partner's products, or leave it out if you do not sell it any more.",
        partner_id=first.partner_id,
    )
