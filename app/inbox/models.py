"""Tables of the inbox: received webhooks, what was dropped at the door, and what is ours in partners' stores."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, Identity, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base
from app.core.tenancy import Machinery


class InboxRow(Machinery, Base):
    """A received delivery: stored once, handled once."""

    __tablename__ = "inbox_events"
    __table_args__ = (
        UniqueConstraint("source", "shop_domain", "webhook_id"),
        Index("ix_inbox_events_open", "id", postgresql_where=text("handled_at IS NULL AND failed_at IS NULL")),
        Index("ix_inbox_events_handled", "handled_at", postgresql_where=text("body IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    source: Mapped[str]
    shop_domain: Mapped[str]
    webhook_id: Mapped[str]
    event_id: Mapped[str | None]  # shared by all deliveries of one merchant action: for correlation only
    topic: Mapped[str]
    triggered_at: Mapped[str | None]  # as sent
    api_version: Mapped[str | None]
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)  # goes after a while
    store_id: Mapped[int | None]
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]  # its job failed; an exception stands open
    outcome: Mapped[str | None]


class KnownResource(Machinery, Base):
    """An order or draft order in a store that belongs to a master order of ours."""

    __tablename__ = "known_resources"

    shop_domain: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    resource_id: Mapped[str] = mapped_column(primary_key=True)  # the numeric tail of Shopify's global id


class DroppedWebhooks(Machinery, Base):
    """How many deliveries about a partner's own business were let go at the door; nothing of them is kept."""

    __tablename__ = "dropped_webhooks"

    shop_domain: Mapped[str] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    count: Mapped[int]
