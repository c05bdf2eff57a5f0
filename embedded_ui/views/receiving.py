"""Parcels from partners as their pages show them: what is awaited, what one holds, what was found."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.queries import variants_of_store
from app.exceptions.queries import ExceptionFacts, open_exceptions_of
from app.master_orders.queries import MasterOrder, get_master_order
from app.orders.queries import OrderRow, orders_holding
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
from app.units.queries import demand_of_supply, supply_whereabouts
from app.units.states import AWAITED, MATCHED, SupplyState
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
    orders: tuple[tuple[OrderRow, int], ...]  # whom its units were given to, with how many
    surplus: int

    @property
    def here(self) -> int:
        """Units of it that came with the master order, as far as they still count."""
        return self.surplus + sum(units for _, units in self.orders)

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
    problems: tuple[ExceptionFacts, ...]
    is_short_awaited: bool  # what is missing may still come

    @property
    def titles(self) -> dict[int, str]:
        """The products' names, by line."""
        return {line.line_id: line.title for line in self.lines}

    @property
    def has_siblings(self) -> bool:
        """Whether more of its products is here than was in it: it came in other parcels of the master order."""
        return any(line.found and line.here > line.found.quantity for line in self.lines)

    @property
    def has_short(self) -> bool:
        """Whether less was found of something than was announced."""
        return any(line.difference < 0 for line in self.lines)


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
    parts = {line.master_line_id for line in parcel.lines}
    lines = {line.id: line for line in master.lines if line.id in parts}
    variants = await variants_of_store(
        session, master.partner_store_id, {line.partner_variant_id for line in lines.values()}
    )
    receipts = await list_receipts(session, store_id, [parcel_id])
    receipt = receipts[-1] if receipts else None
    found = {line.master_line_id: line for line in receipt.lines} if receipt else {}
    given = await _given(session, store_id, list(lines)) if receipt else {}
    places = await supply_whereabouts(session, store_id, list(lines))
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
                orders=tuple(given.get(line.master_line_id, ())),
                surplus=places[line.master_line_id].get(SupplyState.RECEIVED, 0),
            )
        )
    return ParcelPage(
        parcel=parcel,
        partner=await get_partner(session, store_id, parcel.partner_id),
        master=master,
        lines=tuple(shown),
        receipt=receipt,
        problems=tuple(await open_exceptions_of(session, "parcel", parcel_id)),
        is_short_awaited=any(place.get(state) for place in places.values() for state in AWAITED),
    )


async def _given(
    session: AsyncSession, store_id: int, line_ids: Sequence[int]
) -> dict[int, list[tuple[OrderRow, int]]]:
    """Return by master line whose orders its units were given to, the oldest order first."""
    lots = [lot for lot in await demand_of_supply(session, store_id, line_ids) if lot.state in MATCHED]
    order_of = await orders_holding(session, store_id, {lot.line_id for lot in lots})
    orders = {row.id: row for row in order_of.values()}
    units: dict[int, Counter[int]] = defaultdict(Counter)
    for lot in lots:
        units[lot.supply_line_id or 0][order_of[lot.line_id].id] += lot.quantity
    return {
        line_id: [(orders[order_id], count) for order_id, count in sorted(counts.items())]
        for line_id, counts in units.items()
    }
