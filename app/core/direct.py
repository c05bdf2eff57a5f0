"""The direct way to machinery rows: single statements by psycopg, for the hot path (webhooks, claims, leases)."""

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import make_url

from app.core.db import is_beyond_limits
from app.core.errors import Unavailable
from app.core.settings import SettingsError
from app.core.tenancy import SYSTEM_ROLE

PATIENCE = 1.8  # whoever waits for us gets an answer within two seconds
Row = tuple[Any, ...]


class Direct(Protocol):
    """Runs one statement, committed when it returns, as `hub_system`."""

    async def rows(self, statement: str, parameters: Mapping[str, Any]) -> list[Row]:
        """Return the statement's rows; `Unavailable` while the database is away."""
        ...


class DirectPool:
    """A small pool of connections that commit each statement; it finds the database again after it was away."""

    def __init__(self, url: str, size: int) -> None:
        self._pool = AsyncConnectionPool(
            conninfo(url),
            kwargs={"autocommit": True},
            configure=_become_system,
            min_size=1,
            max_size=size,
            timeout=PATIENCE,
            # A longer patience would grow the waits between its attempts, and find the database late.
            reconnect_timeout=PATIENCE,
            open=False,
        )
        self._late: set[asyncio.Task[list[Row]]] = set()

    async def open(self) -> None:
        """Begin to connect; does not wait for it."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        """Give the connections back."""
        await self._pool.close(timeout=1)

    async def rows(self, statement: str, parameters: Mapping[str, Any]) -> list[Row]:
        """Return the statement's rows; `Unavailable` while the database is away.

        The statement runs a second time when its connection turns out to be dead, so it must bear that.
        """
        running = asyncio.create_task(self._rows(statement, parameters))
        try:
            done, _ = await asyncio.wait({running}, timeout=PATIENCE)
        except asyncio.CancelledError:
            running.cancel()
            raise
        if not done:
            # A frozen server does not even answer the cancellation: nobody waits for it here.
            running.cancel()
            self._late.add(running)
            running.add_done_callback(self._late.discard)
            raise Unavailable("The database is not answering.")
        try:
            return running.result()
        except psycopg.OperationalError as error:
            if is_beyond_limits(error):
                raise
            raise Unavailable("The database is not answering.") from error

    async def _rows(self, statement: str, parameters: Mapping[str, Any]) -> list[Row]:
        while True:
            async with self._pool.connection() as connection:
                try:
                    cursor = await connection.execute(statement.encode(), parameters)
                    return await cursor.fetchall() if cursor.description else []
                except psycopg.OperationalError:
                    if not connection.broken:
                        raise
            # The pool has thrown the dead connection away and makes another.


def conninfo(url: str) -> str:
    """Return a SQLAlchemy address as libpq reads it."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return make_conninfo(plain, connect_timeout=2, options="-c timezone=UTC -c lock_timeout=10000")


async def _become_system(connection: "psycopg.AsyncConnection[Any]") -> None:
    await connection.execute(f"SET ROLE {SYSTEM_ROLE}")


async def refuse_mighty_login(url: str) -> None:
    """Refuse to start where row-level security would not hold; a database that is away is judged later, by its use."""
    try:
        connection = await psycopg.AsyncConnection.connect(conninfo(url), autocommit=True)
    except psycopg.OperationalError:
        return
    async with connection:
        cursor = await connection.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = session_user")
        row = await cursor.fetchone()
    if row and row[0]:
        raise SettingsError("DATABASE_URL must not name a superuser, nor a role that bypasses row-level security")
