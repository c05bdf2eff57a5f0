"""Where each draft was last addressed to, so that a centre that moves is told to it."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Of drafts written before it is not known, so each is written once more."""
    op.execute("ALTER TABLE cycles ADD COLUMN addressed_to TEXT")


def downgrade() -> None:
    """Drafts keep the address they have until their lines change."""
    op.execute("ALTER TABLE cycles DROP COLUMN addressed_to")
