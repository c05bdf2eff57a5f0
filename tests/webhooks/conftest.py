"""Fixtures for the receiver: a database server of a test's own, which can be frozen and killed."""

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.core.local_services.lease import Lease
from app.core.local_services.postgres import NAME, Postgres
from app.core.local_services.roles import DATABASE, LOGIN, OWNER, address, prepare
from tests.support.database import TestDatabase, migrate


@dataclass(frozen=True)
class OwnServer:
    """A server nobody else leans on, and its migrated database."""

    lease: Lease
    server: Postgres
    database: TestDatabase

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop every process of it where it stands: it takes connections and answers nothing."""
        pids = self._pids()
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def kill(self) -> None:
        """End it as a power cut would."""
        for pid in self._pids():
            os.kill(pid, signal.SIGKILL)

    def _pids(self) -> list[int]:
        found = self.lease.records.find(NAME)
        assert found
        with self.server.connect() as superuser:
            others = superuser.execute("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()").fetchall()
        return [found.pid, *(int(str(pid)) for (pid,) in others)]


@pytest.fixture
def own_server() -> Iterator[OwnServer]:
    """A server of the test's own, gone with everything in it at the end."""
    with Lease(Path(tempfile.mkdtemp(prefix="hub-test-")), discard=True) as lease:
        os.chmod(lease.folder, 0o755)  # as root, an account without rights serves the database in it
        server = Postgres(lease.folder / "postgres", lease.records)
        server.start()
        prepare(server)
        migrate(address(server, OWNER))
        yield OwnServer(lease, server, TestDatabase(DATABASE, address(server, LOGIN), address(server, OWNER)))
