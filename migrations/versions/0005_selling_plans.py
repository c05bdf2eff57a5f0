"""Lines of subscriptions keep the plan they were bought with."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Lines captured before are of no plan we know."""
    op.execute("ALTER TABLE order_lines ADD COLUMN selling_plan_id TEXT")


def downgrade() -> None:
    """Forget the plans."""
    op.execute("ALTER TABLE order_lines DROP COLUMN selling_plan_id")
