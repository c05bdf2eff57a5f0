"""When a partner's store was last seen without any of its products, which nobody believes yet."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Nothing is missing."""
    op.execute("ALTER TABLE partner_products ADD COLUMN missed_at TIMESTAMP WITH TIME ZONE")


def downgrade() -> None:
    """What a reading does not show is deleted."""
    op.execute("ALTER TABLE partner_products DROP COLUMN missed_at")
