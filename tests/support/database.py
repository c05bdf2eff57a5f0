"""Databases for tests: one server a session, a template migrated once, a copy of it for each worker."""

import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.core.local_services.folders import locked
from app.core.local_services.lease import PROJECT, Lease
from app.core.local_services.postgres import Postgres
from app.core.local_services.roles import LOGIN, OWNER, address, create_database, drop_database, prepare

# The controller of a session names the folder; the workers it starts inherit the variable.
FOLDER_VARIABLE = "HUB_TEST_FOLDER"
TEMPLATE = "hub_template"


@dataclass(frozen=True)
class TestDatabase:
    """A migrated database: `url` for the product's login role, `migration_url` for the owner."""

    __test__ = False

    name: str
    url: str
    migration_url: str


def hold_session_folder() -> Lease:
    """Keep the session's world alive until the lease is given back; the last to leave removes it."""
    if FOLDER_VARIABLE not in os.environ:
        os.environ[FOLDER_VARIABLE] = tempfile.mkdtemp(prefix="hub-test-")
    lease = Lease(Path(os.environ[FOLDER_VARIABLE]), discard=True)
    lease.take()
    return lease


def start_server(lease: Lease) -> Postgres:
    """See that the session's server runs and that its template is migrated, whichever worker comes first."""
    server = Postgres(lease.folder / "postgres", lease.records, is_passing=True)
    with locked(lease.folder / "template.lock"):
        server.start()
        prepare(server)
        done = lease.folder / "template.done"
        if not done.exists():
            drop_database(server, TEMPLATE)
            create_database(server, TEMPLATE)
            migrate(address(server, OWNER, TEMPLATE))
            done.touch()
    return server


def migrate(migration_url: str) -> None:
    """Bring a database to the newest schema, as production does."""
    command = [sys.executable, "-m", "alembic", "upgrade", "head"]
    environment = {**os.environ, "DATABASE_MIGRATION_URL": migration_url}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"alembic upgrade head failed:\n{done.stdout}\n{done.stderr}")


@contextmanager
def cloned_database(server: Postgres, template: str = TEMPLATE) -> Iterator[TestDatabase]:
    """A database of one's own, as a copy of the template, which nobody may be connected to; it goes at the end."""
    name = f"hub_{uuid.uuid4().hex[:12]}"
    create_database(server, name, template)
    try:
        yield TestDatabase(name, address(server, LOGIN, name), address(server, OWNER, name))
    finally:
        drop_database(server, name)
