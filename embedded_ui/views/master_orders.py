"""Master orders as their pages show them, for the retailer and for the partner."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from urllib.parse import quote

from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.queries import VariantFacts, variants_of_store
from app.core.pagination import Page
from app.exceptions.queries import ExceptionFacts, open_exceptions_of
from app.master_orders.queries import (
    ChangeRow,
    EditRow,
    LineRow,
    MasterOrder,
    as_cancelled,
    as_partner_has_it,
    changes_of,
    get_master_order,
    page_past_orders,
    running_orders,
)
from app.master_orders.states import CycleState
from app.orders.queries import OrderRow
from app.partners.queries import PartnerFacts, get_partner, partners_of
from app.receiving.queries import Parcel, cancelled_by_partner, list_parcels
from app.units.queries import demand_of_supply, queued_demand, supply_whereabouts
from app.units.states import DemandState, SupplyState
from embedded_ui.forms.listing import Listing
from embedded_ui.views.journey import Journey, to_centre, together
from embedded_ui.views.names import GONE, orders_with_units


@dataclass(frozen=True, slots=True)
class StateWords:
    """A state as the pages say it."""

    badge: str
    tone: str
    sentence: str


STATES: Mapping[CycleState, StateWords] = {
    CycleState.OPEN: StateWords("Open", "info", "Orders placed before the cut-off join by themselves."),
    CycleState.CLOSING: StateWords("Closing", "caution", "Sealed; it is being sent to the partner now."),
    CycleState.UNCERTAIN: StateWords(
        "Uncertain", "critical", "We could not find out whether the partner's store took it. Look before you act."
    ),
    CycleState.CLOSED: StateWords("Sent", "success", "The partner has it. Later changes stand below."),
    CycleState.EMPTY: StateWords(
        "Nothing ordered", "neutral", "No order went to the partner. What is sold of theirs joins the next one."
    ),
}


NOT_SENT = (SupplyState.SENT, SupplyState.ACKNOWLEDGED, SupplyState.SHORTED)
"""Where units are that no parcel brought; nothing more is to be expected of them once the partner cancelled."""


@dataclass(frozen=True, slots=True)
class MasterShown:
    """A master order in a list."""

    master: MasterOrder
    theirs: MasterOrder  # with the quantities of the partner's order, once there is one
    partner: PartnerFacts
    journey: Journey

    @property
    def state(self) -> StateWords:
        """The state in words."""
        return STATES[self.master.state]


@dataclass(frozen=True, slots=True)
class MasterLineShown:
    """A line with the product, where its units are, and what the partner made of it."""

    line: LineRow
    theirs: LineRow
    variant: VariantFacts | None
    journey: Journey
    edit: EditRow | None

    @property
    def title(self) -> str:
        """The product's name."""
        return self.variant.title if self.variant else GONE


@dataclass(frozen=True, slots=True)
class MasterPage:
    """One master order."""

    master: MasterOrder
    theirs: MasterOrder  # with the quantities of the partner's order, once there is one
    partner: PartnerFacts
    lines: tuple[MasterLineShown, ...]
    changes: tuple[ChangeRow, ...]
    parcels: tuple[Parcel, ...]
    problems: tuple[ExceptionFacts, ...]
    is_cancelled: bool  # by the partner
    titles: Mapping[int, str]  # by line, for the change ledger
    orders: tuple[tuple[OrderRow, int], ...]  # of the retailer's customers, with the units that come with it

    @property
    def file_address(self) -> str:
        """The lines as a file to save: what a partner is given by hand when their store takes nothing (G17)."""
        return "data:text/csv;charset=utf-8," + quote(_table_of(self.master, self.lines))

    @property
    def to_ship(self) -> int:
        """Units the partner has not sent yet."""
        return sum(each.journey.stages[0].units for each in self.lines)

    @property
    def on_the_way(self) -> int:
        """Units the partner sent that have not arrived."""
        return sum(each.journey.stages[1].units for each in self.lines)

    @property
    def differs(self) -> bool:
        """Whether the partner's order has other quantities than the list that was sealed."""
        return self.theirs != self.master

    @property
    def added(self) -> int:
        """Units the partner put on the order that nobody asked for."""
        return sum(change.quantity for change in self.changes if change.line_id is None)

    @property
    def state(self) -> StateWords:
        """The state in words."""
        return STATES[self.master.state]


def _table_of(master: MasterOrder, lines: Sequence[MasterLineShown]) -> str:
    rows = [["Master order", "SKU", "Product", "Note", "Units", "Unit cost", "Currency"]]
    for each in lines:
        sku = each.variant.sku if each.variant and each.variant.sku else ""
        cost = each.line.unit_cost
        texts = [_harmless(text) for text in (master.marker, sku, each.title, each.line.note)]
        rows.append([*texts, str(each.line.quantity), format(cost.amount.normalize(), "f"), cost.currency])
    written = StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()


def _harmless(text: str) -> str:
    """Return the text so that a spreadsheet takes it for no formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _theirs(
    master: MasterOrder, changes: Iterable[ChangeRow], places: Mapping[int, Mapping[str, int]], *, is_cancelled: bool
) -> MasterOrder:
    """Return what counts now of the partner's order."""
    theirs = as_partner_has_it(master, changes)
    if not is_cancelled:
        return theirs
    off = {line.id: sum(places[line.id].get(state, 0) for state in NOT_SENT) for line in master.lines}
    return as_cancelled(theirs, off)


async def list_running(session: AsyncSession, store_id: int) -> list[MasterShown]:
    """Return the master orders that are not over, the next cut-off first."""
    return running_shown(await running_orders(session, store_id), await partners_of(session, store_id))


def running_shown(masters: Sequence[MasterOrder], partners: Sequence[PartnerFacts]) -> list[MasterShown]:
    """Return running master orders, each with its partner."""
    by_id = {partner.id: partner for partner in partners}
    return [MasterShown(master, master, by_id[master.partner_id], to_centre({})) for master in masters]


async def list_past(
    session: AsyncSession, store_id: int, listing: Listing, *, for_partner: bool = False
) -> Page[MasterShown]:
    """Return a page of the master orders that were sent, with how much of each has arrived."""
    page = await page_past_orders(session, store_id, listing.partner_id, listing.place)
    partners = {partner.id: partner for partner in await partners_of(session, store_id)}
    places = await supply_whereabouts(session, store_id, [line.id for master in page.rows for line in master.lines])
    changes = await changes_of(session, store_id, [master.id for master in page.rows])
    cancelled = await cancelled_by_partner(session, store_id, [master.id for master in page.rows])
    return page.of(
        lambda master: MasterShown(
            master,
            _theirs(master, changes[master.id], places, is_cancelled=master.id in cancelled),
            partners[master.partner_id],
            to_centre(together(places[line.id] for line in master.lines), for_partner=for_partner),
        )
    )


async def read_master(session: AsyncSession, store_id: int, cycle_id: int, *, for_partner: bool = False) -> MasterPage:
    """Return one master order with its lines, its changes and its parcels."""
    master = await get_master_order(session, store_id, cycle_id)
    variants = await variants_of_store(
        session, master.partner_store_id, {line.partner_variant_id for line in master.lines}
    )
    places = await supply_whereabouts(session, store_id, [line.id for line in master.lines])
    edits = {edit.variant_gid: edit for edit in master.edits}
    changes = (await changes_of(session, store_id, [cycle_id]))[cycle_id]
    is_cancelled = cycle_id in await cancelled_by_partner(session, store_id, [cycle_id])
    theirs = _theirs(master, changes, places, is_cancelled=is_cancelled)
    lines = []
    for line, their_line in zip(master.lines, theirs.lines, strict=True):
        variant = variants.get(line.partner_variant_id)
        edit = edits.get(variant.gid) if variant else None
        journey = to_centre(places[line.id], for_partner=for_partner)
        lines.append(MasterLineShown(line, their_line, variant, journey, edit))
    return MasterPage(
        master=master,
        theirs=theirs,
        partner=await get_partner(session, store_id, master.partner_id),
        lines=tuple(lines),
        changes=tuple(changes),
        parcels=tuple(await list_parcels(session, store_id, None, [cycle_id])),
        problems=tuple(await open_exceptions_of(session, "master", cycle_id)),
        is_cancelled=is_cancelled,
        titles={shown.line.id: shown.title for shown in lines},
        orders=() if for_partner else await _orders_on(session, store_id, master),
    )


async def _orders_on(session: AsyncSession, store_id: int, master: MasterOrder) -> tuple[tuple[OrderRow, int], ...]:
    """Return the customers' orders a master order serves, the oldest first."""
    if master.is_open:
        queued = await queued_demand(session, store_id, master.partner_id, master.cutoff_at)
        wanted = [(lot.line_id, lot.quantity) for lot in queued]
    else:
        lots = await demand_of_supply(session, store_id, [line.id for line in master.lines])
        wanted = [(lot.line_id, lot.quantity) for lot in lots if lot.state is not DemandState.CANCELLED]
    return tuple(await orders_with_units(session, store_id, wanted))
