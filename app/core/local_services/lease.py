"""Who still needs a world: everybody holds a shared lock, and when the last one lets go, the processes end.

The kernel lets go of a lock even when its holder is killed, so a small guard process that waits for the
exclusive lock learns of every kind of end.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
from pathlib import Path
from types import TracebackType

from app.core.local_services.processes import ProcessRecords, wait_until

PROJECT = Path(__file__).resolve().parents[3]
GUARD = "guard"


@contextmanager
def locked(file: Path, mode: int = LOCK_EX) -> Iterator[None]:
    """Hold the lock file; the kernel lets go of it even when we are killed."""
    descriptor = _open(file)
    try:
        flock(descriptor, mode)
        yield
    finally:
        os.close(descriptor)


def _open(file: Path) -> int:
    return os.open(file, os.O_RDWR | os.O_CREAT, 0o600)


class Lease:
    """The right to use the processes of a world folder, for as long as it is held."""

    def __init__(self, folder: Path, *, discard: bool = False) -> None:
        """With `discard` the folder itself goes when the last user has left."""
        self.folder = folder
        self.records = ProcessRecords(folder / "processes")
        self._discard = discard
        self._users = folder / "users.lock"
        self._guards = ProcessRecords(folder / "guard")
        self._descriptor: int | None = None

    def __enter__(self) -> "Lease":
        self.take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.give_back()

    def take(self) -> None:
        """Become a user of the world and see that a guard watches over it."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._descriptor = _open(self._users)
        flock(self._descriptor, LOCK_SH)
        with locked(self.folder / "guard.lock"):
            if self._guards.find(GUARD) is None:
                command = [sys.executable, "-m", "app.core.local_services.guard", str(self.folder.resolve())]
                log = self.folder / "guard.log"
                self._guards.spawn(
                    GUARD, command + ["--discard"] * self._discard, log, environment=os.environ, folder=PROJECT
                )

    def give_back(self) -> None:
        """Stop being a user; return once the world is down, unless somebody else still uses it."""
        if self._descriptor is None:
            return
        os.close(self._descriptor)
        self._descriptor = None
        wait_until(lambda: self._guards.find(GUARD) is None or self._has_users(), patience=60)
        if not self._has_users():
            self._guards.end(GUARD)
            self.records.end_all()
        self.records.reap()

    def outlive_users(self) -> None:
        """The guard's part: wait until nobody uses the world, end its processes, forget the guard."""
        with locked(self._users):
            self.records.end_all()
            if self._discard:
                shutil.rmtree(self.folder, ignore_errors=True)
            else:
                # Before the lock is free, so that the next user starts a guard of its own.
                self._guards.forget(GUARD)

    def _has_users(self) -> bool:
        """Whether others hold the shared lock: no exclusive one is to be had (the guard's end would explain that), but a shared one."""
        try:
            descriptor = os.open(self._users, os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            return not _take(descriptor, LOCK_EX) and _take(descriptor, LOCK_SH)
        finally:
            os.close(descriptor)


def _take(descriptor: int, mode: int) -> bool:
    try:
        flock(descriptor, mode | LOCK_NB)
    except BlockingIOError:
        return False
    return True
