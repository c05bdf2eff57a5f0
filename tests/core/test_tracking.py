"""Tracking numbers are compared in the same form here and in the database."""

import pytest
from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.tracking import plain_column, plain_number

pytestmark = pytest.mark.anyio

NUMBERS = [("1z 99-9", "1Z999"), ("", ""), (" - ", ""), ("ÄÖ1", "1"), ("straße 7", "STRAE7"), ("ŉ1\t2", "12")]


@pytest.mark.parametrize(("number", "plain"), NUMBERS)
async def test_numbers_compared(connection: AsyncConnection, number: str, plain: str) -> None:
    """J2."""
    assert plain_number(number) == plain
    assert await connection.scalar(select(plain_column(literal(number)))) == plain
