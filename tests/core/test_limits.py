"""What is too much for the database is told apart from a database that is away, which is asked again."""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.core.direct import DirectPool
from app.core.unit_of_work import SYSTEM, UnitsOfWork
from tests.support.database import TestDatabase

pytestmark = pytest.mark.anyio

TOO_MUCH = f"SELECT {', '.join('1' * 2000)}"  # more columns than PostgreSQL returns


async def test_a_statement_beyond_the_limits_is_a_fault(open_uow: UnitsOfWork) -> None:
    with pytest.raises(OperationalError):
        async with open_uow(SYSTEM) as uow:
            await uow.session.execute(text(TOO_MUCH))


async def test_a_direct_statement_beyond_the_limits_is_a_fault(fresh_database: TestDatabase) -> None:
    pool = DirectPool(fresh_database.url, 1)
    await pool.open()
    with pytest.raises(psycopg.OperationalError):
        await pool.rows(TOO_MUCH, {})
    await pool.close()
