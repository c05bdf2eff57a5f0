"""Computing what is offered: the sum of each number, beside what the retailer's store shows."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from app.catalog.queries import MappingFacts, mappings_of_partner, variants_of_store
from app.core.ids import idempotency_key
from app.core.unit_of_work import UnitOfWork
from app.exceptions.queries import open_exceptions_of
from app.exceptions.service import Problem, open_exception, resolve_exceptions
from app.inventory import repository, rules
from app.inventory.jobs import LeaveLocation, WriteOffers
from app.inventory.models import StockOffer
from app.inventory.rules import Source, StockSum, Unexplained
from app.inventory.service.reading import CLOSED
from app.job_runs.queries import is_unfinished
from app.job_runs.service import enqueue
from app.partners.queries import PartnerFacts, get_partner
from app.partners.service import UNREACHABLE
from app.stores.queries import get_settings, get_store
from app.units.queries import Entries, entries_since, surplus_of, unseen_by_partner

UNREAD = "stock_not_read"
UNTRACKED_CAP = 10
"""Offered of a variant whose stock the partner does not track (D5)."""

Shown = Mapping[str, int | None]
"""What the retailer's store shows of each inventory item; None: not stocked there; absent: it no longer exists."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where a partner's items stand in the retailer's store; without a location nothing is written."""

    location_id: str | None
    batches: Sequence[Mapping[int, str]]  # inventory item by mapping; what is sold from one stock is in one of them


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered of one mapping, and how it stood before."""

    mapping: MappingFacts
    sum: StockSum
    snapshot_at: datetime
    unexplained: Unexplained
    before: StockOffer | None

    @property
    def version(self) -> int:
        """How many attempts to write it there were."""
        return self.before.version if self.before else 0

    @property
    def wanted(self) -> int:
        """What should stand in the retailer's store, in its units."""
        return rules.offered(self.sum, self.mapping.units_per)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What is offered beside what the store shows, and the key under which the differences may be written once."""

    offers: Sequence[Offer]
    shown: Shown
    key: str

    @property
    def gone(self) -> list[Offer]:
        """Those whose item the store no longer has."""
        return [each for each in self.offers if each.mapping.inventory_item_gid not in self.shown]

    @property
    def due(self) -> list[Offer]:
        """Those of which the store shows another number."""
        shown = [each for each in self.offers if each.mapping.inventory_item_gid in self.shown]
        return [each for each in shown if self.shown[each.mapping.inventory_item_gid] != each.wanted]


async def read_shelf(uow: UnitOfWork, partner_id: int, most: int) -> Shelf:
    """Return where a partner's items stand, so many at once: packs beside the single ones of the same stock.

    While they are still to be taken away from another location they stand nowhere: they would be offered twice.
    """
    settings = await get_settings(uow.session, uow.store_id)
    installed = (await get_store(uow, uow.store_id)).installed
    is_moving = await is_unfinished(uow, LeaveLocation, uow.store_id)
    sold: dict[int, list[MappingFacts]] = defaultdict(list)
    for mapping in sorted(await mappings_of_partner(uow.session, uow.store_id, partner_id), key=lambda each: each.id):
        sold[mapping.partner_variant_id].append(mapping)
    batches = rules.in_batches([sold[variant_id] for variant_id in sorted(sold)], most)
    items = [{each.id: each.inventory_item_gid for each in batch} for batch in batches]
    return Shelf(settings.stock_location_id if installed and not is_moving else None, items)


async def weigh_offers(
    uow: UnitOfWork,
    partner_id: int,
    mapping_ids: Collection[int],
    shown: Shown | None = None,
    *,
    in_doubt: bool = False,
) -> Weighed:
    """Keep what is offered of these mappings, each term of its sum, and claim the writing of what the store lacks.

    The look at the store must have ended before this unit of work began: a sale that it shows, and that was captured
    meanwhile, then stands in both numbers. Each attempt to write has an idempotency key of its own (D27). `in_doubt`:
    whoever made the last attempt may have ended before it heard whether the store took it.
    """
    partner = await get_partner(uow.session, uow.store_id, partner_id)
    every = await mappings_of_partner(uow.session, uow.store_id, partner_id)
    mappings = [each for each in every if each.id in mapping_ids]
    before = await repository.list_offers(uow.session, uow.store_id, partner_id, mapping_ids)
    # Before what is unseen is summed: a sale that is captured in between counts twice for a moment, never not at all.
    entries = await entries_since(
        uow.session,
        uow.store_id,
        {each.partner_variant_id for each in mappings},
        min((row.entries_seen for row in before), default=0),
    )
    is_open = partner.is_live and await _lets_us_in(uow, partner)
    if is_open:
        totals = await _with_partner(uow, partner, mappings)
    else:
        totals = await _without_partner(uow, mappings, is_live=partner.is_live)
        await resolve_exceptions(uow, "partner", partner_id, [CLOSED])  # nobody looks there at the moment
    known = [each for each in mappings if each.partner_variant_id in totals]
    stood = {row.mapping_id: row for row in before}
    dropped = _dropped(known, stood, shown or {}, in_doubt=in_doubt)
    explained = {each.id: _explain(uow, each, stood.get(each.id), entries, dropped.get(each.id)) for each in known}
    provisional = _provisional(known, explained)

    offers = [
        _offer(uow, each, totals[each.partner_variant_id], explained[each.id], provisional, stood) for each in known
    ]
    weighed = Weighed(offers, shown or {}, _key(uow, offers))
    due = {each.mapping.id for each in weighed.due}
    rows = [_row(uow, each, weighed.shown, entries, is_due=each.mapping.id in due) for each in offers]
    await repository.put_offers(uow.session, rows)
    if any(each.sum.withheld for each in offers) or any(row.withheld for row in before):
        await _tell_of_withheld(uow, partner, [each.id for each in every])
    turns = [each.since + rules.PATIENCE for each in explained.values() if each.since and any(provisional.values())]
    turns += filter(None, (rules.decays_at(each.sum, each.snapshot_at, uow.now) for each in offers))
    if turns:
        await enqueue(uow, WriteOffers(uow.store_id, partner_id), run_at=min(turns))
    return weighed


def _offer(
    uow: UnitOfWork,
    mapping: MappingFacts,
    total: "_Total",
    explained: Unexplained,
    provisional: Mapping[int, int],
    stood: Mapping[int, StockOffer],
) -> Offer:
    sold = replace(total.sum, provisional=provisional[mapping.partner_variant_id])
    decayed = rules.decayed(sold, total.snapshot_at, uow.now)
    return Offer(mapping, decayed, total.snapshot_at, explained, stood.get(mapping.id))


async def _tell_of_withheld(uow: UnitOfWork, partner: PartnerFacts, mapping_ids: Collection[int]) -> None:
    """List a partner whose stock nobody could read for hours, unless the reason is listed already; the first good
    reading ends it (D18).
    """
    told = {each.kind for each in await open_exceptions_of(uow.session, "partner", partner.id)}
    if told & {*UNREACHABLE, CLOSED} or not await repository.is_any_withheld(uow.session, uow.store_id, mapping_ids):
        await resolve_exceptions(uow, "partner", partner.id, [UNREAD])
        return
    cause = f"{partner.name}'s stock could not be read for hours: half of it is offered, and after six hours nothing."
    step = "It is read again by itself. Look on the partner's page whether their store can be reached."
    await open_exception(uow, Problem(UNREAD, "partner", str(partner.id), cause, step, partner_id=partner.id))


async def _lets_us_in(uow: UnitOfWork, partner: PartnerFacts) -> bool:
    """Whether the partner's store can still be asked: what nobody can read or order is not offered (A10)."""
    return partner.partner_store_id is not None and not (await get_store(uow, partner.partner_store_id)).needs_reopening


def _dropped(
    mappings: Sequence[MappingFacts], stood: Mapping[int, StockOffer], shown: Shown, *, in_doubt: bool
) -> dict[int, int]:
    """Return by how many of the retailer's units what the store shows is lower than it stood; of what was seen."""
    dropped = {}
    for each in mappings:
        before, there = stood.get(each.id), shown.get(each.inventory_item_gid)
        if before is None or before.written is None or there is None:
            continue
        asked_for = before.wanted if in_doubt and before.trouble is None else before.written
        dropped[each.id] = rules.stood_before(before.written, asked_for, there) - there
    return dropped


def _explain(
    uow: UnitOfWork, mapping: MappingFacts, stood: StockOffer | None, entries: Entries, dropped: int | None
) -> Unexplained:
    """Return what the store's number leaves unexplained after this look; without a look it is as it was."""
    if stood is None:
        return Unexplained()
    was = Unexplained(stood.unexplained, stood.unexplained_at)
    if dropped is None:
        return rules.explain(was, 0, 0, uow.now)
    captured = entries.units(mapping.partner_variant_id, mapping.units_per, after=stood.entries_seen)
    return rules.explain(was, dropped * mapping.units_per, captured, uow.now)


def _provisional(mappings: Sequence[MappingFacts], explained: Mapping[int, Unexplained]) -> dict[int, int]:
    """Return the units sold but not captured yet of each partner variant, over all that is sold from its stock."""
    units: dict[int, int] = defaultdict(int)
    for mapping in mappings:
        units[mapping.partner_variant_id] += max(0, explained[mapping.id].units)
    return units


def _key(uow: UnitOfWork, offers: Sequence[Offer]) -> str:
    return idempotency_key("stock", uow.store_id, *[(each.mapping.id, each.version) for each in offers])


def _row(uow: UnitOfWork, offer: Offer, shown: Shown, entries: Entries, *, is_due: bool) -> dict[str, object]:
    stood = offer.before
    there = shown.get(offer.mapping.inventory_item_gid)
    written = there if there is not None else stood and stood.written
    is_first = written is not None and (stood is None or stood.written is None)
    return {
        "store_id": uow.store_id,
        "mapping_id": offer.mapping.id,
        "partner_id": offer.mapping.partner_id,
        **asdict(offer.sum),
        "snapshot_at": offer.snapshot_at,
        "wanted": offer.wanted,
        "written": written,
        "written_at": uow.now if is_first else stood and stood.written_at,
        "unexplained": offer.unexplained.units,
        "unexplained_at": offer.unexplained.since,
        "entries_seen": entries.latest if shown or stood is None else stood.entries_seen,
        "version": offer.version + is_due,
    }


@dataclass(frozen=True, slots=True)
class _Total:
    sum: StockSum
    snapshot_at: datetime


async def _with_partner(uow: UnitOfWork, partner: PartnerFacts, mappings: Sequence[MappingFacts]) -> dict[int, _Total]:
    """Return the sum of each partner variant of which stock was read at every chosen location."""
    ids = {mapping.partner_variant_id for mapping in mappings}
    if partner.partner_store_id is None or not ids:
        return {}
    stock = await _stock_at(uow, partner, ids)
    variants = await variants_of_store(uow.session, partner.partner_store_id, ids)
    unseen = await unseen_by_partner(
        uow, partner.partner_store_id, {variant_id: at for variant_id, (_, at) in stock.items()}
    )
    surplus = await surplus_of(uow.session, uow.store_id, ids)
    totals = {}
    for variant_id, (available, snapshot_at) in stock.items():
        by_store = unseen.get(variant_id, {})
        mine = by_store.get(uow.store_id, 0)
        source = rules.judge_source(partner.state, variants.get(variant_id), snapshot_at)
        totals[variant_id] = _Total(
            StockSum(
                partner_available=available if source is Source.SOLD else 0,
                unseen=mine,
                unseen_others=sum(by_store.values()) - mine,
                provisional=0,
                buffer=partner.buffer,
                surplus=surplus.get(variant_id, 0),
            ),
            snapshot_at,
        )
    return totals


async def _without_partner(uow: UnitOfWork, mappings: Sequence[MappingFacts], *, is_live: bool) -> dict[int, _Total]:
    """Return what is left while the partner's store is closed to us: the surplus at the centre.

    Of a partner who is gone nothing is sold (A11, W3): whatever is bought of theirs waits for a decision.
    """
    ids = {mapping.partner_variant_id for mapping in mappings}
    surplus = await surplus_of(uow.session, uow.store_id, ids) if ids and is_live else {}
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
