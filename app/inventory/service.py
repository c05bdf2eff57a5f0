"""Verbs of the stock: keep what was read, compute what is offered, record what was written."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from app.catalog.queries import MappingFacts, VariantFacts, mappings_of_partner, variants_by_item, variants_of_store
from app.core.errors import Conflict
from app.core.ids import idempotency_key
from app.core.unit_of_work import UnitOfWork
from app.events.service import record_event
from app.exceptions.service import Problem, open_exception, resolve_exceptions
from app.inventory import repository, rules
from app.inventory.events import StockWritten
from app.inventory.jobs import ReadStock, SyncStock, WriteOffers
from app.inventory.rules import StockSum
from app.job_runs.service import enqueue
from app.partners.queries import PartnerFacts, get_partner, partnerships_of
from app.partners.states import PartnerState
from app.stores.queries import get_settings, get_store
from app.units.queries import surplus_of, unseen_by_partner

UNTRACKED_CAP = 10
"""Offered of a variant whose stock the partner does not track (D5)."""

GATHERING = timedelta(seconds=1)
REFUSED, BLOCKED = "stock_not_writable", "stock_blocked"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a partner has of one variant at one location; None: not tracked."""

    variant_id: int
    location_id: str
    available: int | None


@dataclass(frozen=True, slots=True)
class DueOffer:
    """A quantity that should stand in the retailer's store."""

    mapping_id: int
    partner_variant_id: int
    inventory_item_gid: str
    wanted: int


@dataclass(frozen=True, slots=True)
class WritePlan:
    """Where to write, and what should stand there; without a location nothing is written."""

    location_id: str | None
    offers: tuple[DueOffer, ...]


async def announce_change(uow: UnitOfWork, item_gid: str) -> None:
    """Have an item of the partner's store read if anybody sells it; the unit of work acts for that store."""
    if not await variants_by_item(uow.session, uow.store_id, [item_gid]):
        return
    await repository.want_read(uow.session, uow.store_id, item_gid)
    await enqueue(uow, ReadStock(uow.store_id), run_at=uow.now + GATHERING)


async def sync_now(uow: UnitOfWork, partner_id: int) -> None:
    """Have a partner's stock read and written at once, as somebody asked for it."""
    partner = await get_partner(uow.session, uow.store_id, partner_id)
    if partner.partner_store_id is None or not partner.is_live:
        raise Conflict("This partner is not connected, so there is no stock to read.")
    await enqueue(uow, SyncStock(partner.partner_store_id))


async def record_stock(uow: UnitOfWork, readings: Sequence[Reading], snapshot_at: datetime) -> None:
    """Keep readings of the partner's store, and have every retailer compute anew."""
    rows: list[dict[str, object]] = [
        {
            "partner_store_id": uow.store_id,
            "variant_id": each.variant_id,
            "location_id": each.location_id,
            "available": each.available,
            "snapshot_at": snapshot_at,
        }
        for each in readings
    ]
    if rows:
        await repository.put_stock(uow.session, rows)
    await ask_every_retailer(uow)


async def ask_every_retailer(uow: UnitOfWork) -> None:
    """Have each retailer of the partner's store write what it offers; the unit of work acts for that store."""
    for partner in await partnerships_of(uow.session, uow.store_id):
        await enqueue(uow, WriteOffers(partner.store_id, partner.id))


async def compute_offers(uow: UnitOfWork, partner_id: int) -> WritePlan:
    """Compute what is offered of every mapped variant of a partner, and keep each term of the sum."""
    partner = await get_partner(uow.session, uow.store_id, partner_id)
    settings = await get_settings(uow.session, uow.store_id)
    mappings = await mappings_of_partner(uow.session, uow.store_id, partner_id)
    if partner.is_live:
        sums = await _sums(uow, partner, mappings)
    else:
        sums = await _sums_without_partner(uow, mappings)
    known = [each for each in mappings if each.partner_variant_id in sums]
    rows = [_offer(uow, mapping, sums[mapping.partner_variant_id]) for mapping in known]
    await repository.put_offers(uow.session, rows)
    due = [_due(mapping, sums[mapping.partner_variant_id]) for mapping in known]
    installed = (await get_store(uow, uow.store_id)).installed
    return WritePlan(settings.stock_location_id if installed else None, tuple(due))


async def claim_writes(uow: UnitOfWork, partner_id: int, mapping_ids: Collection[int]) -> str:
    """Return the idempotency key of one attempt to write these; the next attempt has another (D27)."""
    rows = await repository.list_offers(uow.session, uow.store_id, partner_id, mapping_ids)
    for row in rows:
        row.version += 1
    return idempotency_key("stock", uow.store_id, *[(row.mapping_id, row.version) for row in rows])


async def record_written(uow: UnitOfWork, partner_id: int, stands: Mapping[int, int], written: Collection[int]) -> None:
    """Record what stands in the store now, by mapping."""
    for row in await repository.list_offers(uow.session, uow.store_id, partner_id, stands):
        if row.mapping_id in written or row.written is None:
            row.written_at = uow.now
        row.written = stands[row.mapping_id]
    if written:
        await record_event(uow, StockWritten(partner_id, len(written)))


async def record_refused(
    uow: UnitOfWork, partner_id: int, refused: Mapping[int, str], variants: Mapping[int, int]
) -> None:
    """Set aside quantities the store would not take, with its reason; the others' exceptions end (D12)."""
    for row in await repository.list_offers(uow.session, uow.store_id, partner_id, variants):
        if row.mapping_id not in refused:
            if row.trouble is not None:
                row.trouble = None
                await resolve_exceptions(uow, "partner_variant", variants[row.mapping_id], [REFUSED])
            continue
        row.trouble = refused[row.mapping_id]
        await open_exception(
            uow,
            Problem(
                kind=REFUSED,
                subject_kind="partner_variant",
                subject_id=str(variants[row.mapping_id]),
                cause=f"Your store does not accept a quantity for this item: {refused[row.mapping_id]}",
                next_step="Check that the product still exists, is no bundle and tracks its quantity.",
                partner_id=partner_id,
            ),
        )


async def record_blocked(uow: UnitOfWork, partner_id: int, why: str | None) -> None:
    """List that the store takes no quantity at all, with its reason; none: it does again (D10)."""
    if why is None:
        await resolve_exceptions(uow, "partner", partner_id, [BLOCKED])
        return
    cause = f"Your store does not accept the stock of this partner: {why}"
    step = "Look under Settings whether the location for partner stock still exists and is active."
    await open_exception(uow, Problem(BLOCKED, "partner", str(partner_id), cause, step, partner_id=partner_id))


@dataclass(frozen=True, slots=True)
class _Total:
    sum: StockSum
    snapshot_at: datetime


async def _sums(uow: UnitOfWork, partner: PartnerFacts, mappings: Sequence[MappingFacts]) -> dict[int, _Total]:
    """Return the sum of each partner variant of which stock was read at every chosen location."""
    ids = {mapping.partner_variant_id for mapping in mappings}
    if partner.partner_store_id is None or not ids:
        return {}
    stock = await _stock_at(uow, partner, ids)
    variants = await variants_of_store(uow.session, partner.partner_store_id, ids)
    unseen = await unseen_by_partner(
        uow.session, partner.partner_store_id, {variant_id: at for variant_id, (_, at) in stock.items()}
    )
    surplus = await surplus_of(uow.session, uow.store_id, ids)
    totals = {}
    for variant_id, (available, snapshot_at) in stock.items():
        by_store = unseen.get(variant_id, {})
        mine = by_store.get(uow.store_id, 0)
        totals[variant_id] = _Total(
            StockSum(
                partner_available=available if _is_sold(partner, variants.get(variant_id)) else 0,
                unseen=mine,
                unseen_others=sum(by_store.values()) - mine,
                provisional=0,
                buffer=partner.buffer,
                surplus=surplus.get(variant_id, 0),
            ),
            snapshot_at,
        )
    return totals


async def _sums_without_partner(uow: UnitOfWork, mappings: Sequence[MappingFacts]) -> dict[int, _Total]:
    """Return what is left when the partner is gone: the surplus at the centre (A11)."""
    ids = {mapping.partner_variant_id for mapping in mappings}
    surplus = await surplus_of(uow.session, uow.store_id, ids) if ids else {}
    return {each: _Total(StockSum(0, 0, 0, 0, 0, surplus.get(each, 0)), uow.now) for each in ids}


async def _stock_at(
    uow: UnitOfWork, partner: PartnerFacts, variant_ids: Collection[int]
) -> dict[int, tuple[int, datetime]]:
    """Return stock summed over the chosen locations, with the oldest of their snapshots."""
    assert partner.partner_store_id is not None
    read: dict[int, dict[str, tuple[int | None, datetime]]] = defaultdict(dict)
    for row in await repository.list_stock(uow.session, partner.partner_store_id, variant_ids):
        if row.location_id in partner.location_ids:
            read[row.variant_id][row.location_id] = (row.available, row.snapshot_at)
    stock = {}
    for variant_id, places in read.items():
        if len(places) < len(partner.location_ids):
            continue
        available = [units for units, _ in places.values()]
        tracked = [rules.whole_units(units, untracked_cap=UNTRACKED_CAP) for units in available if units is not None]
        total = sum(tracked) if tracked else UNTRACKED_CAP
        stock[variant_id] = (total, min(at for _, at in places.values()))
    return stock


def _is_sold(partner: PartnerFacts, variant: VariantFacts | None) -> bool:
    return partner.state is PartnerState.CONNECTED and variant is not None and not variant.is_deleted


def _due(mapping: MappingFacts, total: _Total) -> DueOffer:
    wanted = rules.offered(total.sum, mapping.units_per)
    return DueOffer(mapping.id, mapping.partner_variant_id, mapping.inventory_item_gid, wanted)


def _offer(uow: UnitOfWork, mapping: MappingFacts, total: _Total) -> dict[str, object]:
    return {
        "store_id": uow.store_id,
        "mapping_id": mapping.id,
        "partner_id": mapping.partner_id,
        **asdict(total.sum),
        "snapshot_at": total.snapshot_at,
        "wanted": rules.offered(total.sum, mapping.units_per),
        "version": 1,
    }
