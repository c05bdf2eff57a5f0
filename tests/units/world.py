"""Stores, partnerships and variants to keep units in, and short words for the ledger's verbs."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import count, pairwise
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.catalog.models import PartnerProduct, PartnerVariant
from app.core.clock import FixedClock
from app.core.money import Money
from app.core.unit_of_work import Actor, ActorKind, UnitOfWork, UnitsOfWork, system_for
from app.partners.models import Partner
from app.stores.models import Store
from app.units import facts, queries, service
from app.units.states import DemandState, SupplyState
from app.units.terms import Because, Confirmed, Demand, OrderedUnits, Settled, Supply, Target

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
COST = Money(Decimal("9.80"), "USD")


def at(hours: float) -> datetime:
    """An instant some hours into the week."""
    return MONDAY + timedelta(hours=hours)


@dataclass
class Retailer:
    """A retailer's store, its partnership with the one partner of this world, and the variants both know."""

    world: "World"
    store_id: int
    partner_id: int
    variants: tuple[int, int]

    def uow(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """A unit of work of this retailer's staff."""
        return self.world.open_uow(Actor(ActorKind.RETAILER, self.store_id))

    def demand(self, line_id: int, variant: int = 0, units_per: int = 1) -> Demand:
        return Demand(line_id, self.partner_id, self.world.partner_store_id, self.variants[variant], COST, units_per)

    def supply(self, line_id: int, variant: int = 0) -> Supply:
        return Supply(line_id, self.partner_id, self.world.partner_store_id, self.variants[variant], COST)

    def target(self, units: int) -> Target:
        """A target of units ordered, paid and free at hour 0."""
        return Target(units, [OrderedUnits(units, at(0))])

    async def buy(self, line_id: int, units: int, *ordered: tuple[int, float | None], **terms: Any) -> Settled:
        """Settle a line at a target; `ordered` is (units, eligible hour or none), by default all of it at hour 0."""
        variant, held = terms.get("variant", 0), terms.get("held", False)
        chunks = [OrderedUnits(n, None if hour is None else at(hour)) for n, hour in ordered or [(units, 0)]]
        target = Target(units, chunks, held, terms.get("ends_as", DemandState.CANCELLED))
        return await self.settle(self.demand(line_id, variant), target)

    async def settle(self, demand: Demand, target: Target, because: Because | None = None) -> Settled:
        """Bring one line to a target."""
        async with self.uow() as uow:
            (settled,) = await service.settle_demands(uow, [(demand, target)], because or self.world.because())
        return settled

    async def freeze(self, supply_line: int, before: float = 1000, variant: int = 0) -> int:
        """Assign everything queued and eligible before that hour to a master line; return how many units."""
        async with self.uow() as uow:
            lots = await queries.queued_demand(uow.session, self.store_id, self.partner_id, at(before))
            units = [(lot.lot_id, lot.quantity) for lot in lots if lot.partner_variant_id == self.variants[variant]]
            return await service.assign(uow, self.supply(supply_line, variant), units, self.world.because())

    async def confirm(self, supply_line: int, units: int, hour: float = 0, variant: int = 0) -> Confirmed:
        """The partner's store confirmed these units at that hour."""
        async with self.uow() as uow:
            because = self.world.because(hour)
            return await service.confirm_supply(uow, self.supply(supply_line, variant), units, because)

    async def send(self, supply_line: int, hour: float = 0, variant: int = 0) -> int:
        """Freeze and confirm all that is queued."""
        units = await self.freeze(supply_line, variant=variant)
        await self.confirm(supply_line, units, hour, variant)
        return units

    async def run(self, verb: Any, *arguments: Any, because: Because | None = None) -> Any:
        """Call a verb in a unit of work of its own."""
        async with self.uow() as uow:
            return await verb(uow, *arguments, because or self.world.because())

    async def as_partner(self, verb: Any, *arguments: Any) -> Any:
        """Call a verb as the partner's staff."""
        async with self.world.open_uow(Actor(ActorKind.PARTNER, self.store_id, self.partner_id)) as uow:
            return await verb(uow, *arguments, self.world.because())

    async def lots(self, line_id: int, *states: DemandState) -> list[queries.DemandLot]:
        async with self.uow() as uow:
            return await queries.demand_in(uow.session, self.store_id, [line_id], states or tuple(DemandState))

    async def order(self, *lines: int, supply_line: int = 100) -> None:
        """Lines 1, 2, … want this many units, each an hour after the other, and all of it is sent."""
        for line_id, units in enumerate(lines, start=1):
            await self.buy(line_id, units, (units, line_id))
        await self.send(supply_line)

    async def receive(self, units: int, supply_line: int = 100) -> None:
        """These units of the supply were found at the centre."""
        await self.run(service.receive_supply, supply_line, units)

    async def allocate_oldest_first(self) -> None:
        """Pool the free goods and serve the oldest."""
        async with self.uow() as uow:
            await service.lock_open_units(uow, self.partner_id)
            supplies = await queries.free_supply(uow.session, self.store_id, self.variants)
            free = sum(supply.unmatched for supply in supplies)
            for lot in await queries.waiting_demand(uow.session, self.store_id, self.variants):
                units = min(lot.quantity, free)
                if units:
                    await service.match(uow, supplies[0].supply_line_id, [(lot.lot_id, units)], self.world.because())
                    free -= units

    async def match(self, supply_line: int, line_id: int, units: int) -> None:
        """Give received units to a line's waiting ones."""
        [lot] = await self.lots(line_id, DemandState.SENT, DemandState.QUEUED)
        await self.run(service.match, supply_line, [(lot.lot_id, units)])

    async def advance(self, line_id: int, units: int, *steps: DemandState) -> None:
        """Take a line's units through these states, from the first on."""
        for step in pairwise(steps):
            [lot] = await self.lots(line_id, step[0])
            await self.run(service.advance_demand, lot.lot_id, units, step)

    async def where(self, line_id: int) -> dict[str, int]:
        async with self.uow() as uow:
            return (await queries.whereabouts(uow.session, self.store_id, [line_id]))[line_id]

    async def supplied(self, supply_line: int) -> dict[str, int]:
        async with self.uow() as uow:
            return (await queries.supply_whereabouts(uow.session, self.store_id, [supply_line]))[supply_line]

    async def unseen(self, snapshot: float | None = None, variant: int = 0) -> int:
        """Units of all retailers that a snapshot begun at that hour (none: none was taken) does not show."""
        return sum((await self.unseen_by_store(snapshot, variant)).values())

    async def unseen_by_store(self, snapshot: float | None = None, variant: int = 0) -> dict[int, int]:
        snapshots = {self.variants[variant]: None if snapshot is None else at(snapshot)}
        async with self.uow() as uow:
            unseen = await queries.unseen_by_partner(uow, self.world.partner_store_id, snapshots)
        return unseen[self.variants[variant]]

    async def surplus(self, variant: int = 0) -> int:
        async with self.uow() as uow:
            found = await queries.surplus_of(uow.session, self.store_id, [self.variants[variant]])
        return found.get(self.variants[variant], 0)

    async def books(self) -> tuple[list[facts.LotFacts], list[facts.MoveFacts]]:
        async with self.uow() as uow:
            return await facts.lots_of(uow.session, self.store_id), await facts.moves_of(uow.session, self.store_id)


@dataclass
class World:
    """A partner's store with two variants, and retailers who sell them."""

    open_uow: UnitsOfWork
    clock: FixedClock
    partner_store_id: int = 0
    variants: tuple[int, int] = (0, 0)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def because(self, hour: float = 0, number: int | None = None) -> Because:
        """A reason of its own, or the numbered one again."""
        return Because("test", "act", str(next(self.numbers) if number is None else number), at(hour))

    async def add_retailer(self, name: str = "retailer") -> Retailer:
        """A retailer with a live partnership."""
        store_id = await self._add_store(name, "retailer")
        async with self.open_uow(system_for(store_id)) as uow:
            partner = Partner(
                store_id=store_id,
                partner_store_id=self.partner_store_id,
                name="Roastery",
                shop_domain="roastery.myshopify.com",
                state="connected",
                discount=Decimal("0.3"),
                weekday=4,
                cutoff_time=time(18),
                time_zone="Europe/Amsterdam",
            )
            uow.session.add(partner)
            await uow.session.flush()
            return Retailer(self, store_id, partner.id, self.variants)

    async def _add_store(self, name: str, role: str) -> int:
        number = next(self.numbers)
        async with self.open_uow(Actor(ActorKind.SYSTEM)) as uow:
            store = Store(
                shopify_shop_id=f"gid://shopify/Shop/{number}",
                shop_domain=f"{name}-{number}.myshopify.com",
                name=name,
                role=role,
                currency="USD",
                time_zone="UTC",
                installed_at=MONDAY,
            )
            uow.session.add(store)
            await uow.session.flush()
            return store.id

    async def add_partner_store(self) -> None:
        """The partner's store with its two variants."""
        self.partner_store_id = await self._add_store("roastery", "partner")
        async with self.open_uow(system_for(self.partner_store_id)) as uow:
            product = PartnerProduct(
                partner_store_id=self.partner_store_id,
                shopify_product_id="gid://shopify/Product/1",
                title="Coffee",
                status="ACTIVE",
                updated_there_at=MONDAY,
                seen_at=MONDAY,
            )
            uow.session.add(product)
            await uow.session.flush()
            variants = [self._variant(product.id, number) for number in (1, 2)]
            uow.session.add_all(variants)
            await uow.session.flush()
            self.variants = (variants[0].id, variants[1].id)

    def _variant(self, product_id: int, number: int) -> PartnerVariant:
        return PartnerVariant(
            partner_store_id=self.partner_store_id,
            product_id=product_id,
            shopify_variant_id=f"gid://shopify/ProductVariant/{number}",
            shopify_inventory_item_id=f"gid://shopify/InventoryItem/{number}",
            sku=f"COFFEE-{number}",
            title="250 g",
            price_amount=Decimal("14"),
            currency="USD",
            option_values=[],
            tracked=True,
        )


async def build_world(engine: AsyncEngine | AsyncConnection, *, join: bool) -> World:
    """A world on an engine, or within a test's own transaction."""
    clock = FixedClock(MONDAY)
    world = World(UnitsOfWork(engine=engine, clock=clock, join=join), clock)  # type: ignore[arg-type]
    await world.add_partner_store()
    return world


async def run_sql(retailer: Retailer, statement: str, **values: Any) -> Sequence[Any]:
    """What the app's role may do past the code."""
    async with retailer.uow() as uow:
        result = await uow.session.execute(text(statement), values)
        return result.all() if result.returns_rows else []  # type: ignore[attr-defined]


__all__ = ["COST", "MONDAY", "Retailer", "SupplyState", "World", "at", "build_world", "run_sql"]
