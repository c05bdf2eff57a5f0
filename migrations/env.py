"""Alembic's entry: runs the migrations as the owner, one at a time, never waiting long for a lock."""

import os

from alembic import context
from sqlalchemy import create_engine, text

from app.core.db import Base
from migrations.models import load_models

load_models()
ONE_AT_A_TIME = 7_301_551


def run() -> None:
    """Migrate the database named by DATABASE_MIGRATION_URL (or the alembic option `sqlalchemy.url`)."""
    url = context.config.get_main_option("sqlalchemy.url") or os.environ["DATABASE_MIGRATION_URL"]
    engine = create_engine(url)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ONE_AT_A_TIME})
        connection.execute(text("SET lock_timeout = '4s'"))
        connection.commit()
        context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
