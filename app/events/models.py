"""The table of domain events."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from app.core.db import Base
from app.core.tenancy import TenantOwned


class DomainEvent(TenantOwned, Base):
    """A fact that became true, recorded in the transaction that made it true."""

    __tablename__ = "domain_events"
    __table_args__ = (
        Index("ix_domain_events_subject", "store_id", "subject", "subject_id", "id"),
        Index(
            "uq_domain_events_cause",
            *("store_id", "name", "subject_id", "cause"),
            unique=True,
            postgresql_where=text("cause IS NOT NULL"),
        ),
    )

    name: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[str]
    partner_id: Mapped[int | None]
    details: Mapped[dict[str, Any]]
    sentence: Mapped[str]  # as it was told then; later wordings do not rewrite the past
    cause: Mapped[str | None]
    actor: Mapped[str]
    staff: Mapped[str | None]
    request_id: Mapped[str]
    happened_at: Mapped[datetime]
