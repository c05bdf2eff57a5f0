"""What follows from moves of units is found by key, however fast a store's lots grow."""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"

SCRIPT = Path(__file__).parents[1] / "sql" / "0005_moves_by_key.sql"


def upgrade() -> None:
    """Ask the same of every move by key."""
    op.get_bind().exec_driver_sql(SCRIPT.read_text())


def downgrade() -> None:
    """Leave it: nothing that is stored, refused or followed differs, only how fast that is."""
