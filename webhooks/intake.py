"""Taking deliveries in: those that come at the same time share one statement, which stores them with their jobs."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from app.core.direct import PATIENCE, Direct
from app.core.gathering import Bounds, Gathering
from app.core.ids import current_request_id
from app.core.unit_of_work import Bell
from app.inbox import rules

BATCH = Bounds(items=100, weight=4 * 1024 * 1024)
MOST_BELLS = 3  # at once: a worker that one wakes goes on until nothing is due
PAUSE = 0.02  # between them

# What happens in a partner's own shop is nobody's business here: it goes before anything of it is written.
# Rows are written in the order of their keys, so that two processes that write the same ones do not lock each other up.
_STORE = """
WITH given AS (
    SELECT sent.*, stores.id AS store_id,
        private AND NOT marked AND stores.role IS NOT DISTINCT FROM 'partner' AND NOT EXISTS (
            SELECT FROM known_resources AS known
            WHERE known.shop_domain = sent.shop_domain AND known.kind = sent.kind
                AND known.resource_id = sent.resource_id) AS dropped
    FROM ROWS FROM (
        jsonb_to_recordset(%(rows)s) AS (
            source text, shop_domain text, webhook_id text, event_id text, topic text, triggered_at text,
            api_version text, headers jsonb, received_at timestamptz, request_id text,
            private boolean, marked boolean, kind text, resource_id text)
    ) WITH ORDINALITY AS sent (
        source, shop_domain, webhook_id, event_id, topic, triggered_at, api_version, headers, received_at, request_id,
        private, marked, kind, resource_id, place)
    LEFT JOIN stores ON stores.shop_domain = sent.shop_domain
), counted AS (
    INSERT INTO dropped_webhooks (shop_domain, topic, day, count)
    SELECT shop_domain, topic, received_at::date, count(*) FROM given WHERE dropped GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (shop_domain, topic, day) DO UPDATE SET count = dropped_webhooks.count + excluded.count
), kept AS (
    SELECT DISTINCT ON (source, shop_domain, webhook_id) * FROM given WHERE NOT dropped
    ORDER BY source, shop_domain, webhook_id, place
), stored AS (
    INSERT INTO inbox_events (source, shop_domain, webhook_id, event_id, topic, triggered_at, api_version,
                              headers, body, store_id, received_at)
    SELECT source, shop_domain, webhook_id, event_id, topic, triggered_at, api_version,
           headers, (%(bodies)b::bytea[])[place], store_id, received_at FROM kept
    ON CONFLICT (source, shop_domain, webhook_id) DO NOTHING
    RETURNING id, source, shop_domain, webhook_id
)
INSERT INTO job_runs (store_id, name, arguments, coalesce_key, run_at, request_id, queued_at)
SELECT store_id, 'inbox.handle', jsonb_build_object('inbox_id', id, 'store_id', store_id), 'inbox.handle|' || id,
       received_at, request_id, received_at
FROM stored JOIN kept USING (source, shop_domain, webhook_id) ORDER BY place
RETURNING id, attempt
"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A signed delivery, as it came."""

    source: str
    shop_domain: str
    topic: str
    webhook_id: str
    event_id: str | None
    triggered_at: str | None
    api_version: str | None
    headers: Mapping[str, str]
    body: bytes
    payload: Any  # what tells whose business it is; none: JSON that only our parser cannot hold


@dataclass(frozen=True, slots=True)
class Row:
    """What the statement is given of a delivery."""

    columns: Mapping[str, Any]
    body: bytes


class Intake:
    """The door of one process: has deliveries stored with their jobs, once, or dropped."""

    def __init__(self, direct: Direct, bell: Bell) -> None:
        self._direct = direct
        self._bell = bell
        self._gathering = Gathering(self._store, lambda row: len(row.body), BATCH, PATIENCE)
        self._unrung: list[tuple[int, int]] = []
        self._ringing: asyncio.Task[None] | None = None

    async def take(self, delivery: Delivery, at: datetime) -> None:
        """Return when the delivery is stored for good, or dropped; `Unavailable` while the database is away."""
        await self._gathering.put(_row(delivery, at))

    async def _store(self, rows: Sequence[Row]) -> None:
        given = Jsonb([row.columns for row in rows], dumps=msgspec.json.encode)
        jobs = await self._direct.rows(_STORE, {"rows": given, "bodies": [row.body for row in rows]})
        self._unrung += [(run_id, attempt) for run_id, attempt in jobs]
        if self._unrung and self._ringing is None:
            self._ringing = asyncio.create_task(self._ring())  # Shopify need not wait for it

    async def _ring(self) -> None:
        try:
            while jobs := self._unrung[:MOST_BELLS]:
                self._unrung.clear()
                await self._bell.ring(jobs)
                await asyncio.sleep(PAUSE)
        finally:
            self._ringing = None


def _row(delivery: Delivery, at: datetime) -> Row:
    topic = delivery.topic.lower()
    kind, resource_id = rules.resource_in(topic, delivery.payload) or (None, None)
    columns = {
        **{"source": delivery.source, "shop_domain": delivery.shop_domain, "webhook_id": delivery.webhook_id},
        **{"topic": delivery.topic, "event_id": delivery.event_id, "triggered_at": delivery.triggered_at},
        **{"api_version": delivery.api_version, "headers": delivery.headers},
        **{"private": rules.is_private_business(topic), "marked": rules.carries_marker(delivery.payload)},
        **{"kind": kind, "resource_id": resource_id, "received_at": at, "request_id": current_request_id()},
    }
    return Row(columns, delivery.body)
