"""What nobody but a person can end, such as the news that a partner completed a draft early."""

from alembic import op

revision = "0014"
down_revision = "0013"

KINDS = (
    "booked_as_paid",
    "completed_early",
    "frozen_without_reconciliation",
    "not_understood",
    "parcel_cancelled_after_receipt",
    "parcel_with_other_goods",
    "shipped_though_cancelled",
)


def upgrade() -> None:
    """What stands open of these kinds can be ended from now on."""
    op.execute("ALTER TABLE exceptions ADD COLUMN ends_by_hand BOOLEAN NOT NULL DEFAULT false")
    kinds = ", ".join(f"'{kind}'" for kind in KINDS)
    op.execute(f"UPDATE exceptions SET ends_by_hand = true WHERE kind IN ({kinds}) AND resolved_at IS NULL")


def downgrade() -> None:
    """It stands for ever again."""
    op.execute("ALTER TABLE exceptions DROP COLUMN ends_by_hand")
