"""A local world for one command: the one that runs already, or one started for it."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from app.core.local_services.errors import LocalServiceError
from app.core.local_services.lease import PROJECT
from app.core.local_services.state import read_state
from app.core.local_services.world import World, free_port_base

PATIENCE_SECONDS = 120.0


def is_up(world: World) -> bool:
    """Tell whether everything of the world runs."""
    return bool(read_state(world)["state"] == "running")


def start_world(world: World) -> "subprocess.Popen[bytes]":
    """Start a world in the background and return when everything runs."""
    world.folder.mkdir(parents=True, exist_ok=True)
    with open(world.folder / "up.log", "ab") as log:
        started = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "up"],
            cwd=PROJECT,
            env={**world.environ, "HUB_STATE_DIR": str(world.folder), "HUB_PORT_BASE": str(world.port_base)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_up(world):
        if started.poll() is not None or time.monotonic() > until:
            raise LocalServiceError(f"The local world did not start; see {world.folder / 'up.log'}.")
        time.sleep(0.1)
    return started


@contextmanager
def private_world(environ: Mapping[str, str]) -> Iterator[World]:
    """Give a world of one's own, gone with everything in it at the end, also when we are asked to stop."""
    signal.signal(signal.SIGTERM, _leave)
    folder = tempfile.mkdtemp(prefix="hub-rehearsal-")
    world = World.of({**environ, "HUB_STATE_DIR": folder, "HUB_PORT_BASE": str(free_port_base())})
    started = start_world(world)
    try:
        yield world
    finally:
        started.terminate()
        started.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


def _leave(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def world_of_environment() -> World:
    """Return the world that HUB_STATE_DIR and HUB_PORT_BASE name."""
    return World.of(os.environ)
