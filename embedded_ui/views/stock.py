"""The stock as its pages show it: every number with its sum, and how far a reading is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.catalog.queries import MappingFacts, VariantFacts, get_mapping, page_mappings, variants_of_stores
from app.core.errors import NotFound
from app.core.money import Money
from app.core.pagination import Page
from app.core.unit_of_work import UnitOfWork
from app.inventory.jobs import RefreshOffers, SyncStock, WriteOffers
from app.inventory.queries import OfferFacts, offers_of, read_at
from app.inventory.rules import Source, judge_source
from app.job_runs.queries import RunFacts, unfinished_runs
from app.job_runs.states import JobState
from app.partners.health import Health, health_of
from app.partners.queries import PartnerFacts, partners_of
from app.pricing.rules import cost_from_retail
from app.stores.queries import StoreFacts, get_stores
from embedded_ui.forms.listing import Listing
from embedded_ui.views.arithmetic import Equation, equation


@dataclass(frozen=True, slots=True)
class Known:
    """The retailer's partners and their stores, by id; asked for once for a whole page."""

    partners: Mapping[int, PartnerFacts]
    stores: Mapping[int, StoreFacts]

    @property
    def live(self) -> list[PartnerFacts]:
        """The partners at work, by name."""
        return [each for each in self.partners.values() if each.is_live]


@dataclass(frozen=True, slots=True)
class StockRow:
    """A variant sold for a partner, and what is offered of it."""

    mapping: MappingFacts
    partner: PartnerFacts
    store: StoreFacts | None
    variant: VariantFacts | None
    offer: OfferFacts | None

    @property
    def title(self) -> str:
        """The product as the partner calls it."""
        return self.variant.title if self.variant else self.mapping.sku

    @property
    def closed(self) -> str:
        """Why nothing is known of the partner's stock; empty while it is."""
        if not self.partner.is_live:
            return "Partnership ended"
        return "Their store does not let us in" if self.store is None or self.store.needs_reopening else ""

    @property
    def sum(self) -> Equation | None:
        """The sum behind the number; none where nothing could be read."""
        if self.offer is None or self.closed:
            return None
        return equation(self.offer, self.mapping.units_per, self._source_of(self.offer))

    @property
    def why_none(self) -> str:
        """Why nothing is offered, in a few words; empty when something is, or nothing could be read."""
        return "" if self.offer is None or self.closed else self.offer.why_none(self._source_of(self.offer))

    def _source_of(self, offer: OfferFacts) -> Source:
        return judge_source(self.partner.state, self.variant, offer.snapshot_at)

    @property
    def cost(self) -> Money | None:
        """What one of the retailer's units costs now."""
        if self.variant is None:
            return None
        return cost_from_retail(self.variant.price, self.partner.discount) * self.mapping.units_per


@dataclass(frozen=True, slots=True)
class Reading:
    """How fresh a partner's stock is, and what is being done about it."""

    partner: PartnerFacts
    health: Health
    read_at: datetime | None
    step: str  # what goes on now; empty: nothing
    trouble: str

    @property
    def is_blocked(self) -> bool:
        """Whether the partner's store answers nobody, so that asking for a reading is of no use."""
        return self.health.is_broken

    @property
    def is_running(self) -> bool:
        """Whether the page should look again."""
        return bool(self.step) and not self.is_blocked


STEPS = (
    (SyncStock.name, "Reading the partner's stock"),
    (RefreshOffers.name, "Working out what you can offer"),
    (WriteOffers.name, "Writing to your store"),
)


async def read_known(uow: UnitOfWork) -> Known:
    """Return whose stock there may be."""
    partners = {each.id: each for each in await partners_of(uow.session, uow.store_id)}
    stores = await get_stores(uow, [each.partner_store_id for each in partners.values() if each.partner_store_id])
    return Known(partners, stores)


async def list_stock(uow: UnitOfWork, known: Known, listing: Listing) -> Page[StockRow]:
    """Return a page of what is sold for partners."""
    page = await page_mappings(uow.session, uow.store_id, listing.search, listing.partner_id, listing.place)
    rows = {row.mapping.id: row for row in await _rows(uow, known, page.rows)}
    return page.of(lambda mapping: rows[mapping.id])


async def read_number(uow: UnitOfWork, known: Known, mapping_id: int) -> StockRow:
    """Return one variant with what is offered of it."""
    mapping = await get_mapping(uow.session, uow.store_id, mapping_id)
    (row,) = await _rows(uow, known, [mapping])
    return row


async def read_reading(uow: UnitOfWork, known: Known, partner_id: int | None) -> Reading | None:
    """Return how fresh the stock of a live partner is."""
    if partner_id is None:
        return None
    partner = known.partners.get(partner_id)
    if partner is None:
        raise NotFound
    if partner.partner_store_id is None or not partner.is_live:
        return None
    store_id = partner.partner_store_id
    jobs = (SyncStock(store_id), RefreshOffers(store_id), WriteOffers(uow.store_id, partner.id))
    runs = await unfinished_runs(uow, jobs)
    step = next((words for name, words in STEPS if _is_due(runs.get(name), uow.now)), "")
    failed = [run for run in runs.values() if run.state is JobState.FAILED]
    trouble = "The last try did not succeed; the exceptions list has the reason." if failed and not step else ""
    health = health_of(partner, known.stores.get(store_id))
    return Reading(partner, health, await read_at(uow.session, store_id), step, trouble)


def _is_due(run: RunFacts | None, now: datetime) -> bool:
    return run is not None and run.state in (JobState.QUEUED, JobState.RUNNING) and run.run_at <= now


async def _rows(uow: UnitOfWork, known: Known, mappings: Sequence[MappingFacts]) -> list[StockRow]:
    session, store_id = uow.session, uow.store_id
    variants = await variants_of_stores(
        session, ((each.partner_store_id, each.partner_variant_id) for each in mappings)
    )
    offers = await offers_of(session, store_id, [each.id for each in mappings])
    return [
        StockRow(
            mapping=each,
            partner=known.partners[each.partner_id],
            store=known.stores.get(each.partner_store_id),
            variant=variants.get(each.partner_variant_id),
            offer=offers.get(each.id),
        )
        for each in mappings
    ]
