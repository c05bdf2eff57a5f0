"""What the centre sends to customers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base
from app.core.tenancy import TenantOwned
from app.core.tracking import plain_of
from app.fulfillment import rules, states
from app.fulfillment.states import ShipmentState


class Shipment(TenantOwned, Base):
    """One box to one customer; the address stays in Shopify's admin."""

    __tablename__ = "shipments"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "order_id"], ["orders.store_id", "orders.id"]),
        Index("ix_shipments_order", "store_id", "order_id"),
        Index("ix_shipments_number", "store_id", "plain_number"),
        Index(
            "ix_shipments_correction",
            "store_id",
            "plain_correction",
            postgresql_where=text("plain_correction IS NOT NULL"),
        ),
    )

    order_id: Mapped[int]
    state: Mapped[str]
    carrier: Mapped[str | None]
    tracking_number: Mapped[str | None]
    tracking_url: Mapped[str | None]
    fulfillment_ids: Mapped[list[Any]] = mapped_column(default=list)
    # one per location the order's lines were assigned to
    packed_at: Mapped[datetime]
    packed_by: Mapped[str | None]
    shipped_at: Mapped[datetime | None]
    trouble: Mapped[str | None]
    asked_at: Mapped[datetime | None]
    # set before a fulfilment is asked for, until its answer comes; the next attempt looks first
    sends: Mapped[int] = mapped_column(default=0)
    # fulfilments, or corrections of one, asked for without an answer, one after the other
    correction: Mapped[dict[str, Any] | None]
    # carrier, number, link that the store is still to be told of a box on its way, and whether the customer gets a mail
    plain_number: Mapped[str | None] = plain_of("tracking_number")
    plain_correction: Mapped[str | None] = plain_of("(correction ->> 'number')")

    lines: Mapped[list["ShipmentLine"]] = relationship(
        order_by="ShipmentLine.id", lazy="raise", cascade="all, delete-orphan"
    )

    @property
    def is_under_way(self) -> bool:
        """Whether the customer reads its tracking; where that was erased for their sake, it is over."""
        return self.state == ShipmentState.SHIPPED and self.tracking_number is not None

    @property
    def is_in_doubt(self) -> bool:
        """Whether the store may show a fulfilment of it that we do not know."""
        return self.asked_at is not None

    @property
    def may_be_read(self) -> bool:
        """Whether the customer reads of it, or of a part of it, or may do so."""
        return self.state == ShipmentState.SHIPPED or bool(self.fulfillment_ids) or self.is_in_doubt

    @property
    def can_be_unpacked(self) -> bool:
        """Whether nobody has it yet, and no customer reads of it."""
        return ShipmentState.UNPACKED in states.TRANSITIONS[ShipmentState(self.state)] and not self.may_be_read

    @property
    def tracking(self) -> dict[str, str]:
        """Carrier, number and link as they stand, empty where there is none."""
        return {
            "carrier": self.carrier or "",
            "number": self.tracking_number or "",
            "url": self.tracking_url or "",
        }

    def correct(self, tracking: Mapping[str, str], *, notify: bool) -> None:
        """Have the store be told of this tracking; with a mail to the customer or not."""
        self.correction = {**tracking, "notify": notify}

    def keep(self, units: Mapping[int, int]) -> None:
        """Let it hold only so many units of each lot."""
        for parts in self._by_order_line():
            quantity, of = sum(part.quantity for part in parts), sum(part.units for part in parts)
            shares = rules.share_out(quantity, of, [units[part.lot_id] for part in parts])
            for part, share in zip(parts, shares, strict=True):
                part.quantity, part.units = share, units[part.lot_id]
        self.lines = [line for line in self.lines if line.units]

    def items(self, units: Mapping[int, int]) -> dict[int, int]:
        """Return how many items of each order line so many units of each lot make."""
        return {
            parts[0].order_line_id: sum(part.quantity for part in parts)
            * sum(units[part.lot_id] for part in parts)
            // sum(part.units for part in parts)
            for parts in self._by_order_line()
        }

    def _by_order_line(self) -> list[list["ShipmentLine"]]:
        parts: dict[int, list[ShipmentLine]] = {}
        for line in self.lines:
            parts.setdefault(line.order_line_id, []).append(line)
        return list(parts.values())

    def move(self, target: ShipmentState, at: datetime) -> None:
        """Take the step if the table allows it, and stamp the time."""
        states.ensure(ShipmentState(self.state), target)
        self.state = target
        if target is ShipmentState.SHIPPED:
            self.shipped_at = at


class ShipmentLine(TenantOwned, Base):
    """Units of one order line in a shipment, and the lot they come from."""

    __tablename__ = "shipment_lines"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "shipment_id"], ["shipments.store_id", "shipments.id"]),
        ForeignKeyConstraint(["store_id", "order_line_id"], ["order_lines.store_id", "order_lines.id"]),
        UniqueConstraint("store_id", "shipment_id", "lot_id"),
    )

    shipment_id: Mapped[int]
    order_line_id: Mapped[int]
    lot_id: Mapped[int]
    quantity: Mapped[int]
    # in the retailer's units, as the customer bought them; a pack counts where the last of its units lies
    units: Mapped[int]
    # in partner units, as the ledger counts them
