"""The stores behind the product: servers of our own, or the ones the environment names."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.core.local_services import postgres, valkey
from app.core.local_services.errors import LocalServiceError
from app.core.local_services.lease import PROJECT, Lease
from app.core.local_services.postgres import Postgres
from app.core.local_services.roles import LOGIN, OWNER, address, prepare
from app.core.local_services.valkey import Valkey
from app.core.local_services.world import World


@dataclass
class Services:
    """Where the record and the doorbell are, and how to bring back those of them that are ours."""

    addresses: dict[str, str] = field(default_factory=dict)
    starts: dict[str, Callable[[], None]] = field(default_factory=dict)


def start_services(world: World, lease: Lease) -> Services:
    """Start the servers the environment does not name; theirs it names are used as they are."""
    services = Services()
    if world.environ.get("DATABASE_URL"):
        if not world.environ.get("DATABASE_MIGRATION_URL"):
            raise LocalServiceError(
                "With DATABASE_URL, DATABASE_MIGRATION_URL has to name the same database as its owner."
            )
    else:
        server = Postgres(world.folder / "postgres", lease.records)
        server.start()
        prepare(server)
        services.starts[postgres.NAME] = server.start
        services.addresses["DATABASE_URL"] = address(server, LOGIN)
        services.addresses["DATABASE_MIGRATION_URL"] = address(server, OWNER)
    if not world.environ.get("REDIS_URL"):
        queue = Valkey(world.folder / "valkey", lease.records)
        queue.start()
        services.starts[valkey.NAME] = queue.start
        services.addresses["REDIS_URL"] = queue.url
    return services


def service_log(world: World, name: str) -> Path:
    """Where a server of ours says what it does."""
    return world.folder / name / f"{name}.log"


@contextmanager
def services_of(world: World) -> Iterator[Mapping[str, str]]:
    """The surroundings of a single command, with the services it needs running for as long as it takes."""
    with Lease(world.folder) as lease:
        yield world.product_environment(start_services(world, lease).addresses)


def migrate(environment: Mapping[str, str], log: Path | None = None) -> None:
    """Bring the database to the newest schema."""
    command = [sys.executable, "-m", "alembic", "upgrade", "head"]
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if log:
        log.write_text(done.stdout)
    if done.returncode != 0:
        raise LocalServiceError(f"The database could not be migrated:\n{done.stdout}")
