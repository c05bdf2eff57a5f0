"""When a retailer's store was first seen without a product it sold for a partner."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Nothing is known to be gone; the next look finds it."""
    op.execute("ALTER TABLE sku_mappings ADD COLUMN target_missing_at TIMESTAMP WITH TIME ZONE")


def downgrade() -> None:
    """What is gone is looked for again."""
    op.execute("ALTER TABLE sku_mappings DROP COLUMN target_missing_at")
