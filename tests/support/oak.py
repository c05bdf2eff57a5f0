"""Oak's weeks with a retailer: what was sold, what stands in Oak's store, what became of each master order."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from app.core.unit_of_work import Actor, Open, UnitOfWork
from app.exceptions.queries import ExceptionFacts
from app.master_orders import flows
from app.master_orders.queries import ChangeRow, MasterOrder, changes_of, list_master_orders, running_order
from app.receiving.queries import Parcel, list_parcels
from app.receiving.service import Count, correct_count, receive_parcel
from app.units import facts
from simulator.faults.faults import Faults, Rule
from simulator.world.draft_orders import DraftEdit, complete_draft, delete_draft, edit_draft
from simulator.world.fulfillment import create_fulfillment, parts_for
from simulator.world.order_model import DraftOrder, Fulfillment, Order, Tracking
from simulator.world.store import Store
from tests.support.shops import PARTNER
from tests.support.trade import Trade

BEANS = "PARTNER-oak-BEAN"
GRACE = timedelta(minutes=15)
QUARTER = timedelta(minutes=15)


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Oak:
    """One partner's side of a trade."""

    trade: Trade

    @property
    def store(self) -> Store:
        return self.trade.shops.store(PARTNER)

    @property
    def partner_id(self) -> int:
        return self.trade.link.partner.id

    async def sell(self, *quantities: int, sku: str = BEANS) -> list[Order]:
        """Customers buy, one after the other."""
        placed = []
        for quantity in quantities:
            placed.append(self.trade.buy((sku, quantity)))
            await self.trade.settle()
        return placed

    async def gather(self) -> None:
        """The five minutes pass after which the draft follows."""
        await self.pass_time(timedelta(minutes=6))

    async def pass_time(self, passed: timedelta) -> None:
        """Jump ahead and let happen what fell due."""
        self.trade.set_clock(self.trade.clock.at + passed)
        await self.trade.settle()

    async def rewrite(self, open_uow: Open | None = None) -> None:
        """Write the running draft now."""
        opener, shopify = open_uow or self.trade.shops.open_uow, self.trade.shops.shopify
        await flows.rewrite_draft(opener, shopify.with_units(opener), self.trade.retailer_id, self.partner_id)

    async def close(self, cycle_id: int, open_uow: Open | None = None) -> None:
        """Do the close's work now."""
        opener, shopify = open_uow or self.trade.shops.open_uow, self.trade.shops.shopify
        await flows.close_cycle(opener, shopify.with_units(opener), self.trade.retailer_id, cycle_id)

    async def close_week(self) -> MasterOrder:
        """Let the running week's cut-off and grace pass; return what became of it."""
        cycle = await self.running()
        await self.reach_close(cycle)
        return await self.close_week_of(cycle.id)

    async def close_week_of(self, cycle_id: int) -> MasterOrder:
        """Let time pass until the week is at its end."""
        for _ in range(14):
            await self.trade.settle()
            if (await self.master(cycle_id)).state in ("closed", "empty"):
                break
            self.trade.set_clock(self.trade.clock.at + QUARTER)
        return await self.master(cycle_id)

    async def reach_close(self, cycle: MasterOrder) -> None:
        """Stand at the end of the grace."""
        self.trade.set_clock(cycle.cutoff_at + GRACE)

    async def running(self) -> MasterOrder:
        async with self.trade.uow() as uow:
            found = await running_order(uow.session, self.trade.retailer_id, self.partner_id)
        assert found is not None
        return found

    async def masters(self) -> list[MasterOrder]:
        """All master orders, oldest first."""
        async with self.trade.uow() as uow:
            return (await list_master_orders(uow.session, self.trade.retailer_id, self.partner_id))[::-1]

    async def master(self, cycle_id: int) -> MasterOrder:
        return next(each for each in await self.masters() if each.id == cycle_id)

    async def changes(self, cycle_id: int) -> list[ChangeRow]:
        """The change ledger of a master order."""
        async with self.trade.uow() as uow:
            return (await changes_of(uow.session, self.trade.retailer_id, [cycle_id]))[cycle_id]

    @property
    def drafts(self) -> list[DraftOrder]:
        """Our drafts that stand in Oak's store."""
        return [each for each in self.store.draft_orders.values() if each.deleted_at is None and not each.order_id]

    @property
    def draft(self) -> DraftOrder:
        (found,) = self.drafts
        return found

    @property
    def orders(self) -> list[Order]:
        """Our orders in Oak's store."""
        return [each for each in self.store.orders.values() if any(tag.startswith("ph-") for tag in each.tags)]

    @property
    def order(self) -> Order:
        (found,) = self.orders
        return found

    def edit(self, *quantities: int, **fields: Any) -> None:
        """Oak's staff give the draft's lines these quantities."""
        draft = self.draft
        wanted: Mapping[int, int] = {line.id: count for line, count in zip(draft.lines, quantities, strict=False)}
        edit_draft(self.trade.shops.world, self.store, draft, DraftEdit(quantities=wanted, fields=fields))

    def delete_draft(self) -> None:
        delete_draft(self.trade.shops.world, self.store, self.draft)

    def complete_draft(self) -> Order:
        return complete_draft(self.trade.shops.world, self.store, self.draft, by="staff")

    def send(self, *quantities: int, order: Order | None = None, number: str | None = "1Z999") -> Fulfillment:
        """Oak's staff ship these quantities of the order's lines in one parcel."""
        order = order or self.order
        wanted = [(line.id, count) for line, count in zip(order.lines, quantities, strict=False) if count]
        (parts,) = parts_for(self.store, order, wanted)
        tracking = [Tracking(company="UPS", number=number, url=None)] if number else []
        return create_fulfillment(self.trade.shops.world, self.store, parts, tracking, "staff")

    async def parcels(self) -> list[Parcel]:
        """The parcels we know of, the first one first."""
        async with self.trade.uow() as uow:
            return (await list_parcels(uow.session, self.trade.retailer_id))[::-1]

    async def receive(self, parcel: Parcel, *quantities: int) -> int:
        """Count the parcel's lines; as announced unless said otherwise."""
        found = quantities or tuple(line.quantity for line in parcel.lines)
        counts = [Count(line.master_line_id, count) for line, count in zip(parcel.lines, found, strict=True)]
        async with self.trade.uow() as uow:
            receipt = await receive_parcel(uow, parcel.id, counts)
        await self.trade.settle()
        return receipt

    async def correct(self, parcel: Parcel, *quantities: int, seen: int = 0) -> None:
        """Let these counts of the parcel's lines stand instead."""
        counts = [Count(line.master_line_id, count) for line, count in zip(parcel.lines, quantities, strict=True)]
        async with self.trade.uow() as uow:
            await correct_count(uow, parcel.id, counts, "Miscounted", seen)
        await self.trade.settle()

    async def stock_centre(self, *quantities: int) -> None:
        """Customers buy, the week closes, Oak sends all of it, and it is received."""
        await self.sell(*quantities)
        await self.close_week()
        self.send(*lines_of(self.order))
        await self.trade.settle()
        await self.receive((await self.parcels())[-1])

    async def places(self) -> list[dict[str, int]]:
        """Where the units of each order line are, the oldest order first."""
        return [await self.trade.where(line.id) for order in await self.trade.orders() for line in order.lines]

    def fail(self, *rules: Rule) -> None:
        """Let something go wrong from here on."""
        self.trade.shops.world.faults = Faults(seed=1, profile="rules", rules=list(rules))

    async def problems(self) -> dict[str, ExceptionFacts]:
        """What stands open, by kind."""
        return {each.kind: each for each in await self.trade.problems()}

    async def units(self, side: str = "demand") -> dict[str, int]:
        """How many units of a side are in each state."""
        counted: dict[str, int] = {}
        async with self.trade.uow() as uow:
            for lot in await facts.lots_of(uow.session, self.trade.retailer_id):
                for state, count in lot.balances.items() if lot.side == side else ():
                    counted[state] = counted.get(state, 0) + count
        return {state: count for state, count in counted.items() if count}

    async def told(self, name: str) -> int:
        """How often an event was recorded."""
        async with self.trade.uow() as uow:
            query = text("SELECT count(*) FROM domain_events WHERE name = :name AND store_id = :store")
            found = await uow.session.scalar(query, {"name": name, "store": self.trade.retailer_id})
            return int(found or 0)

    async def recovered(self) -> list[str]:
        """What the retailer was told to have been found by comparing, earliest first."""
        async with self.trade.uow() as uow:
            query = text(
                "SELECT details->>'what' FROM domain_events WHERE name = 'store.fact.recovered' AND store_id = :store"
                " ORDER BY id"
            )
            return list(await uow.session.scalars(query, {"store": self.trade.retailer_id}))


def lines_of(draft_or_order: DraftOrder | Order) -> list[int]:
    """The quantities of its lines."""
    return [line.quantity for line in draft_or_order.lines]


def killed_at(units: Open, step: int) -> Open:
    """Units of work of a process that is killed when it opens its n-th one (0: the first) for a store."""
    opened = 0

    @asynccontextmanager
    async def opener(actor: Actor) -> AsyncIterator[UnitOfWork]:
        nonlocal opened
        if actor.store_id is not None:
            opened += 1
            if opened > step:
                raise Killed
        async with units(actor) as uow:
            yield uow

    return opener


def at(text_: str) -> datetime:
    """An instant."""
    return datetime.fromisoformat(text_)
