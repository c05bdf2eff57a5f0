"""Tables of the partnerships: the agreement of one retailer with one partner's store, invitations, calendar changes."""

from datetime import datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Numeric,
    Time,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base
from app.core.tenancy import PARTNER, STORE, Machinery, TenantOwned
from app.partners import states
from app.partners.states import PartnerState
from app.partners.terms import Proposal


class Partner(TenantOwned, Base):
    """One retailer's agreement with one partner's store; both sides see the row, the retailer's side owns it."""

    __tablename__ = "partners"
    __table_args__ = (
        UniqueConstraint("store_id", "shop_domain"),
        CheckConstraint("state IN ('invited', 'declined', 'connected', 'paused', 'disconnected')", name="state"),
        CheckConstraint("discount >= 0 AND discount < 1", name="discount"),
        CheckConstraint("buffer >= 0", name="buffer"),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("state NOT IN ('connected', 'paused') OR partner_store_id IS NOT NULL", name="live_has_store"),
        Index("uq_partners_store_pair", "store_id", "partner_store_id", unique=True),
        Index("ix_partners_partner_store_id", "partner_store_id", "store_id"),
        {
            "info": {
                "select": f"store_id = {STORE} OR partner_store_id = {STORE}",
                "as_partner": f"({PARTNER} IS NULL OR id = {PARTNER})",
            }
        },
    )

    partner_store_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("stores.id"))
    name: Mapped[str]
    contact_email: Mapped[str | None]
    shop_domain: Mapped[str]
    state: Mapped[str] = mapped_column(default=PartnerState.INVITED.value)
    is_live: Mapped[bool] = mapped_column(Boolean, Computed("state IN ('connected', 'paused')", persisted=True))
    discount: Mapped[Decimal] = mapped_column(Numeric(7, 6))  # off their retail price: 0.300000 is 30 %
    buffer: Mapped[int] = mapped_column(default=0)  # units of each variant we leave to the partner
    location_ids: Mapped[list[Any]] = mapped_column(default=list)  # the partner's locations whose stock is read
    weekday: Mapped[int]  # 1 Monday … 7 Sunday, in the partner's zone
    cutoff_time: Mapped[time] = mapped_column(Time)
    time_zone: Mapped[str]
    grace_minutes: Mapped[int] = mapped_column(default=15)
    payment_terms_template_id: Mapped[str | None]
    payment_terms_name: Mapped[str | None]
    payment_terms_due_days: Mapped[int | None]
    checks: Mapped[list[Any]] = mapped_column(default=list)  # the last pre-flight check
    checked_at: Mapped[datetime | None]
    connected_at: Mapped[datetime | None]
    agreed_at: Mapped[datetime | None]  # when the partner's staff accepted these terms

    def move_to(self, wanted: PartnerState) -> None:
        """Take the step if the partnership can take it."""
        states.ensure(PartnerState(self.state), wanted)
        self.state = wanted.value

    def take_contact(self, name: str, contact_email: str) -> None:
        """Take over how the retailer calls the partner, and to whom it writes."""
        self.name, self.contact_email = name.strip(), contact_email.strip() or None

    def propose(self, proposal: Proposal) -> None:
        """Take over the terms the retailer proposes; they bind nobody before the partner accepts."""
        self.take_contact(proposal.name, proposal.contact_email)
        self.discount, self.buffer = proposal.discount, proposal.buffer
        self.weekday, self.cutoff_time = proposal.weekday, proposal.cutoff_time


class Invitation(Machinery, Base):
    """A link that may be used once, by the shop it names, within seven days; only the hash of its token is kept."""

    __tablename__ = "invitations"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "partner_id"], ["partners.store_id", "partners.id"], ondelete="CASCADE"),
        CheckConstraint("outcome IN ('accepted', 'declined', 'replaced', 'withdrawn')", name="outcome"),
        Index("uq_invitations_open", "store_id", "partner_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_invitations_shop_domain", "shop_domain"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    store_id: Mapped[int]
    partner_id: Mapped[int]
    shop_domain: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]

    def is_open(self, now: datetime) -> bool:
        """Whether it can still be answered."""
        return self.ended_at is None and self.expires_at > now

    def end(self, outcome: str, at: datetime) -> None:
        """Let nobody answer it any more."""
        self.outcome, self.ended_at = outcome, at


class CalendarChange(TenantOwned, Base):
    """What a partner's cut-off was from which instant on."""

    __tablename__ = "calendar_changes"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "partner_id"], ["partners.store_id", "partners.id"], ondelete="CASCADE"),
    )

    partner_id: Mapped[int]
    valid_from: Mapped[datetime]
    weekday: Mapped[int]
    cutoff_time: Mapped[time] = mapped_column(Time)
    time_zone: Mapped[str]
    grace_minutes: Mapped[int]
