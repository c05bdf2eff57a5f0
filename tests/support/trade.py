"""A retailer and partners that trade: products imported, customers who buy, webhooks that arrive, a clock for all."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy import text

from app.catalog import service as catalog
from app.catalog.queries import ImportRow, MappingFacts, import_report, mappings_of_partner, mappings_of_store
from app.catalog.service import Chosen
from app.core.clock import FixedClock
from app.core.unit_of_work import UnitOfWork, system_for
from app.exceptions.queries import ExceptionFacts, open_exceptions
from app.inventory.queries import OfferFacts, offers_of
from app.orders import queries as orders
from app.orders.queries import OrderRow
from app.units import queries as units
from jobs.sweeper import sweep
from simulator.webhooks.delivery import Courier, sign
from simulator.world.effects import apply_due
from simulator.world.model import Product, Variant
from simulator.world.order_model import Order
from simulator.world.placing import place_order
from simulator.world.products import upsert_product
from tests.support.linked import Linked, link
from tests.support.shops import PARTNER, RETAILER, Shops

MOST_ROUNDS = 30


@dataclass
class Trade:
    """One retailer and its partners, with everything between them at work."""

    shops: Shops
    clock: FixedClock
    courier: Courier
    retailer: str = RETAILER
    links: dict[str, Linked] = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def link(self) -> Linked:
        """The first partner's."""
        return next(iter(self.links.values()))

    @property
    def retailer_id(self) -> int:
        return self.link.retailer.id

    @asynccontextmanager
    async def uow(self) -> AsyncIterator[UnitOfWork]:
        """A unit of work of the system, for the retailer."""
        async with self.shops.open_uow(system_for(self.retailer_id)) as uow:
            yield uow

    async def join(self, partner: str = PARTNER, **terms: Any) -> Linked:
        """Link one more partner."""
        self.links[partner] = await link(self.shops, self.retailer, partner, **terms)
        await self.settle()
        return self.links[partner]

    async def settle(self) -> None:
        """Let everything that is due now happen, here and there, until nothing is."""
        for _ in range(MOST_ROUNDS):
            apply_due(self.shops.world)
            sent = await self._deliver()
            await sweep(self.shops.runner.units)
            if not await self.shops.work() and not sent:
                return
        raise AssertionError("the world does not come to rest")

    async def _deliver(self) -> int:
        """Carry what is due to the hub one after the other: all of this test shares one connection."""
        sent = 0
        while due := self.shops.world.queue.pop_due(self.shops.world.now, deliveries=True):
            await self.courier._deliver(due)
            sent += 1
        return sent

    async def lose_webhooks(self) -> None:
        """Let nothing arrive of what was sent up to now."""
        apply_due(self.shops.world)
        while self.shops.world.queue.pop_due(self.shops.world.now, deliveries=True):
            pass

    async def send(self, shop: str, topic: str, body: bytes, behind: timedelta = timedelta()) -> int:
        """Send the hub a webhook that is signed as Shopify signs, whose clock may be behind; returns the status of the
        answer.
        """
        headers = {
            "X-Shopify-Topic": topic,
            "X-Shopify-Hmac-Sha256": sign(self.shops.world.settings.api_secret, body),
            "X-Shopify-Shop-Domain": shop,
            "X-Shopify-Webhook-Id": f"made-{next(self.numbers)}",
            "X-Shopify-Triggered-At": (self.clock.at - behind).isoformat(),
        }
        return (await self.shops.hub.post("/webhooks/shopify", content=body, headers=headers)).status_code

    async def turn(self, **passed: float) -> None:
        """Let time pass in steps of at most a minute, with all that falls due meanwhile."""
        until = self.clock.at + timedelta(**passed)
        while self.clock.at < until:
            self.set_clock(min(self.clock.at + timedelta(minutes=1), until))
            await self.settle()

    def set_clock(self, at: Any) -> None:
        """One time for the hub and the world."""
        self.clock.at = at
        self.shops.world.clock.set(now=at, rate=0)

    def product(self, shop: str = PARTNER, *variants: Mapping[str, Any], **fields: Any) -> Product:
        """A product of a shop's staff; unless said otherwise one tracked variant, 20 in stock, at 14.00."""
        store = self.shops.store(shop)
        place = next(iter(store.locations))
        made = [
            {"price": Decimal("14.00"), "tracked": True, "quantities": [{"location_id": place, "quantity": 20}], **each}
            for each in variants or ({"sku": "BEAN"},)
        ]
        return upsert_product(
            self.shops.world, store, {"title": "Beans", "status": "ACTIVE", "variants": made, **fields}, by="staff"
        )

    def variants(self, shop: str, product: Product | None = None) -> list[Variant]:
        """The variants of a shop, or of one of its products."""
        return [
            each
            for each in self.shops.store(shop).variants.values()
            if each.deleted_at is None and (product is None or each.product_id == product.id)
        ]

    async def bring_in(
        self, *products: Product, partner: str = PARTNER, markup: str = "0.4", settle: bool = True
    ) -> int:
        """Import products of a partner; returns the import."""
        async with self.uow() as uow:
            chosen = [Chosen(each.gid, each.title) for each in products]
            made = await catalog.request_import(uow, self.links[partner].partner.id, chosen, Decimal(markup))
        if settle:
            await self.settle()
        return made

    async def report(self, import_id: int) -> list[ImportRow]:
        """What became of each product of an import."""
        async with self.uow() as uow:
            return await import_report(uow.session, self.retailer_id, import_id)

    async def mappings(self, partner: str = PARTNER) -> list[MappingFacts]:
        """The live mappings to a partner."""
        async with self.uow() as uow:
            return await mappings_of_partner(uow.session, self.retailer_id, self.links[partner].partner.id)

    def sold_variant(self, sku: str) -> Variant:
        """The variant of the retailer's store with this SKU."""
        (found,) = [each for each in self.variants(self.retailer) if each.sku == sku]
        return found

    def buy(self, *lines: tuple[str, int] | Mapping[str, Any], shop: str = "", **fields: Any) -> Order:
        """A customer buys (SKU, quantity) of a store, as many as they like, and pays."""
        wanted = [
            each
            if isinstance(each, Mapping)
            else {"variant_id": self._variant_id(shop or self.retailer, each[0]), "quantity": each[1]}
            for each in lines
        ]
        store = self.shops.store(shop or self.retailer)
        return place_order(self.shops.world, store, {"lines": wanted, "force": True, **fields})

    def _variant_id(self, shop: str, sku: str) -> int:
        (found,) = [each.id for each in self.variants(shop) if each.sku == sku]
        return found

    async def orders(self) -> list[OrderRow]:
        """What the hub knows of orders, oldest first."""
        async with self.uow() as uow:
            return list((await orders.page_orders(uow.session, self.retailer_id)).rows[::-1])

    async def order(self) -> OrderRow:
        """The only order the hub knows."""
        (found,) = await self.orders()
        return found

    async def where(self, line_id: int) -> dict[str, int]:
        """Where the units of a line are."""
        async with self.uow() as uow:
            return (await units.whereabouts(uow.session, self.retailer_id, [line_id])).get(line_id, {})

    async def queued(self, partner: str = PARTNER) -> list[units.QueuedLot]:
        """What waits for the partner's next master order."""
        async with self.uow() as uow:
            return await units.queued_demand(uow.session, self.retailer_id, self.links[partner].partner.id)

    async def problems(self) -> list[ExceptionFacts]:
        """What stands open in the retailer's store."""
        async with self.uow() as uow:
            return await open_exceptions(uow.session)

    async def events(self, subject: str) -> list[str]:
        """The names of what happened to things of this kind, in order."""
        async with self.uow() as uow:
            named = text("SELECT name FROM domain_events WHERE subject = :subject ORDER BY id")
            return list(await uow.session.scalars(named, {"subject": subject}))

    async def failed_jobs(self) -> list[str]:
        """The names of jobs that failed or still wait after a failure."""
        async with self.uow() as uow, uow.machinery() as session:
            failed = text("SELECT name FROM job_runs WHERE state = 'failed' OR (state = 'queued' AND attempt > 0)")
            return list(await session.scalars(failed))

    async def offer(self, sku: str) -> OfferFacts:
        """What is offered of a SKU."""
        async with self.uow() as uow:
            mappings = {each.sku: each.id for each in await mappings_of_store(uow.session, self.retailer_id)}
            return (await offers_of(uow.session, self.retailer_id))[mappings[sku]]

    def shown(self, sku: str) -> int:
        """What the retailer's store offers of a SKU."""
        store = self.shops.store(self.retailer)
        return store.total_available(self.sold_variant(sku))


@asynccontextmanager
async def open_trade(shops: Shops, clock: FixedClock, **terms: Any) -> AsyncIterator[Trade]:
    """A retailer with one partner, Oak, on these terms; its cut-off is on Thursdays at 18:00 in Denver."""
    shops.world.clock.set(now=clock.at, rate=0)
    trade = Trade(shops, clock, Courier(shops.world, shops.hub._transport))
    await trade.join(**terms)
    yield trade
    await trade.courier.close()
