"""The fixtures other tests stand on: rolled back, cloned, private."""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.db import create_engine
from app.core.local_services.valkey import Valkey
from tests.support.database import TestDatabase

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("attempt", [1, 2])
async def test_what_a_test_commits_is_gone_in_the_next(connection: AsyncConnection, attempt: int) -> None:
    await connection.execute(text("CREATE TEMP TABLE scratch (n int)"))

    async with AsyncSession(connection, join_transaction_mode="create_savepoint") as session:
        await session.execute(text("INSERT INTO scratch VALUES (1)"))
        await session.commit()

    assert (await connection.execute(text("SELECT count(*) FROM scratch"))).scalar_one() == 1


async def test_the_login_role_is_no_superuser_and_passes_no_row_level_security(connection: AsyncConnection) -> None:
    query = "SELECT rolsuper, rolbypassrls, rolinherit, current_user FROM pg_roles WHERE rolname = current_user"

    row = (await connection.execute(text(query))).one()

    assert tuple(row) == (False, False, False, "hub_login")


async def test_a_fresh_database_is_migrated_and_keeps_commits(fresh_database: TestDatabase) -> None:
    engine = create_engine(fresh_database.url)

    async with engine.connect() as connection:
        version = (await connection.execute(text("SELECT to_regclass('alembic_version') IS NOT NULL"))).scalar_one()
    await engine.dispose()

    assert version is True


def test_the_owner_may_change_the_schema_and_the_login_role_may_not(fresh_database: TestDatabase) -> None:
    owner, login = (url.replace("+psycopg", "") for url in (fresh_database.migration_url, fresh_database.url))

    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("CREATE TABLE made_by_owner (n int)")

    with psycopg.connect(login, autocommit=True) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("CREATE TABLE made_by_login (n int)")


def test_the_private_queue_server_answers(valkey: Valkey) -> None:
    assert valkey.is_answering()
