"""A process that ends at a chosen point: every commit and every outbound request is one, and nothing runs after it."""

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncConnection

from jobs.lease import CURRENT

HUB = "hub"
"""Work of no job: pages, webhooks, claims, the sweeper."""

WRITES = re.compile(r"\b(INSERT|(?<!FOR )UPDATE|DELETE)\b")


class Died(BaseException):
    """The process is no more: no handler of ours may catch it."""


@dataclass(slots=True)
class Life:
    """The points one process passes in some of its work; it ends after so many of them, or goes on for ever.

    Between two points nothing is done that anybody could see: dying before one is dying after the one before it.
    """

    work: Collection[str]  # names of jobs, and HUB
    ends_after: int | None = None
    points: list[str] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether nothing that comes next may happen."""
        return len(self.points) == self.ends_after

    def have_passed(self, what: str) -> None:
        """Count a point, if it belongs to the work that is watched."""
        held = CURRENT.get()
        at = HUB if held is None else held.run.name
        if at in self.work:
            self.points.append(f"{at}: {what}")

    def go_on(self) -> None:
        """Refuse the next step of one who died."""
        if self.is_over:
            raise Died


class MortalWay(httpx.AsyncBaseTransport):
    """The way outside of a process that may end before a request leaves, or before its answer is heard."""

    def __init__(self, inner: httpx.AsyncBaseTransport, life: Life) -> None:
        self._inner = inner
        self._life = life

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it, if the process lives to do so."""
        self._life.go_on()
        response = await self._inner.handle_async_request(request)
        self._life.have_passed(_name_of(request))
        self._life.go_on()
        return response


class MortalDoor(httpx.AsyncBaseTransport):
    """The door of a web process: to those outside a dead one is a connection that breaks."""

    def __init__(self, inner: httpx.AsyncBaseTransport, life: Life) -> None:
        self._inner = inner
        self._life = life

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer, if the process lives that long."""
        if self._life.is_over:
            raise httpx.ConnectError("nobody listens", request=request)
        try:
            response = await self._inner.handle_async_request(request)
            self._life.go_on()
        except Died as death:
            raise httpx.ReadError("the connection broke", request=request) from death
        return response


@contextmanager
def commits_watched(connection: AsyncConnection, life: Life) -> Iterator[None]:
    """Make every commit on the connection a point of this life.

    All lives of a test share a connection, on which a unit of work and a direct statement are a savepoint each: its
    release is the commit, its rollback the end of what was not committed. One that wrote nothing is no point.
    """
    written: list[bool] = []

    def begin(_connection: Connection, _name: str) -> None:
        life.go_on()
        written.clear()

    def execute(_connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
        written.append(cursor.rowcount > 0 and WRITES.search(statement) is not None)

    def commit(connection: Connection, name: str, _context: Any) -> None:
        if life.is_over:
            # What a server does when its client vanishes; SQLAlchemy then releases a savepoint that holds nothing.
            connection.exec_driver_sql(f"ROLLBACK TO SAVEPOINT {name}")
        elif any(written):
            life.have_passed("commit")

    engine = connection.sync_connection.engine  # type: ignore[union-attr]
    watchers: dict[str, Callable[..., Any]] = {
        "savepoint": begin,
        "after_cursor_execute": execute,
        "release_savepoint": commit,
    }
    for name, watcher in watchers.items():
        event.listen(engine, name, watcher)
    try:
        yield
    finally:
        for name, watcher in watchers.items():
            event.remove(engine, name, watcher)


def _name_of(request: httpx.Request) -> str:
    try:
        return str(msgspec.json.decode(request.content)["operationName"])
    except (msgspec.MsgspecError, KeyError, TypeError):
        return request.url.path
