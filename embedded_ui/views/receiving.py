"""Parcels from partners as their pages show them: what is awaited, what one holds, what was found."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.queries import variants_of_store
from app.master_orders.queries import MasterOrder, get_lines, get_master_order
from app.partners.queries import PartnerFacts, get_partner, partners_named, partners_of
from app.receiving.queries import (
    Parcel,
    ReceiptLineRow,
    ReceiptRow,
    find_parcels,
    get_parcel,
    list_parcels,
    list_receipts,
)
from app.receiving.states import ParcelState
from embedded_ui.views.names import GONE

MOST_AWAITED = 200
RECENT = 50


@dataclass(frozen=True, slots=True)
class ParcelShown:
    """A parcel in a list."""

    parcel: Parcel
    partner: PartnerFacts


@dataclass(frozen=True, slots=True)
class ParcelLists:
    """The parcels of the centre."""

    awaited: tuple[ParcelShown, ...]
    received: tuple[ParcelShown, ...]


@dataclass(frozen=True, slots=True)
class ParcelLineShown:
    """What is said to be in a parcel of one product, and what was found."""

    line_id: int
    title: str
    sku: str
    note: str
    announced: int
    found: ReceiptLineRow | None

    @property
    def difference(self) -> int:
        """Found less announced; 0 while nobody counted."""
        return self.found.quantity - self.announced if self.found else 0


@dataclass(frozen=True, slots=True)
class ParcelPage:
    """One parcel."""

    parcel: Parcel
    partner: PartnerFacts
    master: MasterOrder
    lines: tuple[ParcelLineShown, ...]
    receipt: ReceiptRow | None

    @property
    def titles(self) -> dict[int, str]:
        """The products' names, by line."""
        return {line.line_id: line.title for line in self.lines}

    @property
    def has_short(self) -> bool:
        """Whether less was found of something than was announced."""
        return any(line.difference < 0 for line in self.lines)

    @property
    def has_over(self) -> bool:
        """Whether more was found of something than was announced."""
        return any(line.difference > 0 for line in self.lines)


async def list_both(session: AsyncSession, store_id: int, search: str) -> ParcelLists:
    """Return the parcels on their way, the longest travelling first, and those opened lately, the latest first."""
    partners = {partner.id: partner for partner in await partners_of(session, store_id)}
    named = await partners_named(session, store_id, search) if search else []

    async def those(state: ParcelState, limit: int) -> list[Parcel]:
        if search:
            return await find_parcels(session, store_id, state, search, named)
        return await list_parcels(session, store_id, state, limit=limit)

    def shown(parcels: Iterable[Parcel]) -> tuple[ParcelShown, ...]:
        return tuple(ParcelShown(parcel, partners[parcel.partner_id]) for parcel in parcels)

    awaited = await those(ParcelState.ON_THE_WAY, MOST_AWAITED)
    return ParcelLists(shown(awaited), shown(await those(ParcelState.RECEIVED, RECENT)))


async def read_parcel(session: AsyncSession, store_id: int, parcel_id: int) -> ParcelPage:
    """Return one parcel with what should be, or was, in it."""
    parcel = await get_parcel(session, store_id, parcel_id)
    master = await get_master_order(session, store_id, parcel.cycle_id)
    lines = await get_lines(session, store_id, [line.master_line_id for line in parcel.lines])
    variants = await variants_of_store(
        session, master.partner_store_id, {line.partner_variant_id for line in lines.values()}
    )
    receipts = await list_receipts(session, store_id, [parcel_id])
    receipt = receipts[-1] if receipts else None
    found = {line.master_line_id: line for line in receipt.lines} if receipt else {}
    shown = []
    for line in parcel.lines:
        master_line = lines[line.master_line_id]
        variant = variants.get(master_line.partner_variant_id)
        shown.append(
            ParcelLineShown(
                line_id=line.master_line_id,
                title=variant.title if variant else GONE,
                sku=(variant.sku or "") if variant else "",
                note=master_line.note,
                announced=line.quantity,
                found=found.get(line.master_line_id),
            )
        )
    partner = await get_partner(session, store_id, parcel.partner_id)
    return ParcelPage(parcel, partner, master, tuple(shown), receipt)
