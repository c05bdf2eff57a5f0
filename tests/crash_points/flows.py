"""The flows that die at every point: what comes before each, and what sets it going."""

from datetime import timedelta

from sqlalchemy import text

from app.core.clock import machine_now
from app.rehearsal import staff
from app.rehearsal.hub import Hub
from app.rehearsal.staff import Miscount
from simulator.world.apps import expire_tokens
from simulator.world.inventory import set_inventory
from simulator.world.model import Product
from simulator.world.products import delete_product, upsert_product
from simulator.world.store import Store
from tests.crash_points.mortal import HUB
from tests.crash_points.stage import Flow
from tests.support.oak import BEANS, Oak, lines_of
from tests.support.shops import PARTNER
from tests.support.trade import Trade

GATHERED = timedelta(minutes=5)


async def buy(trade: Trade) -> None:
    """A customer buys."""
    trade.buy((BEANS, 2))


async def bought(trade: Trade) -> None:
    """Customers bought, and no draft is written yet."""
    await Oak(trade).sell(3)


async def drafted(trade: Trade) -> None:
    """What customers bought stands on the draft."""
    await bought(trade)
    await Oak(trade).gather()


async def drafted_and_bought(trade: Trade) -> None:
    """After the draft was written a customer bought more."""
    await drafted(trade)
    await Oak(trade).sell(2)


async def before_the_freeze(trade: Trade) -> None:
    """Customers bought early in the week and just before the cut-off; that is over, its grace is not."""
    oak = Oak(trade)
    await bought(trade)
    cycle = await oak.running()
    trade.set_clock(cycle.cutoff_at - timedelta(minutes=2))
    await trade.settle()
    await oak.sell(2)
    trade.set_clock(cycle.cutoff_at + timedelta(minutes=14))
    await trade.settle()


async def pass_the_grace(trade: Trade) -> None:
    """The grace is over."""
    trade.set_clock(trade.clock.at + timedelta(minutes=1))


async def let_gather(trade: Trade) -> None:
    """Five minutes after the order the draft follows."""
    trade.set_clock(trade.clock.at + GATHERED)


async def sent(trade: Trade) -> None:
    """The partner has our order."""
    await bought(trade)
    await Oak(trade).close_week()


async def send_parcel(trade: Trade) -> None:
    """The partner ships all of it."""
    oak = Oak(trade)
    oak.send(*lines_of(oak.order))


async def on_the_way(trade: Trade) -> None:
    """The parcel has left the partner."""
    await sent(trade)
    await send_parcel(trade)
    await trade.settle()


async def nothing(_trade: Trade) -> None:
    """Nobody outside does anything."""


async def receive(trade: Trade) -> None:
    """Staff open what has arrived, finding one unit too few."""
    await staff.receive_all(_hub(trade), 1, Miscount(short=1))


async def stocked(trade: Trade) -> None:
    """Everything is at the centre."""
    await Oak(trade).stock_centre(3)


async def ship(trade: Trade) -> None:
    """Staff pack what is ready and hand it over."""
    await staff.ship_all(_hub(trade))


async def restock(trade: Trade) -> None:
    """The partner roasts."""
    store = trade.shops.store(PARTNER)
    (item, place) = next(iter(store.levels))
    set_inventory(trade.shops.world, store, (item, place), 33, "staff")


async def restocked_unheard(trade: Trade) -> None:
    """The partner roasted, and no webhook of that arrived."""
    await restock(trade)
    await trade.lose_webhooks()


async def reach_the_hour(trade: Trade) -> None:
    """It is time to compare."""
    trade.set_clock(trade.clock.at.replace(minute=0, second=0) + timedelta(hours=1))


async def restock_with_old_tokens(trade: Trade) -> None:
    """All tokens have expired when the partner's news comes."""
    for store in trade.shops.world.stores.values():
        expire_tokens(trade.shops.world, store)
    async with trade.uow() as uow, uow.machinery() as session:
        await session.execute(text("UPDATE access_tokens SET expires_at = :at"), {"at": machine_now()})
    await restock(trade)


async def with_tea(trade: Trade) -> None:
    """Customers can buy tea of the partner's, too."""
    await trade.bring_in(trade.product(PARTNER, {"sku": "TEA"}, title="Tea"))
    store = trade.shops.store(trade.retailer)
    upsert_product(trade.shops.world, store, {"status": "ACTIVE"}, _tea(store), by="staff")
    await trade.settle()


async def rename_tea(trade: Trade) -> None:
    """The partner gives the tea another SKU."""
    store = trade.shops.store(PARTNER)
    (variant,) = trade.variants(PARTNER, _tea(store))
    changed = {"variants": [{"id": variant.id, "sku": "TEA-1"}]}
    upsert_product(trade.shops.world, store, changed, _tea(store), by="staff")


async def delete_tea(trade: Trade) -> None:
    """The partner deletes the tea."""
    store = trade.shops.store(PARTNER)
    delete_product(trade.shops.world, store, _tea(store))


def _tea(store: Store) -> Product:
    (found,) = [each for each in store.products.values() if each.title == "Tea"]
    return found


def _hub(trade: Trade) -> Hub:
    return Hub(trade.shops.open_uow, trade.shops.shopify, trade.shops.runner.runtime.settings)


STOCK = ("inventory.read_stock", "inventory.sync_stock", "inventory.write_offers")
MINUTE = timedelta(minutes=1)

FLOWS = (
    Flow("capture", 14, (HUB, "inbox.handle", "orders.read_orders"), nothing, buy, takes=MINUTE),
    Flow("first draft", 9, ("master_orders.rewrite_draft",), bought, let_gather),
    Flow("draft rewritten", 14, ("master_orders.rewrite_draft",), drafted_and_bought, let_gather),
    Flow("freeze and close", 18, ("master_orders.close_cycle",), before_the_freeze, pass_the_grace),
    Flow("parcel sent", 11, (HUB, "receiving.read_master_order"), sent, send_parcel),
    Flow("receive", 12, (HUB, *STOCK), on_the_way, nothing, receive),
    Flow("ship", 17, (HUB, "fulfillment.post_shipment"), stocked, nothing, ship),
    Flow("stock news", 18, (HUB, *STOCK), nothing, restock, takes=MINUTE),
    Flow("stock sync", 15, STOCK, restocked_unheard, reach_the_hour),
    Flow("SKU changed", 13, (HUB, "catalog.read_products", "catalog.tell_of_sku"), with_tea, rename_tea, takes=MINUTE),
    Flow(
        "product deleted",
        20,
        (HUB, "catalog.read_products", "catalog.draft_product"),
        with_tea,
        delete_tea,
        takes=MINUTE,
    ),
    Flow("token refresh", 18, STOCK, nothing, restock_with_old_tokens, takes=MINUTE),
)
