"""What other domains and the pages ask the catalogue."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog import repository, rules
from app.catalog.models import ProductImport, SkuMapping
from app.catalog.states import ImportState, ItemState
from app.core.money import Money
from app.core.pagination import BEGINNING, Page, Place
from app.partners.queries import partners_of


@dataclass(frozen=True, slots=True)
class MappingFacts:
    """Which partner variant a variant of the retailer's store leads to."""

    id: int
    partner_id: int
    partner_store_id: int
    partner_variant_id: int
    product_gid: str
    variant_gid: str
    inventory_item_gid: str
    sku: str
    units_per: int
    price: Money
    active_from: datetime
    active_to: datetime | None
    target_missing_at: datetime | None  # when the retailer's store was first seen without it (B19)


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a sold line is: mapped, carrying a partner's SKU without a mapping, or neither."""

    mapping: MappingFacts | None
    looks_like_partner: bool = False


@dataclass(frozen=True, slots=True)
class VariantFacts:
    """A partner's variant as last read."""

    id: int
    gid: str
    inventory_item_gid: str
    sku: str | None
    title: str
    price: Money
    tracked: bool
    is_deleted: bool
    is_on_sale: bool  # there, and its product neither a draft nor archived (B16)
    missed_at: datetime | None  # when a reading last began that showed nothing of theirs, not believed yet (B10)


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far an import is."""

    id: int
    partner_id: int
    state: ImportState
    markup: Decimal
    requested_at: datetime
    finished_at: datetime | None
    waiting: int
    imported: int
    refused: int

    @property
    def total(self) -> int:
        """Products chosen."""
        return self.waiting + self.imported + self.refused

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to try."""
        return self.state is ImportState.FINISHED


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One product of an import, for its report."""

    id: int
    title: str
    state: ItemState
    reason: str | None
    product_gid: str | None
    notes: tuple[str, ...]


def mapping_facts(row: SkuMapping) -> MappingFacts:
    """Return a mapping as plain facts."""
    return MappingFacts(
        id=row.id,
        partner_id=row.partner_id,
        partner_store_id=row.partner_store_id,
        partner_variant_id=row.partner_variant_id,
        product_gid=row.shopify_product_id,
        variant_gid=row.shopify_variant_id,
        inventory_item_gid=row.shopify_inventory_item_id,
        sku=row.sku,
        units_per=row.units_per,
        price=Money(row.price_amount, row.currency),
        active_from=row.active_from,
        active_to=row.active_to,
        target_missing_at=row.target_missing_at,
    )


async def resolve_lines(
    session: AsyncSession, store_id: int, sold: Sequence[tuple[str | None, str | None]]
) -> list[Resolution]:
    """Return what each (variant id, SKU) leads to: the mapping by id first, by longest known prefix second (B1, B6)."""
    by_variant = {
        row.shopify_variant_id: mapping_facts(row)
        for row in await repository.list_mappings_by_variant(session, store_id, {gid for gid, _ in sold if gid})
    }
    skus = {sku for gid, sku in sold if sku and gid not in by_variant and sku.startswith(rules.MARK)}
    by_sku = await _by_sku(session, store_id, skus)
    resolutions = []
    for gid, sku in sold:
        mapping = by_variant.get(gid or "") or by_sku.get(sku or "")
        resolutions.append(Resolution(mapping, looks_like_partner=mapping is None and (sku or "") in skus))
    return resolutions


async def _by_sku(session: AsyncSession, store_id: int, skus: Collection[str]) -> dict[str, MappingFacts]:
    if not skus:
        return {}
    found: dict[str, MappingFacts] = {}
    for row in await repository.list_mappings_by_sku(session, store_id, skus):
        found.setdefault(row.sku, mapping_facts(row))
    # A partner of whom nothing is mapped yet has its prefix too, or a shorter one would take its SKUs (A19).
    prefixes = {rules.sku_prefix(each.shop_domain): each.id for each in await partners_of(session, store_id)}
    prefixes |= await repository.list_prefixes(session, store_id)
    for sku in set(skus) - set(found):
        parsed = rules.parse_sku(sku, prefixes)
        if parsed is None:
            continue
        row_of_sku = await repository.find_mapping_by_partner_sku(session, store_id, *parsed)
        if row_of_sku:
            found[sku] = mapping_facts(row_of_sku)
    return found


async def mappings_of_partner(session: AsyncSession, store_id: int, partner_id: int) -> list[MappingFacts]:
    """Return the live mappings to one partner."""
    return [mapping_facts(row) for row in await repository.list_active_mappings(session, store_id, partner_id)]


async def mapping_of_item(session: AsyncSession, store_id: int, item_gid: str) -> MappingFacts | None:
    """Return the live mapping of an inventory item of the store."""
    row = await repository.find_mapping_by_item(session, store_id, item_gid)
    return None if row is None else mapping_facts(row)


async def mappings_of_store(session: AsyncSession, store_id: int, *, ended: bool = False) -> list[MappingFacts]:
    """Return the store's live mappings, or with `ended` every one there ever was."""
    rows = await (repository.list_all_mappings if ended else repository.list_active_mappings)(session, store_id)
    return [mapping_facts(row) for row in rows]


async def variants_of_store(
    session: AsyncSession, partner_store_id: int, ids: Collection[int]
) -> Mapping[int, VariantFacts]:
    """Return these variants of a partner's store by our id."""
    return await _variants(session, [partner_store_id], ids)


async def _variants(
    session: AsyncSession, partner_store_ids: Collection[int], ids: Collection[int]
) -> dict[int, VariantFacts]:
    return {
        row.id: VariantFacts(
            id=row.id,
            gid=row.shopify_variant_id,
            inventory_item_gid=row.shopify_inventory_item_id,
            sku=row.sku,
            title=product.title if row.title in ("", "Default Title") else f"{product.title} – {row.title}",
            price=Money(row.price_amount, row.currency),
            tracked=row.tracked,
            is_deleted=row.deleted_at is not None,
            is_on_sale=row.deleted_at is None and product.status not in rules.OFF_SALE,
            missed_at=product.missed_at,
        )
        for row, product in await repository.list_partner_variants(session, partner_store_ids, ids)
    }


async def variants_of_stores(
    session: AsyncSession, pairs: Iterable[tuple[int | None, int | None]]
) -> dict[int, VariantFacts]:
    """Return partners' variants by our id, of (partner store, variant) pairs."""
    known = {(store_id, each) for store_id, each in pairs if store_id is not None and each is not None}
    return await _variants(session, {store_id for store_id, _ in known}, {each for _, each in known}) if known else {}


async def variants_by_gid(
    session: AsyncSession, partner_store_id: int, gids: Collection[str]
) -> dict[str, VariantFacts]:
    """Return the known ones of these variants of a partner's store, by Shopify's id."""
    ids = await repository.variant_ids(session, partner_store_id, gids)
    return {
        each.gid: each for each in (await variants_of_store(session, partner_store_id, list(ids.values()))).values()
    }


async def import_progress(session: AsyncSession, store_id: int, import_id: int) -> ImportProgress:
    """Return how far an import is."""
    row = await repository.get_import(session, store_id, import_id)
    return _progress(row, (await repository.count_items_of(session, store_id, [import_id]))[import_id])


async def latest_imports(
    session: AsyncSession, store_id: int, partner_id: int | None = None, limit: int = 10
) -> list[ImportProgress]:
    """Return the latest imports, newest first."""
    rows = await repository.list_imports(session, store_id, partner_id, limit)
    counts = await repository.count_items_of(session, store_id, [row.id for row in rows])
    return [_progress(row, counts[row.id]) for row in rows]


def _progress(row: ProductImport, counts: Mapping[ItemState, int]) -> ImportProgress:
    return ImportProgress(
        id=row.id,
        partner_id=row.partner_id,
        state=ImportState(row.state),
        markup=row.markup,
        requested_at=row.requested_at,
        finished_at=row.finished_at,
        waiting=counts.get(ItemState.WAITING, 0),
        imported=counts.get(ItemState.IMPORTED, 0),
        refused=counts.get(ItemState.REFUSED, 0),
    )


async def import_report(session: AsyncSession, store_id: int, import_id: int) -> list[ImportRow]:
    """Return every product of an import with what became of it."""
    await repository.get_import(session, store_id, import_id)
    return [
        ImportRow(item.id, item.title, ItemState(item.state), item.reason, item.shopify_product_id, tuple(item.notes))
        for item in await repository.list_items(session, store_id, import_id)
    ]


async def page_mappings(
    session: AsyncSession, store_id: int, search: str = "", partner_id: int | None = None, place: Place = BEGINNING
) -> Page[MappingFacts]:
    """Return a page of the store's live mappings, the latest first."""
    return (await repository.page_mappings(session, store_id, search, partner_id, place)).of(mapping_facts)


async def get_mapping(session: AsyncSession, store_id: int, mapping_id: int) -> MappingFacts:
    """Return one mapping, or raise `NotFound`."""
    return mapping_facts(await repository.get_mapping(session, store_id, mapping_id))


async def mappings_to(
    session: AsyncSession, store_id: int, partner_variant_ids: Collection[int]
) -> dict[int, MappingFacts]:
    """Return a live mapping to each of these partners' variants, one still in the store first; none: absent."""
    rows = await repository.list_mappings_to(session, store_id, partner_variant_ids)
    return {row.partner_variant_id: mapping_facts(row) for row in rows}


async def partners_of_product(session: AsyncSession, store_id: int, product_gid: str) -> set[int]:
    """Return for which partners a product of the retailer's store is sold."""
    return {row.partner_id for row in await repository.list_mappings_of_product(session, store_id, product_gid)}


async def product_counts(session: AsyncSession, store_id: int) -> dict[int, int]:
    """Return how many products of each partner are sold in the store."""
    return await repository.count_products(session, store_id)


async def imported_products(
    session: AsyncSession, store_id: int, partner_id: int, product_gids: Collection[str]
) -> dict[str, str]:
    """Return which of a partner's products are in the retailer's store already, and as which product there."""
    return await repository.list_imported(session, store_id, partner_id, product_gids)


async def variants_by_item(
    session: AsyncSession, partner_store_id: int, item_gids: Collection[str] | None = None
) -> dict[str, int]:
    """Return our id of each known variant of a partner's store by its inventory item; deleted ones are left out."""
    return await repository.map_items(session, partner_store_id, item_gids)
