"""Tables of the unit ledger: lots, their balances, the postings and moves that made them, claims on partners' stock.

Only lots and postings are written from here; balances and claims follow from the moves, in the database
(`migrations/sql/0003_units.sql`, `0005_moves_by_key.sql`).
"""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Numeric,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base
from app.core.tenancy import STORE, PartnerStoreOwned, TenantOwned
from app.units.states import OwnerKind, Side


def _one_of(column: str, values: type[Side] | type[OwnerKind]) -> str:
    return f"{column} IN ({', '.join(repr(value.value) for value in values)})"


OWNER = ("store_id", "partner_id", "owner_kind", "owner_id")


class UnitLot(TenantOwned, Base):
    """Units of one owner that share their eligible time and the supply they are meant to come from; never changed."""

    __tablename__ = "unit_lots"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "partner_id"], ["partners.store_id", "partners.id"]),
        ForeignKeyConstraint(
            ["partner_store_id", "partner_variant_id"], ["partner_variants.partner_store_id", "partner_variants.id"]
        ),
        # A demand's supply is of the same partner and the same variant.
        ForeignKeyConstraint(
            ["store_id", "supply_id", "partner_id", "partner_variant_id"],
            ["unit_lots.store_id", "unit_lots.id", "unit_lots.partner_id", "unit_lots.partner_variant_id"],
            name="fk_unit_lots_supply_id",
        ),
        UniqueConstraint("store_id", "id", "partner_id", "partner_variant_id"),
        UniqueConstraint(*OWNER, "id", name="uq_unit_lots_owner"),
        Index(
            "uq_unit_lots_key",
            "store_id",
            "owner_kind",
            "owner_id",
            "partner_variant_id",
            "supply_id",
            "eligible_at",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_unit_lots_supply_id", "store_id", "supply_id", postgresql_where=text("supply_id IS NOT NULL")),
        Index("ix_unit_lots_variant", "store_id", "partner_variant_id", "side"),
        Index("ix_unit_lots_partner", "store_id", "partner_id", "side"),
        CheckConstraint(_one_of("side", Side), name="side"),
        CheckConstraint(_one_of("owner_kind", OwnerKind), name="owner_kind"),
        CheckConstraint("(side = 'demand') = (owner_kind = 'order_line')", name="side_of_owner"),
        CheckConstraint("side = 'demand' OR (supply_id IS NULL AND eligible_at IS NULL)", name="supply_stands_alone"),
        CheckConstraint("units_per > 0", name="units_per"),
    )

    side: Mapped[str]
    owner_kind: Mapped[str]
    owner_id: Mapped[int]
    partner_id: Mapped[int]
    partner_store_id: Mapped[int]
    partner_variant_id: Mapped[int]
    units_per: Mapped[int] = mapped_column(default=1)  # partner units in one unit of the order line
    supply_id: Mapped[int | None]  # the supply lot these units are meant to come from
    eligible_at: Mapped[datetime | None]  # none while payment is missing or a hold stands
    captured_at: Mapped[datetime]
    late: Mapped[bool] = mapped_column(
        Boolean, default=False
    )  # joined a later cycle than its own; only ever becomes true
    unit_cost_amount: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    currency: Mapped[str]
    note: Mapped[str | None]


class UnitBalance(Base):
    """How many units of a lot are in a state; written by the posting of a move and by nothing else."""

    __tablename__ = "unit_balances"
    __tenancy__ = "tenant"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "lot_id"], ["unit_lots.store_id", "unit_lots.id"]),
        CheckConstraint("quantity >= 0", name="quantity"),
        Index("ix_unit_balances_state", "store_id", "state", postgresql_where=text("quantity > 0")),
    )

    store_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    lot_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    state: Mapped[str] = mapped_column(primary_key=True)
    partner_id: Mapped[int]
    quantity: Mapped[int]


class UnitPosting(TenantOwned, Base):
    """Moves that stand or fall together, with their reason."""

    __tablename__ = "unit_postings"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "partner_id"], ["partners.store_id", "partners.id"]),
        UniqueConstraint("store_id", "once_key"),
        UniqueConstraint("store_id", "partner_id", "id"),
    )

    partner_id: Mapped[int]
    cause: Mapped[str]
    reference_kind: Mapped[str]
    reference_id: Mapped[str]
    once_key: Mapped[str | None]  # a repetition of the same act meets the same key
    true_from: Mapped[datetime]  # since when it is so in the world
    recorded_at: Mapped[datetime]


class UnitMove(TenantOwned, Base):
    """Units that went from one state to another within their owner; written once, with its whole posting."""

    __tablename__ = "unit_moves"
    __table_args__ = (
        ForeignKeyConstraint(
            ["store_id", "partner_id", "posting_id"],
            ["unit_postings.store_id", "unit_postings.partner_id", "unit_postings.id"],
        ),
        ForeignKeyConstraint(
            [*OWNER, "from_lot_id"],
            [f"unit_lots.{column}" for column in (*OWNER, "id")],
            name="fk_unit_moves_from_lot",
        ),
        ForeignKeyConstraint(
            [*OWNER, "to_lot_id"],
            [f"unit_lots.{column}" for column in (*OWNER, "id")],
            name="fk_unit_moves_to_lot",
        ),
        Index("ix_unit_moves_posting", "store_id", "posting_id"),
        Index("ix_unit_moves_owner", "store_id", "owner_kind", "owner_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("(from_lot_id IS NULL) = (from_state IS NULL)", name="entry"),
    )

    posting_id: Mapped[int]
    partner_id: Mapped[int]
    owner_kind: Mapped[str]
    owner_id: Mapped[int]
    from_lot_id: Mapped[int | None]
    from_state: Mapped[str | None]
    to_lot_id: Mapped[int]
    to_state: Mapped[str]
    quantity: Mapped[int]


class UnitClaim(PartnerStoreOwned, Base):
    """Units of one lot that the partner's stock does not show yet, for all retailers who sell it to sum.

    A demand lot claims what is captured, held or queued; a supply lot what was confirmed, until a snapshot whose
    request began after `confirmed_at`.
    """

    __tablename__ = "unit_claims"
    __table_args__ = (
        ForeignKeyConstraint(
            ["partner_store_id", "partner_variant_id"], ["partner_variants.partner_store_id", "partner_variants.id"]
        ),
        ForeignKeyConstraint(["store_id", "lot_id"], ["unit_lots.store_id", "unit_lots.id"]),
        UniqueConstraint("store_id", "lot_id"),
        Index("ix_unit_claims_variant", "partner_store_id", "partner_variant_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        {"info": {"write": f"store_id = {STORE}"}},
    )

    store_id: Mapped[int]
    lot_id: Mapped[int]
    partner_variant_id: Mapped[int]
    quantity: Mapped[int]
    confirmed_at: Mapped[datetime | None]
