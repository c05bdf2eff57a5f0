"""The theatre of this worker: shapes are set up once and played on again and again."""

import uuid
from collections.abc import AsyncIterator

import pytest

from app.core.local_services.postgres import Postgres
from tests.histories.stage import Theatre


@pytest.fixture(scope="session")
async def theatre(postgres: Postgres, anyio_backend: object) -> AsyncIterator[Theatre]:
    """Where histories are played."""
    opened = Theatre(postgres, f"histories_{uuid.uuid4().hex[:8]}")
    yield opened
    await opened.close()
