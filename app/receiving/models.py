"""What partners sent to the centre, and what was found in it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base
from app.core.tenancy import TenantOwned
from app.core.tracking import plain_of
from app.receiving import states
from app.receiving.states import ParcelState


class PartnerOrder(TenantOwned, Base):
    """The master order as it last stood on the partner's store: whether the partner is done with it."""

    __tablename__ = "partner_orders"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "cycle_id"], ["cycles.store_id", "cycles.id"]),
        UniqueConstraint("store_id", "cycle_id"),
    )

    cycle_id: Mapped[int]
    partner_id: Mapped[int]
    updated_there_at: Mapped[datetime]
    is_done: Mapped[bool]
    # everything was sent, or the partner closed the order: what is missing then is short
    cancelled_at: Mapped[datetime | None]


class PartnerPoll(TenantOwned, Base):
    """How far a partner's store was asked for changes of our orders."""

    __tablename__ = "partner_polls"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "partner_id"], ["partners.store_id", "partners.id"]),
        UniqueConstraint("store_id", "partner_id"),
    )

    partner_id: Mapped[int]
    since: Mapped[datetime]


RENUMBERED = "earlier_numbers <> '[]'::jsonb"
"""Whether a parcel had, or has, other numbers than its present one; few do. Written out, so that the index is used."""


class InboundParcel(TenantOwned, Base):
    """A fulfilment on the partner's store: a box on its way to the centre, never to a customer."""

    __tablename__ = "inbound_parcels"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "cycle_id"], ["cycles.store_id", "cycles.id"]),
        UniqueConstraint("store_id", "shopify_fulfillment_id"),
        Index("ix_inbound_parcels_awaited", "store_id", postgresql_where=text("state = 'on_the_way'")),
        Index("ix_inbound_parcels_number", "store_id", "plain_number"),
        Index("ix_inbound_parcels_renumbered", "store_id", postgresql_where=text(RENUMBERED)),
    )

    partner_id: Mapped[int]
    cycle_id: Mapped[int]
    shopify_fulfillment_id: Mapped[str]
    state: Mapped[str]
    carrier: Mapped[str | None]
    tracking_number: Mapped[str | None]
    tracking_url: Mapped[str | None]
    earlier_numbers: Mapped[list[Any]] = mapped_column(default=list)
    # and those beside the present one: none of them may reach a customer
    plain_number: Mapped[str | None] = plain_of("tracking_number")
    sent_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    # as the carrier told the partner's store; nobody may have opened it yet
    received_at: Mapped[datetime | None]
    cancelled_there_at: Mapped[datetime | None]
    # when the partner was seen to have cancelled it, though we had received it by then

    lines: Mapped[list["InboundParcelLine"]] = relationship(order_by="InboundParcelLine.id", lazy="raise")

    def move(self, target: ParcelState, at: datetime) -> None:
        """Take the step if the table allows it, and stamp the time."""
        states.ensure(ParcelState(self.state), target)
        self.state = target
        if target is ParcelState.RECEIVED:
            self.received_at = at


class InboundParcelLine(TenantOwned, Base):
    """How many units of a master line the partner says are in the parcel."""

    __tablename__ = "inbound_parcel_lines"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "parcel_id"], ["inbound_parcels.store_id", "inbound_parcels.id"]),
        ForeignKeyConstraint(["store_id", "master_line_id"], ["master_lines.store_id", "master_lines.id"]),
        UniqueConstraint("store_id", "parcel_id", "master_line_id"),
    )

    parcel_id: Mapped[int]
    partner_id: Mapped[int]
    master_line_id: Mapped[int]
    quantity: Mapped[int]


class Receipt(TenantOwned, Base):
    """One opening of a parcel: who counted, when."""

    __tablename__ = "receipts"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "parcel_id"], ["inbound_parcels.store_id", "inbound_parcels.id"]),
        UniqueConstraint("store_id", "parcel_id"),
    )

    partner_id: Mapped[int]
    cycle_id: Mapped[int]
    parcel_id: Mapped[int]
    received_at: Mapped[datetime]
    received_by: Mapped[str | None]

    lines: Mapped[list["ReceiptLine"]] = relationship(order_by="ReceiptLine.id", lazy="raise")
    corrections: Mapped[list["ReceiptCorrection"]] = relationship(order_by="ReceiptCorrection.id", lazy="raise")


class ReceiptLine(TenantOwned, Base):
    """What was found of a master line, as it stands after corrections: `over` of it nobody had asked for."""

    __tablename__ = "receipt_lines"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "receipt_id"], ["receipts.store_id", "receipts.id"]),
        ForeignKeyConstraint(["store_id", "master_line_id"], ["master_lines.store_id", "master_lines.id"]),
    )

    receipt_id: Mapped[int]
    partner_id: Mapped[int]
    master_line_id: Mapped[int]
    announced: Mapped[int]
    quantity: Mapped[int]
    over: Mapped[int]


class ReceiptCorrection(TenantOwned, Base):
    """A count that was wrong: what stood there, what stands there instead, who says so and why; never changed."""

    __tablename__ = "receipt_corrections"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "receipt_id"], ["receipts.store_id", "receipts.id"]),
        ForeignKeyConstraint(["store_id", "master_line_id"], ["master_lines.store_id", "master_lines.id"]),
        Index("ix_receipt_corrections_receipt_id", "store_id", "receipt_id"),
    )

    receipt_id: Mapped[int]
    master_line_id: Mapped[int]
    before: Mapped[int]
    after: Mapped[int]
    why: Mapped[str]
    corrected_at: Mapped[datetime]
    corrected_by: Mapped[str | None]
