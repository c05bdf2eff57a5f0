"""The app's own webhook subscriptions in the store; those of its configuration are not listed."""

from typing import Any

from simulator.admin_api.call import Call
from simulator.admin_api.connections import Page, connection
from simulator.admin_api.registry import attribute, attributes, constant, resolves
from simulator.admin_api.resolvers.counting import count
from simulator.admin_api.resolvers.ids import find
from simulator.admin_api.search import Index
from simulator.world.model import Subscription


def enum_topic(topic: str) -> str:
    """orders/create as the enumeration writes it."""
    return topic.upper().replace("/", "_")


def _subscriptions(
    _root: Any,
    call: Call,
    topics: list[str] | None = None,
    uri: str | None = None,
    query: str | None = None,
    sort_key: str = "CREATED_AT",
    **paging: Any,
) -> dict[str, Any]:
    found = [one for one in call.store.live_subscriptions() if topics is None or enum_topic(one.topic) in topics]
    found = [one for one in found if uri in (None, one.uri)]
    sort = (lambda one: one.id) if sort_key == "ID" else (lambda one: one.created_at)
    return connection(_index(call).matching(found, query), Page(**paging), sort_value=sort)


def _index(call: Call) -> Index:
    filters = {
        "id": lambda one: one.id,
        "created_at": lambda one: one.created_at,
        "updated_at": lambda one: one.updated_at,
        "topic": lambda one: enum_topic(one.topic),
    }
    return Index(kind="webhookSubscriptions", filters=filters, text=lambda one: one.topic, now=call.now)


def _api_version(subscription: Subscription, _call: Call) -> dict[str, Any]:
    version = subscription.api_version
    return {"handle": version, "displayName": version, "supported": True}


resolves(
    "WebhookSubscription",
    attributes("uri filter includeFields metafieldNamespaces name createdAt updatedAt")
    | {
        "id": attribute("gid"),
        "legacyResourceId": attribute("id"),
        "topic": lambda one, _: enum_topic(one.topic),
        "callbackUrl": attribute("uri"),
        "format": constant("JSON"),
        "apiVersion": _api_version,
    },
)
resolves(
    "QueryRoot",
    {
        "webhookSubscriptions": _subscriptions,
        "webhookSubscription": lambda _, call, id: find(call, id, "WebhookSubscription"),
        "webhookSubscriptionsCount": lambda _, call, query=None, limit=None: count(
            _index(call).matching(call.store.live_subscriptions(), query), limit
        ),
    },
)
