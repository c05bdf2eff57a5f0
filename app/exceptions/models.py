"""The table of what cannot proceed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base
from app.core.tenancy import TenantOwned


class ExceptionRecord(TenantOwned, Base):
    """Something that cannot proceed by itself: its cause and who should do what next; one open per kind and subject."""

    __tablename__ = "exceptions"
    __table_args__ = (
        CheckConstraint("units >= 0", name="units"),
        Index(
            "uq_exceptions_open",
            *("store_id", "kind", "subject_kind", "subject_id"),
            unique=True,
            postgresql_where=text("resolved_at IS NULL"),
        ),
        Index("ix_exceptions_subject", "store_id", "subject_kind", "subject_id"),
    )

    kind: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[str]
    partner_id: Mapped[int | None]
    cause: Mapped[str]
    next_step: Mapped[str]
    ends_by_hand: Mapped[bool] = mapped_column(server_default=text("false"))
    # nothing but somebody who says that it is done ends it
    units: Mapped[int] = mapped_column(server_default=text("0"))
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
