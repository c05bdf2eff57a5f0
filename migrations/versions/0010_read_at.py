"""When what we know of an order was asked for: of two readings of one second the later one is newer."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Of orders read before it is not known."""
    op.execute("ALTER TABLE orders ADD COLUMN read_at TIMESTAMP WITH TIME ZONE")


def downgrade() -> None:
    """Readings of one second overwrite each other again."""
    op.execute("ALTER TABLE orders DROP COLUMN read_at")
