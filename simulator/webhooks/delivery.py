"""Delivering webhooks to the hub: signed, five seconds to answer, eight retries in four hours."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from simulator.world.apps import unsubscribe
from simulator.world.clock import iso
from simulator.world.queue import Due
from simulator.world.records import DeliveryRecord, WebhookRecord
from simulator.world.world import World

RETRY_MINUTES = (1, 2, 4, 8, 15, 30, 60, 120)  # four hours in all
FAILURES_UNTIL_DROPPED = 8
ANSWER_SECONDS = 5
AT_ONCE = 8


def sign(secret: str, body: bytes) -> str:
    """The signature Shopify puts on a webhook."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


class Courier:
    """Carries due deliveries to the hub, a few at once."""

    def __init__(self, world: World, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._world = world
        self._transport = transport
        self._client: httpx.AsyncClient | None = None
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()

    @property
    def client(self) -> httpx.AsyncClient:
        """The connection to the hub; made late, because it belongs to the running loop."""
        if self._client is None:
            self._client = httpx.AsyncClient(
                base_url=self._world.settings.hub_url or "http://no-hub",
                transport=self._transport,
                timeout=httpx.Timeout(ANSWER_SECONDS, connect=1),
                trust_env=False,
            )
        return self._client

    def start_due(self) -> int:
        """Begin every delivery that is due; says how many."""
        count = 0
        while due := self._world.queue.pop_due(self._world.now, deliveries=True):
            task = asyncio.create_task(self._deliver(due))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
            count += 1
        return count

    async def finish(self) -> None:
        """Wait until no delivery is under way."""
        while tasks := tuple(self._under_way):
            await asyncio.gather(*tasks)
            # From Python 3.12 on, gathering finished tasks yields to nobody: their callbacks would never run.
            self._under_way.difference_update(tasks)

    @property
    def is_idle(self) -> bool:
        return not self._under_way

    async def close(self) -> None:
        """Drop what is under way (it is delivered after the next start) and the connection."""
        for task in list(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _deliver(self, due: Due) -> None:
        record = self._world.outbox.by_id.get(due.args["webhook"])
        if record is None:
            return
        if self._world.settings.hub_url is None:
            self._note(record, due, None, has_hub=False)
            return
        async with self._slots:
            headers = self.headers(record, record.body.encode())
            status, _ = await self.post(record.uri, record.body.encode(), headers)
        if self._world.outbox.by_id.get(record.id) is record:  # else the world was reset meanwhile
            self._note(record, due, status)
            self._world.commit()

    def headers(self, record: WebhookRecord, body: bytes) -> dict[str, str]:
        """The headers a webhook carries."""
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Shopify-Captain-Hook",
            "X-Shopify-Topic": record.topic,
            "X-Shopify-Hmac-Sha256": sign(self._world.settings.api_secret, body),
            "X-Shopify-Shop-Domain": record.shop,
            "X-Shopify-API-Version": record.api_version,
            "X-Shopify-Webhook-Id": record.id,
            "X-Shopify-Event-Id": record.event_id,
            "X-Shopify-Triggered-At": iso(record.triggered_at),
        }
        return headers | ({"X-Shopify-Name": record.name} if record.name else {})

    async def post(
        self, uri: str, body: bytes, headers: Mapping[str, str], method: str = "POST"
    ) -> tuple[int | None, str]:
        """Post to the hub's address for the uri, whatever host it names; status none: no answer in time."""
        parts = urlsplit(uri)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                answer = await self.client.request(method, path or "/", content=body, headers=raw)
        except (httpx.HTTPError, TimeoutError) as failure:
            return None, type(failure).__name__
        return answer.status_code, answer.text

    def _note(self, record: WebhookRecord, due: Due, status: int | None, has_hub: bool = True) -> None:
        record.outstanding -= 1
        is_accepted = status is not None and 200 <= status < 300
        if has_hub:
            record.deliveries.append(DeliveryRecord(at=self._world.now, status=status))
            self._count_failures(record, is_accepted)
        attempt = int(due.args["attempt"])
        if not is_accepted and has_hub and attempt <= len(RETRY_MINUTES):
            minutes = RETRY_MINUTES[attempt - 1]
            self._world.outbox.schedule(self._world, record, minutes * 60, attempt=attempt + 1)
        elif not record.outstanding:
            accepted = any(one.status is not None and 200 <= one.status < 300 for one in record.deliveries)
            record.state = "done" if accepted else "gave_up" if has_hub else "lost"
        self._world.touch_webhook(record)

    def _count_failures(self, record: WebhookRecord, is_accepted: bool) -> None:
        """Drop a subscription made through the Admin API after too many failures in a row."""
        store = self._world.stores[record.shop]
        subscription: Any = store.subscriptions.get(record.subscription_id or 0)
        if subscription is None or subscription.deleted_at is not None:
            return
        subscription.failures = 0 if is_accepted else subscription.failures + 1
        if subscription.failures >= FAILURES_UNTIL_DROPPED:
            unsubscribe(self._world, store, subscription)
        self._world.touch(store, subscription)
