"""World folders for tests of the local services, and people who use them from processes of their own."""

import os
import pwd
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.core.local_services.lease import PROJECT

# Starts everything in the folder it is given, says so, and stays until its input ends.
USE_WORLD = """
import sys
from pathlib import Path
from app.core.local_services.lease import Lease
from app.core.local_services.postgres import Postgres
from app.core.local_services.roles import LOGIN, address, prepare
from app.core.local_services.valkey import Valkey

with Lease(Path(sys.argv[1])) as lease:
    server = Postgres(lease.folder / "postgres", lease.records)
    server.start()
    prepare(server)
    queue = Valkey(lease.folder / "valkey", lease.records)
    queue.start()
    print(server.records.find("postgres").pid, address(server, LOGIN), flush=True)
    sys.stdin.read()
"""


@contextmanager
def world_folder() -> Iterator[Path]:
    """An empty folder with a short path, reachable by everybody."""
    with tempfile.TemporaryDirectory(prefix="hub-world-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "world"


def use_world(folder: Path, python: str = sys.executable, user: str | None = None) -> "subprocess.Popen[str]":
    """Another process that uses the world; close its input to let it leave."""
    account = pwd.getpwnam(user) if user else None
    return subprocess.Popen(
        [python, "-c", USE_WORLD, str(folder)],
        cwd=PROJECT,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def python_for(user: str) -> str | None:
    """An interpreter of our version that this user may run and that finds our packages."""
    account = pwd.getpwnam(user)
    probe = [f"import sys, psycopg, app.core.local_services; assert sys.version_info[:2] == {sys.version_info[:2]}"]
    for python in (sys.executable, "/usr/bin/python3", f"/usr/bin/python3.{sys.version_info.minor}"):
        try:
            done = subprocess.run(
                [python, "-c", *probe],
                cwd=PROJECT,
                env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                user=account.pw_uid,
                group=account.pw_gid,
                extra_groups=[],
                capture_output=True,
                check=False,
            )
        except OSError:
            continue
        if done.returncode == 0:
            return python
    return None


def processes_mentioning(text: str) -> list[str]:
    """The command lines of living processes in which the text stands."""
    listed = subprocess.run(["ps", "-wweo", "stat=,args="], capture_output=True, text=True, check=True).stdout
    return [
        line for line in listed.splitlines() if text in line and not line.startswith("Z") and "ps -wweo" not in line
    ]
