"""Webhooks: a store's own subscriptions, and whether a delivery was signed by Shopify."""

import base64
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from app.gateways.shopify.client import ShopifyClient, StoreAccess
from app.gateways.shopify.errors import UnknownOutcome
from app.gateways.shopify.shapes import RawPage, RawUserError, refuse


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a store sends where, and which fields of it."""

    id: str
    topic: str
    uri: str
    include_fields: tuple[str, ...]
    filter: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class NewSubscription:
    """A subscription to make; `topic` as Shopify's enumeration has it (ORDERS_CREATE)."""

    topic: str
    uri: str
    include_fields: tuple[str, ...] = ()
    filter: str | None = None
    name: str | None = None


class _Subscription(msgspec.Struct, rename="camel"):
    id: str
    topic: str
    uri: str
    include_fields: list[str]
    filter: str | None = None
    name: str | None = None

    def subscription(self) -> Subscription:
        return Subscription(
            self.id, self.topic, self.uri, tuple(self.include_fields), self.filter or None, self.name or None
        )


class _ListAnswer(msgspec.Struct, rename="camel"):
    webhook_subscriptions: RawPage[_Subscription]


class _Created(msgspec.Struct, rename="camel"):
    webhook_subscription: _Subscription | None
    user_errors: list[RawUserError]


class _CreateAnswer(msgspec.Struct, rename="camel"):
    webhook_subscription_create: _Created


class _Deleted(msgspec.Struct, rename="camel"):
    user_errors: list[RawUserError]


class _DeleteAnswer(msgspec.Struct, rename="camel"):
    webhook_subscription_delete: _Deleted


async def list_subscriptions(shopify: ShopifyClient, access: StoreAccess) -> tuple[Subscription, ...]:
    """Return the store's own subscriptions; those of the app's configuration file are not listed by Shopify."""
    found: list[Subscription] = []
    after: str | None = None
    while True:
        page = (
            await shopify.execute(access, "WebhookSubscriptions", {"after": after}, _ListAnswer)
        ).webhook_subscriptions
        found += [node.subscription() for node in page.nodes]
        after = page.next_cursor()
        if after is None:
            return tuple(found)


async def create_subscription(shopify: ShopifyClient, access: StoreAccess, wanted: NewSubscription) -> Subscription:
    """Make the store send the topic to the address."""
    content: dict[str, object] = {"uri": wanted.uri}
    if wanted.include_fields:
        content["includeFields"] = list(wanted.include_fields)
    if wanted.filter:
        content["filter"] = wanted.filter
    if wanted.name:
        content["name"] = wanted.name
    variables = {"topic": wanted.topic, "webhookSubscription": content}
    created = (
        await shopify.execute(access, "WebhookSubscriptionCreate", variables, _CreateAnswer)
    ).webhook_subscription_create
    refuse(created.user_errors)
    if created.webhook_subscription is None:
        raise UnknownOutcome()
    return created.webhook_subscription.subscription()


async def delete_subscription(shopify: ShopifyClient, access: StoreAccess, subscription_id: str) -> None:
    """Make the store stop sending."""
    answer = await shopify.execute(access, "WebhookSubscriptionDelete", {"id": subscription_id}, _DeleteAnswer)
    refuse(answer.webhook_subscription_delete.user_errors)


def verify_signature(body: bytes, header: str | None, secrets: Sequence[str]) -> bool:
    """Tell whether the body was signed with one of the secrets; in constant time, whatever the header holds."""
    given = (header or "").encode("utf-8", "replace")
    matches = [hmac.compare_digest(given, sign(body, secret)) for secret in secrets if secret]
    return any(matches)


def sign(body: bytes, secret: str) -> bytes:
    """Return the signature Shopify sends with a body."""
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256"))
