"""Who may ask what: tokens, stores, versions, scopes and protected customer data."""

from datetime import timedelta
from decimal import Decimal

import pytest

from simulator.world.apps import freeze, revoke_tokens, uninstall
from tests.simulator.store_host import make_host

pytestmark = pytest.mark.anyio

ORDER_PERSON = "{orders(first: 1){nodes{id email shippingAddress{city address1 formatted} customer{id displayName}}}}"


async def test_answers_the_holder_of_a_live_token() -> None:
    host = make_host()

    data = await host.ask("{shop{id myshopifyDomain currencyCode ianaTimezone plan{publicDisplayName shopifyPlus}}}")

    assert data["shop"]["myshopifyDomain"] == "roaster.myshopify.com"
    assert data["shop"]["currencyCode"] == "USD"
    assert data["shop"]["plan"] == {"publicDisplayName": "Basic", "shopifyPlus": False}


@pytest.mark.parametrize("token", ["", "shpat_unknown"])
async def test_refuses_an_unknown_token(token: str) -> None:
    host = make_host()

    response = await host.post("{shop{id}}", token=token)

    assert response.status_code == 401
    assert host.world.requests[-1].outcome == "unauthorized"


async def test_refuses_a_token_past_its_hour() -> None:
    host = make_host()
    host.clock.now += timedelta(hours=1)

    response = await host.post("{shop{id}}")

    assert response.status_code == 401


async def test_a_turned_business_clock_breaks_no_token() -> None:
    host = make_host()
    await host.turn(7 * 24 * 3600)

    response = await host.post("{shop{id}}")

    assert response.status_code == 200


async def test_refuses_after_revocation_and_uninstall() -> None:
    revoked, uninstalled = make_host(), make_host()
    revoke_tokens(revoked.world, revoked.store)
    uninstall(uninstalled.world, uninstalled.store)

    assert (await revoked.post("{shop{id}}")).status_code == 401
    assert (await uninstalled.post("{shop{id}}")).status_code == 401


async def test_a_frozen_store_answers_402_and_an_unknown_one_404() -> None:
    host = make_host()
    freeze(host.world, host.store, True)

    frozen = await host.post("{shop{id}}")
    unknown = await host.client.post("https://nobody.myshopify.com/admin/api/2026-10/graphql.json", json={})

    assert frozen.status_code == 402
    assert unknown.status_code == 404


@pytest.mark.parametrize(("asked", "served"), [("2026-10", "2026-10"), ("2026-04", "2026-04"), ("2024-01", "2026-01")])
async def test_an_inaccessible_version_falls_forward(asked: str, served: str) -> None:
    host = make_host()

    url = f"https://{host.store.domain}/admin/api/{asked}/graphql.json"
    headers = {"X-Shopify-Access-Token": host.token.token}
    response = await host.client.post(url, json={"query": "{shop{id}}"}, headers=headers)

    assert response.headers["X-Shopify-API-Version"] == served


async def test_a_body_without_a_query_is_a_bad_request() -> None:
    host = make_host()

    url = f"https://{host.store.domain}/admin/api/2026-10/graphql.json"
    response = await host.client.post(url, content=b"not json", headers={"X-Shopify-Access-Token": host.token.token})

    assert response.status_code == 400


async def test_a_missing_scope_denies_the_field_in_the_body() -> None:
    host = make_host(["read_products"])

    errors = await host.errors("{shop{id} orders(first: 1){nodes{id}}}")

    assert errors[0]["extensions"]["code"] == "ACCESS_DENIED"
    assert errors[0]["path"] == ["orders"]
    assert "read_orders" in errors[0]["extensions"]["requiredAccess"]


async def test_a_field_may_need_a_scope_that_its_object_does_not() -> None:
    host = make_host(["read_inventory"])

    ids = await host.ask("{locations(first: 5){nodes{id}}}")
    errors = await host.errors("{locations(first: 5){nodes{id name}}}")

    assert len(ids["locations"]["nodes"]) == 1
    assert errors[0]["extensions"]["code"] == "ACCESS_DENIED"


async def test_a_node_is_denied_by_its_own_type() -> None:
    host = make_host(["read_products"])
    host.world.stores[host.store.domain].app.scopes.append("read_orders")
    host.token.scopes.append("read_orders")
    product = host.make_product(variants=[{"price": Decimal(10)}])
    order = host.place((product.variant_ids[0], 1), force=True)
    host.token.scopes.remove("read_orders")

    errors = await host.errors("query($ids: [ID!]!){nodes(ids: $ids){id}}", {"ids": [product.gid, order.gid]})

    assert errors[0]["extensions"]["code"] == "ACCESS_DENIED"


async def test_writing_implies_reading() -> None:
    host = make_host(["write_products"])

    data = await host.ask("{products(first: 1){nodes{id}}}")

    assert data["products"]["nodes"] == []


async def test_the_installation_lists_granted_scopes_with_those_implied() -> None:
    host = make_host(["write_products"])

    data = await host.ask("{currentAppInstallation{accessScopes{handle}}}")

    handles = [scope["handle"] for scope in data["currentAppInstallation"]["accessScopes"]]
    assert handles == ["read_products", "write_products"]


async def test_name_address_phone_and_email_are_null_without_approval() -> None:
    host = make_host()
    product = host.make_product(variants=[{"price": Decimal(10)}])
    host.place((product.variant_ids[0], 1), force=True)

    order = (await host.ask("{orders(first: 1){nodes{id email shippingAddress{city address1}}}}"))["orders"]["nodes"][0]

    assert order["email"] is None
    assert order["shippingAddress"]["address1"] is None
    assert order["shippingAddress"]["city"]


async def test_an_approved_app_sees_the_person() -> None:
    host = make_host(protected_data="level2")
    product = host.make_product(variants=[{"price": Decimal(10)}])
    host.place((product.variant_ids[0], 1), force=True)

    order = (await host.ask(ORDER_PERSON))["orders"]["nodes"][0]

    assert order["shippingAddress"]["address1"]
    assert order["customer"]["displayName"]


async def test_without_any_approval_orders_are_refused_whole() -> None:
    host = make_host(protected_data="none")

    errors = await host.errors("{orders(first: 1){nodes{id}}}")

    assert "not approved to access the Order object" in errors[0]["message"]


async def test_orders_older_than_sixty_days_are_out_of_sight() -> None:
    host = make_host()
    product = host.make_product(variants=[{"price": Decimal(10)}])
    order = host.place((product.variant_ids[0], 1), force=True)
    await host.turn(61 * 24 * 3600)

    data = await host.ask("query($id: ID!){order(id: $id){id} orders(first: 5){nodes{id}}}", {"id": order.gid})

    assert data == {"order": None, "orders": {"nodes": []}}


async def test_what_is_not_modelled_is_told_apart_from_what_does_not_exist() -> None:
    host = make_host()

    errors = await host.errors("{products(first: 1){nodes{id colour bundleComponents(first: 1){nodes{__typename}}}}}")

    assert [error["extensions"]["code"] for error in errors] == ["undefinedField", "NOT_MODELLED"]
    assert errors[0]["message"] == "Field 'colour' doesn't exist on type 'Product'"


async def test_an_unknown_input_field_is_an_invalid_variable() -> None:
    host = make_host()
    mutation = "mutation($input: ProductSetInput!){productSet(input: $input){userErrors{message}}}"

    unknown = await host.errors(mutation, {"input": {"title": "A", "colour": "red"}})
    left_out = await host.errors(mutation, {"input": {"title": "A", "giftCard": True}})

    assert unknown[0]["extensions"]["code"] == "INVALID_VARIABLE"
    assert left_out[0]["extensions"]["code"] == "NOT_MODELLED"
