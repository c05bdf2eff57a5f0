"""Storing a delivery: one statement of the direct driver writes inbox row and job, or counts what is dropped."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from app.core.direct import Direct
from app.core.ids import current_request_id
from app.inbox import rules

# What happens in a partner's own shop is nobody's business here: it goes before anything of it is written.
_STORE = """
WITH store AS (
    SELECT id, role FROM stores WHERE shop_domain = %(shop_domain)s
), verdict AS (
    SELECT (SELECT id FROM store) AS store_id,
        %(private)s AND NOT %(marked)s AND EXISTS (SELECT 1 FROM store WHERE role = 'partner') AND NOT EXISTS (
            SELECT 1 FROM known_resources
            WHERE shop_domain = %(shop_domain)s AND kind = %(kind)s AND resource_id = %(resource_id)s) AS dropped
), counted AS (
    INSERT INTO dropped_webhooks (shop_domain, topic, day, count)
    SELECT %(shop_domain)s, %(topic)s, %(received_at)s::date, 1 FROM verdict WHERE dropped
    ON CONFLICT (shop_domain, topic, day) DO UPDATE SET count = dropped_webhooks.count + 1
), stored AS (
    INSERT INTO inbox_events (source, shop_domain, webhook_id, event_id, topic, triggered_at, api_version,
                              headers, body, store_id, received_at)
    SELECT %(source)s, %(shop_domain)s, %(webhook_id)s, %(event_id)s, %(topic)s, %(triggered_at)s, %(api_version)s,
           %(headers)s, %(body)s, store_id, %(received_at)s FROM verdict WHERE NOT dropped
    ON CONFLICT (source, shop_domain, webhook_id) DO NOTHING
    RETURNING id, store_id
)
INSERT INTO job_runs (store_id, name, arguments, coalesce_key, run_at, request_id, queued_at)
SELECT store_id, 'inbox.handle', jsonb_build_object('inbox_id', id, 'store_id', store_id), 'inbox.handle|' || id,
       %(received_at)s, %(request_id)s, %(received_at)s FROM stored
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
    payload: Any  # none: JSON that only our parser cannot hold


async def store_delivery(direct: Direct, delivery: Delivery, at: datetime) -> list[tuple[int, int]]:
    """Have the delivery stored with its job, once, or dropped; returns the jobs to ring for."""
    topic = delivery.topic.lower()
    kind, resource_id = rules.resource_in(topic, delivery.payload) or (None, None)
    parameters = {
        **{"source": delivery.source, "shop_domain": delivery.shop_domain, "webhook_id": delivery.webhook_id},
        **{"topic": delivery.topic, "event_id": delivery.event_id, "triggered_at": delivery.triggered_at},
        **{"api_version": delivery.api_version, "headers": Jsonb(dict(delivery.headers)), "body": delivery.body},
        **{"private": rules.is_private_business(topic), "marked": rules.carries_marker(delivery.payload)},
        **{"kind": kind, "resource_id": resource_id, "received_at": at, "request_id": current_request_id()},
    }
    return [(run_id, attempt) for run_id, attempt in await direct.rows(_STORE, parameters)]
