"""The first schema: every table, its row-level security, the unit ledger's guards."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None

SQL = Path(__file__).parents[1] / "sql"
SCRIPTS = ("0001_tables.sql", "0002_row_level_security.sql", "0003_units.sql")


def upgrade() -> None:
    """Build everything."""
    for script in SCRIPTS:
        op.get_bind().exec_driver_sql((SQL / script).read_text())


def downgrade() -> None:
    """Remove everything; roles and the database itself are not ours."""
    op.execute("DROP SCHEMA public CASCADE")
    op.execute("CREATE SCHEMA public")
    op.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")
