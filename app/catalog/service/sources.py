"""Verbs about the partner's end of a mapping: a variant made anew under another id (B14), or with another SKU (B15)."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

from app.catalog import repository, rules
from app.catalog.errors import NoSuccessor
from app.catalog.events import SourceRenamed, SourceReplaced
from app.catalog.models import PartnerVariant, SkuMapping
from app.catalog.queries import VariantFacts, variants_of_store
from app.catalog.rules import Likeness, Traits
from app.core.errors import NotFound
from app.core.unit_of_work import UnitOfWork
from app.core.words import plural
from app.events.service import record_event
from app.exceptions.service import Problem, open_exception, resolve_of_partner
from app.partners.service import RECREATED


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A variant of the partner that may be the one a mapping led to."""

    variant: VariantFacts
    likeness: Likeness


async def follow_recreated(uow: UnitOfWork, partner_id: int, counted: Set[int] = frozenset()) -> None:
    """Have mappings follow variants that surely were made anew; what is only alike is told to people, once.

    Only those that were `counted` are followed: of another the store would go on showing the number of the old one.
    """
    sourceless = await repository.list_sourceless(uow.session, uow.store_id, partner_id)
    gone, living = await _traits(uow, sourceless)
    certain = rules.successors(gone, living)
    sure = {gone_id: variant_id for gone_id, variant_id in certain.items() if variant_id in counted}
    for mapping, variant in sourceless:
        if variant.id in sure:
            await _relink(uow, mapping, sure[variant.id])
    taken = set(certain.values())
    unsure = {
        each.id: found
        for each in gone
        if each.id not in certain and (found := rules.likenesses(each, [one for one in living if one.id not in taken]))
    }
    await resolve_of_partner(uow, partner_id, [RECREATED], but=unsure)
    for mapping, variant in sourceless:
        if variant.id in unsure:
            await open_exception(uow, await _question(uow, mapping, len(unsure[variant.id])))


async def suggest_sources(uow: UnitOfWork, mapping_id: int) -> list[Suggestion]:
    """Return what may have taken the place of a mapping's variant, the most alike first; it is there: nothing."""
    mapping = await repository.get_mapping(uow.session, uow.store_id, mapping_id)
    found = await repository.list_sourceless(uow.session, uow.store_id, mapping.partner_id)
    gone, living = await _traits(uow, [each for each in found if each[0].id == mapping_id])
    alike = [one for each in gone for one in rules.likenesses(each, living)]
    variants = await variants_of_store(uow.session, mapping.partner_store_id, [each.variant_id for each in alike])
    return [Suggestion(variants[each.variant_id], each) for each in alike]


async def choose_source(uow: UnitOfWork, mapping_id: int, variant_id: int) -> None:
    """Have a mapping whose variant is gone, and packs of the same, lead to one of those suggested, as somebody decided.

    Of another variant nothing is told but to who sells it: others may sell what this retailer does not know.
    """
    mapping = await repository.get_mapping(uow.session, uow.store_id, mapping_id)
    if variant_id not in {each.variant.id for each in await suggest_sources(uow, mapping_id)}:
        is_sold = await repository.list_mappings_to(uow.session, uow.store_id, [variant_id])
        raise NoSuccessor if is_sold else NotFound
    for each, variant in await repository.list_sourceless(uow.session, uow.store_id, mapping.partner_id):
        if variant.id == mapping.partner_variant_id:
            await _relink(uow, each, variant_id)
    await follow_recreated(uow, mapping.partner_id)


async def note_renamed(uow: UnitOfWork, partner_id: int, variant_id: int, before: str, after: str, cause: str) -> None:
    """Record for this retailer that what it sells has another SKU at the partner; its own SKU and mapping stay."""
    sold = await repository.list_mappings_to(uow.session, uow.store_id, [variant_id])
    skus = sorted({each.sku for each in sold if each.partner_id == partner_id})
    if skus:
        variants = await variants_of_store(uow.session, sold[0].partner_store_id, [variant_id])
        title = variants[variant_id].title
        await record_event(uow, SourceRenamed(partner_id, title, before, after, ", ".join(skus), cause))


async def _relink(uow: UnitOfWork, mapping: SkuMapping, variant_id: int) -> None:
    """End the mapping, and begin one to the other variant: what was sold until now keeps its own."""
    if (await repository.lock_mapping(uow.session, mapping)).active_to is not None:
        return  # somebody was faster
    mapping.active_to = uow.now
    await uow.session.flush()
    copied = {
        column.name: getattr(mapping, column.name)
        for column in SkuMapping.__table__.columns
        if column.name not in ("id", "partner_variant_id", "active_from", "active_to")
    }
    uow.session.add(SkuMapping(**copied, partner_variant_id=variant_id, active_from=uow.now))
    await uow.session.flush()
    variants = await variants_of_store(uow.session, mapping.partner_store_id, [variant_id])
    title = variants[variant_id].title
    await record_event(uow, SourceReplaced(mapping.partner_id, mapping.partner_store_id, title, mapping.sku))


async def sure_successors(uow: UnitOfWork, sourceless: Sequence[tuple[SkuMapping, PartnerVariant]]) -> dict[int, int]:
    """Return which variant of the partner surely is which that is gone, so that its mapping will follow it."""
    return rules.successors(*await _traits(uow, sourceless))


async def _traits(
    uow: UnitOfWork, sourceless: Sequence[tuple[SkuMapping, PartnerVariant]]
) -> tuple[list[Traits], list[Traits]]:
    """Return the variants that are gone, each once, and those that may be them."""
    gone = {variant.id: variant for _, variant in sourceless}
    if not gone:
        return [], []
    partner_store_id = sourceless[0][0].partner_store_id
    living = await repository.list_unsold_alike(uow.session, uow.store_id, partner_store_id, gone.values())
    return [_traits_of(each) for each in gone.values()], [_traits_of(each) for each in living]


def _traits_of(variant: PartnerVariant) -> Traits:
    options = tuple((name, value) for name, value in variant.option_values)
    return Traits(variant.id, variant.product_id, variant.sku, variant.barcode, options)


async def _question(uow: UnitOfWork, mapping: SkuMapping, alike: int) -> Problem:
    variants = await variants_of_store(uow.session, mapping.partner_store_id, [mapping.partner_variant_id])
    title = variants[mapping.partner_variant_id].title
    return Problem(
        kind=RECREATED,
        subject_kind="partner_variant",
        subject_id=str(mapping.partner_variant_id),
        cause=f"“{title}” was deleted by the partner; {plural(alike, 'variant')} there may have taken its place.",
        next_step="Say on its stock page which one it is. Until then nothing of it is offered.",
        partner_id=mapping.partner_id,
    )
