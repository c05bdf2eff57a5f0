"""The first steps of a store: the choice of a role, permissions, locations, going live."""

import re

import pytest

from app.core.unit_of_work import system_for
from app.stores.flows import register_topics
from app.stores.queries import SettingsFacts, get_settings
from app.stores.states import StoreRole
from simulator.world.apps import freeze
from tests.support.linked import invite, make_retailer, store_facts
from tests.support.shops import OPTIONAL, PARTNER, RETAILER, Shops

pytestmark = pytest.mark.anyio


async def settings_now(shops: Shops, domain: str = RETAILER) -> SettingsFacts:
    store = await store_facts(shops, domain)
    async with shops.open_uow(system_for(store.id)) as uow:
        return await get_settings(uow.session, store.id)


async def test_a_store_without_a_role_sees_the_choice_wherever_it_goes(shops: Shops) -> None:
    shops.make_shop(RETAILER)

    pages = [await shops.get(RETAILER, path) for path in ("/app", "/app/partners", "/app/settings", "/app/desk")]
    change = await shops.post(RETAILER, "/app/partners/invite")

    assert all("Set up as a retailer" in page.text for page in pages)
    assert change.status_code == 404


async def test_a_role_is_chosen_once(shops: Shops) -> None:
    shops.make_shop(RETAILER)
    await shops.load(RETAILER)

    first = await shops.post(RETAILER, "/app/role", role="retailer")
    second = await shops.post(RETAILER, "/app/role", role="partner")

    assert (first.status_code, first.headers["Location"]) == (303, "/app")
    assert second.status_code == 404
    assert (await store_facts(shops, RETAILER)).role is StoreRole.RETAILER


async def test_a_role_that_does_not_exist_is_refused(shops: Shops) -> None:
    shops.make_shop(RETAILER)
    await shops.load(RETAILER)

    assert (await shops.post(RETAILER, "/app/role", role="owner")).status_code == 422


async def test_permissions_are_asked_once_by_a_click_and_named_with_what_they_are_for(shops: Shops) -> None:
    shops.make_shop(RETAILER)
    await shops.load(RETAILER)
    await shops.post(RETAILER, "/app/role", role="retailer")
    before = (await shops.get(RETAILER, "/app")).text
    shops.grant(RETAILER, *OPTIONAL["retailer"])

    await shops.post(RETAILER, "/app/permissions")

    asked = sorted([*OPTIONAL["retailer"], "read_payment_terms"])
    assert f'data-scopes="{" ".join(asked)}"' in before
    assert "keep the stock of imported products true" in before
    assert "data-scopes" not in (await shops.get(RETAILER, "/app")).text
    await shops.work()
    topics = {each.topic for each in shops.store(RETAILER).live_subscriptions()}
    assert {"orders/create", "orders/edited", "refunds/create", "fulfillment_orders/placed_on_hold"} <= topics


async def test_what_was_refused_is_said_to_be_missing(shops: Shops) -> None:
    shops.make_shop(RETAILER)
    await shops.load(RETAILER)
    await shops.post(RETAILER, "/app/role", role="retailer")

    refused = await shops.post(RETAILER, "/app/permissions")
    shops.grant(RETAILER, *OPTIONAL["retailer"])
    granted = await shops.post(RETAILER, "/app/permissions")

    declined = await shops.post(RETAILER, "/app/permissions")
    settings = (await shops.get(RETAILER, "/app/settings")).text

    pages = [(await shops.get(RETAILER, answer.headers["Location"])).text for answer in (refused, granted, declined)]
    assert 'data-toast="Permissions are still missing"' in pages[0]
    assert 'data-toast="Permissions granted"' in pages[1]
    assert 'data-toast="Permissions are still missing"' in pages[2]
    assert 'data-scopes="read_payment_terms"' in settings


async def test_what_cannot_be_undone_is_said_before_the_choice(shops: Shops) -> None:
    shops.make_shop(RETAILER)

    page = (await shops.load(RETAILER)).text

    assert page.index("cannot be changed later") < page.index("Set up as a retailer")
    for role, never in (("retailer", "can never be a partner itself"), ("partner", "can never be a retailer itself")):
        modal = page.partition(f'<s-modal id="as-{role}"')[2].partition("</s-modal>")[0]
        assert never in modal
        assert f'name="role" value="{role}"' in modal
        assert f"Yes, as a {role}" in modal


async def test_subscriptions_carry_no_field_about_a_person(shops: Shops) -> None:
    """INV7: every subscription names its fields, and none of them is about a person."""
    await make_retailer(shops)
    await shops.work()

    for subscription in shops.store(RETAILER).live_subscriptions():
        assert subscription.include_fields, subscription.topic
        fields = " ".join(subscription.include_fields)
        assert not any(word in fields for word in ("customer", "email", "address", "phone", "note", "name"))


async def test_a_lost_subscription_is_made_again_and_a_foreign_one_goes(shops: Shops) -> None:
    await make_retailer(shops)
    await shops.work()
    store = shops.store(RETAILER)
    wanted = {each.topic for each in store.live_subscriptions()}
    lost, moved = list(store.live_subscriptions())[:2]
    lost.deleted_at = shops.world.now
    moved.uri = "https://somewhere-else.example.com/hooks"

    changed = await register_topics(shops.shopify, (await store_facts(shops, RETAILER)).id)

    assert changed == 2  # one was gone, one was another's
    assert {each.topic for each in store.live_subscriptions()} == wanted
    assert {each.uri for each in store.live_subscriptions()} == {"https://hub.example.com/webhooks/shopify"}


async def test_the_retailer_goes_live_when_everything_is_chosen(shops: Shops) -> None:
    await make_retailer(shops)

    settings = await settings_now(shops)

    assert settings.centre_name == "Main street"
    assert settings.centre_address is not None
    assert settings.centre_address["address1"] == "1 Mill Lane"
    assert settings.stock_location_name == "Partner stock"
    assert settings.went_live_at is not None


async def test_creating_the_stock_location_twice_makes_one(shops: Shops) -> None:
    await make_retailer(shops)

    await shops.post(RETAILER, "/app/settings/stock-location/create")

    names = [location.name for location in shops.store(RETAILER).locations.values()]
    assert names.count("Partner stock") == 1


async def test_a_stock_location_needs_a_centre_first(shops: Shops) -> None:
    shops.make_shop(RETAILER)
    await shops.load(RETAILER)
    await shops.post(RETAILER, "/app/role", role="retailer")

    page = (await shops.get(RETAILER, "/app/settings")).text
    answer = await shops.post(RETAILER, "/app/settings/stock-location/create")

    assert "Save your centre first" in page
    assert "/app/settings/stock-location/create" not in page
    assert answer.status_code == 422
    assert "Choose your fulfilment centre first" in answer.text


async def test_a_stock_location_that_cannot_be_created_is_told_at_its_field(shops: Shops) -> None:
    """The permission was declined; and Shopify may refuse the address."""
    shops.make_shop(RETAILER)
    await shops.load(RETAILER)
    await shops.post(RETAILER, "/app/role", role="retailer")
    shops.grant(RETAILER, *OPTIONAL["retailer"])
    await shops.post(RETAILER, "/app/permissions")
    centre = next(iter(shops.store(RETAILER).locations.values()))
    await shops.post(RETAILER, "/app/settings/centre", centre=centre.gid)

    answer = await shops.post(RETAILER, "/app/settings/stock-location/create")

    assert answer.status_code == 422
    assert re.search(
        r'<s-select name="stock"[^>]*error="The permission to create a location was not given.', answer.text
    )
    assert (await settings_now(shops)).stock_location_name is None


async def test_another_stores_location_is_answered_like_one_nobody_has(shops: Shops) -> None:
    await make_retailer(shops)
    other = shops.make_shop(PARTNER)
    theirs = next(iter(other.locations.values())).gid

    foreign = await shops.post(RETAILER, "/app/settings/centre", centre=theirs)
    unknown = await shops.post(RETAILER, "/app/settings/centre", centre="gid://shopify/Location/1")

    assert (foreign.status_code, unknown.status_code) == (422, 422)
    assert foreign.text.replace(theirs, "X") == unknown.text.replace("gid://shopify/Location/1", "X")


async def test_defaults_are_kept_and_faults_stand_at_their_fields(shops: Shops) -> None:
    await make_retailer(shops)

    saved = await shops.post(RETAILER, "/app/settings/defaults", markup="37,5", buffer=2)
    refused = await shops.post(RETAILER, "/app/settings/defaults", markup="lots", buffer="-3")

    settings = await settings_now(shops)
    assert saved.status_code == 303
    assert "Saved Mon 2 Nov 2026" in refused.text
    assert (str(settings.default_markup.normalize()), settings.default_buffer) == ("0.375", 2)
    assert refused.status_code == 422
    assert 'error="Enter a percentage from 0 to 1000, such as 40."' in refused.text
    assert 'value="lots"' in refused.text
    assert 'error="Enter a whole number of units from 0 to 10,000."' in refused.text


async def test_a_limit_is_said_where_it_is_passed(shops: Shops) -> None:
    await make_retailer(shops)

    refused = await shops.post(RETAILER, "/app/settings/defaults", markup="5000", buffer="99999999")

    assert refused.status_code == 422
    assert 'error="Enter a percentage from 0 to 1000, such as 40."' in refused.text
    assert 'error="Enter a whole number of units from 0 to 10,000."' in refused.text


async def test_the_settings_have_one_primary_button_at_most(shops: Shops) -> None:
    beginner = "elm.myshopify.com"
    shops.make_shop(beginner)
    await shops.load(beginner)
    await shops.post(beginner, "/app/role", role="retailer")
    primary = re.compile(r'variant="primary"[^>]*>([^<]*)<')
    new = primary.findall((await shops.get(beginner, "/app/settings")).text)
    await make_retailer(shops)

    ready = primary.findall((await shops.get(RETAILER, "/app/settings")).text)

    assert new == ["Save centre"]
    assert len(ready) <= 1


async def test_settings_are_shown_while_shopify_does_not_answer(shops: Shops) -> None:
    await make_retailer(shops)
    freeze(shops.world, shops.store(RETAILER), True)

    page = await shops.get(RETAILER, "/app/settings")

    assert page.status_code == 200
    assert "Now: Main street" in page.text
    assert "frozen or locked" in page.text


@pytest.mark.parametrize("text", ["a\x00b", "<script>alert(1)</script>", "{{ 7 * 7 }}", '"><s-banner>'])
async def test_what_is_typed_never_becomes_markup_and_never_breaks_a_page(shops: Shops, text: str) -> None:
    """N7"""
    await make_retailer(shops)

    answer = await shops.post(
        RETAILER, "/app/partners/invite", name=text, shop=PARTNER, discount=30, weekday=1, cutoff_time="9:00", buffer=0
    )
    page = await shops.get(RETAILER, "/app/partners")

    assert answer.status_code in (201, 422)
    assert page.status_code == 200
    assert "<script>alert" not in page.text + answer.text
    assert "<s-banner>" not in page.text + answer.text


async def test_a_body_that_is_too_large_is_refused(shops: Shops) -> None:
    await make_retailer(shops)

    answer = await shops.post(RETAILER, "/app/partners/invite", name="x" * 1_100_000)

    assert answer.status_code == 413


async def test_the_invitations_button_is_no_form_and_needs_no_token(shops: Shops) -> None:
    await make_retailer(shops)
    path = await invite(shops)

    for address in (path, f"{path}/authorize"):
        assert (await shops.hub.post(address)).status_code == 405
