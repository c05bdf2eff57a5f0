"""Fixtures for every test: the database, the queue's server, the event loop.

How to build on them: an ordinary test asks for `connection`, which lives in an outer transaction that is rolled back
at the end. Bind sessions to it with `AsyncSession(connection, join_transaction_mode="create_savepoint")` (for the unit
of work: `UnitsOfWork(engine=connection, clock=clock, join=True)`), so that a commit ends a savepoint only.
What stands before it begins is its `ground` (tests/support/ground.py).
A test whose point is the commit asks for `fresh_database` and makes engines on its `url`.
"""

import logging
import uuid
from collections.abc import AsyncIterator, Iterator

import pytest
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.core.db import create_engine
from app.core.local_services.lease import Lease
from app.core.local_services.postgres import Postgres
from app.core.local_services.valkey import Valkey
from tests.support.database import TestDatabase, cloned_database, hold_session_folder, start_server
from tests.support.ground import Ground, bare_ground, ground, oak, oak_ground, shops, trade, trading_ground  # noqa: F401
from tests.support.hub import clock, hub, open_uow, runtime, settings  # noqa: F401 (fixtures)
from tests.support.workers import alive, open_real  # noqa: F401

SESSION = pytest.StashKey[Lease]()


def pytest_configure(config: pytest.Config) -> None:
    """Hold the session's folder from the first moment, in the controller and in every worker."""
    config.stash[SESSION] = hold_session_folder()
    # Drawn as boxes, as structlog does unasked, the tracebacks of refused calls took a twentieth of the run.
    console = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure([*structlog.get_config()["processors"][:-1], console])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let go of it; the last one out leaves nothing behind."""
    config.stash[SESSION].give_back()


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """One event loop for the whole session, so that pools can be shared between tests: the one production runs on."""
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> Postgres:
    """The session's server, with a migrated template."""
    return start_server(pytestconfig.stash[SESSION])


@pytest.fixture(scope="session")
def worker_database(postgres: Postgres) -> Iterator[TestDatabase]:
    """This worker's database; nothing is ever committed to it."""
    with cloned_database(postgres) as database:
        yield database


@pytest.fixture(scope="session")
def database_url(worker_database: TestDatabase) -> str:
    """The worker's database for the product's login role."""
    return worker_database.url


@pytest.fixture(scope="session")
def migration_url(worker_database: TestDatabase) -> str:
    """The worker's database for its owner."""
    return worker_database.migration_url


@pytest.fixture(scope="session")
async def engine(database_url: str, anyio_backend: object) -> AsyncIterator[AsyncEngine]:
    """The engine of this worker's database."""
    engine = create_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
async def connection(ground: Ground) -> AsyncIterator[AsyncConnection]:  # noqa: F811
    """A connection whose transaction is rolled back after the test, whatever the test commits."""
    async with ground.engine.connect() as connection:
        transaction = await connection.begin()
        yield connection
        await transaction.rollback()


@pytest.fixture
def fresh_database(postgres: Postgres) -> Iterator[TestDatabase]:
    """A database of the test's own, for races, kills and whatever else has to commit."""
    with cloned_database(postgres) as database:
        yield database


@pytest.fixture
def sink_restored() -> Iterator[None]:
    """Where logs go, as it was before: for tests of programs that say where theirs go."""
    root = logging.getLogger()
    before, structured = (root.handlers[:], root.level), structlog.get_config()
    yield
    root.handlers[:], root.level = before
    structlog.configure(**structured)


@pytest.fixture
def valkey(pytestconfig: pytest.Config) -> Iterator[Valkey]:
    """A Redis-compatible server of the test's own, empty; its address is `.url`."""
    lease = pytestconfig.stash[SESSION]
    name = f"valkey-{uuid.uuid4().hex[:8]}"
    server = Valkey(lease.folder / name, lease.records, name)
    server.start()
    yield server
    server.stop()
