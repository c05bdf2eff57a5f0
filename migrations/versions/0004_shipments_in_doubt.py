"""Fulfilments that were asked for without an answer."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Nothing is in doubt yet."""
    op.execute("ALTER TABLE shipments ADD COLUMN asked_at TIMESTAMP WITH TIME ZONE")
    op.execute("ALTER TABLE shipments ADD COLUMN sends BIGINT NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE shipments ALTER COLUMN sends DROP DEFAULT")


def downgrade() -> None:
    """A shipment in doubt is one that is stuck."""
    op.execute("UPDATE shipments SET state = 'stuck' WHERE state = 'uncertain'")
    op.execute("ALTER TABLE shipments DROP COLUMN asked_at, DROP COLUMN sends")
