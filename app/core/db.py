"""The database: the declarative base, the engine, and how rows are kept that may be there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.pq import TransactionStatus
from sqlalchemy import BigInteger, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, insert
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase

LONGEST_SILENCE = 8.0
"""Seconds a page's statement may take; with those to connect again it is answered 503 within about ten."""

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table; Python types choose the column types."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it from the class)
        int: BigInteger,
        str: Text,
        datetime: TIMESTAMP(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }


def upsert(
    model: type[Base], keys: Sequence[str], *, kept: Sequence[str] = (), newer: str | None = None
) -> PostgresInsert:
    """Return the statement that adds rows, and where their keys exist already gives those rows the new values.

    To be executed with a list of rows, each naming every column but the `id` and those kept; sorted by their keys, so
    that two who write the same rows wait for each other instead of meeting in a deadlock. Columns `kept` stay as they
    are; with `newer` a row stays whole when what it holds in that column is later.
    """
    table = cast(Table, model.__table__)
    fresh = insert(table)
    given = [column.name for column in table.columns if column.name not in {"id", *keys, *kept}]
    return fresh.on_conflict_do_update(
        index_elements=keys,
        set_={name: fresh.excluded[name] for name in given},
        where=None if newer is None else table.c[newer] <= fresh.excluded[newer],
    )


def is_beyond_limits(error: BaseException | None) -> bool:
    """Whether it is too much for the database, not away: its class 54, which asking again does not change."""
    state = getattr(error, "sqlstate", None)
    return isinstance(state, str) and state.startswith("54")


class HeedfulConnection(psycopg.AsyncConnection[Any]):
    """A connection that is given up when the server says nothing to a statement for long.

    A server that is frozen, not gone, takes statements and never answers; it would not answer a cancellation either.
    """

    async def wait(
        self,
        gen: PQGen[RV],
        interval: float = 0.1,
        timeout: float | None = None,  # noqa: ASYNC109 (psycopg's own)
    ) -> RV:
        """Wait for the server, but not for ever."""
        try:
            return await super().wait(gen, interval, timeout or LONGEST_SILENCE)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()  # nobody knows what became of the statement
            raise


def create_engine(url: str, pool_size: int = 10, *, patient: bool = True, heedful: bool = False) -> AsyncEngine:
    """Return an engine whose connections wait at most two seconds to be had, so that callers can answer 503 in time.

    A patient one asks each connection whether it still lives before it is used; a worker goes without, since a job that
    meets a dead connection is simply tried again. A heedful one gives a connection up that says nothing for long.
    """
    connect_args: dict[str, Any] = {"connect_timeout": 2, "options": "-c timezone=UTC -c lock_timeout=10000"}
    if heedful:
        connect_args["async_creator_fn"] = HeedfulConnection.connect  # as SQLAlchemy's dialect takes it
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=2,
        pool_pre_ping=patient,
        hide_parameters=True,  # an error tells the statement, never what it was about
        connect_args=connect_args,
    )
