"""Stores that rest, tokens that know their secret, shared budgets, privacy requests."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"

SCRIPT = Path(__file__).parents[1] / "sql" / "0004_access.sql"


def upgrade() -> None:
    """Add what access under fire needs."""
    op.get_bind().exec_driver_sql(SCRIPT.read_text())


def downgrade() -> None:
    """Remove it again."""
    op.execute("DROP TABLE privacy_requests, api_budgets")
    op.execute("ALTER TABLE access_tokens DROP COLUMN issue, DROP COLUMN minted_by")
    op.execute("UPDATE stores SET access_state = 'working' WHERE access_state = 'silent'")
    op.execute("ALTER TABLE stores DROP COLUMN rests_until, DROP COLUMN rests, DROP CONSTRAINT ck_stores_access_state")
    op.execute(
        "ALTER TABLE stores ADD CONSTRAINT ck_stores_access_state CHECK (access_state IN ('working', 'dead', 'frozen'))"
    )
