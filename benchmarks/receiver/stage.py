"""What a run takes place on: a local database and queue, and one of the two receivers in a process of its own."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from app.core.direct import conninfo
from app.core.local_services.lease import PROJECT
from app.core.local_services.programs import is_listening
from app.core.local_services.services import migrate, services_of
from app.core.local_services.supervisor import remove_world
from app.core.local_services.world import World
from benchmarks.receiver.deliveries import SHOP

PEER = Path(__file__).parent / "peer"
STORE = """
INSERT INTO stores (shopify_shop_id, shop_domain, name, role, currency, time_zone, granted_scopes, installed_at,
                    access_state) VALUES ('1', %s, 'Bench', 'retailer', 'EUR', 'Europe/Berlin', '{}', now(), 'working')
"""


@dataclass(frozen=True)
class Receiver:
    """One that takes deliveries, and where its rows are."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    port: int
    table: str


@dataclass(frozen=True)
class Stage:
    """The services of one measurement."""

    environment: Mapping[str, str]
    port: int

    @property
    def secret(self) -> str:
        """What deliveries are signed with."""
        return self.environment["SHOPIFY_API_SECRET"]

    def count(self, table: str, run: str) -> int:
        """Return how many deliveries of this run are stored."""
        with self._connect() as connection:
            found = connection.execute(f"SELECT count(*) FROM {table} WHERE webhook_id LIKE %s", [f"{run}-%"])
            ((stored,),) = found.fetchall()
            return int(stored)

    def empty(self, table: str) -> None:
        """Let the rows go, so that each run begins with the same tables."""
        with self._connect() as connection:
            connection.execute(f"TRUNCATE {table}" + (", job_runs" if table == "inbox_events" else ""))
            connection.execute("CHECKPOINT")

    def hub(self) -> Receiver:
        """Return the web process as `hub up` starts it, on the real clock as in production."""
        environment = {name: value for name, value in self.environment.items() if name != "BUSINESS_CLOCK_URL"}
        environment["LOG_LEVEL"] = "warning"
        command = (sys.executable, "-m", "app.cli", "web", "--port", str(self.port))
        return Receiver("hub", command, environment, PROJECT, self.port, "inbox_events")

    def peer(self) -> Receiver | None:
        """Return Shopify's Node library with Express and pg, or none where it cannot be had."""
        node, npm = shutil.which("node"), shutil.which("npm")
        if not node or not npm:
            return None
        install = [npm, "ci", "--no-audit", "--no-fund", "--silent"]
        if not (PEER / "node_modules").exists() and subprocess.run(install, cwd=PEER, check=False).returncode:
            return None
        info = psycopg.conninfo.conninfo_to_dict(conninfo(self.environment["DATABASE_MIGRATION_URL"]))
        surroundings = {
            **os.environ,
            "NODE_ENV": "production",
            "SHOPIFY_API_SECRET": self.secret,
            "PGHOST": str(info["host"]),
            "PGUSER": str(info["user"]),
            "PGDATABASE": str(info["dbname"]),
            "CONNECTIONS": "8",
            "PORT": str(self.port),
        }
        return Receiver("peer", (node, "server.js"), surroundings, PEER, self.port, "webhooks")

    def _connect(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(conninfo(self.environment["SUPERUSER_URL"]), autocommit=True)


@contextmanager
def stage(port: int) -> Iterator[Stage]:
    """Give services of one's own, gone with everything in them at the end."""
    folder = tempfile.mkdtemp(prefix="hub-bench-")
    os.chmod(folder, 0o755)  # as root, an account without rights serves the database in it
    world = World.of({**os.environ, "HUB_STATE_DIR": f"{folder}/world", "HUB_PORT_BASE": str(port)})
    try:
        with services_of(world) as environment:
            migrate(environment)
            superuser = environment["DATABASE_MIGRATION_URL"].replace("hub_owner@", "postgres@")
            ready = Stage({**environment, "SUPERUSER_URL": superuser}, port)
            with ready._connect() as connection:
                connection.execute(STORE, [SHOP])
            yield ready
    finally:
        remove_world(world)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def serving(receiver: Receiver) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the receiver; it listens inside the block and is gone after it."""
    process = subprocess.Popen(receiver.command, cwd=receiver.folder, env=dict(receiver.environment))
    try:
        deadline = time.monotonic() + 30
        while not is_listening(receiver.port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{receiver.name} does not listen")
            time.sleep(0.05)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
