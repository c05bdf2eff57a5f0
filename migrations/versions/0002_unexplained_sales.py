"""What a store's number leaves unexplained: sales that are seen before their orders are captured."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Nothing is unexplained yet."""
    op.execute(
        """
        ALTER TABLE stock_offers
            ADD COLUMN unexplained BIGINT NOT NULL DEFAULT 0,
            ADD COLUMN unexplained_at TIMESTAMP WITH TIME ZONE,
            ADD COLUMN entries_seen BIGINT NOT NULL DEFAULT 0
        """
    )
    op.execute("ALTER TABLE stock_offers ALTER COLUMN unexplained DROP DEFAULT, ALTER COLUMN entries_seen DROP DEFAULT")


def downgrade() -> None:
    """Sales count from their capture on."""
    op.execute("ALTER TABLE stock_offers DROP COLUMN unexplained, DROP COLUMN unexplained_at, DROP COLUMN entries_seen")
