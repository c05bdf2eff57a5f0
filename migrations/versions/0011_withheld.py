"""What is not offered of a stock that nobody could read for hours is a term of its sum."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Of what is offered now nothing is withheld."""
    op.execute("ALTER TABLE stock_offers ADD COLUMN withheld BIGINT NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE stock_offers ALTER COLUMN withheld DROP DEFAULT")


def downgrade() -> None:
    """The term is part of no sum any more."""
    op.execute("ALTER TABLE stock_offers DROP COLUMN withheld")
