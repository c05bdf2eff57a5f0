"""A market to be attacked: two retailers who share one partner, a partner of only one of them, and a newcomer."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.core.clock import FixedClock
from app.core.runtime import Runtime
from app.core.unit_of_work import SilentBell
from app.receiving.queries import list_parcels
from simulator.webhooks.delivery import Courier
from simulator.world.draft_orders import DraftEdit, edit_draft
from simulator.world.fulfillment import create_fulfillment, parts_for
from simulator.world.order_model import Tracking
from tests.support.hub import MONDAY_NOON, JoinedDirect
from tests.support.linked import invite, store_facts
from tests.support.shops import PARTNER, RETAILER, Shops, make_world, open_shops, settings_for
from tests.support.trade import Trade
from tests.support.weeks import close_week, receive

CORNER, OAK = RETAILER, PARTNER
SQUARE, ELM, NEWCOMER = "square.myshopify.com", "elm.myshopify.com", "newcomer.myshopify.com"
STAFF = (CORNER, SQUARE, OAK, ELM, NEWCOMER)
INVITED = {CORNER: NEWCOMER, SQUARE: "maple.myshopify.com"}
BECOME = text(
    "SELECT set_config('role', 'hub_system', true), set_config('app.store_id', :store, true),"
    " set_config('app.partner_id', '', true)"
)

NO_FACTS = ("alembic_version", "api_budgets")  # how much was asked of a store, not what is held of it


@dataclass
class Market:
    """The shops, the hub, and the connection all of it lives on."""

    shops: Shops
    connection: AsyncConnection
    store_ids: dict[str, int]
    links: dict[str, str]  # shop invited -> path of the invitation's link

    @property
    def application(self) -> Any:
        """The web application as it is served."""
        return cast(httpx.ASGITransport, self.shops.hub._transport).app

    async def rows(self, query: str, shop: str | None = None, /, **values: object) -> list[tuple[Any, ...]]:
        """What a query finds among the rows the shop may see; without a shop, among those that run the product."""
        seen = {"store": str(self.store_ids[shop]) if shop else ""}
        async with self.connection.begin_nested():
            await self.connection.execute(BECOME, seen)
            return [tuple(row) for row in await self.connection.execute(text(query), values)]

    async def dump(self, apart_from: Collection[str] = ()) -> set[str]:
        """Every row of every table, as text, whoever may see it; but for when it was read, which each reading moves."""
        tables = await self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        kept = [name for (name,) in tables if name not in (*NO_FACTS, *apart_from)]
        query = " UNION ALL ".join(f"SELECT '{name}' || (to_jsonb(t) - 'read_at')::text FROM {name} t" for name in kept)
        return {row for shop in STAFF for (row,) in await self.rows(query, shop)}

    async def fail_a_job(self, shop: str) -> None:
        """Let the shop have a job that failed."""
        await self.rows(
            "INSERT INTO job_runs (store_id, name, arguments, state, run_at, queued_at)"
            " VALUES (:store, 'orders.reconcile_orders', jsonb_build_object('store_id', :store), 'failed', :at, :at)"
            " RETURNING id",
            store=self.store_ids[shop],
            at=MONDAY_NOON,
        )

    @asynccontextmanager
    async def undone(self) -> AsyncIterator[None]:
        """Forget afterwards what happened to the hub meanwhile."""
        savepoint = await self.connection.begin_nested()
        try:
            yield
        finally:
            await savepoint.rollback()

    @asynccontextmanager
    async def unchanged(self) -> AsyncIterator[None]:
        """See that no row of any table is another one afterwards."""
        before = await self.dump()
        yield
        assert await self.dump() == before


@asynccontextmanager
async def open_market(engine: AsyncEngine, database_url: str) -> AsyncIterator[Market]:
    """The market on a Monday, after a week of trade and with another one begun; nothing of it is ever committed."""
    world, clock = make_world(), FixedClock(MONDAY_NOON)
    async with engine.connect() as connection:
        transaction = await connection.begin()
        runtime = Runtime(
            settings_for(database_url, world),
            cast(AsyncEngine, connection),
            JoinedDirect(connection),
            clock,
            SilentBell(),
            join=True,
        )
        async with open_shops(runtime, world) as shops:
            yield await _furnish(shops, clock, connection)
        await transaction.rollback()


async def _furnish(shops: Shops, clock: FixedClock, connection: AsyncConnection) -> Market:
    shops.world.clock.set(now=clock.at, rate=0)
    courier = Courier(shops.world, httpx.ASGITransport(shops.hub._transport.app))  # type: ignore[attr-defined]
    corner, square = Trade(shops, clock, courier, CORNER), Trade(shops, clock, courier, SQUARE)
    await corner.join(OAK)
    await square.join(ELM, name="Elm Roastery", email="orders@elm.example.com")
    await square.join(OAK)
    await corner.bring_in(corner.product(OAK), partner=OAK)
    await square.bring_in(square.product(ELM), partner=ELM)
    await square.bring_in(square.product(OAK, {"sku": "LEAF"}), partner=OAK)
    await _sell(corner, square, 4)
    await close_week(corner)  # everybody's week ends on Thursday at 18:00 where the partner is
    for trade, partner in ((corner, OAK), (square, ELM)):
        await _send_and_pack(trade, partner)
    await _sell(corner, square, 1)
    await corner.turn(minutes=6)
    await _let_the_partners_change_a_draft(corner)
    shops.make_shop(NEWCOMER)
    links = {shop: await invite(shops, retailer, shop=shop, email="") for retailer, shop in INVITED.items()}
    await shops.load(NEWCOMER)
    await corner.settle()  # all share one connection, so nothing is left that several hands could take up at once
    await courier.close()
    market = Market(shops, connection, {shop: (await store_facts(shops, shop)).id for shop in STAFF}, links)
    for shop in (CORNER, SQUARE, ELM):
        await market.fail_a_job(shop)
    return market


async def _sell(corner: Trade, square: Trade, quantity: int) -> None:
    for trade, sku in ((corner, "PARTNER-oak-BEAN"), (square, "PARTNER-elm-BEAN"), (square, "PARTNER-oak-LEAF")):
        trade.buy((sku, quantity))
        await trade.settle()


async def _send_and_pack(trade: Trade, partner: str) -> None:
    """One parcel is received and partly packed, another one is on its way; one box is packed, another one is sent."""
    store = trade.shops.store(partner)
    order = next(each for each in store.orders.values() if any(tag.startswith("ph-") for tag in each.tags))
    for number, quantity in (("1Z999", 3), ("1Z998", 1)):
        for parts in parts_for(store, order, [(order.lines[0].id, quantity)]):
            sent = [Tracking(company="UPS", number=number, url=None)]
            create_fulfillment(trade.shops.world, store, parts, sent, "staff")
        await trade.settle()
    async with trade.uow() as uow:
        parcels = await list_parcels(uow.session, trade.retailer_id)
    await receive(trade, next(each for each in parcels if each.lines[0].quantity == 3))
    name = partner.partition(".")[0]
    line = next(each for order in await trade.orders() for each in order.lines if name in (each.sku or ""))
    boxes = []
    for _ in range(2):
        answer = await trade.shops.post(trade.retailer, f"/app/packing/{line.order_id}", **{f"line_{line.id}": 1})
        assert answer.status_code == 303, answer.text
        boxes.append(answer.headers["Location"].partition("?")[0])
    await trade.shops.post(trade.retailer, f"{boxes[1]}/hand-over", carrier="UPS", number="1ZSENT", url="")
    await trade.settle()


async def _let_the_partners_change_a_draft(trade: Trade) -> None:
    for partner in (OAK, ELM):
        store = trade.shops.store(partner)
        drafts = [each for each in store.draft_orders.values() if each.deleted_at is None and not each.order_id]
        for draft in drafts:
            edit_draft(trade.shops.world, store, draft, DraftEdit(quantities={draft.lines[0].id: 9}, fields={}))
    await trade.turn(minutes=6)
