"""Verbs about products of the retailer's of which the partner deleted every variant (B13)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass
from datetime import datetime

from app.catalog import repository
from app.catalog.events import ProductDrafted, SourceLost
from app.catalog.models import PartnerVariant, SkuMapping
from app.catalog.service.sources import sure_successors
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event


@dataclass(frozen=True, slots=True)
class LostProduct:
    """A product of the retailer's that leads to nothing any more, as far as variants of theirs lead to partners."""

    product_gid: str
    partner_id: int
    title: str
    variant_gids: frozenset[str]
    since: datetime

    @property
    def cause(self) -> str:
        """Return what names this disappearance; the next one, after something was there again, has another name."""
        return f"{self.product_gid}@{self.since.isoformat()}"


async def note_lost(uow: UnitOfWork, partner_id: int, seen: Set[str]) -> None:
    """Record which products have no variant left at the partner, once for each time that they lose all of them.

    What was `seen` by this reading is there, also if a message said since that it is not: the next reading decides.
    What surely was made anew will be followed by its mapping.
    """
    sourceless = await repository.list_sourceless(uow.session, uow.store_id, partner_id)
    followed = await sure_successors(uow, sourceless)
    doubtful = {variant.id for _, variant in sourceless if variant.id in followed or variant.shopify_variant_id in seen}
    for lost in (await _lost(uow, {mapping.shopify_product_id for mapping, _ in sourceless}, doubtful)).values():
        count = len(lost.variant_gids)
        await record_event(uow, SourceLost(lost.partner_id, lost.title, lost.product_gid, count, lost.cause))


async def find_lost(uow: UnitOfWork, product_gid: str, cause: str) -> LostProduct | None:
    """Return the product if it is still lost, and was not there meanwhile."""
    lost = (await _lost(uow, [product_gid])).get(product_gid)
    return lost if lost is not None and lost.cause == cause else None


async def record_drafted(uow: UnitOfWork, lost: LostProduct) -> None:
    """Record that the product stands as a draft in the retailer's store."""
    await record_event(uow, ProductDrafted(lost.partner_id, lost.title, lost.product_gid, lost.cause))


async def _lost(
    uow: UnitOfWork, product_gids: Collection[str], doubtful: Collection[int] = ()
) -> Mapping[str, LostProduct]:
    """Return those of the products that lead to one partner alone, and to nothing that is still there."""
    leads: dict[str, list[tuple[SkuMapping, PartnerVariant, str]]] = defaultdict(list)
    for found in await repository.list_mappings_of_products(uow.session, uow.store_id, product_gids):
        leads[found[0].shopify_product_id].append(found)
    lost = {}
    for gid, leading in leads.items():
        gone_at = [each.deleted_at for _, each, _ in leading if each.deleted_at and each.id not in doubtful]
        if len(gone_at) == len(leading) and len({mapping.partner_id for mapping, _, _ in leading}) == 1:
            (first, _, title), ours = leading[0], frozenset(mapping.shopify_variant_id for mapping, _, _ in leading)
            lost[gid] = LostProduct(gid, first.partner_id, title, ours, max(gone_at))
    return lost
