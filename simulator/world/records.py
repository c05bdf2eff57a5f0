"""The logs a checker reads: webhooks sent and Admin API calls received."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

WebhookState = Literal["pending", "done", "lost", "gave_up"]
Outcome = Literal[
    "ok", "refused", "dropped_before", "dropped_after", "throttled", "server_error", "garbage", "unauthorized"
]


@dataclass(kw_only=True)
class DeliveryRecord:
    at: datetime
    status: int | None  # none: no answer in time


@dataclass(kw_only=True)
class WebhookRecord:
    """One webhook and each attempt to deliver it."""

    number: int
    id: str
    event_id: str
    shop: str
    topic: str
    resource: str
    triggered_at: datetime
    state: WebhookState = "pending"
    body: str
    uri: str
    api_version: str = "2026-10"
    name: str | None = None
    subscription_id: int | None = None  # none: from the app's configuration
    attempts: int = 0
    outstanding: int = 0  # deliveries still to be made
    deliveries: list[DeliveryRecord] = field(default_factory=list)


@dataclass(kw_only=True)
class RequestRecord:
    """One call to a store's Admin API."""

    number: int
    at: datetime
    shop: str
    operation: str
    document: str
    selected_fields: list[str]
    variables: dict[str, Any]
    key: str | None
    cost: float | None
    outcome: Outcome
    resource: str | None
