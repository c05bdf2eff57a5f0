"""One market for the whole session, on a database of its own; what a test does to it is forgotten after the test."""

from collections.abc import AsyncIterator

import pytest

from app.core.db import create_engine
from app.core.local_services.postgres import Postgres
from tests.attacks.market import Market, open_market
from tests.support.database import cloned_database


@pytest.fixture(scope="session")
async def furnished(postgres: Postgres, anyio_backend: object) -> AsyncIterator[Market]:
    """The market, furnished once."""
    with cloned_database(postgres) as database:
        engine = create_engine(database.url)
        async with open_market(engine, database.url) as opened:
            yield opened
        await engine.dispose()


@pytest.fixture
async def market(furnished: Market) -> AsyncIterator[Market]:
    """The market as it was furnished."""
    async with furnished.undone():
        yield furnished
