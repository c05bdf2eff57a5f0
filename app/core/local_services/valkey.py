"""The Redis-compatible server in a folder of ours: a socket for clients, a log of writes that survives a kill."""

import os
import socket
import time
from contextlib import suppress
from pathlib import Path

from app.core.local_services.binaries import find_valkey
from app.core.local_services.errors import LocalServiceError
from app.core.local_services.folders import drop_socket_folder, locked, private_folder, socket_folder
from app.core.local_services.processes import Launch, ProcessRecords, wait_until

NAME = "valkey"
SOCKET = "valkey.sock"


class Valkey:
    """One server in one folder; several processes may start and use it at once."""

    def __init__(self, folder: Path, records: ProcessRecords, name: str = NAME) -> None:
        self.folder = folder
        self.records = records
        self.name = name

    @property
    def socket(self) -> Path:
        """Where clients connect to."""
        return socket_folder(self.folder / "socket", SOCKET) / SOCKET

    @property
    def url(self) -> str:
        """The address in the form REDIS_URL has."""
        return f"unix://{self.socket}"

    def start(self, patience: float = 10.0) -> None:
        """See that the server answers; one that already answers is left alone."""
        private_folder(self.folder)
        with locked(self.folder / "start.lock"):
            if not self.is_answering():
                # It hangs or is gone; either way a kill costs nothing that was acknowledged.
                self.records.end(self.name, patience=1)
                self._start(patience)

    def stop(self) -> None:
        """End the server; its data stay."""
        with locked(self.folder / "start.lock"):
            self.records.end(self.name)
            drop_socket_folder(self.folder / "socket", SOCKET)

    def is_answering(self) -> bool:
        """Whether a server really answers on the socket."""
        with socket.socket(socket.AF_UNIX) as client, suppress(OSError):
            client.settimeout(1)
            client.connect(str(self.socket))
            client.sendall(b"PING\r\n")
            return client.recv(7) == b"+PONG\r\n"
        return False

    def _start(self, patience: float) -> None:
        log = self.folder / "valkey.log"
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(private_folder(self.folder / "data")),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "daemonize": "no",
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        deadline = time.monotonic() + patience
        child = self.records.spawn(self.name, Launch([str(find_valkey()), *arguments], log, os.environ))
        wait_until(lambda: self.is_answering() or child.poll() is not None, deadline - time.monotonic())
        if not self.is_answering():
            self.records.end(self.name)
            raise LocalServiceError(f"The Redis-compatible server does not start; see {log}.")
