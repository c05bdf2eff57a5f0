"""Orders as customers placed them: what was bought, what is still wanted, where each line is made."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base
from app.core.tenancy import TenantOwned


class Order(TenantOwned, Base):
    """An order of the retailer's store as captured; never edited by us."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("store_id", "shopify_order_id"),
        Index("ix_orders_placed", "store_id", "placed_at"),
        Index("ix_orders_fulfillment_orders", "fulfillment_order_ids", postgresql_using="gin"),
    )

    shopify_order_id: Mapped[str]
    name: Mapped[str]
    placed_at: Mapped[datetime]
    updated_there_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    # machine time; Shopify's times are whole seconds, so of two readings of one second the later asked for is newer
    # Shopify's `updatedAt`; older news is ignored.
    cancelled_at: Mapped[datetime | None]
    is_test: Mapped[bool]
    financial_status: Mapped[str]
    currency: Mapped[str]
    captured_at: Mapped[datetime]
    captured_by: Mapped[str]
    # webhook or poll; a poll that captures means the webhook was lost.

    fulfillment_order_ids: Mapped[list[Any]] = mapped_column(default=list)
    # their webhooks name no order (reference §5.5)

    lines: Mapped[list["OrderLine"]] = relationship(order_by="OrderLine.id", lazy="raise", back_populates="order")

    @property
    def is_held(self) -> bool:
        """Whether a hold stands on any of its lines."""
        return any(line.on_hold for line in self.lines)


class OrderLine(TenantOwned, Base):
    """One variant and quantity of an order, and its route."""

    __tablename__ = "order_lines"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "order_id"], ["orders.store_id", "orders.id"]),
        UniqueConstraint("store_id", "shopify_line_id"),
        Index("ix_order_lines_order", "store_id", "order_id"),
        Index("ix_order_lines_variant", "store_id", "partner_variant_id"),
        Index("ix_order_lines_unmapped", "store_id", postgresql_where=text("route = 'unmapped'")),
    )

    order_id: Mapped[int]
    shopify_line_id: Mapped[str]
    title: Mapped[str]
    sku: Mapped[str | None]
    shopify_variant_id: Mapped[str | None]
    quantity: Mapped[int]
    # as ordered, edits included
    target: Mapped[int]
    # still to fulfil plus fulfilled; what the units are moved to
    fulfilled: Mapped[int]
    # units in successful fulfilments
    sent_before: Mapped[int]
    # of these, what had been sent when the line got its route: nobody is to make it again
    on_hold: Mapped[bool]
    selling_plan_id: Mapped[str | None]
    # of the subscription it was bought with, as Shopify names it
    properties: Mapped[list[Any]]
    # allow-listed [name, value] pairs that a maker needs, such as the grind
    route: Mapped[str]
    routed_partner_id: Mapped[int | None]
    # not named partner_id: a partner never sees a customer's line
    mapping_id: Mapped[int | None]
    partner_store_id: Mapped[int | None]
    partner_variant_id: Mapped[int | None]
    units_per: Mapped[int]
    unit_cost_amount: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    cost_currency: Mapped[str | None]

    order: Mapped[Order] = relationship(lazy="raise", back_populates="lines")


class OrderHold(TenantOwned, Base):
    """A hold on an order's line in the retailer's admin: who may not proceed, since when, until when."""

    __tablename__ = "order_holds"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "line_id"], ["order_lines.store_id", "order_lines.id"]),
        Index("uq_order_holds_open", "store_id", "line_id", unique=True, postgresql_where=text("released_at IS NULL")),
    )

    line_id: Mapped[int]
    reason: Mapped[str]
    placed_at: Mapped[datetime]
    released_at: Mapped[datetime | None]


class OrderRead(TenantOwned, Base):
    """An order that is to be read again, gathered so that several are read in one call."""

    __tablename__ = "order_reads"
    __table_args__ = (UniqueConstraint("store_id", "shopify_order_id"),)

    shopify_order_id: Mapped[str]
    hinted_at: Mapped[datetime | None]
    # `updated_at` of the news; an answer that is older is read again
    released_at: Mapped[datetime | None]
    # when a hold ended, as its news told
    wanted_by: Mapped[str]
    version: Mapped[int]
    # grows with each new hint, so that news arriving during a read is not forgotten
    tries: Mapped[int]
    due_at: Mapped[datetime]


class OrderPoll(TenantOwned, Base):
    """How far the retailer's orders were compared, and when that last succeeded."""

    __tablename__ = "order_polls"
    __table_args__ = (UniqueConstraint("store_id"),)

    since: Mapped[datetime]
    # orders updated before this were seen
    succeeded_began_at: Mapped[datetime | None]
    # business time at which the last successful comparison began
    recovered_count: Mapped[int]
