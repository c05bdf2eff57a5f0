"""What the pages and the books ask about the stock."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.inventory import repository
from app.inventory.models import StockOffer
from app.inventory.rules import Source, StockSum, change_reason


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """What is offered of a mapped variant: each term of its sum, and what stands in the retailer's store."""

    mapping_id: int
    partner_id: int
    sum: StockSum
    snapshot_at: datetime
    wanted: int
    written: int | None
    written_at: datetime | None
    trouble: str | None

    @property
    def is_written(self) -> bool:
        """Whether the retailer's store shows what is wanted."""
        return self.written == self.wanted

    def why_none(self, source: Source) -> str:
        """Say in a few words why nothing is offered of a variant that stands so; empty when something is."""
        return change_reason(self.sum, source)


def _facts(row: StockOffer) -> OfferFacts:
    return OfferFacts(
        mapping_id=row.mapping_id,
        partner_id=row.partner_id,
        sum=StockSum(
            partner_available=row.partner_available,
            unseen=row.unseen,
            unseen_others=row.unseen_others,
            provisional=row.provisional,
            buffer=row.buffer,
            surplus=row.surplus,
            withheld=row.withheld,
        ),
        snapshot_at=row.snapshot_at,
        wanted=row.wanted,
        written=row.written,
        written_at=row.written_at,
        trouble=row.trouble,
    )


async def offers_of(
    session: AsyncSession, store_id: int, mapping_ids: Collection[int] | None = None
) -> dict[int, OfferFacts]:
    """Return what is offered by mapping, of these or of all."""
    return {row.mapping_id: _facts(row) for row in await repository.list_offers(session, store_id, None, mapping_ids)}


async def read_at(session: AsyncSession, partner_store_id: int) -> datetime | None:
    """Return when the partner's stock was read, the oldest reading of it."""
    return await repository.oldest_snapshot(session, partner_store_id)
