"""A permission that is taken back: what needs it waits, people are told once, and all goes on when it is back."""

from datetime import timedelta

import httpx
import pytest

from app.core.unit_of_work import system_for
from app.exceptions.queries import open_exceptions
from app.gateways.shopify.shop import read_shop
from app.stores.errors import AccessLost
from app.stores.flows import check_installation
from app.stores.queries import get_settings
from app.stores.scopes import WHAT_FOR
from simulator.world.apps import revoke_tokens, set_scopes
from simulator.world.inventory import set_inventory
from tests.support.linked import store_facts
from tests.support.shops import OPTIONAL, PARTNER, RETAILER, Shops
from tests.support.trade import Trade

pytestmark = pytest.mark.anyio

BEAN = "PARTNER-oak-BEAN"


def permit(trade: Trade, shop: str, *, but: str) -> list[str]:
    """A shop permits all it did, except one; returns what it permitted before."""
    store = trade.shops.store(shop)
    before = list(store.app.scopes)
    set_scopes(trade.shops.world, store, [each for each in before if each != but])
    return before


async def told(trade: Trade, store_id: int) -> list[str]:
    """The kinds of what stands open in a store."""
    async with trade.shops.open_uow(system_for(store_id)) as uow:
        return [each.kind for each in await open_exceptions(uow.session)]


def count(trade: Trade, quantity: int) -> None:
    """The partner counts its beans."""
    store = trade.shops.store(PARTNER)
    (item,) = [each.inventory_item_id for each in trade.variants(PARTNER) if each.sku == "BEAN"]
    set_inventory(trade.shops.world, store, (item, next(iter(store.locations))), quantity, "staff")


@pytest.mark.parametrize("is_heard", [True, False])
async def test_a_partner_takes_a_permission_back_and_gives_it_again(trade: Trade, is_heard: bool) -> None:
    """A5, D17: also when the message of it was lost, the first refusal tells."""
    await trade.bring_in(trade.product())
    before = permit(trade, PARTNER, but="read_inventory")
    if not is_heard:
        await trade.lose_webhooks()
    for quantity in (5, 6, 7):
        count(trade, quantity)
        await trade.turn(minutes=2)
    listed = await told(trade, trade.retailer_id)
    waiting = trade.shown(BEAN)

    set_scopes(trade.shops.world, trade.shops.store(PARTNER), before)
    await trade.settle()

    assert (listed, waiting) == (["partner_permission_missing"], 20)
    assert await told(trade, trade.retailer_id) == []
    assert await told(trade, trade.link.partner_store.id) == []
    assert trade.shown(BEAN) == 7
    assert await trade.failed_jobs() == []


async def test_of_two_who_read_the_permissions_at_once_the_later_reading_stands(trade: Trade) -> None:
    """A5: one is told what was granted before a click, and has its word after another one that was told of it."""
    store, store_id = trade.shops.store(PARTNER), trade.link.partner_store.id
    before = permit(trade, PARTNER, but="read_inventory")
    await trade.settle()
    read: list[str] = []

    async def permit_meanwhile(response: httpx.Response) -> None:
        if b"currentAppInstallation" in response.request.content and not read:
            read.append("at once")
            set_scopes(trade.shops.world, store, before)
            await check_installation(trade.shops.shopify, store_id)

    trade.shops.shopify.client.http.event_hooks["response"] = [permit_meanwhile]
    await check_installation(trade.shops.shopify, store_id)
    facts = await store_facts(trade.shops, PARTNER)
    trade.shops.shopify.client.http.event_hooks["response"] = []
    await trade.settle()

    assert read
    assert facts.missing_scopes == ()
    assert await told(trade, store_id) == []


async def test_a_permission_given_again_is_found_within_an_hour_of_refusals(trade: Trade) -> None:
    """A5, D17: the message of it was lost, too; what is read each hour is refused, and they are looked at."""
    await trade.bring_in(trade.product())
    before = permit(trade, PARTNER, but="read_inventory")
    count(trade, 7)
    await trade.settle()
    set_scopes(trade.shops.world, trade.shops.store(PARTNER), before)
    await trade.lose_webhooks()

    seen = []
    for _ in range(2):
        trade.set_clock(trade.clock.at.replace(minute=0, second=0) + timedelta(hours=1))
        await trade.settle()
        seen.append((await told(trade, trade.retailer_id), trade.shown(BEAN)))

    assert seen[-1] == ([], 7)
    assert await trade.failed_jobs() == []


async def test_of_two_permissions_that_were_taken_back_the_one_still_missing_is_named(trade: Trade) -> None:
    """A5: when the other is given again."""
    store = trade.shops.store(RETAILER)
    before = permit(trade, RETAILER, but="write_inventory")
    permit(trade, RETAILER, but="read_orders")
    await trade.settle()

    set_scopes(trade.shops.world, store, [each for each in before if each != "write_inventory"])
    await trade.settle()

    (left,) = await trade.problems()
    assert left.cause == f"Corner does not permit Partner Hub any more to: {WHAT_FOR['write_inventory']}."


async def test_a_retailer_who_permits_the_rest_by_opening_the_app_again_goes_live(shops: Shops) -> None:
    """A5: all else was chosen before."""
    store = shops.make_shop(RETAILER)
    await shops.load(RETAILER)
    await shops.post(RETAILER, "/app/role", role="retailer")
    shops.grant(RETAILER, *(each for each in OPTIONAL["retailer"] if each != "read_orders"), "write_locations")
    await shops.post(RETAILER, "/app/permissions")
    await shops.post(RETAILER, "/app/settings/centre", centre=next(iter(store.locations.values())).gid)
    await shops.post(RETAILER, "/app/settings/stock-location/create")
    retailer_id = (await store_facts(shops, RETAILER)).id
    before = await went_live(shops, retailer_id)
    revoke_tokens(shops.world, store)
    with pytest.raises(AccessLost):
        await shops.shopify.call(retailer_id, read_shop)

    shops.grant(RETAILER, "read_orders")
    await shops.load(RETAILER)

    assert (before, await went_live(shops, retailer_id)) == (False, True)


async def went_live(shops: Shops, retailer_id: int) -> bool:
    async with shops.open_uow(system_for(retailer_id)) as uow:
        return (await get_settings(uow.session, retailer_id)).went_live_at is not None


async def test_a_retailer_takes_a_permission_back_and_gives_it_again(trade: Trade) -> None:
    """A5: their own list tells what is missing; no job fails for it."""
    await trade.bring_in(trade.product())
    before = permit(trade, RETAILER, but="write_inventory")
    for quantity in (5, 6):
        count(trade, quantity)
        await trade.turn(minutes=2)
    listed = await told(trade, trade.retailer_id)

    set_scopes(trade.shops.world, trade.shops.store(RETAILER), before)
    await trade.settle()

    assert listed == ["permission_taken_back"]
    assert await told(trade, trade.retailer_id) == []
    assert trade.shown(BEAN) == 6
    assert await trade.failed_jobs() == []
