"""Who still needs a world: everybody holds a shared lock, and when the last one lets go, the processes end.

The kernel lets go of a lock even when its holder is killed, so a small guard process that waits for the
exclusive lock learns of every kind of end.
"""

import os
import shutil
import sys
import time
from fcntl import LOCK_EX, LOCK_SH, flock
from pathlib import Path
from types import TracebackType

from app.core.local_services.accounts import remove_home
from app.core.local_services.folders import locked, open_lock, try_lock
from app.core.local_services.processes import Launch, Process, ProcessRecords, wait_until, youngest_first

PROJECT = Path(__file__).resolve().parents[3]
GUARD = "guard"
GUARD_LOOKS = 0.1


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
        make_world_folder(self.folder)
        self._descriptor = open_lock(self._users)
        flock(self._descriptor, LOCK_SH)
        with locked(self.folder / "guard.lock"):
            if self._guards.find(GUARD) is None:
                command = [sys.executable, "-m", "app.core.local_services.guard", str(self.folder.resolve())]
                log = self.folder / "guard.log"
                self._guards.spawn(GUARD, Launch(command + ["--discard"] * self._discard, log, os.environ, PROJECT))

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
        known: set[Process] = set()
        descriptor = open_lock(self._users)
        while not try_lock(descriptor, LOCK_EX):
            # Remembered, because somebody may remove the folder under a running world.
            known.update(self.records.running())
            time.sleep(GUARD_LOOKS)
        for process in youngest_first(known.union(self.records.running())):
            process.end()
        if self._discard:
            remove_home(self.folder / "postgres")
            shutil.rmtree(self.folder, ignore_errors=True)
        # Before the lock is free, so that the next user starts a guard of its own.
        self._guards.forget(GUARD)
        os.close(descriptor)

    def _has_users(self) -> bool:
        """Whether others hold the lock: an exclusive one is not to be had, and it is not the guard who holds that."""
        try:
            descriptor = os.open(self._users, os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            return not try_lock(descriptor, LOCK_EX) and try_lock(descriptor, LOCK_SH)
        finally:
            os.close(descriptor)


def make_world_folder(folder: Path) -> None:
    """Make the folder of a world; one that is there already keeps its permissions."""
    # Root's servers may run under another account, which has to pass through.
    folder.mkdir(mode=0o711 if os.getuid() == 0 else 0o700, parents=True, exist_ok=True)
