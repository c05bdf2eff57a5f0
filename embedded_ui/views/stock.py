"""The stock as its pages show it: every number with its sum, and how far a reading is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.queries import MappingFacts, VariantFacts, get_mapping, page_mappings
from app.core.pagination import Page
from app.core.unit_of_work import UnitOfWork
from app.inventory.jobs import RefreshOffers, SyncStock, WriteOffers
from app.inventory.queries import OfferFacts, offers_of, read_at
from app.job_runs.queries import RunFacts, unfinished_runs
from app.job_runs.states import JobState
from app.partners.queries import PartnerFacts, get_partner, partners_of
from embedded_ui.forms.listing import Listing
from embedded_ui.views.arithmetic import Equation, equation
from embedded_ui.views.names import variants_of


@dataclass(frozen=True, slots=True)
class StockRow:
    """A variant sold for a partner, and what is offered of it."""

    mapping: MappingFacts
    partner: PartnerFacts
    variant: VariantFacts | None
    offer: OfferFacts | None
    sum: Equation | None

    @property
    def title(self) -> str:
        """The partner's product and variant; the SKU when it cannot be read any more."""
        return self.variant.title if self.variant else self.mapping.sku


@dataclass(frozen=True, slots=True)
class Reading:
    """How fresh a partner's stock is, and what is being done about it."""

    partner: PartnerFacts
    read_at: datetime | None
    step: str  # what goes on now; empty: nothing
    trouble: str

    @property
    def is_running(self) -> bool:
        """Whether the page should look again."""
        return bool(self.step)


STEPS = (
    (SyncStock.name, "Reading the partner's stock"),
    (RefreshOffers.name, "Working out what you can offer"),
    (WriteOffers.name, "Writing to your store"),
)


async def list_stock(session: AsyncSession, store_id: int, listing: Listing) -> Page[StockRow]:
    """Return a page of what is sold for partners."""
    page = await page_mappings(session, store_id, listing.search, listing.partner_id, listing.place)
    partners = {partner.id: partner for partner in await partners_of(session, store_id)}
    variants = await _variants(session, page.rows)
    offers = await offers_of(session, store_id, [mapping.id for mapping in page.rows])
    return page.of(
        lambda mapping: _row(
            mapping, partners[mapping.partner_id], variants.get(mapping.partner_variant_id), offers.get(mapping.id)
        )
    )


async def read_number(session: AsyncSession, store_id: int, mapping_id: int) -> StockRow:
    """Return one variant with what is offered of it."""
    mapping = await get_mapping(session, store_id, mapping_id)
    partner = await get_partner(session, store_id, mapping.partner_id)
    variants = await _variants(session, [mapping])
    offers = await offers_of(session, store_id, [mapping_id])
    return _row(mapping, partner, variants.get(mapping.partner_variant_id), offers.get(mapping_id))


async def read_reading(uow: UnitOfWork, partner_id: int | None) -> Reading | None:
    """Return how fresh the stock of a live partner is."""
    if partner_id is None:
        return None
    partner = await get_partner(uow.session, uow.store_id, partner_id)
    if partner.partner_store_id is None or not partner.is_live:
        return None
    store_id = partner.partner_store_id
    jobs = (SyncStock(store_id), RefreshOffers(store_id), WriteOffers(uow.store_id, partner.id))
    runs = await unfinished_runs(uow, jobs)
    step = next((words for name, words in STEPS if _is_due(runs.get(name), uow.now)), "")
    failed = [run for run in runs.values() if run.state is JobState.FAILED]
    trouble = "The last try did not succeed; the exceptions list has the reason." if failed and not step else ""
    return Reading(partner, await read_at(uow.session, store_id), step, trouble)


def _is_due(run: RunFacts | None, now: datetime) -> bool:
    return run is not None and run.state in (JobState.QUEUED, JobState.RUNNING) and run.run_at <= now


async def _variants(session: AsyncSession, mappings: Iterable[MappingFacts]) -> dict[int, VariantFacts]:
    return await variants_of(session, ((each.partner_store_id, each.partner_variant_id) for each in mappings))


def _row(
    mapping: MappingFacts, partner: PartnerFacts, variant: VariantFacts | None, offer: OfferFacts | None
) -> StockRow:
    return StockRow(mapping, partner, variant, offer, equation(offer, mapping.units_per) if offer else None)
