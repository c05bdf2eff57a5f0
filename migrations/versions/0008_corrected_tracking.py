"""Tracking that is to be corrected after the hand-over."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Nothing is to be corrected yet."""
    op.execute("ALTER TABLE shipments ADD COLUMN correction JSONB")


def downgrade() -> None:
    """What was asked for and not told yet is forgotten."""
    op.execute("ALTER TABLE shipments DROP COLUMN correction")
