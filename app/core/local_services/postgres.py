"""PostgreSQL in a folder of ours: started once for everybody who asks, brought back after any kind of end."""

import shutil
import signal
import socket
import struct
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psycopg

from app.core.local_services.accounts import WAYS, Footing, choose_footing, remove_home, server_environment
from app.core.local_services.binaries import find_postgres
from app.core.local_services.errors import LocalServiceError
from app.core.local_services.folders import drop_socket_folder, locked, private_folder, socket_folder
from app.core.local_services.processes import PAUSE, Launch, Process, ProcessRecords, born, wait_until, working_folder

NAME = "postgres"
SOCKET = ".s.PGSQL.5432"
PID_FILE = "postmaster.pid"
# The first eight bytes a client may send; every live server answers with one letter, whatever its state.
SSL_REQUEST = struct.pack("!ii", 8, 80877103)
INITDB_OPTIONS = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")
SERVER_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# Still whole after any of its processes is killed, not after the machine stops.
PASSING_OPTIONS = {"fsync": "off", "full_page_writes": "off"}


class Postgres:
    """One server in one folder; several processes may start and use it at once.

    What a passing one holds is thrown away with its folder, so it need not outlast the machine.
    """

    def __init__(
        self, folder: Path, records: ProcessRecords, ways: Sequence[str] = WAYS, *, is_passing: bool = False
    ) -> None:
        self.folder = folder
        self.records = records
        self.is_passing = is_passing
        self._ways = ways
        self._footing: Footing | None = None

    @property
    def footing(self) -> Footing:
        """The account, program and folder this server has here."""
        if self._footing is None:
            self._footing = choose_footing(find_postgres(), self.folder, self._ways)
        return self._footing

    @property
    def data(self) -> Path:
        """Where the database lies."""
        return self.footing.home / "data"

    @property
    def sockets(self) -> Path:
        """The folder clients connect to."""
        return socket_folder(self.footing.home / "socket", SOCKET, self.footing.owner)

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "postgres.log"

    def start(self, patience: float = 30.0) -> None:
        """See that the server answers queries; a server that already answers is left alone."""
        private_folder(self.folder)
        with locked(self.folder / "start.lock"):
            self._adopt()
            if not self.is_answering():
                # It hangs or is gone; either way a kill costs nothing that was acknowledged.
                self.records.end(NAME, patience=1)
                self._make_data()
                self._start_until(time.monotonic() + patience)

    def stop(self) -> None:
        """End the server; its data stay."""
        with locked(self.folder / "start.lock"):
            self.records.end(NAME)
            drop_socket_folder(self.footing.home / "socket", SOCKET, self.footing.owner)

    def remove(self) -> None:
        """End the server and remove its data, wherever they lie."""
        self.stop()
        remove_home(self.folder)

    def is_answering(self) -> bool:
        """Whether a server really answers on the socket; what the pid file says proves nothing."""
        with socket.socket(socket.AF_UNIX) as client, suppress(OSError):
            client.settimeout(1)
            client.connect(str(self.sockets / SOCKET))
            client.sendall(SSL_REQUEST)
            return client.recv(1) in {b"N", b"S"}
        return False

    def connect(self, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        """A connection as the superuser, for setting things up."""
        return psycopg.connect(
            host=str(self.sockets), user="postgres", dbname=database, autocommit=True, connect_timeout=5
        )

    def _make_data(self) -> None:
        """Make the database under another name, so that one that was interrupted is never taken for whole."""
        if self.data.exists():
            return
        draft = self.data.with_name("data.new")
        shutil.rmtree(draft, ignore_errors=True)
        made = self.footing.run(self.footing.command("initdb", "-D", str(draft), *INITDB_OPTIONS))
        if made.returncode != 0:
            raise LocalServiceError(f"initdb failed:\n{made.stdout}")
        draft.rename(self.data)

    def _start_until(self, deadline: float) -> None:
        """Start again and again: after a kill, orphaned backends hold the shared memory for a moment."""
        while not self._start_once(deadline - time.monotonic()):
            self.records.end(NAME)
            if time.monotonic() > deadline:
                raise LocalServiceError(f"PostgreSQL does not start; the end of {self.log}:\n{_tail(self.log)}")
            time.sleep(PAUSE * 5)

    def _start_once(self, patience: float) -> bool:
        """Start the server and wait until it accepts queries or gives up."""
        self._drop_stale_files()
        chosen = SERVER_OPTIONS | (PASSING_OPTIONS if self.is_passing else {})
        options = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
        child = self.records.spawn(
            NAME,
            Launch(
                self.footing.command("postgres", "-D", str(self.data), "-k", str(self.sockets), *options),
                self.log,
                server_environment(),
                account=self.footing.account,
                # The fast shutdown: it does not wait for clients to leave.
                stop_signal=signal.SIGINT,
            ),
        )
        wait_until(lambda: self._accepts() or child.poll() is not None, patience)
        return child.poll() is None and self._accepts()

    def _accepts(self) -> bool:
        with suppress(psycopg.OperationalError), self.connect() as connection:
            connection.execute("SELECT 1")
            return True
        return False

    def _adopt(self) -> None:
        """Record a server of ours that nobody recorded, so that it can be ended: its starter was killed in between."""
        pid = _first_number(self.data / PID_FILE)
        if pid and self.records.find(NAME) is None and working_folder(pid) == self.data.resolve():
            self.records.record(Process(NAME, pid, born(pid) or "never", signal.SIGINT))

    def _drop_stale_files(self) -> None:
        """Remove the pid files an ended server left: the number may be another process's now, and block every start."""
        for file in (self.data / PID_FILE, self.sockets / f"{SOCKET}.lock"):
            file.unlink(missing_ok=True)


def _first_number(file: Path) -> int | None:
    first_line = file.read_text().partition("\n")[0].strip() if file.exists() else ""
    return int(first_line) if first_line.isdecimal() else None


def _tail(file: Path, lines: int = 20) -> str:
    return "\n".join(file.read_text(errors="replace").splitlines()[-lines:]) if file.exists() else ""
