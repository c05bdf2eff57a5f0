"""The partner link from the invitation to the connection, by HTTP over both applications."""

import html
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from app.core.clock import FixedClock
from app.core.unit_of_work import system_for
from app.master_orders.queries import running_orders
from app.partners.overview import read_partner
from app.partners.states import PartnerState
from app.stores.service import uninstall_store
from app.stores.states import StoreRole
from simulator.world.products import upsert_product
from tests.support.linked import PROPOSAL, accept, agree, invite, link, make_retailer, partners_now, store_facts
from tests.support.shops import HUB, OPTIONAL, PARTNER, RETAILER, Shops
from tests.support.trade import Trade

pytestmark = pytest.mark.anyio


async def test_the_whole_link(shops: Shops) -> None:
    linked = await link(shops)

    assert linked.partner.state is PartnerState.CONNECTED
    assert linked.partner.discount == Decimal("0.3")
    assert linked.partner.calendar.time_zone == "America/Denver"
    assert linked.partner.partner_store_id == linked.partner_store.id
    assert linked.partner_store.role is StoreRole.PARTNER
    assert linked.partner_store.missing_scopes == ()
    topics = {each.topic for each in shops.store(PARTNER).live_subscriptions()}
    assert {"fulfillments/create", "draft_orders/delete", "orders/updated"} <= topics


async def test_the_link_shows_who_invites_and_what_is_read_and_what_never(shops: Shops) -> None:
    await make_retailer(shops)
    path = await invite(shops)

    page = await shops.hub.get(path)

    assert page.status_code == 200
    for words in (
        "Corner would like to sell your products",
        "30\N{NO-BREAK SPACE}% off",
        "What will be read",
        "What is never read",
        PARTNER,
    ):
        assert words in html.unescape(page.text)
    assert page.headers["Content-Security-Policy"] == "frame-ancestors 'none'"
    assert page.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("answers_with_code", [True, False])
async def test_with_and_without_a_code_the_link_ends_in_the_same_place(shops: Shops, answers_with_code: bool) -> None:
    """A23"""
    await make_retailer(shops)
    shops.make_shop(PARTNER)
    shops.world.switches = replace(shops.world.switches, authorize_grants_code=answers_with_code)
    path = await invite(shops)
    grant_screen = (await shops.hub.get(f"{path}/authorize")).headers["Location"]

    back = shops.approve(grant_screen)
    if answers_with_code:
        callback = await shops.hub.get(back.removeprefix(HUB))
        assert callback.headers["Location"].endswith(f"/admin/store/oak/apps/{shops.world.settings.api_key}")
    home = await shops.load(PARTNER)

    assert "Corner would like to sell your products" in home.text
    assert "What is never read or changed" in home.text
    assert [each.state for each in await partners_now(shops)] == [PartnerState.INVITED]


async def test_only_accepting_connects(shops: Shops) -> None:
    """A23: the store is shown who invites; nothing is connected before its staff accept."""
    await make_retailer(shops)
    shops.make_shop(PARTNER)
    await invite(shops)
    await shops.load(PARTNER)
    before = (await partners_now(shops))[0]

    await accept(shops)

    assert before.state is PartnerState.INVITED
    assert (await partners_now(shops))[0].state is PartnerState.CONNECTED
    assert "Oak Roastery accepted the connection" in (await shops.get(RETAILER, f"/app/partners/{before.id}")).text


async def test_declining_ends_the_invitation_and_tells_the_retailer(shops: Shops) -> None:
    """A23"""
    await make_retailer(shops)
    shops.make_shop(PARTNER)
    path = await invite(shops)
    found = re.search(r"/app/desk/connect/(\d+)/decline", (await shops.load(PARTNER)).text)
    assert found

    await shops.post(PARTNER, found[0])

    assert "Declined" in (await shops.get(RETAILER, "/app/partners")).text
    assert (await shops.hub.get(path)).status_code == 404
    assert (await shops.post(PARTNER, found[0].replace("decline", "accept"))).status_code == 404


async def test_a_retailers_own_shop_cannot_be_its_partner(shops: Shops) -> None:
    """A6"""
    await make_retailer(shops)

    answer = await shops.post(
        RETAILER,
        "/app/partners/invite",
        name="Me",
        shop=RETAILER,
        discount=30,
        weekday=1,
        cutoff_time="18:00",
        buffer=0,
    )

    assert answer.status_code == 422
    assert "A store has one role: retailer or partner." in answer.text


async def test_a_retailer_cannot_accept_an_invitation_and_is_told_why(shops: Shops) -> None:
    """A6: by the link, and by the form of an invitation that names it."""
    await make_retailer(shops)
    other = "harbour.myshopify.com"
    await make_retailer(shops, other)
    path = await invite(shops, shop=other)

    page = await shops.hub.get(path)
    home = await shops.get(other, "/app")
    accepted = await shops.post(other, "/app/desk/connect/1/accept")
    ids = [int(found) for found in re.findall(r"connect/(\d+)/accept", accepted.text)]
    answers = [await shops.post(other, f"/app/desk/connect/{each}/accept") for each in ids]

    assert page.status_code == 409
    assert "A store has one role" in page.text
    assert "this invitation cannot be accepted here" in home.text
    assert all(answer.status_code == 409 for answer in answers)
    assert (await partners_now(shops))[0].state is PartnerState.INVITED


async def test_an_invitation_lives_seven_days(shops: Shops, clock: FixedClock) -> None:
    await make_retailer(shops)
    shops.make_shop(PARTNER)
    path = await invite(shops)

    clock.at += timedelta(days=7)

    assert (await shops.hub.get(path)).status_code == 404
    assert (await shops.hub.get(f"{path}/authorize")).status_code == 404
    assert "You are invited" not in (await shops.load(PARTNER)).text


async def test_a_new_link_replaces_the_one_before(shops: Shops) -> None:
    await make_retailer(shops)
    first = await invite(shops)
    partner = (await partners_now(shops))[0]

    answer = await shops.post(RETAILER, f"/app/partners/{partner.id}/link")

    assert answer.status_code == 201
    assert first not in answer.text
    assert (await shops.hub.get(first)).status_code == 404


async def test_an_invitation_that_waits_is_not_replaced_by_a_second(shops: Shops) -> None:
    await make_retailer(shops)
    first = await invite(shops)
    partner = (await partners_now(shops))[0]

    answer = await shops.post(RETAILER, "/app/partners/invite", **{**PROPOSAL, "name": "Elm", "discount": "50"})

    assert answer.status_code == 422
    assert "You invited Oak Roastery already." in answer.text
    assert f'href="/app/partners/{partner.id}"' in answer.text
    assert await partners_now(shops) == [partner]
    assert (await shops.hub.get(first)).status_code == 200


async def test_an_invited_partners_page_shows_what_was_proposed(shops: Shops, clock: FixedClock) -> None:
    await make_retailer(shops)
    await invite(shops, buffer=3)
    path = f"/app/partners/{(await partners_now(shops))[0].id}"

    waiting = (await shops.get(RETAILER, path)).text
    clock.at += timedelta(days=8)
    ended = (await shops.get(RETAILER, path)).text

    for words in (
        "Thursday at 18:00",
        "3 units of each variant",
        "orders@oak.example.com",
        "works until Mon 9 Nov 2026",
    ):
        assert words in waiting, words
    assert "ended Mon 9 Nov 2026" in ended
    assert "Take the invitation of Oak Roastery back?" in waiting


async def test_the_token_of_a_link_is_stored_nowhere(shops: Shops) -> None:
    await make_retailer(shops)
    token = (await invite(shops)).rpartition("/")[2]

    stored = await shops.dump()

    assert len(token) == 43
    assert token not in stored


async def test_the_form_says_that_customers_see_the_name(shops: Shops) -> None:
    await make_retailer(shops)

    page = await shops.get(RETAILER, "/app/partners/invite")

    assert "it becomes the vendor of the products you import" in page.text


async def test_turbo_gets_the_link_as_a_stream(shops: Shops) -> None:
    await make_retailer(shops)

    answer = await shops.post(
        RETAILER,
        "/app/partners/invite",
        {"Accept": "text/vnd.turbo-stream.html, text/html"},
        name="Oak",
        shop=PARTNER,
        discount=30,
        weekday=1,
        cutoff_time="18:00",
        buffer=0,
    )

    assert answer.headers["Content-Type"].startswith("text/vnd.turbo-stream.html")
    assert answer.text.strip().startswith("<turbo-stream")


async def test_faults_stand_at_their_fields(shops: Shops) -> None:
    await make_retailer(shops)

    answer = await shops.post(
        RETAILER,
        "/app/partners/invite",
        name="",
        shop="oak.example.com",
        email="nobody",
        discount="many",
        weekday=9,
        cutoff_time="25:00",
        buffer="-1",
    )

    assert answer.status_code == 422
    for fault in (
        "Enter the partner&#39;s name.",
        "their-name.myshopify.com",
        "complete e-mail address",
        "a percentage",
        "Choose a day.",
        "a time such as 18:00",
        "whole number",
    ):
        assert fault in answer.text, fault
    assert 'value="many"' in answer.text


async def test_a_partner_that_refuses_its_scopes_is_limited(shops: Shops) -> None:
    """A5: connected, the missing permissions named with what they are for."""
    await make_retailer(shops)
    shops.make_shop(PARTNER)
    await invite(shops)
    await agree(shops)

    await shops.post(PARTNER, "/app/permissions")

    partner = (await partners_now(shops))[0]
    page = (await shops.get(RETAILER, f"/app/partners/{partner.id}")).text
    assert partner.state is PartnerState.CONNECTED
    assert "Limited" in page
    assert "place one master order a week" in page
    assert "place one master order a week" in (await shops.get(PARTNER, "/app")).text


async def test_the_check_tells_what_to_look_at(shops: Shops) -> None:
    await make_retailer(shops)
    oak = shops.make_shop(PARTNER, currency="EUR")
    for title, sku in (("House", "A1"), ("Dark", "A1"), ("Light", None)):
        upsert_product(shops.world, oak, {"title": title, "variants": [{"price": Decimal(10), "sku": sku}]}, by="staff")

    linked = await link(shops)

    checks = {check.name: check for check in linked.partner.checks}
    assert {name: check.passed for name, check in checks.items()} == {
        "Permissions": True,
        "SKUs": False,
        "Locations": True,
        "Currency": False,
        "Payment terms": True,
    }
    assert "1 without a SKU, 2 share a SKU" in checks["SKUs"].says
    assert "EUR" in checks["Currency"].says
    assert linked.partner.payment_terms_name
    assert linked.partner.location_ids == tuple(each.gid for each in oak.locations.values())


async def test_disconnecting_and_connecting_again_keeps_the_partner(shops: Shops) -> None:
    """A7: same partner record, no second partner."""
    linked = await link(shops)
    await shops.post(RETAILER, f"/app/partners/{linked.partner.id}/disconnect")
    ended = (await partners_now(shops))[0]

    again = await link(shops)

    assert ended.state is PartnerState.DISCONNECTED
    assert again.partner.id == linked.partner.id
    assert again.partner.state is PartnerState.CONNECTED


async def test_the_dates_ahead_are_those_of_the_terms_that_were_accepted_last(trade: Trade) -> None:
    """A7, G10: a week of the earlier connection keeps no cut-off of the new one."""
    shops, partner_id = trade.shops, trade.link.partner.id
    await shops.post(RETAILER, f"/app/partners/{partner_id}/disconnect")
    await trade.settle()
    trade.set_clock(trade.clock.at + timedelta(days=30))

    await trade.join(weekday=2, cutoff_time="09:00")

    async with trade.uow() as uow:
        shown = await read_partner(uow, partner_id)
        (running,) = await running_orders(uow.session, trade.retailer_id)
    assert [each.on.isoweekday() for each in shown.cutoffs] == [2, 2, 2]
    assert shown.cutoffs[0].at == running.cutoff_at


async def test_what_was_proposed_is_not_changed_before_the_answer(shops: Shops) -> None:
    """A23: the partner accepts the cut-off it was shown."""
    await make_retailer(shops)
    await invite(shops)
    partner = (await partners_now(shops))[0]

    answer = await shops.post(RETAILER, f"/app/partners/{partner.id}/calendar", weekday=1, cutoff_time="09:00")

    assert answer.status_code == 409
    assert await partners_now(shops) == [partner]


async def test_the_partner_can_end_it_too(shops: Shops) -> None:
    linked = await link(shops)

    answer = await shops.post(PARTNER, f"/app/desk/partnerships/{linked.partner.id}/disconnect")

    assert answer.status_code == 303
    assert (await partners_now(shops))[0].state is PartnerState.DISCONNECTED


async def test_removing_the_app_disconnects(shops: Shops) -> None:
    linked = await link(shops)
    async with shops.open_uow(system_for(linked.partner_store.id)) as uow:
        await uninstall_store(uow, uow.now)

    await shops.work()

    assert (await partners_now(shops))[0].state is PartnerState.DISCONNECTED
    assert not (await store_facts(shops, PARTNER)).installed


async def test_pages_belong_to_their_role(shops: Shops, capsys: pytest.CaptureFixture[str]) -> None:
    """N3: another role's page, and another retailer's partner, do not exist; that somebody asked stands in the log."""
    linked = await link(shops)
    other = "harbour.myshopify.com"
    await make_retailer(shops, other)

    answers = [
        await shops.get(PARTNER, "/app/partners"),
        await shops.get(RETAILER, "/app/desk"),
        await shops.get(other, f"/app/partners/{linked.partner.id}"),
        await shops.post(other, f"/app/partners/{linked.partner.id}/disconnect"),
        await shops.post(other, f"/app/desk/partnerships/{linked.partner.id}/disconnect"),
        await shops.get(other, "/app/partners/999999999"),
        await shops.get(other, "/app/partners/0"),
        await shops.get(other, "/app/partners/99999999999999999999999"),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) <= 2  # one page for each layout
    assert "".join(capsys.readouterr()).count("security.foreign_page") == len(answers)
    assert (await partners_now(shops))[0].state is PartnerState.CONNECTED


async def test_the_retailers_invitation_page_needs_nothing_of_the_partner(shops: Shops) -> None:
    await make_retailer(shops)

    pages = [
        await shops.get(RETAILER, path) for path in ("/app", "/app/partners", "/app/partners/invite", "/app/settings")
    ]

    assert {page.status_code for page in pages} == {200}
    assert OPTIONAL["retailer"][0] not in pages[0].text
