"""What other domains and the pages ask about master orders."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.money import Money
from app.core.pagination import BEGINNING, Page, Place
from app.master_orders import repository
from app.master_orders.models import PARTNER_CHANGED, Cycle, MasterLine
from app.master_orders.states import CycleState


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of a master order."""

    id: int
    cycle_id: int
    partner_id: int
    partner_store_id: int
    partner_variant_id: int
    quantity: int
    unit_cost: Money
    note: str

    @property
    def amount(self) -> Money:
        """What the line costs."""
        return self.unit_cost * self.quantity


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """What became different after the freeze."""

    line_id: int | None
    kind: str
    quantity: int
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class EditRow:
    """A line the partner changed on our draft, and whether somebody decided to let it stand."""

    variant_gid: str
    wanted: int
    found: int
    is_kept: bool

    @property
    def missing(self) -> int:
        """Units that will not come with this master order."""
        return max(self.wanted - self.found, 0)


@dataclass(frozen=True, slots=True)
class MasterOrder:
    """A cycle with its lines."""

    id: int
    partner_id: int
    partner_store_id: int
    cutoff_on: date
    cutoff_at: datetime
    number: int
    state: CycleState
    marker: str
    frozen_at: datetime | None
    frozen_with_flag: bool
    closed_at: datetime | None
    draft_id: str | None
    draft_name: str | None
    order_id: str | None
    order_name: str | None
    trouble: str | None
    is_uncertain: bool
    lines: tuple[LineRow, ...]
    edits: tuple[EditRow, ...]

    @property
    def unit_count(self) -> int:
        """Units ordered."""
        return sum(line.quantity for line in self.lines)

    @property
    def units_in_draft(self) -> int:
        """Units on the partner's draft: what is ordered, but for what the partner changed there."""
        return self.unit_count + sum(edit.found - edit.wanted for edit in self.edits)

    @property
    def undecided(self) -> tuple[EditRow, ...]:
        """What the partner changed and nobody decided about yet."""
        return tuple(edit for edit in self.edits if not edit.is_kept)

    @property
    def edited_variants(self) -> frozenset[str]:
        """The partner's variants whose quantity the partner changed."""
        return frozenset(edit.variant_gid for edit in self.edits)

    @property
    def is_open(self) -> bool:
        """Whether units still join."""
        return self.state is CycleState.OPEN

    @property
    def total(self) -> Money | None:
        """What it costs in all; None while it has no line."""
        amounts = [line.amount for line in self.lines]
        return sum(amounts[1:], amounts[0]) if amounts else None


def line_row(line: MasterLine) -> LineRow:
    """Return a line as plain facts."""
    return LineRow(
        id=line.id,
        cycle_id=line.cycle_id,
        partner_id=line.partner_id,
        partner_store_id=line.partner_store_id,
        partner_variant_id=line.partner_variant_id,
        quantity=line.quantity,
        unit_cost=Money(line.unit_cost_amount, line.currency),
        note=line.note,
    )


def master_order(cycle: Cycle) -> MasterOrder:
    """Return a cycle as plain facts; lines that lost all their units are left out until somebody sends some."""
    return MasterOrder(
        id=cycle.id,
        partner_id=cycle.partner_id,
        partner_store_id=cycle.partner_store_id,
        cutoff_on=cycle.cutoff_on,
        cutoff_at=cycle.cutoff_at,
        number=cycle.number,
        state=CycleState(cycle.state),
        marker=cycle.marker,
        frozen_at=cycle.frozen_at,
        frozen_with_flag=cycle.frozen_with_flag,
        closed_at=cycle.closed_at,
        draft_id=cycle.shopify_draft_id,
        draft_name=cycle.shopify_draft_name,
        order_id=cycle.shopify_order_id,
        order_name=cycle.shopify_order_name,
        trouble=cycle.trouble,
        is_uncertain=cycle.is_uncertain,
        lines=tuple(line_row(line) for line in cycle.lines if line.quantity > 0 or cycle.state == CycleState.CLOSED),
        edits=tuple(
            EditRow(edit["variant"], edit["wanted"], edit["found"], edit.get("kept") is not None)
            for edit in cycle.partner_edits
        ),
    )


async def get_master_order(session: AsyncSession, store_id: int, cycle_id: int) -> MasterOrder:
    """Return one master order, or raise `NotFound`."""
    return master_order(await repository.get_cycle(session, store_id, cycle_id))


async def running_order(session: AsyncSession, store_id: int, partner_id: int) -> MasterOrder | None:
    """Return the master order that units join now."""
    cycle = await repository.find_open_cycle(session, store_id, partner_id)
    return master_order(cycle) if cycle else None


async def list_master_orders(
    session: AsyncSession,
    store_id: int,
    partner_id: int | None = None,
    limit: int | None = 1000,
) -> list[MasterOrder]:
    """Return master orders, newest first; without a limit every one there is."""
    rows = await repository.list_cycles(session, store_id, partner_id, limit)
    return [master_order(cycle) for cycle in rows]


def master_orders_named(store_id: int, search: str) -> Select[int]:
    """Return the question which master orders have the text in their name, to be asked inside another one."""
    return repository.named(store_id, search)


async def closed_markers(session: AsyncSession, store_id: int, partner_id: int, since: datetime) -> dict[str, datetime]:
    """Return when each master order of a partner was closed, by its marker, of those closed since."""
    return await repository.closed_markers(session, store_id, partner_id, since)


async def running_orders(session: AsyncSession, store_id: int, partner_id: int | None = None) -> list[MasterOrder]:
    """Return the master orders that are not over, the next cut-off first."""
    return [master_order(cycle) for cycle in await repository.list_running(session, store_id, partner_id)]


async def page_past_orders(
    session: AsyncSession, store_id: int, partner_id: int | None = None, place: Place = BEGINNING
) -> Page[MasterOrder]:
    """Return a page of the master orders that were closed, newest first; weeks without one are left out."""
    closed = [CycleState.CLOSED]
    return (await repository.page_cycles(session, store_id, closed, partner_id, place)).of(master_order)


async def master_orders_by_order(
    session: AsyncSession, store_id: int, order_gids: Collection[str]
) -> dict[str, MasterOrder]:
    """Return our master orders by the id of the order on the partner's store."""
    rows = await repository.list_by_order(session, store_id, order_gids)
    return {str(cycle.shopify_order_id): master_order(cycle) for cycle in rows}


async def get_lines(session: AsyncSession, store_id: int, line_ids: Collection[int]) -> dict[int, LineRow]:
    """Return lines by id."""
    return {line.id: line_row(line) for line in await repository.list_lines(session, store_id, line_ids)}


async def master_orders_holding(
    session: AsyncSession, store_id: int, line_ids: Collection[int]
) -> dict[int, MasterOrder]:
    """Return the whole master order of each line."""
    found: dict[int, MasterOrder] = {}
    for cycle in await repository.list_holding(session, store_id, line_ids) if line_ids else ():
        found |= dict.fromkeys((line.id for line in cycle.lines if line.id in line_ids), master_order(cycle))
    return found


async def changes_of(session: AsyncSession, store_id: int, cycle_ids: Collection[int]) -> dict[int, list[ChangeRow]]:
    """Return the change ledger of these master orders, oldest first."""
    changes: dict[int, list[ChangeRow]] = {cycle_id: [] for cycle_id in cycle_ids}
    for row in await repository.list_changes(session, store_id, cycle_ids):
        changes[row.cycle_id].append(ChangeRow(row.master_line_id, row.kind, row.quantity, row.why, row.at))
    return changes


def as_partner_has_it(master: MasterOrder, changes: Iterable[ChangeRow]) -> MasterOrder:
    """Return a master order with the quantities of the partner's order: as sealed, but for what they changed."""
    changed = Counter[int | None]()
    for change in changes:
        if change.kind == PARTNER_CHANGED:
            changed[change.line_id] += change.quantity
    return replace(
        master, lines=tuple(replace(line, quantity=line.quantity + changed[line.id]) for line in master.lines)
    )


def as_cancelled(master: MasterOrder, off: Mapping[int, int]) -> MasterOrder:
    """Return a master order that the partner cancelled with what still counts of it: without the units that are off, by
    line.
    """
    left = (replace(line, quantity=max(line.quantity - off.get(line.id, 0), 0)) for line in master.lines)
    return replace(master, lines=tuple(left))


async def partnerships_with_draft(session: AsyncSession, store_id: int, draft_gid: str) -> list[int]:
    """Return the partners whose open cycle has this draft."""
    return await repository.list_partners_by_draft(session, store_id, draft_gid)
