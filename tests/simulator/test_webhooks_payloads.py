"""Payloads have the keys of the platform's reference, numbers for ids, text for money, and the store's own time."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from simulator.webhooks.topics import TOPIC_SCOPES, from_enum, to_enum
from simulator.world import apps
from simulator.world.draft_orders import create_draft, delete_draft
from simulator.world.placing import terms_from_template
from tests.simulator.control_world import Driver, simulated, tail

pytestmark = pytest.mark.anyio

ORDER_KEYS = """
id admin_graphql_api_id app_id browser_ip buyer_accepts_marketing cancel_reason cancelled_at cart_token checkout_token
client_details closed_at confirmation_number confirmed contact_email created_at currency current_shipping_price_set
current_subtotal_price current_subtotal_price_set current_total_discounts current_total_discounts_set
current_total_price current_total_price_set current_total_tax current_total_tax_set customer_locale device_id
discount_codes duties_included email estimated_taxes financial_status fulfillment_status landing_site location_id
merchant_business_entity_id merchant_of_record_app_id name note note_attributes number order_number order_status_url
payment_gateway_names phone po_number presentment_currency processed_at reference referring_site source_identifier
source_name source_url subtotal_price subtotal_price_set tags tax_exempt tax_lines taxes_included test token
total_discounts total_discounts_set total_line_items_price total_line_items_price_set total_outstanding total_price
total_price_set total_shipping_price_set total_tax total_tax_set total_tip_received total_weight updated_at user_id
billing_address customer discount_applications fulfillments line_items payment_terms refunds returns shipping_address
shipping_lines line_item_groups
"""
LINE_KEYS = """
id admin_graphql_api_id attributed_staffs current_quantity fulfillable_quantity fulfillment_service fulfillment_status
gift_card grams name price price_set product_exists product_id properties quantity requires_shipping
sales_line_item_group_id sku taxable title total_discount total_discount_set variant_id variant_inventory_management
variant_title vendor tax_lines duties discount_allocations
"""
KEYS: dict[str, str] = {
    **dict.fromkeys(("orders/create", "orders/updated", "orders/cancelled", "orders/paid"), ORDER_KEYS),
    "orders/edited": "order_edit",
    "refunds/create": "id order_id created_at processed_at note user_id restock duties total_duties_set return "
    "refund_shipping_lines order_adjustments transactions admin_graphql_api_id refund_line_items",
    "fulfillments/create": "id order_id status created_at updated_at service tracking_company tracking_number "
    "tracking_numbers tracking_url tracking_urls shipment_status location_id origin_address email destination "
    "line_items receipt name admin_graphql_api_id",
    "fulfillment_events/create": "id fulfillment_id order_id shop_id status message happened_at estimated_delivery_at "
    "address1 city province country zip latitude longitude created_at updated_at admin_graphql_api_id",
    "fulfillment_orders/moved": "original_fulfillment_order moved_fulfillment_order destination_location_id "
    "fulfillment_order_line_items_requested source_location",
    "fulfillment_orders/placed_on_hold": "fulfillment_order remaining_fulfillment_order "
    "held_fulfillment_order_line_items created_fulfillment_hold",
    "fulfillment_orders/hold_released": "fulfillment_order",
    "fulfillment_orders/cancelled": "fulfillment_order replacement_fulfillment_order",
    "inventory_levels/update": "inventory_item_id location_id available updated_at admin_graphql_api_id",
    "inventory_items/update": "id sku created_at updated_at requires_shipping cost country_code_of_origin "
    "province_code_of_origin harmonized_system_code tracked country_harmonized_system_codes weight_value weight_unit "
    "admin_graphql_api_id",
    "products/update": "id admin_graphql_api_id title body_html handle vendor product_type status tags published_at "
    "published_scope template_suffix created_at updated_at variants variant_gids options images image media category "
    "has_variants_that_requires_components",
    "products/delete": "id",
    "draft_orders/delete": "id",
    "draft_orders/update": "id name status note email currency created_at updated_at completed_at invoice_sent_at "
    "invoice_url order_id tags note_attributes line_items shipping_address billing_address applied_discount "
    "shipping_line payment_terms customer total_price subtotal_price total_tax admin_graphql_api_id b2b? "
    "allow_discount_codes_in_checkout?",
    "locations/deactivate": "id name address1 address2 city zip province country phone created_at updated_at "
    "country_code country_name province_code legacy active admin_graphql_api_id",
    "app/scopes_update": "id shop_id previous current updated_at",
    "shop/update": "id name email domain myshopify_domain iana_timezone currency plan_name primary_location_id",
}


async def _everything(world: Driver) -> str:
    """A store in which each topic of KEYS fires."""
    shop = await world.store(locations=["Front", "Back"], time_zone="Europe/Amsterdam")
    world.subscribe(shop, *KEYS)
    store = world.world.stores[shop]
    variant = await world.variant(shop, 50, cost="3.00")
    await world.call("PATCH", f"/stores/{shop}/variants/{tail(variant)}", {"cost": "3.10"})
    product = (await world.call("POST", f"/stores/{shop}/products", {"title": "Gone"}))["changed"]
    await world.call("DELETE", f"/stores/{shop}/products/{tail(product['id'])}")
    orders = [await world.order(shop, variant, 2) for _ in range(3)]
    await world.advance(60)
    line = orders[0]["lines"][0]["id"]
    await world.on(shop, orders[0], "edit", {"lines": [{"line_id": line, "quantity": 5}], "paid": True})
    await world.on(shop, orders[0], "hold")
    await world.on(shop, orders[0], "release")
    back = list(store.locations)[1]
    first = next(one.id for one in store.fulfillment_orders.values() if one.order_id == int(tail(orders[0]["id"])))
    await world.call("POST", f"/stores/{shop}/fulfillment_orders/{first}/move", {"location_id": back})
    sent = await world.on(shop, orders[0], "fulfillments", {"tracking": {"company": "DPD", "number": "1"}})
    await world.call("POST", f"/stores/{shop}/fulfillments/{tail(sent['id'])}/events", {"status": "IN_TRANSIT"})
    await world.on(shop, orders[0], "refund", {"lines": [{"line_id": line, "quantity": 1}]})
    await world.on(shop, orders[1], "cancel")
    terms = terms_from_template(world.world, store, "Net 7")
    fields = {"lines": [{"variant_id": int(tail(variant)), "quantity": 1}], "payment_terms": terms}
    draft = create_draft(world.world, store, fields)
    await world.call("POST", f"/stores/{shop}/draft_orders/{draft.id}/edit", {"note": "n"})
    delete_draft(world.world, store, draft)
    await world.call("PATCH", f"/stores/{shop}", {"name": "Oak & Co"})
    apps.set_scopes(world.world, store, [*store.app.scopes, "write_products"])
    await world.call("POST", f"/stores/{shop}/locations/{back}/deactivate")
    await world.advance(60)
    return shop


async def test_each_topic_has_the_keys_of_the_reference() -> None:
    async with simulated() as world:
        await _everything(world)

    sent = {headers["x-shopify-topic"]: json.loads(body) for headers, body in world.hub.received}
    assert set(KEYS) <= set(sent)
    missing = {topic: set(keys.split()) - set(sent[topic]) for topic, keys in KEYS.items()}
    assert {topic: keys for topic, keys in missing.items() if keys} == {}
    assert set(LINE_KEYS.split()) <= set(sent["orders/create"]["line_items"][0])


async def test_ids_are_numbers_except_those_of_fulfilment_orders() -> None:
    async with simulated() as world:
        await _everything(world)

    sent = {headers["x-shopify-topic"]: json.loads(body) for headers, body in world.hub.received}
    for topic, payload in sent.items():
        if "id" in payload:
            assert isinstance(payload["id"], int), topic
    assert sent["fulfillment_orders/moved"]["moved_fulfillment_order"]["id"].startswith("gid://shopify/")
    assert sent["app/scopes_update"]["shop_id"].startswith("gid://shopify/Shop/")


async def test_money_is_text_and_time_is_the_stores() -> None:
    async with simulated() as world:
        shop = await world.store(currency="JPY", time_zone="Europe/Amsterdam")
        world.subscribe(shop, "orders/create")
        await world.order(shop, await world.variant(shop, price="1250"), 2)
        await world.advance(0)

    order = json.loads(world.hub.received[0][1])
    assert (order["total_price"], order["created_at"]) == ("2500", "2026-11-02T10:00:00+01:00")
    assert order["total_price_set"]["shop_money"] == {"amount": "2500", "currency_code": "JPY"}
    assert (order["financial_status"], order["tags"], order["order_number"]) == ("paid", "", 1001)


async def test_a_large_product_shows_its_first_hundred_variants_and_the_ids_of_all() -> None:
    async with simulated() as world:
        shop = await world.store()
        world.subscribe(shop, "products/create")
        variants = [{"sku": str(number), "price": 1} for number in range(120)]
        await world.call("POST", f"/stores/{shop}/products", {"title": "Many", "variants": variants})
        await world.advance(0)

    product = json.loads(world.hub.received[0][1])
    assert (len(product["variants"]), len(product["variant_gids"])) == (100, 120)


async def test_an_edit_tells_only_what_was_added_and_removed() -> None:
    async with simulated() as world:
        shop = await world.store()
        world.subscribe(shop, "orders/edited")
        variant = await world.variant(shop)
        order = await world.order(shop, variant, 3)
        line = int(tail(order["lines"][0]["id"]))
        body = {"lines": [{"line_id": line, "quantity": 1}, {"variant_id": variant, "quantity": 2}]}
        edited = await world.on(shop, order, "edit", body)
        await world.advance(0)

    told = json.loads(world.hub.received[0][1])["order_edit"]
    assert told["order_id"] == int(tail(order["id"]))
    assert told["line_items"] == {
        "additions": [{"id": int(tail(edited["lines"][1]["id"])), "delta": 2}],
        "removals": [{"id": line, "delta": 2}],
    }


def test_topics_and_their_names_in_the_schema_agree() -> None:
    for topic in TOPIC_SCOPES:
        assert from_enum(to_enum(topic)) == topic
    assert from_enum("NO_SUCH_TOPIC") is None


async def test_the_worth_of_a_draft_is_in_its_payload() -> None:
    async with simulated() as world:
        shop = await world.store()
        world.subscribe(shop, "draft_orders/create")
        variant = int(tail(await world.variant(shop)))
        line: dict[str, Any] = {"variant_id": variant, "quantity": 3, "price_override": Decimal("8.50")}
        until = datetime.now(UTC) + timedelta(days=1)
        create_draft(world.world, world.world.stores[shop], {"lines": [line], "reserve_inventory_until": until})
        await world.advance(0)

    draft = json.loads(world.hub.received[0][1])
    assert (draft["total_price"], draft["status"], draft["line_items"][0]["price"]) == ("25.50", "open", "8.50")
