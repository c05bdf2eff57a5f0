"""The migrations make what the models say."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from app.core.db import Base
from migrations.models import load_models
from tests.support.database import TestDatabase


def test_the_migrated_database_is_what_the_models_say(fresh_database: TestDatabase) -> None:
    load_models()
    engine = create_engine(fresh_database.migration_url)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)

    engine.dispose()
    assert differences == []


@pytest.mark.parametrize("name", ["stores", "partners", "orders", "unit_lots", "job_runs"])
def test_the_owner_sees_no_row_either(fresh_database: TestDatabase, name: str) -> None:
    engine = create_engine(fresh_database.migration_url)

    with engine.connect() as connection:
        forced = connection.exec_driver_sql(
            f"SELECT relforcerowsecurity FROM pg_class WHERE relname = '{name}'"
        ).scalar()

    engine.dispose()
    assert forced is True
