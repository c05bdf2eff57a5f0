"""Cycles, the lines of their master order, and what changed after the close."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base
from app.core.tenancy import TenantOwned
from app.master_orders import rules, states
from app.master_orders.states import CycleState

PARTNER_CHANGED = "partner_changed"
"""The kind of change that makes the partner's order differ from our list; the list stays as it was sealed."""


class Cycle(TenantOwned, Base):
    """One partner's week; closed, it is the master order on the partner's store."""

    __tablename__ = "cycles"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "partner_id"], ["partners.store_id", "partners.id"]),
        UniqueConstraint("store_id", "partner_id", "cutoff_on", "number"),
        UniqueConstraint("marker"),
        Index("uq_cycles_one_open", "store_id", "partner_id", unique=True, postgresql_where=text("state = 'open'")),
        Index("ix_cycles_draft", "partner_store_id", "shopify_draft_id"),
    )

    partner_id: Mapped[int]
    partner_store_id: Mapped[int]
    cutoff_on: Mapped[date]
    # in the partner's zone
    cutoff_at: Mapped[datetime]
    number: Mapped[int]
    state: Mapped[str]
    marker: Mapped[str]
    # the tag by which our draft and order are found again; globally unique because the partner's id is
    frozen_at: Mapped[datetime | None]
    frozen_with_flag: Mapped[bool]
    # no order reconciliation could succeed for two hours (G34)
    closed_at: Mapped[datetime | None]
    shopify_draft_id: Mapped[str | None]
    shopify_draft_name: Mapped[str | None]
    shopify_order_id: Mapped[str | None]
    shopify_order_name: Mapped[str | None]
    fingerprint: Mapped[str | None]
    # of the content last written to the draft; None: nothing is there yet
    addressed_to: Mapped[str | None]
    # a digest of where the draft was last written to go; None: nothing is there yet
    written: Mapped[list[Any]]
    # the lines last written, to tell what the partner changed
    writing: Mapped[list[Any]]
    # lists of lines sent since; without an answer we do not know which of them stands there
    partner_edits: Mapped[list[Any]]
    # lines the partner changed; they stay as the partner left them. `kept`: what we wanted when somebody let them stand
    creating_since: Mapped[datetime | None]
    # set before a draft is asked for; the next attempt looks for it first
    completing_at: Mapped[datetime | None]
    # set before completion is asked for; the next attempt looks first
    looks: Mapped[int]
    # how often we looked for an unknown outcome: over all drafts asked for without an answer, or for the order of ours
    trouble: Mapped[str | None]

    lines: Mapped[list["MasterLine"]] = relationship(order_by="MasterLine.id", lazy="raise", back_populates="cycle")

    @property
    def is_uncertain(self) -> bool:
        """Whether a person has to say if the partner's store has it: nothing is sent until then."""
        is_unanswered = (
            self.creating_since is not None
            and rules.wait_before_look(self.looks) is None
            and not rules.may_send_again(self.looks)
        )
        is_running = self.state == CycleState.OPEN
        return self.state == CycleState.UNCERTAIN or (is_running and (is_unanswered or self.has_lost_order))

    @property
    def has_lost_order(self) -> bool:
        """Whether its draft was completed, and the order was looked for often enough to be gone."""
        is_made = self.shopify_draft_id is not None and self.creating_since is None
        return is_made and rules.wait_before_look(self.looks) is None

    def move(self, target: CycleState, at: datetime) -> None:
        """Change state as the table allows, and stamp the time."""
        states.ensure(CycleState(self.state), target)
        self.state = target
        if target is CycleState.CLOSING:
            self.frozen_at = self.frozen_at or at
        if target in (CycleState.CLOSED, CycleState.EMPTY):
            self.frozen_at = self.frozen_at or at
            self.closed_at = at


class MasterLine(TenantOwned, Base):
    """A variant at one cost in a master order; rewritten while the cycle is open, sealed at the freeze."""

    __tablename__ = "master_lines"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "cycle_id"], ["cycles.store_id", "cycles.id"]),
        ForeignKeyConstraint(
            ["partner_store_id", "partner_variant_id"], ["partner_variants.partner_store_id", "partner_variants.id"]
        ),
        UniqueConstraint(
            "store_id", "cycle_id", "partner_variant_id", "unit_cost_amount", "note", postgresql_nulls_not_distinct=True
        ),
    )

    cycle_id: Mapped[int]
    partner_id: Mapped[int]
    partner_store_id: Mapped[int]
    partner_variant_id: Mapped[int]
    quantity: Mapped[int]
    # 0 in an open cycle: the units left; the row stays for its id
    unit_cost_amount: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    currency: Mapped[str]
    note: Mapped[str]
    # what the maker must know, such as the grind; empty for most

    cycle: Mapped[Cycle] = relationship(lazy="raise", back_populates="lines")


class MasterChange(TenantOwned, Base):
    """What became different after the freeze; the manifest itself never changes."""

    __tablename__ = "master_changes"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "cycle_id"], ["cycles.store_id", "cycles.id"]),
        Index("ix_master_changes_cycle", "store_id", "cycle_id"),
    )

    cycle_id: Mapped[int]
    partner_id: Mapped[int]
    master_line_id: Mapped[int | None]
    kind: Mapped[str]
    quantity: Mapped[int]
    why: Mapped[str]
    at: Mapped[datetime]
