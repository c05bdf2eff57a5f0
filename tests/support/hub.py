"""The product as tests hold it: a clock they set, units of work inside the test's transaction, the web application."""

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.asgi import create_app
from app.core.clock import FixedClock
from app.core.direct import Row
from app.core.runtime import Runtime
from app.core.settings import Settings, load_settings
from app.core.tenancy import SYSTEM_ROLE
from app.core.unit_of_work import SilentBell, UnitsOfWork
from jobs.subscriptions import subscribers

MONDAY_NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
INTERNAL_SECRET = "internal-secret-of-the-tests"
BEARER = {"Authorization": f"Bearer {INTERNAL_SECRET}"}


def make_settings(database_url: str, **environment: str) -> Settings:
    """Settings as production reads them, for this database."""
    key = base64.b64encode(bytes(32)).decode()
    return load_settings(
        {
            "DATABASE_URL": database_url,
            "APP_URL": "https://hub.example.com",
            "SHOPIFY_API_KEY": "client-id-of-the-tests",
            "SHOPIFY_API_SECRET": "client-secret-of-the-tests",
            "TOKEN_ENCRYPTION_KEYS": f"k1:{key}",
            "INTERNAL_SECRET": INTERNAL_SECRET,
            **environment,
        }
    )


@dataclass(frozen=True)
class JoinedDirect:
    """The direct way to machinery rows, inside the test's transaction."""

    connection: AsyncConnection

    async def rows(self, statement: str, parameters: Mapping[str, Any]) -> list[Row]:
        """Return the statement's rows; a failing one undoes itself alone."""
        async with self.connection.begin_nested():
            await self.connection.execute(text("SELECT set_config('role', :role, true)"), {"role": SYSTEM_ROLE})
            result = await self.connection.exec_driver_sql(statement, dict(parameters))
            return [tuple(row) for row in result] if result.returns_rows else []


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Settings for this worker's database."""
    return make_settings(database_url)


@pytest.fixture
def clock() -> FixedClock:
    """Business time, a Monday at noon; a test sets `clock.at` to turn it."""
    return FixedClock(MONDAY_NOON)


@pytest.fixture
def runtime(settings: Settings, connection: AsyncConnection, clock: FixedClock) -> Runtime:
    """What the product stands on, inside the test's transaction."""
    engine = cast(AsyncEngine, connection)  # a session binds to either
    return Runtime(settings, engine, JoinedDirect(connection), clock, SilentBell(), join=True)


@pytest.fixture
def open_uow(runtime: Runtime) -> UnitsOfWork:
    """Opens units of work whose commits end with the test; events ask for the jobs that follow from them."""
    return runtime.units_of_work(subscribers())


@pytest.fixture
async def hub(runtime: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the web application, inside the test's transaction; nothing outside is reached."""
    async with web_client(runtime) as client:
        yield client


@asynccontextmanager
async def web_client(runtime: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the web application on this runtime; nothing outside is reached."""
    async with httpx.AsyncClient(transport=httpx.MockTransport(_nobody)) as outside:
        application = create_app(runtime.settings, runtime, outside)
        async with application.router.lifespan_context(application):
            transport = httpx.ASGITransport(application)
            async with httpx.AsyncClient(transport=transport, base_url="https://hub.example.com") as client:
                yield client


def _nobody(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError(f"this test has no world outside: {request.url.host}")
