"""The first schema: every table, its row-level security, the unit ledger's guards."""

from pathlib import Path

from alembic import op
from migrations.models import load_models

from app.core.db import Base
from app.core.tenancy import SYSTEM_ROLE, policy_statements

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Build everything."""
    classes = load_models()
    Base.metadata.create_all(op.get_bind())
    for statement in policy_statements(Base.metadata, classes):
        op.execute(statement)
    # A store's number is drawn before its row is written, to know under which tenant that happens.
    op.execute(f"GRANT USAGE ON SEQUENCE stores_id_seq TO {SYSTEM_ROLE}")
    for script in sorted((Path(__file__).parents[1] / "sql").glob("*.sql")):
        op.get_bind().exec_driver_sql(script.read_text())


def downgrade() -> None:
    """Remove everything."""
    Base.metadata.drop_all(op.get_bind())
