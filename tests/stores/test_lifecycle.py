"""Stores that change under us: another name, fewer permissions, farewells that are late or untrue."""

import html
import json
import re
from datetime import timedelta

import pytest

from app.catalog.jobs import ReadProducts
from app.core.unit_of_work import system_for
from app.exceptions.queries import open_exceptions
from app.exceptions.service import NO_STORE
from app.gateways.shopify.shop import read_shop
from app.inventory.jobs import SyncStock
from app.job_runs.service import enqueue
from app.partners.health import health_of
from app.stores.errors import AccessLost, StoreMissing
from app.stores.queries import StoreFacts
from app.stores.states import AccessState
from simulator.faults.faults import Faults, Rule
from simulator.world.apps import expire_tokens, install, revoke_tokens, set_scopes, uninstall
from simulator.world.inventory import set_inventory
from simulator.world.store import Store
from tests.support.linked import PROPOSAL, agree, invite, make_retailer, partners_now, store_facts
from tests.support.shops import HUB, OPTIONAL, PARTNER, RETAILER
from tests.support.trade import Trade

pytestmark = pytest.mark.anyio
RENAMED = "oak-and-sons.myshopify.com"


def rename(trade: Trade) -> Store:
    """Let the partner's shop have another name at Shopify; the old one leads nowhere any more."""
    stores = trade.shops.world.stores
    store = stores[RENAMED] = stores.pop(PARTNER)
    store.profile.domain = RENAMED
    return store


async def farewell(trade: Trade, shop: str) -> None:
    """The news that the app was removed, whether it is true or not."""
    body = json.dumps({"id": trade.shops.store(shop).id, "myshopify_domain": shop}).encode()
    assert await trade.send(shop, "app/uninstalled", body) == 200
    await trade.settle()


async def test_a_shop_that_changes_its_name_is_the_same_store(trade: Trade) -> None:
    """A15: identity follows the shop id; the prefix of its SKUs is that of the import, and orders go on."""
    await trade.bring_in(trade.product())
    before = await store_facts(trade.shops, PARTNER)
    rename(trade)

    page = await trade.shops.load(RENAMED)
    trade.buy(("PARTNER-oak-BEAN", 2))
    await trade.settle()

    after = await store_facts(trade.shops, RENAMED)
    (partner,) = await partners_now(trade.shops)
    assert page.status_code == 200
    assert (after.id, after.role) == (before.id, "partner")
    assert partner.partner_store_id == after.id
    assert sum(each.quantity for each in await trade.queued()) == 2
    assert await trade.failed_jobs() == []


async def test_a_shop_that_changed_its_name_says_so_itself(trade: Trade) -> None:
    """A15: the news comes under a name nobody knows; the shop at that name is asked who it is, and answers again."""
    store = rename(trade)
    with pytest.raises(StoreMissing):
        await trade.shops.shopify.call(trade.link.partner_store.id, read_shop)
    body = json.dumps({"id": store.id, "myshopify_domain": RENAMED, "name": store.profile.name}).encode()

    await trade.send(RENAMED, "shop/update", body)
    await trade.settle()
    at_once = await trade.problems()
    trade.set_clock(trade.clock.at + timedelta(days=1))
    await trade.settle()

    facts = await store_facts(trade.shops, RENAMED)
    assert (facts.id, facts.access_state) == (trade.link.partner_store.id, AccessState.WORKING)
    assert at_once == []
    assert await trade.problems() == []
    assert await trade.failed_jobs() == []


async def test_what_waited_for_a_store_goes_on_at_once_when_its_new_name_is_heard(trade: Trade) -> None:
    """A15, D17: it was put back with the name before, and waits for no clock."""
    await trade.bring_in(trade.product())
    store, store_id = rename(trade), trade.link.partner_store.id
    (item,) = [each.inventory_item_id for each in store.variants.values() if each.sku == "BEAN"]
    set_inventory(trade.shops.world, store, (item, next(iter(store.locations))), 7, "staff")
    await trade.lose_webhooks()
    for job in (SyncStock(store_id), ReadProducts(store_id)):  # one is told, the other finds it resting
        async with trade.uow() as uow:
            await enqueue(uow, job)
        await trade.settle()
    waiting = trade.shown("PARTNER-oak-BEAN"), sorted(await trade.failed_jobs())
    body = json.dumps({"id": store.id, "myshopify_domain": RENAMED, "name": store.profile.name}).encode()

    await trade.send(RENAMED, "shop/update", body)
    await trade.settle()

    assert waiting == (20, ["catalog.read_products", "inventory.sync_stock"])
    assert trade.shown("PARTNER-oak-BEAN") == 7
    assert await trade.failed_jobs() == []


@pytest.mark.parametrize("name", [RENAMED, "elsewhere.myshopify.com"])
async def test_a_new_name_is_heard_though_our_token_has_just_run_out(trade: Trade, name: str) -> None:
    """A8, A15: it is renewed at that name, for the old one leads nowhere; a shop that is another one renews nothing."""
    trade.shops.make_shop("elsewhere.myshopify.com")
    store = rename(trade)
    expire_tokens(trade.shops.world, store)
    body = json.dumps({"id": store.id, "myshopify_domain": name}).encode()

    await trade.send(name, "shop/update", body)
    await trade.settle()

    is_theirs = name == RENAMED
    facts = await store_facts(trade.shops, RENAMED if is_theirs else PARTNER)
    assert (facts.id, facts.access_state) == (trade.link.partner_store.id, AccessState.WORKING)
    if is_theirs:
        assert (await trade.shops.shopify.call(facts.id, read_shop)).domain == RENAMED
    assert await trade.failed_jobs() == []


@pytest.mark.parametrize("name", ["elsewhere.myshopify.com", "nobody.myshopify.com", "evil.example.com"])
async def test_a_name_that_is_another_shops_is_not_taken_over(trade: Trade, name: str) -> None:
    """A15: the headers are not signed; a store's id in the body moves no store to another name."""
    trade.shops.make_shop("elsewhere.myshopify.com")
    body = json.dumps({"id": trade.shops.store(PARTNER).id, "myshopify_domain": PARTNER}).encode()

    await trade.send(name, "shop/update", body)
    await trade.settle()

    facts = await store_facts(trade.shops, PARTNER)
    assert (facts.id, facts.access_state) == (trade.link.partner_store.id, AccessState.WORKING)
    async with trade.shops.open_uow(system_for(NO_STORE)) as uow:
        assert [each.kind for each in await open_exceptions(uow.session)] == ["unknown_shop"]


async def test_a_partner_whose_shop_changed_its_name_is_invited_again_as_the_same(trade: Trade) -> None:
    """A7, A15: by its new name or by a new link; one partner, never a second."""
    shops, before = trade.shops, trade.link.partner
    rename(trade)
    await shops.load(RENAMED)
    await trade.settle()

    while_connected = await shops.post(RETAILER, "/app/partners/invite", **{**PROPOSAL, "shop": RENAMED})
    await shops.post(RETAILER, f"/app/partners/{before.id}/disconnect")
    await invite(shops, shop=RENAMED)
    await agree(shops, RENAMED)
    by_name = await partners_now(shops)
    await shops.post(RETAILER, f"/app/partners/{before.id}/disconnect")
    await shops.post(RETAILER, f"/app/partners/{before.id}/link")
    await agree(shops, RENAMED)

    assert while_connected.status_code == 422
    assert "You are already connected with Oak Roastery." in while_connected.text
    assert [(each.id, each.state, each.shop_domain) for each in by_name] == [(before.id, "connected", RENAMED)]
    assert [(each.id, each.state) for each in await partners_now(shops)] == [(before.id, "connected")]


async def test_an_invitation_that_waits_finds_the_shop_by_its_new_name(trade: Trade) -> None:
    """A15, A23: by its link and on the page of the shop."""
    shops = trade.shops
    await make_retailer(shops, "harbour.myshopify.com")
    path = await invite(shops, "harbour.myshopify.com", shop=PARTNER)
    rename(trade)
    await shops.load(RENAMED)
    await trade.settle()

    screen = (await shops.hub.get(f"{path}/authorize")).headers["Location"]
    await agree(shops, RENAMED)

    (partner,) = await partners_now(shops, "harbour.myshopify.com")
    assert RENAMED in screen
    assert (partner.state, partner.shop_domain) == ("connected", RENAMED)


async def test_a_shop_that_was_invited_by_both_its_names_keeps_both_invitations(trade: Trade) -> None:
    """A15, A23: each still leads to it, and no two partners bear one name."""
    shops = trade.shops
    await make_retailer(shops, "harbour.myshopify.com")
    paths = [await invite(shops, "harbour.myshopify.com", shop=PARTNER)]
    paths.append(await invite(shops, "harbour.myshopify.com", shop=RENAMED, name="Oak and Sons"))
    rename(trade)
    await shops.load(RENAMED)
    await trade.settle()

    screens = [(await shops.hub.get(f"{path}/authorize")).headers["Location"] for path in paths]

    assert all(RENAMED in screen for screen in screens)
    assert {each.shop_domain for each in await partners_now(shops, "harbour.myshopify.com")} == {PARTNER, RENAMED}
    assert await trade.failed_jobs() == []


async def test_a_store_that_two_invitations_mean_is_one_partner(trade: Trade) -> None:
    """A7, A15: invited by a name we did not know it had; the second partnership is refused with its reason."""
    shops, before = trade.shops, trade.link.partner
    rename(trade)
    await invite(shops, shop=RENAMED, name="Oak and Sons")
    page = (await shops.load(RENAMED, "/app/desk/connect")).text
    found = re.search(r"/app/desk/connect/\d+/accept", page)
    assert found, page

    answer = await shops.post(RENAMED, found[0])
    connected = [each.id for each in await partners_now(shops) if each.is_live]
    second = next(each.id for each in await partners_now(shops) if each.id != before.id)
    await shops.post(RETAILER, f"/app/partners/{second}/withdraw")
    await shops.post(RETAILER, f"/app/partners/{before.id}/disconnect")
    await shops.post(RETAILER, f"/app/partners/{before.id}/link")
    await agree(shops, RENAMED)

    assert answer.status_code == 409
    assert "works with your store already" in html.unescape(answer.text)
    assert connected == [before.id]
    assert [each.id for each in await partners_now(shops) if each.is_live] == [before.id]


async def test_a_farewell_that_is_not_true_is_ignored(trade: Trade, capsys: pytest.CaptureFixture[str]) -> None:
    """A22: the token still works, so the store is here; it is logged."""
    await farewell(trade, PARTNER)

    assert (await store_facts(trade.shops, PARTNER)).installed
    assert [each.state for each in await partners_now(trade.shops)] == ["connected"]
    assert "stores.uninstall_ignored" in "".join(capsys.readouterr())


async def test_a_farewell_that_comes_after_the_return_is_ignored(trade: Trade) -> None:
    """A22: removed and installed again, and only then we are told that it was removed."""
    store, store_id = trade.shops.store(PARTNER), trade.link.partner_store.id
    uninstall(trade.shops.world, store)
    await trade.lose_webhooks()
    install(trade.shops.world, store)
    with pytest.raises(AccessLost):
        await trade.shops.shopify.call(store_id, read_shop)
    await trade.shops.load(PARTNER)

    await farewell(trade, PARTNER)

    assert (await store_facts(trade.shops, PARTNER)).installed
    assert [each.state for each in await partners_now(trade.shops)] == ["connected"]
    assert (await trade.shops.shopify.call(store_id, read_shop)).name == "Oak"


async def test_a_farewell_counts_though_shopifys_clock_is_behind_ours(trade: Trade) -> None:
    """A11: installed again a minute ago and removed since, by a clock that is ninety seconds behind."""
    shops, store = trade.shops, trade.shops.store(PARTNER)
    uninstall(shops.world, store)
    await trade.settle()
    install(shops.world, store)
    await shops.load(PARTNER)
    await shops.post(RETAILER, f"/app/partners/{trade.link.partner.id}/link")
    await agree(shops)
    await trade.settle()
    trade.set_clock(trade.clock.at + timedelta(seconds=60))
    uninstall(shops.world, store)
    await trade.lose_webhooks()

    body = json.dumps({"id": store.id, "myshopify_domain": PARTNER}).encode()
    await trade.send(PARTNER, "app/uninstalled", body, timedelta(seconds=90))
    await trade.settle()

    assert not (await store_facts(shops, PARTNER)).installed
    assert [each.state for each in await partners_now(shops)] == ["disconnected"]


async def test_of_a_store_that_lets_us_in_no_more_nothing_is_offered(trade: Trade) -> None:
    """A10: every mapping at 0 within one run, what is queued stays, one alert however many runs; then all goes on."""
    await trade.bring_in(trade.product())
    trade.buy(("PARTNER-oak-BEAN", 2))
    await trade.settle()
    offered = trade.shown("PARTNER-oak-BEAN")
    revoke_tokens(trade.shops.world, trade.shops.store(PARTNER))

    for _ in range(3):
        trade.set_clock(trade.clock.at + timedelta(minutes=61))
        await trade.settle()
    lost = [each.kind for each in await trade.problems()], trade.shown("PARTNER-oak-BEAN")
    await trade.shops.load(PARTNER)
    await trade.turn(minutes=2)

    assert offered > 0
    assert lost == (["partner_access_lost"], 0)
    assert sum(each.quantity for each in await trade.queued()) == 2
    assert await trade.problems() == []
    assert trade.shown("PARTNER-oak-BEAN") == offered
    # The draft it was about to make is looked for a while before it is made.
    assert set(await trade.failed_jobs()) <= {"master_orders.rewrite_draft"}


async def test_a_store_that_cannot_be_reached_is_told_once(trade: Trade) -> None:
    """D17 A17: the retailer reads it however many kinds of work meet it; no reconnect is asked; it ends by itself."""
    await trade.bring_in(trade.product())
    trade.shops.world.faults = Faults(seed=1, profile="rules", rules=[Rule(shop=PARTNER, action="server_error")])
    offered = trade.shown("PARTNER-oak-BEAN")

    for _ in range(12):  # less than two hours: a reading that old counts in full
        trade.set_clock(trade.clock.at + timedelta(minutes=9))
        await trade.settle()
    during = [(each.kind, each.subject_kind) for each in await trade.problems()], trade.shown("PARTNER-oak-BEAN")
    trade.shops.world.faults = Faults(seed=1)
    await trade.turn(minutes=11)

    assert during == ([("partner_silent", "partner")], offered)
    assert await trade.problems() == []
    assert await trade.failed_jobs() == []


async def test_a_store_that_shopify_does_not_know_any_more_is_told_once(trade: Trade) -> None:
    """A15 D17: no work fails for it; it ends by itself when the store is found again."""
    await trade.bring_in(trade.product())
    stores = trade.shops.world.stores
    gone = stores.pop(PARTNER)

    for _ in range(2):
        trade.set_clock(trade.clock.at + timedelta(minutes=31))
        await trade.settle()
    during = [each.kind for each in await trade.problems()]
    stores[PARTNER] = gone
    await trade.turn(minutes=11)

    assert during == ["partner_silent"]
    assert await trade.problems() == []
    assert await trade.failed_jobs() == []


async def test_a_store_that_comes_in_by_the_grant_screen_answers_again(trade: Trade) -> None:
    """D17 A17: whoever reads that it is silent learns of it, and what waited for it goes on at once."""
    trade.shops.world.faults = Faults(seed=1, profile="rules", rules=[Rule(shop=PARTNER, action="server_error")])
    for _ in range(2):
        trade.set_clock(trade.clock.at + timedelta(minutes=61))
        await trade.settle()
    during = [each.kind for each in await trade.problems()]
    trade.shops.world.faults = Faults(seed=1)

    await make_retailer(trade.shops, "harbour.myshopify.com")
    path = await invite(trade.shops, "harbour.myshopify.com", shop=PARTNER)
    screen = (await trade.shops.hub.get(f"{path}/authorize")).headers["Location"]
    await trade.shops.hub.get(trade.shops.approve(screen).removeprefix(HUB))
    await trade.settle()

    assert during == ["partner_silent"]
    assert (await store_facts(trade.shops, PARTNER)).access_state is AccessState.WORKING
    assert await trade.problems() == []


async def test_permissions_taken_back_are_noticed_and_named(trade: Trade) -> None:
    """A5: what is missing is named with what it is for; subscriptions that need it are gone, others stay."""
    store = trade.shops.store(PARTNER)

    set_scopes(trade.shops.world, store, [each for each in store.app.scopes if each != "write_draft_orders"])
    await trade.settle()

    facts: StoreFacts = await store_facts(trade.shops, PARTNER)
    (partner,) = await partners_now(trade.shops)
    assert facts.missing_scopes == ("write_draft_orders",)
    assert "place one master order a week" in health_of(partner, facts).sentence
    topics = {each.topic for each in store.live_subscriptions()}
    assert not topics & {"DRAFT_ORDERS_UPDATE", "draft_orders/update"}
    assert topics


async def test_permissions_given_again_are_noticed_too(trade: Trade) -> None:
    """A5"""
    store = trade.shops.store(RETAILER)
    granted = list(store.app.scopes)
    set_scopes(trade.shops.world, store, [each for each in granted if each not in OPTIONAL["retailer"]])
    await trade.settle()
    lacking = (await store_facts(trade.shops, RETAILER)).missing_scopes

    set_scopes(trade.shops.world, store, granted)
    await trade.settle()

    assert lacking
    assert (await store_facts(trade.shops, RETAILER)).missing_scopes == ()
