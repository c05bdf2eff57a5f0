"""Folders of the local world: private ones, reachable ones, and ones whose path is short enough for a socket."""

import hashlib
import os
import platform
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from app.core.local_services.errors import LocalServiceError

# The kernel's limits for the path of a Unix socket, without the final NUL.
SHORT = Path("/tmp")
SOCKET_PATH_LIMIT = 107 if platform.system() == "Linux" else 103


def private_folder(path: Path, owner: int | None = None, mode: int = 0o700) -> Path:
    """Make the folder and close it to everybody but its owner."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if owner is not None and path.stat().st_uid != owner:
        os.chown(path, owner, -1)
    if stat.S_IMODE(path.stat().st_mode) != mode:
        path.chmod(mode)
    return path


def fallback_folder(parent: Path, purpose: Path, owner: int | None = None, mode: int = 0o700) -> Path:
    """A private folder in a public place that stands for `purpose`, each time the same; never one of somebody else."""
    digest = hashlib.sha256(os.fsencode(purpose.resolve())).hexdigest()[:12]
    for number in range(10):
        path = parent / f"hub-{os.getuid()}-{digest}-{number}"
        with suppress(FileExistsError):
            path.mkdir(mode=0o700)
        found = path.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid in {os.getuid(), owner}:
            return private_folder(path, owner, mode)
    raise LocalServiceError(f"No folder of our own can be made in {parent}.")


def socket_folder(wanted: Path, file_name: str, owner: int | None = None) -> Path:
    """The wanted folder, or a stand-in under /tmp when the socket's path would be too long for the kernel."""
    if _is_short_enough(wanted, file_name):
        return private_folder(wanted, owner)
    return fallback_folder(SHORT, wanted, owner)


def drop_socket_folder(wanted: Path, file_name: str, owner: int | None = None) -> None:
    """Remove the stand-in of a socket folder, so that an ended server leaves nothing outside its world."""
    if not _is_short_enough(wanted, file_name):
        shutil.rmtree(fallback_folder(SHORT, wanted, owner), ignore_errors=True)


def _is_short_enough(folder: Path, file_name: str) -> bool:
    return len(os.fsencode(folder / file_name)) <= SOCKET_PATH_LIMIT


def write_whole(file: Path, text: str) -> None:
    """Write a file, readable by its owner only; whoever reads it finds all of it or what was there before."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as target:
        target.write(text)
    draft.replace(file)


@contextmanager
def locked(file: Path, mode: int = LOCK_EX) -> Iterator[None]:
    """Hold the lock file; the kernel lets go of it even when we are killed."""
    descriptor = open_lock(file)
    try:
        flock(descriptor, mode)
        yield
    finally:
        os.close(descriptor)


def try_lock(descriptor: int, mode: int) -> bool:
    """Take the lock if it is to be had at once."""
    try:
        flock(descriptor, mode | LOCK_NB)
    except BlockingIOError:
        return False
    return True


def open_lock(file: Path) -> int:
    """Open the lock file, which stays when nobody holds it."""
    return os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
