"""Locations, webhook subscriptions and the installation itself."""

from typing import Any

import pytest

from simulator.admin_api.changes.webhooks import header_topic
from tests.simulator.store_host import make_host

pytestmark = pytest.mark.anyio

SUBSCRIBE = """mutation($topic: WebhookSubscriptionTopic!, $content: WebhookSubscriptionInput!){
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $content){
    webhookSubscription{id topic uri includeFields filter name apiVersion{handle}} userErrors{field message}}}"""
LIST = "{webhookSubscriptions(first: 50){nodes{id topic uri}}}"
URI = "https://hub.example.com/webhooks/shopify"


@pytest.mark.parametrize(
    ("enum", "topic"),
    [
        ("ORDERS_CREATE", "orders/create"),
        ("DRAFT_ORDERS_UPDATE", "draft_orders/update"),
        ("FULFILLMENT_ORDERS_PLACED_ON_HOLD", "fulfillment_orders/placed_on_hold"),
        ("INVENTORY_LEVELS_UPDATE", "inventory_levels/update"),
        ("FULFILLMENT_EVENTS_CREATE", "fulfillment_events/create"),
        ("APP_UNINSTALLED", "app/uninstalled"),
        ("APP_SCOPES_UPDATE", "app/scopes_update"),
        ("ORDERS_RISK_ASSESSMENT_CHANGED", "orders/risk_assessment_changed"),
        ("BULK_OPERATIONS_FINISH", "bulk_operations/finish"),
    ],
)
def test_topics_are_named_as_in_the_header(enum: str, topic: str) -> None:
    assert header_topic(enum) == topic


async def test_a_subscription_is_made_changed_and_ended() -> None:
    host = make_host()
    content = {"uri": URI, "includeFields": ["id", "updated_at"], "filter": "status:open", "name": "hub"}
    update = """mutation($id: ID!){webhookSubscriptionUpdate(id: $id, webhookSubscription: {includeFields: ["id"]}){
      webhookSubscription{includeFields uri} userErrors{message}}}"""
    delete = "mutation($id: ID!){webhookSubscriptionDelete(id: $id){deletedWebhookSubscriptionId userErrors{message}}}"

    payload = (await host.ask(SUBSCRIBE, {"topic": "ORDERS_CREATE", "content": content}))["webhookSubscriptionCreate"]
    made = payload["webhookSubscription"]
    changed = (await host.ask(update, made))["webhookSubscriptionUpdate"]["webhookSubscription"]
    deleted = (await host.ask(delete, made))["webhookSubscriptionDelete"]

    assert made["topic"] == "ORDERS_CREATE"
    assert (made["includeFields"], made["filter"], made["name"]) == (["id", "updated_at"], "status:open", "hub")
    assert made["apiVersion"] == {"handle": "2026-10"}
    assert changed == {"includeFields": ["id"], "uri": URI}
    assert deleted["deletedWebhookSubscriptionId"] == made["id"]
    assert (await host.ask(LIST))["webhookSubscriptions"]["nodes"] == []


@pytest.mark.parametrize("content", [{}, {"uri": "http://hub.example.com/x"}, {"uri": URI, "name": "no spaces please"}])
async def test_a_subscription_needs_a_safe_address_and_a_plain_name(content: dict[str, Any]) -> None:
    host = make_host()

    payload = (await host.ask(SUBSCRIBE, {"topic": "ORDERS_CREATE", "content": content}))["webhookSubscriptionCreate"]

    assert payload["userErrors"][0]["field"][0] == "webhookSubscription"
    assert host.store.subscriptions == {}


async def test_the_same_subscription_is_not_made_twice() -> None:
    host = make_host()
    await host.ask(SUBSCRIBE, {"topic": "ORDERS_CREATE", "content": {"uri": URI}})

    again = await host.ask(SUBSCRIBE, {"topic": "ORDERS_CREATE", "content": {"uri": URI}})
    other = await host.ask(SUBSCRIBE, {"topic": "ORDERS_UPDATED", "content": {"uri": URI}})

    assert "already been taken" in again["webhookSubscriptionCreate"]["userErrors"][0]["message"]
    assert other["webhookSubscriptionCreate"]["userErrors"] == []


async def test_a_topic_needs_its_scope() -> None:
    host = make_host(["read_products"])

    refused = await host.ask(SUBSCRIBE, {"topic": "ORDERS_CREATE", "content": {"uri": URI}})
    allowed = await host.ask(SUBSCRIBE, {"topic": "PRODUCTS_UPDATE", "content": {"uri": URI}})

    assert refused["webhookSubscriptionCreate"]["userErrors"][0]["field"] == ["topic"]
    assert allowed["webhookSubscriptionCreate"]["userErrors"] == []


async def test_a_location_is_added_once() -> None:
    host = make_host()
    mutation = """mutation($input: LocationAddInput!){locationAdd(input: $input){
      location{id name isActive fulfillsOnlineOrders address{address1 countryCode}} userErrors{field code}}}"""
    content = {"name": "Partner stock", "address": {"address1": "1 Road", "countryCode": "US"}}

    added = (await host.ask(mutation, {"input": content}))["locationAdd"]
    twice = (await host.ask(mutation, {"input": content}))["locationAdd"]
    blank = (await host.ask(mutation, {"input": content | {"name": " "}}))["locationAdd"]

    assert added["location"]["address"] == {"address1": "1 Road", "countryCode": "US"}
    assert twice["userErrors"] == [{"field": ["input", "name"], "code": "TAKEN"}]
    assert blank["userErrors"] == [{"field": ["input", "name"], "code": "BLANK"}]


async def test_the_app_removes_itself() -> None:
    host = make_host()

    await host.ask("mutation{appUninstall{userErrors{message}}}")

    assert (await host.post("{shop{id}}")).status_code == 401
    assert host.store.app.installed is False
