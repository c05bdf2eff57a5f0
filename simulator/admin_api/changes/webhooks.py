"""Mutations of the app's own webhook subscriptions in a store."""

import re
from typing import Any

from simulator.admin_api.call import Call
from simulator.admin_api.errors import not_modelled, user_error
from simulator.admin_api.mutations import Payload, Refused, mutation
from simulator.admin_api.resolvers.ids import find
from simulator.admin_api.resolvers.webhooks import enum_topic
from simulator.world.apps import subscribe, unsubscribe
from simulator.world.model import Subscription

_RESOURCES = [
    "app",
    "app_subscriptions",
    "app_purchases_one_time",
    "bulk_operations",
    "carts",
    "checkouts",
    "collections",
    "customers",
    "draft_orders",
    "fulfillment_events",
    "fulfillment_holds",
    "fulfillment_orders",
    "fulfillments",
    "inventory_items",
    "inventory_levels",
    "locales",
    "locations",
    "order_transactions",
    "orders",
    "payment_terms",
    "product_feeds",
    "product_listings",
    "products",
    "refunds",
    "returns",
    "shop",
    "subscription_contracts",
    "variants",
]
# Topics whose scope the schema does not state; without it the subscription is refused.
_SCOPES = {
    "orders": ("read_orders",),
    "order_transactions": ("read_orders",),
    "refunds": ("read_orders",),
    "draft_orders": ("read_draft_orders",),
    "fulfillments": ("read_fulfillments",),
    "fulfillment_events": ("read_fulfillments",),
    "fulfillment_orders": (
        "read_merchant_managed_fulfillment_orders",
        "read_assigned_fulfillment_orders",
        "read_third_party_fulfillment_orders",
    ),
    "fulfillment_holds": ("read_merchant_managed_fulfillment_orders", "read_third_party_fulfillment_orders"),
    "inventory_items": ("read_inventory",),
    "inventory_levels": ("read_inventory",),
    "locations": ("read_locations",),
    "products": ("read_products",),
    "variants": ("read_products",),
    "customers": ("read_customers",),
    "payment_terms": ("read_payment_terms",),
}
_NAME = re.compile(r"[A-Za-z0-9_-]{1,50}")


def header_topic(topic: str) -> str:
    """ORDERS_CREATE as the header writes it: orders/create."""
    lowered = topic.lower()
    resource = max((one for one in _RESOURCES if lowered.startswith(f"{one}_")), key=len, default=lowered.split("_")[0])
    return f"{resource}/{lowered.removeprefix(f'{resource}_')}"


@mutation("webhookSubscriptionCreate")
def create(call: Call, topic: str, webhook_subscription: dict[str, Any]) -> Payload:
    """Subscribe to a topic at an address; the same topic at the same address twice is refused."""
    named = header_topic(topic)
    _check_scope(call, named)
    uri = _uri(webhook_subscription)
    twins = [one for one in call.store.live_subscriptions(named) if one.uri == uri]
    wanted = (webhook_subscription.get("filter") or None, webhook_subscription.get("name"))
    if any((one.filter, one.name) == wanted for one in twins):
        raise Refused(
            user_error(["webhookSubscription", "callbackUrl"], "Address for this topic has already been taken")
        )
    made = Subscription(
        id=call.world.new_id(),
        topic=named,
        uri=uri,
        api_version=call.api_version,
        created_at=call.now,
        updated_at=call.now,
    )
    _apply(made, webhook_subscription)
    subscribe(call.world, call.store, made)
    call.touched(made)
    return {"webhookSubscription": made}


@mutation("webhookSubscriptionUpdate")
def update(call: Call, id: str, webhook_subscription: dict[str, Any]) -> Payload:
    """Change a subscription."""
    found = _subscription(call, id)
    if webhook_subscription.get("uri") or webhook_subscription.get("callbackUrl"):
        found.uri = _uri(webhook_subscription)
    _apply(found, webhook_subscription)
    found.updated_at = call.now
    call.world.touch(call.store, found)
    call.touched(found)
    return {"webhookSubscription": found}


@mutation("webhookSubscriptionDelete")
def delete(call: Call, id: str) -> Payload:
    """End a subscription."""
    found = _subscription(call, id)
    unsubscribe(call.world, call.store, found)
    call.touched(found)
    return {"deletedWebhookSubscriptionId": found.gid}


def _subscription(call: Call, gid: str) -> Subscription:
    found: Subscription | None = find(call, gid, "WebhookSubscription")
    if found is None:
        raise Refused(user_error(["id"], "Webhook subscription does not exist"))
    return found


def _check_scope(call: Call, topic: str) -> None:
    scopes = _SCOPES.get(topic.split("/")[0])
    if scopes and not call.may(scopes):
        message = f"You cannot create a webhook subscription with the specified topic {enum_topic(topic)}"
        raise Refused(user_error(["topic"], message))


def _uri(input: dict[str, Any]) -> str:
    uri: str = input.get("uri") or input.get("callbackUrl") or ""
    if not uri:
        raise Refused(user_error(["webhookSubscription", "callbackUrl"], "Address can't be blank"))
    if not uri.startswith(("https://", "http://127.0.0.1", "http://localhost", "pubsub://", "arn:aws:events:")):
        raise Refused(user_error(["webhookSubscription", "callbackUrl"], "Address protocol http:// is not supported"))
    return uri


def _apply(subscription: Subscription, input: dict[str, Any]) -> None:
    if input.get("format") == "XML":
        raise not_modelled("webhooks in XML")
    name = input.get("name")
    if name is not None and not _NAME.fullmatch(name):
        raise Refused(user_error(["webhookSubscription", "name"], "Name is invalid"))
    if "filter" in input:
        subscription.filter = input["filter"] or None
    if "includeFields" in input:
        subscription.include_fields = input["includeFields"] or []
    if "metafieldNamespaces" in input:
        subscription.metafield_namespaces = input["metafieldNamespaces"] or []
    if "name" in input:
        subscription.name = name
