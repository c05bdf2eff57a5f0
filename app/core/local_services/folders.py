"""Folders of the local world: private ones, reachable ones, and ones whose path is short enough for a socket."""

import hashlib
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

from app.core.local_services.errors import LocalServiceError

# The kernel's limits for the path of a Unix socket, without the final NUL.
SOCKET_PATH_LIMIT = 107 if sys.platform.startswith("linux") else 103


def private_folder(path: Path, owner: int | None = None) -> Path:
    """Make the folder and close it to everybody but its owner."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if owner is not None and path.stat().st_uid != owner:
        os.chown(path, owner, -1)
    if stat.S_IMODE(path.stat().st_mode) != 0o700:
        path.chmod(0o700)
    return path


def fallback_folder(parent: Path, purpose: Path, owner: int | None = None) -> Path:
    """A private folder in a public place that stands for `purpose`, the same one each time; never one somebody else put there."""
    digest = hashlib.sha256(os.fsencode(purpose.resolve())).hexdigest()[:12]
    for number in range(10):
        path = parent / f"hub-{os.getuid()}-{digest}-{number}"
        with suppress(FileExistsError):
            path.mkdir(mode=0o700)
        found = path.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid in {os.getuid(), owner}:
            return private_folder(path, owner)
    raise LocalServiceError(f"No folder of our own can be made in {parent}.")


def socket_folder(wanted: Path, file_name: str, owner: int | None = None) -> Path:
    """The wanted folder, or a stand-in under /tmp when the socket's path would be too long for the kernel."""
    if len(os.fsencode(wanted / file_name)) <= SOCKET_PATH_LIMIT:
        return private_folder(wanted, owner)
    return fallback_folder(Path("/tmp"), wanted, owner)
