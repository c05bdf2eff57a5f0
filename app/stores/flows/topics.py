"""Keeps a store's webhook subscriptions those of its role: Shopify drops them after failures, so we look every hour."""

from app.core.unit_of_work import SYSTEM
from app.gateways.shopify.webhooks import (
    NewSubscription,
    Subscription,
    create_subscription,
    delete_subscription,
    list_subscriptions,
)
from app.stores.flows.access import ConnectedShopify
from app.stores.queries import get_store
from app.stores.scopes import expanded
from app.stores.topics import store_topics

WEBHOOK_PATH = "/webhooks/shopify"


async def register_topics(shopify: ConnectedShopify, store_id: int) -> int:
    """Make what is subscribed equal to what is wanted; return how many subscriptions were not there."""
    async with shopify.open_uow(SYSTEM) as uow:
        store = await get_store(uow, store_id)
    if store.needs_reopening:
        return 0
    shopify.look_again(store_id)
    uri = shopify.settings.app_url + WEBHOOK_PATH
    wanted = {
        topic.constant: NewSubscription(topic.constant, uri, topic.include_fields)
        for topic in store_topics(store.role, expanded(store.scopes))
    }
    superfluous: list[Subscription] = []
    for present in await shopify.call(store_id, list_subscriptions):
        subscription = wanted.get(present.topic)
        if subscription and present.uri == uri and set(present.include_fields) == set(subscription.include_fields):
            del wanted[present.topic]
        else:
            superfluous.append(present)
    # One address has a topic once: what is there with other fields goes before it is made anew; the polls fill the gap.
    for present in superfluous:
        await shopify.call(store_id, delete_subscription, present.id)
    for subscription in wanted.values():
        await shopify.call(store_id, create_subscription, subscription)
    return len(wanted)
