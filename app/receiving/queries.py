"""What the pages, the books and fulfilment ask about receiving."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.tracking import number_in_link, plain_number
from app.master_orders.queries import master_orders_named
from app.receiving import repository, rules
from app.receiving.models import InboundParcel
from app.receiving.states import ParcelState


@dataclass(frozen=True, slots=True)
class ParcelLineRow:
    """What the partner says is in a parcel of one master line."""

    master_line_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """A box from a partner."""

    id: int
    partner_id: int
    cycle_id: int
    state: ParcelState
    carrier: str | None
    tracking_number: str | None
    tracking_url: str | None
    earlier_numbers: tuple[str, ...]
    sent_at: datetime
    delivered_at: datetime | None
    received_at: datetime | None
    lines: tuple[ParcelLineRow, ...]

    @property
    def unit_count(self) -> int:
        """Units announced."""
        return sum(line.quantity for line in self.lines)

    @property
    def can_be_received(self) -> bool:
        """Whether it is still to be opened."""
        return self.state is ParcelState.ON_THE_WAY

    def is_overdue(self, now: datetime) -> bool:
        """Whether it travels for longer than parcels do."""
        return self.can_be_received and now - self.sent_at >= rules.UNDER_WAY

    def lacks_number(self, now: datetime) -> bool:
        """Whether the partner should have told its number by now."""
        return self.can_be_received and rules.lacks_number(self.tracking_number, self.sent_at, now)


@dataclass(frozen=True, slots=True)
class ReceiptLineRow:
    """What was found of one master line."""

    master_line_id: int
    announced: int
    quantity: int
    over: int


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """A count of one master line that was wrong: who says so, why, and what stands there since."""

    master_line_id: int
    before: int
    after: int
    why: str
    corrected_at: datetime
    corrected_by: str | None


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One opening of a parcel, as it stands after corrections."""

    id: int
    partner_id: int
    cycle_id: int
    parcel_id: int
    received_at: datetime
    received_by: str | None
    lines: tuple[ReceiptLineRow, ...]
    corrections: tuple[CorrectionRow, ...]


def _parcel(row: InboundParcel) -> Parcel:
    return Parcel(
        id=row.id,
        partner_id=row.partner_id,
        cycle_id=row.cycle_id,
        state=ParcelState(row.state),
        carrier=row.carrier,
        tracking_number=row.tracking_number,
        tracking_url=row.tracking_url,
        earlier_numbers=tuple(row.earlier_numbers),
        sent_at=row.sent_at,
        delivered_at=row.delivered_at,
        received_at=row.received_at,
        lines=tuple(ParcelLineRow(line.master_line_id, line.quantity) for line in row.lines),
    )


async def get_parcel(session: AsyncSession, store_id: int, parcel_id: int) -> Parcel:
    """Return one parcel, or raise `NotFound`."""
    return _parcel(await repository.get_parcel(session, store_id, parcel_id))


async def list_parcels(
    session: AsyncSession,
    store_id: int,
    state: ParcelState | None = None,
    cycle_ids: Collection[int] | None = None,
    limit: int = 200,
) -> list[Parcel]:
    """Return parcels: those on their way the longest travelling first, any others the latest first."""
    return [_parcel(row) for row in await repository.list_parcels(session, store_id, state, cycle_ids, limit)]


async def find_parcels(
    session: AsyncSession, store_id: int, state: ParcelState, search: str, partner_ids: Collection[int]
) -> list[Parcel]:
    """Return parcels by a part of their number or of their master order's name, and these partners', likewise."""
    cycles, plain = master_orders_named(store_id, search), plain_number(search)
    return [_parcel(row) for row in await repository.find_parcels(session, store_id, state, plain, cycles, partner_ids)]


async def awaited_parcels(session: AsyncSession, store_id: int) -> int:
    """Return how many parcels are on their way to the centre."""
    return await repository.count_on_the_way(session, store_id)


async def list_receipts(
    session: AsyncSession, store_id: int, parcel_ids: Collection[int] | None = None
) -> list[ReceiptRow]:
    """Return what was found in parcels, oldest first."""
    return [
        ReceiptRow(
            id=row.id,
            partner_id=row.partner_id,
            cycle_id=row.cycle_id,
            parcel_id=row.parcel_id,
            received_at=row.received_at,
            received_by=row.received_by,
            lines=tuple(
                ReceiptLineRow(line.master_line_id, line.announced, line.quantity, line.over) for line in row.lines
            ),
            corrections=tuple(
                CorrectionRow(
                    master_line_id=each.master_line_id,
                    before=each.before,
                    after=each.after,
                    why=each.why,
                    corrected_at=each.corrected_at,
                    corrected_by=each.corrected_by,
                )
                for each in row.corrections
            ),
        )
        for row in await repository.list_receipts(session, store_id, parcel_ids)
    ]


async def received_by_line(session: AsyncSession, store_id: int, line_ids: Collection[int]) -> dict[int, int]:
    """Return how many units of each master line were found."""
    return await repository.received_by_line(session, store_id, line_ids)


async def partner_is_done(session: AsyncSession, store_id: int, cycle_ids: Collection[int]) -> dict[int, bool]:
    """Tell of each master order whether the partner sent all of it or closed it."""
    return {row.cycle_id: row.is_done for row in await repository.list_partner_orders(session, store_id, cycle_ids)}


async def cancelled_by_partner(session: AsyncSession, store_id: int, cycle_ids: Collection[int]) -> set[int]:
    """Return which master orders the partner cancelled on their store."""
    rows = await repository.list_partner_orders(session, store_id, cycle_ids)
    return {row.cycle_id for row in rows if row.cancelled_at is not None}


async def is_inbound_number(session: AsyncSession, store_id: int, number: str) -> bool:
    """Tell whether a tracking number belongs to a parcel from a partner, however spelt; no customer may see it."""
    plain = plain_number(number)
    return bool(plain) and await repository.has_inbound_number(session, store_id, plain)


async def leads_to_inbound(session: AsyncSession, store_id: int, link: str) -> bool:
    """Tell whether a link leads to a parcel from a partner; no customer may follow it."""
    plain = number_in_link(link)
    return bool(link) and await repository.has_inbound_link(session, store_id, link, plain, rules.LONG)
