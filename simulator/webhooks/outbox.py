"""What is sent: for each event a webhook to every matching subscription, and the log of all of them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from simulator.webhooks.manifest import Manifest, read_manifest
from simulator.webhooks.payloads import build_payload, resource_of
from simulator.webhooks.selection import include_fields, matches
from simulator.webhooks.topics import AFTER_UNINSTALL, TOPIC_SCOPES
from simulator.world.queue import DELIVERY, Due
from simulator.world.records import WebhookRecord
from simulator.world.store import Store

if TYPE_CHECKING:
    from simulator.world.world import World


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """One subscription, wherever it was made."""

    uri: str
    include_fields: list[str]
    filter: str | None
    name: str | None
    api_version: str
    subscription_id: int | None


def to_text(payload: dict[str, Any]) -> str:
    """The payload as JSON; what UTF-8 cannot carry is escaped."""
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"), default=str)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(payload, default=str)
    return text


class Outbox:
    """All webhooks ever sent, in order."""

    def __init__(self) -> None:
        self.log: list[WebhookRecord] = []
        self.by_id: dict[str, WebhookRecord] = {}
        self._manifest: tuple[float, Manifest] = (0.0, Manifest())

    def restore(self, records: Iterable[WebhookRecord]) -> None:
        """Put back the log that was saved."""
        self.log = sorted(records, key=lambda record: record.number)
        self.by_id = {record.id: record for record in self.log}

    def manifest(self, world: "World") -> Manifest:
        """The app's configuration, read again when the file changed."""
        path = world.settings.manifest
        changed_at = path.stat().st_mtime if path.is_file() else 0.0
        if changed_at != self._manifest[0]:
            self._manifest = (changed_at, read_manifest(path))
        return self._manifest[1]

    def emit(self, world: "World", store: Store, topic: str, entity: Any, extra: dict[str, Any]) -> None:
        """Put one webhook for each matching subscription into the queue."""
        recipients = self._recipients(world, store, topic)
        if not recipients:
            return
        payload = build_payload(world, store, topic, entity, extra)
        self.send(world, store, (topic, resource_of(store, entity)), payload, recipients)

    def send_raw(self, world: "World", store: Store, topic: str, resource: str, payload: dict[str, Any]) -> None:
        """Send a payload as it is to whoever subscribed to the topic."""
        self.send(world, store, (topic, resource), payload, self._recipients(world, store, topic))

    def send(
        self,
        world: "World",
        store: Store,
        subject: tuple[str, str],
        payload: dict[str, Any],
        recipients: list[Recipient],
    ) -> None:
        topic, resource = subject
        occurrence = world.draws.occurrence(store.domain, f"webhook:{topic}:{resource}")
        for index, recipient in enumerate(recipients):
            if not matches(payload, recipient.filter):
                continue
            key = f"{resource}:{occurrence}:{index}"
            body = include_fields(payload, recipient.include_fields)
            record = WebhookRecord(
                number=len(self.log) + 1,
                id=world.draws.uuid(store.domain, f"webhook:{topic}", key),
                event_id=world.event_id or world.draws.uuid(store.domain, f"event:{topic}", key),
                shop=store.domain,
                topic=topic,
                resource=resource,
                triggered_at=world.now,
                body=to_text(body),
                uri=recipient.uri,
                api_version=recipient.api_version,
                name=recipient.name,
                subscription_id=recipient.subscription_id,
            )
            self.log.append(record)
            self.by_id[record.id] = record
            self._dispatch(world, store, record)

    def uri_for(self, world: "World", store: Store | None, topic: str) -> str | None:
        """Where webhooks of the topic go, by the store's own subscription or the app's configuration."""
        made = [one.uri for one in store.live_subscriptions(topic)] if store else []
        declared = [one.uri for one in self.manifest(world).subscriptions if one.topic == topic]
        return next(iter(made + declared), None)

    def _recipients(self, world: "World", store: Store, topic: str) -> list[Recipient]:
        manifest = self.manifest(world)
        scopes = TOPIC_SCOPES[topic]
        granted = not scopes or world.has_scope(store, *scopes)
        if not store.app.installed and topic not in AFTER_UNINSTALL:
            return []
        declared = [
            Recipient(
                uri=one.uri,
                include_fields=one.include_fields,
                filter=one.filter,
                name=one.name,
                api_version=manifest.api_version,
                subscription_id=None,
            )
            for one in manifest.subscriptions
            if one.topic == topic and (granted or not world.switches.toml_topics_need_scope)
        ]
        made = [
            Recipient(
                uri=one.uri,
                include_fields=one.include_fields,
                filter=one.filter,
                name=one.name,
                api_version=one.api_version,
                subscription_id=one.id,
            )
            for one in store.live_subscriptions(topic)
            if granted
        ]
        return declared + made

    def _dispatch(self, world: "World", store: Store, record: WebhookRecord) -> None:
        """Queue the first delivery, as the faults in force have it."""
        fault = world.faults.draw_webhook(world, store.domain, record.topic, record.resource)
        action = fault.action if fault else None
        if action == "lose":
            record.state = "lost"
            world.touch_webhook(record)
            return
        late = fault.seconds if fault and action in ("late", "reorder") else 0.0
        self.schedule(world, record, late, is_released_by_calm=late > 0)
        if fault and action == "double":
            self.schedule(world, record, fault.seconds, is_released_by_calm=True)

    def schedule(
        self,
        world: "World",
        record: WebhookRecord,
        seconds: float,
        is_released_by_calm: bool = False,
        attempt: int = 1,
    ) -> Due:
        """Queue a delivery of the webhook; `attempt` counts the tries of one delivery."""
        record.outstanding += 1
        if record.state != "lost":
            record.state = "pending"
        world.touch_webhook(record)
        args = {"webhook": record.id, "attempt": attempt, "calm": is_released_by_calm}
        return world.queue.add(world.now + timedelta(seconds=seconds), DELIVERY, record.shop, args)

    def release_delayed(self, world: "World") -> None:
        """Let everything that was made late go out now."""
        for due in world.queue.waiting(DELIVERY):
            if due.args["calm"] and due.at > world.now:
                world.queue.postpone(due, world.now)
